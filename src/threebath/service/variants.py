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

ATTEMPTS = 3
"""Times that a process tries to make one variant, if its renderer fails."""

PLAIN = (CONTENT_TYPE, "image/*", "*/*")
"""What stands for JPEG in an Accept header, the most exact first."""

LEAST = 0.001
"""The least weight that is not none (RFC 9110, 12.4.2)."""

_WEIGHT = re.compile(r"q\s*=\s*([01](?:\.\d{0,3})?)", re.ASCII)


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
    _failures: dict[str, int] = field(default_factory=dict, init=False, repr=False)
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
        if self._failures.get(key, 0) >= ATTEMPTS:
            return NOT_WORTH_IT
        try:
            length = await self.blobs.size(key)
            if length is None:
                length = await self._made(key, media, format_)
        except UploadError as error:
            self.observer.failed("variants", error)
            return None
        if length is not None:
            _remember(self._lengths, key, length)
        return length

    def forget(self, media: Media) -> None:
        """Forget a variant whose bytes are gone: it will be made again."""
        self._lengths.pop(media.key, None)

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
        except RendererFailed as error:
            # Maybe it was only closed, or killed: another time it may go well.
            _remember(self._failures, key, self._failures.get(key, 0) + 1)
            self.observer.failed("variants", error)
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
            except FileRejected as error:
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
    """Yield the formats that an Accept header names, the most wanted first.

    Of equals, the one with the smallest files; none that is less wanted than JPEG. What
    only a wildcard stands for is not meant: every client sends one.

    >>> [*map(str, accepted("image/webp,image/apng,image/avif,*/*;q=0.8"))]
    ['image/avif', 'image/webp']
    >>> [*map(str, accepted("image/jpeg, image/avif;q=0.1"))]
    []
    """
    weights = dict(_weighed(header.lower()))
    plain = next((weights[one] for one in PLAIN if one in weights), 0.0)
    named = [one for one in ENDINGS if weights.get(one.value, 0.0) >= max(plain, LEAST)]
    yield from sorted(named, key=lambda one: -weights[one.value])


def _weighed(header: str) -> Iterator[tuple[str, float]]:
    for item in header.split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        weight = next(
            (_WEIGHT.fullmatch(one) for one in parameters if one[:1] == "q"), None
        )
        yield name, float(weight[1]) if weight else 1.0


def _remember(known: dict[str, int], key: str, value: int) -> None:
    if key not in known and len(known) >= KNOWN:
        del known[next(iter(known))]
    known[key] = value


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
