"""Serves renditions: whole or a range, to browsers, clients and CDNs."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from threebath.core.errors import PhotoNotFound, StoreFailed, UploadError
from threebath.service.media import LOOKS, VIEW, Keeping, Media, MediaService
from threebath.service.ports import Blobs, Observer
from threebath.service.variants import Variants
from threebath.web.conditions import Answer, answer

HEADERS = {name: f"X-Threebath-{name.title()}" for name in LOOKS}
"""The headers that say how a picture looks."""

SAFE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": ", ".join(HEADERS.values()),
    "X-Content-Type-Options": "nosniff",
}
"""On whatever comes from a media address: what users sent never runs as a page."""

CACHE: Mapping[Keeping, str] = {
    Keeping.FOR_EVER: "public, max-age=31536000, immutable",
    Keeping.BRIEFLY: "public, max-age=60",
    Keeping.NEVER: "private, no-store",
}
"""What caches are told."""


class _Lost(StoreFailed):
    """A blob is not what the catalog says."""


@dataclass(frozen=True, slots=True)
class MediaPages:
    """The endpoint ``/i/{asset}/{letter}.jpg``.

    Attributes:
        variants: newer formats for those who take them; None to serve JPEG alone.
    """

    media: MediaService
    blobs: Blobs
    observer: Observer
    variants: Variants | None = None

    def route(self) -> Route:
        return Route("/i/{asset}/{file}", self, methods=["GET", "HEAD"], name="media")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        try:
            media = await self._open(request)
            chosen = await self._chosen(media, request)
            try:
                await self._answer(chosen, request, receive, send)
            except _Lost:
                if self.variants is None or chosen.key == media.key:
                    raise
                self.variants.forget(chosen)
                media = replace(media, keeping=Keeping.BRIEFLY)
                await self._answer(media, request, receive, send)
        except PhotoNotFound:
            await _refusal("not found", 404)(scope, receive, send)
        except UploadError as error:
            self.observer.failed("media", error)
            await _refusal("try again later", 503)(scope, receive, send)

    async def _open(self, request: Request) -> Media:
        letter, _, suffix = request.path_params["file"].rpartition(".")
        return await self.media.open(
            request.path_params["asset"],
            letter,
            suffix=suffix,
            view=request.query_params.get(VIEW, ""),
        )

    async def _chosen(self, media: Media, request: Request) -> Media:
        if self.variants is None:
            return media
        accept = ",".join(request.headers.getlist("accept"))
        return await self.variants.choose(media, accept)

    async def _answer(
        self, media: Media, request: Request, receive: Receive, send: Send
    ) -> None:
        """Answer with bytes of *media*; raise `_Lost` only before anything is sent."""
        reply = answer(
            request.method, request.headers, etag=media.etag, length=media.length
        )
        async with aclosing(self._chunks(media, reply)) as chunks:
            # The first chunk comes before the head: a lost blob is a 503, not a cut.
            first = await anext(chunks, b"")
            await send(self._head(media, reply))
            await self._body(first, chunks, receive, send)

    def _head(self, media: Media, reply: Answer) -> Message:
        headers = {
            **SAFE,
            "Content-Type": media.content_type,
            "Content-Disposition": media.disposition,
            "ETag": f'"{media.etag}"',
            "Accept-Ranges": "bytes",
            "Cache-Control": CACHE[media.keeping],
            **{HEADERS[name]: value for name, value in media.looks.items()},
            **reply.headers,
        }
        if self.variants is not None:
            headers["Vary"] = "Accept"
        if reply.status in {304, 416}:
            del headers["Content-Type"], headers["Content-Disposition"]
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        return {"type": "http.response.start", "status": reply.status, "headers": raw}

    async def _chunks(self, media: Media, reply: Answer) -> AsyncGenerator[bytes, None]:
        """Yield the bytes that *reply* promises, or raise `StoreFailed`."""
        left = reply.stop - reply.start
        if not left:
            return
        try:
            blob = self.blobs.read(media.key, reply.start, reply.stop)
            async with aclosing(blob) as chunks:
                async for chunk in chunks:
                    left -= len(chunk)
                    yield chunk
        except KeyError as error:
            told = "a published rendition's blob is missing"
            raise _Lost(told) from error
        if left:
            told = "a published rendition's blob is shorter than recorded"
            raise _Lost(told)

    async def _body(
        self,
        chunk: bytes,
        following: AsyncGenerator[bytes, None],
        receive: Receive,
        send: Send,
    ) -> None:
        """Send the chunks as fast as the client takes them, for as long as it is there."""
        try:
            async with _presence(receive) as client:
                while chunk and not client.done():
                    await send(_part(chunk))
                    chunk = await anext(following, b"")
        except UploadError as error:
            # The head is out. The connection is cut, and by the length the client knows.
            self.observer.failed("media", error)
        else:
            await send({"type": "http.response.body"})


@asynccontextmanager
async def _presence(receive: Receive) -> AsyncIterator[asyncio.Task[None]]:
    """Yield a task that is done when the client is gone."""
    task = asyncio.create_task(_until_gone(receive))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _part(chunk: bytes) -> Message:
    return {"type": "http.response.body", "body": chunk, "more_body": True}


def _refusal(text: str, status: int) -> PlainTextResponse:
    """A small answer that no cache keeps: the photo may be there a moment later."""
    headers = {**SAFE, "Cache-Control": "no-store"}
    if status == 503:  # noqa: PLR2004 - HTTP's own number
        headers["Retry-After"] = "5"
    return PlainTextResponse(text, status_code=status, headers=headers)
