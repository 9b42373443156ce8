"""The renderer: a pool of locked-up workers behind the service's port."""

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from threebath.core.errors import EmptyFile, RendererFailed, StoreFailed
from threebath.core.kinds import Format, UploadKind
from threebath.render.crew import Crew
from threebath.render.crops import read_crops
from threebath.render.judge import Claim, Distrusted, VariantClaim, raise_verdict
from threebath.render.line import Gone, Line, NotHeard
from threebath.render.media.messages import MEDIA, MediaClaim, write_media
from threebath.render.probe import read_rendition
from threebath.render.queue import Queue
from threebath.render.sandbox import memfd
from threebath.render.settings import RenderSettings
from threebath.render.wire import write_crops, write_kind
from threebath.service.ports.media import Rendered

DESCRIPTORS = "/proc/self/fd"
"""Where Linux lets a process open once more what it has open."""

ATTEMPTS = 3
"""Workers that are asked until one of them hears it."""

T_co = TypeVar("T_co", covariant=True)


class Believable(Protocol[T_co]):
    """What a worker says it made, checked; and how long each piece of it must be."""

    @property
    def lengths(self) -> Sequence[int]: ...

    def take(self, pieces: Sequence[bytes]) -> T_co:
        """Believe the pieces, or raise `Distrusted`."""
        ...


Claims = Callable[[Mapping[str, Any]], Believable[T_co]]
"""Reads a worker's message, or raises `Distrusted`."""


class RenderPool:
    """Renders in as many worker processes as there are processors; see docs/rendering.md.

    An implementation of the ports `Renderer` and `Transcoder`. Every process that
    renders has a pool of its own; pools know nothing of each other.
    """

    def __init__(self, settings: RenderSettings | None = None) -> None:
        self.settings = settings or RenderSettings()
        self.disabled = self.settings.disabled
        self._queue = Queue(self.settings.queue_pixels)
        self._crew = Crew(self.settings)
        self._transcoding = asyncio.Semaphore(self.settings.transcodings)

    async def start(self) -> None:
        """Start the workers; returns when all are ready.

        Raises:
            RendererFailed: a worker does not start, or this system lacks a lock.
        """
        await self._crew.start()

    async def close(self) -> None:
        """End the workers."""
        await self._crew.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def check(self) -> None:
        """Raise `RendererFailed` unless every worker is there."""
        if missing := self._crew.missing():
            told = f"{missing} of {self.settings.processes} workers are missing"
            raise RendererFailed(told)

    def refuse(self, formats: Iterable[Format]) -> None:
        """Refuse these formats from the next file on, as one does for a decoder's hole."""
        self.disabled = frozenset(formats)

    async def render(
        self, source: int, length: int, kind: UploadKind, options: Mapping[str, str]
    ) -> Rendered:
        """Make the kind's ladder of the file behind a descriptor: see `Renderer`."""
        if length == 0:
            raise EmptyFile
        message = {"length": length, "disabled": sorted(self.disabled)}
        with self._queue.place(length, kind.limits.max_pixels):
            if kind.medium in MEDIA:
                # Read where it lies: it may be larger than any memory.
                message |= write_media(kind)
                claim: Claims[Rendered] = partial(MediaClaim, kind=kind)
                return await self._have_done(message, _to_read(source), claim)
            crops = read_crops(kind, options)
            message |= {**write_kind(kind), "crops": write_crops(crops)}
            claim = partial(Claim, kind=kind, crops=crops)
            return await self._have_done(message, await _lent(source, length), claim)

    async def transcode(self, source: int, length: int, to: Format) -> bytes:
        """Make a variant of a rendition: see `Transcoder`."""
        rendition = read_rendition(_read(source, length))
        message = {"variant": to.value, "length": length}
        claim = partial(VariantClaim, to=to, rendition=rendition)
        with self._queue.place(length, rendition.size.pixels):
            async with self._transcoding:
                return await self._have_done(message, await _lent(source, length), claim)

    async def _have_done(
        self, message: Mapping[str, object], fd: int, claims: Claims[T_co]
    ) -> T_co:
        """Have a worker do a job with a descriptor, which is closed here afterwards.

        Raises:
            FileRejected: what the worker says of the file.
            RendererFailed: it died, fell silent, or says what cannot be true.
        """
        try:
            for _ in range(ATTEMPTS):
                with suppress(NotHeard):
                    async with self._crew.worker() as line:
                        return await self._ask(line, message, fd, claims)
        finally:
            os.close(fd)
        raise RendererFailed

    async def _ask(
        self, line: Line, message: Mapping[str, object], fd: int, claims: Claims[T_co]
    ) -> T_co:
        try:
            async with asyncio.timeout(self.settings.deadline.total_seconds()):
                told = await line.ask(message, fd)
            raise_verdict(told)
            claim = claims(told)
            return claim.take(line.take(claim.lengths))
        except (Gone, Distrusted, TimeoutError) as error:
            raise RendererFailed from error
        finally:
            line.clear()


async def _lent(source: int, length: int) -> int:
    """Open a picture for a worker, or copy it where the system cannot open it again."""
    with _spool_errors():
        try:
            return _reopened(source)
        except FileNotFoundError:
            return await asyncio.to_thread(memfd.copy, source, length)


def _to_read(source: int) -> int:
    with _spool_errors():
        return _reopened(source)


def _read(source: int, length: int) -> bytes:
    """Read a rendition, which is never large."""
    with _spool_errors():
        return memfd.read(source, length)[0]


def _reopened(source: int) -> int:
    """Open a spool once more, so that who gets the descriptor can read and not write."""
    return os.open(f"{DESCRIPTORS}/{source}", os.O_RDONLY | os.O_CLOEXEC)


@contextmanager
def _spool_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        told = "the spool cannot be read"
        raise StoreFailed(told) from error
