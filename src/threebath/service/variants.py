"""Newer formats of renditions, made when somebody first asks for one, and kept."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from time import perf_counter

from threebath.core.errors import Busy, FileRejected, RendererFailed, UploadError
from threebath.core.kinds import MIB, Format
from threebath.core.library import AssetState
from threebath.service.media import CONTENT_TYPE, Keeping, Media
from threebath.service.ports import Blobs, Catalog, Observer, Transcoder
from threebath.service.spool import SpoolRoom, fill

ENDINGS: Mapping[Format, str] = {Format.AVIF: ".avif", Format.WEBP: ".webp"}
"""What is added to a rendition's key, for each format; the smallest files first."""

LARGEST = 64 * MIB
"""Bytes of a rendition that is looked at."""

KNOWN = 50_000
"""Variants whose lengths a process remembers, about 100 bytes each."""

NOT_WORTH_IT = 0
"""The length of a variant that is no smaller, or cannot be made: an empty blob says so."""

_ACCEPTED = re.compile(r"(image/(?:avif|webp))\s*(?:;\s*q=([0-9.]{1,5}))?\s*(?:,|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """Chooses what a client takes and makes what is missing, a few at a time.

    Attributes:
        most: variants that this process makes at a time.
        patience: seconds that the first one who asks waits; then there is the JPEG.
        least: bytes under which a rendition is small enough as it is.
    """

    catalog: Catalog
    blobs: Blobs
    transcoder: Transcoder
    room: SpoolRoom
    observer: Observer
    most: int = 4
    patience: float = 3.0
    least: int = 8192
    _lengths: dict[str, int] = field(default_factory=dict, init=False, repr=False)
    _under_way: dict[str, "asyncio.Task[int | None]"] = field(
        default_factory=dict, init=False, repr=False
    )

    async def choose(self, media: Media, accept: str) -> Media:
        """Return *media* in the best format that the header *accept* names.

        Media itself, to be kept only briefly, where that is not to be had right now.
        """
        if media.keeping is not Keeping.FOR_EVER or media.length < self.least:
            return media
        if media.content_type != CONTENT_TYPE:
            return media
        for format_ in accepted(accept):
            length = await self._length(media, format_)
            if length is None:
                return replace(media, keeping=Keeping.BRIEFLY)
            if length != NOT_WORTH_IT:
                return _variant(media, format_, length)
        return media

    async def _length(self, media: Media, format_: Format) -> int | None:
        """Return the variant's length; None where there is none yet."""
        key = media.key + ENDINGS[format_]
        if key in self._lengths:
            return self._lengths[key]
        try:
            length = await self.blobs.size(key)
            if length is None:
                length = await self._made(key, media, format_)
        except UploadError as error:
            self.observer.failed("variants", error)
            return None
        if length is not None:
            self._remember(key, length)
        return length

    def _remember(self, key: str, length: int) -> None:
        if len(self._lengths) >= KNOWN:
            del self._lengths[next(iter(self._lengths))]
        self._lengths[key] = length

    async def _made(self, key: str, media: Media, format_: Format) -> int | None:
        """Have the variant made, once however many ask; None where that takes long."""
        task = self._under_way.get(key)
        if task is None:
            if len(self._under_way) >= self.most:
                return None
            task = asyncio.create_task(self._make(key, media, format_))
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        with suppress(TimeoutError):
            async with asyncio.timeout(self.patience):
                return await asyncio.shield(task)
        return None

    async def _make(self, key: str, media: Media, format_: Format) -> int | None:
        started = perf_counter()
        try:
            content = await self._transcode(media, format_)
            await self.blobs.put(key, content)
            await self._undo_if_swept(key, media)
        except Busy:
            return None
        except (UploadError, KeyError) as error:
            self.observer.failed("variants", error)
            return None
        self.observer.stage("transcode", perf_counter() - started)
        return len(content)

    async def _transcode(self, media: Media, format_: Format) -> bytes:
        """Return the variant, or b"" if it is not worth having."""
        with self.room.open() as spool:
            async with aclosing(self.blobs.read(media.key)) as chunks:
                await fill(spool, chunks, LARGEST)
            try:
                made = await self.transcoder.transcode(spool.fd, spool.length, format_)
            except (FileRejected, RendererFailed) as error:
                # Trying again at each look would cost as much each time.
                self.observer.failed("variants", error)
                return b""
        return made if len(made) < media.length else b""

    async def _undo_if_swept(self, key: str, media: Media) -> None:
        """Take the variant away again if a sweep has passed in the meantime."""
        stored = await self.catalog.asset(media.asset_id)
        if stored is None or stored.state is not AssetState.PUBLISHED:
            await self.blobs.delete(key)


def accepted(header: str) -> Iterator[Format]:
    """Yield the formats that an Accept header names, the smallest files first.

    >>> [*map(str, accepted("image/webp,image/apng,image/avif;q=0.8,*/*"))]
    ['image/avif', 'image/webp']
    """
    named = {match[1]: match[2] for match in _ACCEPTED.finditer(header.lower())}
    for format_ in ENDINGS:
        if format_.value in named and (named[format_.value] or "1").strip("0."):
            yield format_


def _variant(media: Media, format_: Format, length: int) -> Media:
    ending = ENDINGS[format_]
    return replace(
        media,
        key=media.key + ending,
        length=length,
        content_type=format_.value,
        etag=media.etag + ending,
        filename=media.filename.rpartition(".")[0] + ending,
    )
