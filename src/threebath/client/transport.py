"""One HTTP exchange: sent once, answered or explained; and what may be repeated."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

import httpx

from threebath import __version__
from threebath.client.errors import (
    BadAnswer,
    BadArguments,
    BadShape,
    BadStatus,
    CannotConnect,
    ClientError,
    ConnectionLost,
    ConnectionProblem,
    NotJson,
    Stalled,
    Uncertain,
)
from threebath.client.form import Form
from threebath.client.pace import Backoff, Sleep

T = TypeVar("T")

MOST_ANSWER = 16 * 1024 * 1024
"""Bytes of an answer that are read; real ones have a few thousand."""


_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_STALLED = (httpx.TimeoutException, TimeoutError)
_LOST = (httpx.TransportError, httpx.StreamError, OSError)


@asynccontextmanager
async def _explained(url: str) -> AsyncIterator[None]:
    """Turn what httpx raises into our tree, naming the host and nothing secret."""
    host = urlsplit(url).netloc.rpartition("@")[2]
    try:
        yield
    except _NOT_SENT as error:
        raise CannotConnect(f"cannot connect to {host}: {_words(error)}") from error
    except httpx.DecodingError as error:
        raise NotJson(f"the answer of {host} cannot be unpacked") from error
    except _STALLED as error:
        raise Stalled(f"{host} did not answer in time") from error
    except _LOST as error:
        raise ConnectionLost(f"the connection to {host} broke: {_words(error)}") from error


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait.

    Attributes:
        connect: for a connection.
        move: for a single byte to move while sending or receiving.
        call: for a whole API call.
        answer: for an upload's answer, once its last byte was sent.
    """

    connect: float = 10.0
    move: float = 60.0
    call: float = 60.0
    answer: float = 300.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes = field(repr=False)
    reason: str = ""

    def json(self) -> object:
        """Read the body as JSON.

        Raises:
            BadStatus: it is an error page.
            NotJson: it is something else.
        """
        try:
            told: object = json.loads(self.body)
        except (ValueError, RecursionError):
            if not self.is_success:
                raise BadStatus(self.status, self.hint) from None
            raise NotJson(f"the answer is not JSON: {self.hint or 'empty'}") from None
        if not self.is_success and not isinstance(told, dict):
            raise BadStatus(self.status, self.hint)
        return told

    @property
    def is_success(self) -> bool:
        """Whether the HTTP status says so; the networks say so even for errors."""
        return self.status in range(200, 300)

    @property
    def hint(self) -> str:
        """The first words of the body, for people."""
        text = self.body[:2000].decode(errors="replace")
        title = re.search(r"<title>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        words = re.sub(r"<[^>]*>", " ", title[1] if title else text)
        printable = "".join(one if one.isprintable() else " " for one in words)
        return " ".join(printable.split())[:80]


def host_of(base: str) -> str:
    """Return the host of a base address.

    Raises:
        BadArguments: it is none.
    """
    try:
        parts = urlsplit(base)
    except ValueError:
        parts = urlsplit("")
    host = parts.hostname
    if not host or parts.scheme not in {"http", "https"}:
        raise BadArguments(f"this is no address of a server: {base[:80]!r}")
    return host


class Transport:
    """Makes exchanges over one pool of connections.

    Args:
        http: a client to use instead of an own one; it is not closed with this.
    """

    def __init__(
        self,
        *,
        http: httpx.AsyncClient | None = None,
        timeouts: Timeouts | None = None,
        backoff: Backoff | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        self._backoff = backoff or Backoff()
        self.sleep = sleep
        self._own = http is None
        self._http = http or httpx.AsyncClient(
            headers={"User-Agent": f"threebath/{__version__}"},
            # A server that closes idle connections would race with a call that must
            # not be repeated; so idle ones are dropped early.
            limits=httpx.Limits(keepalive_expiry=2.0),
        )
        self._waits = httpx.Timeout(
            self._timeouts.move, connect=self._timeouts.connect, pool=None
        )

    async def close(self) -> None:
        """Close the connections."""
        if self._own:
            await self._http.aclose()

    async def call(self, url: str, fields: Mapping[str, str]) -> Answer:
        """POST text fields, urlencoded, and wait for the answer.

        Raises:
            ConnectionProblem: there was none.
        """
        return await self._in_time(self._request("POST", url, data=dict(fields)))

    async def get(self, url: str) -> Answer:
        """GET an address."""
        return await self._in_time(self._request("GET", url))

    async def send(self, url: str, form: Form) -> Answer:
        """POST a form with files, once; the time that sending takes is not limited.

        Raises:
            ConnectionProblem: the connection broke, stood still, or the answer did
                not come in time.
            FileProblem: a file changed while it was sent; the body was cut short.
        """
        deadline = asyncio.timeout(None)
        ended = False

        async def body() -> AsyncIterator[bytes]:
            nonlocal ended
            async for chunk, is_last in form.chunks():
                if is_last:
                    ended = True
                    now = asyncio.get_running_loop().time()
                    deadline.reschedule(now + self._timeouts.answer)
                yield chunk

        headers = {
            "Content-Type": form.content_type,
            "Content-Length": str(form.length),
        }
        request = self._request("POST", url, content=body(), headers=headers)
        request.extensions["timeout"]["read"] = self._timeouts.answer
        try:
            async with _explained(url), deadline:
                return await self._exchange(request)
        except ConnectionProblem as error:
            error.harmless = error.harmless or not ended
            raise

    async def repeat(
        self,
        step: Callable[[], Awaitable[T]],
        *,
        repeatable: bool = True,
        notice: Callable[[ClientError], None] = lambda _: None,
    ) -> T:
        """Take *step*, and again after what passes; never what could be done twice.

        Args:
            repeatable: doing it twice is as good as once.
            notice: is told each error after which it is tried again.

        Raises:
            Uncertain: it is not repeatable, and it is not known whether it was done.
        """
        for pause in (*self._backoff.pauses(), None):
            try:
                return await step()
            except ClientError as error:
                if not repeatable and not error.harmless:
                    told = f"it is not known whether this was done: {error}"
                    raise Uncertain(told) from error
                if pause is None or not error.passing:
                    raise
                notice(error)
                await self.sleep(pause)
        raise AssertionError

    def _request(self, method: str, url: str, **body: object) -> httpx.Request:
        """Build a request; the address is sent as it was given, letter by letter."""
        try:
            parts = urlsplit(url)
            request = self._http.build_request(
                method,
                url,
                timeout=self._waits,
                **body,  # type: ignore[arg-type]  # one of data, content
            )
        except (httpx.InvalidURL, ValueError) as error:
            raise BadShape(f"this is no address: {url[:80]!r}") from error
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise BadShape(f"this is no address: {url[:80]!r}")
        if url.isascii() and url.isprintable() and " " not in url:
            target = parts._replace(scheme="", netloc="", fragment="").geturl()
            request.extensions["target"] = (target or "/").encode()
        return request

    async def _in_time(self, request: httpx.Request) -> Answer:
        async with (
            _explained(str(request.url)),
            asyncio.timeout(self._timeouts.call),
        ):
            return await self._exchange(request)

    async def _exchange(self, request: httpx.Request) -> Answer:
        response = await self._http.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MOST_ANSWER:
                    raise BadAnswer("the answer is endless")
        finally:
            await response.aclose()
        reason = response.headers.get("X-Threebath-Reason", "")
        return Answer(response.status_code, bytes(body), reason)
