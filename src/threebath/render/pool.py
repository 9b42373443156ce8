"""The renderer: a pool of locked-up workers behind the service's port."""

import asyncio
import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from threebath.core.errors import EmptyFile, RendererFailed
from threebath.core.kinds import Format, UploadKind
from threebath.core.ladder import Crop
from threebath.render.crew import Crew
from threebath.render.crops import read_crops
from threebath.render.judge import (
    Claim,
    Distrusted,
    judge_variant,
    raise_verdict,
    read_length,
)
from threebath.render.line import Answer, Gone, Line
from threebath.render.media.messages import MEDIA, MediaClaim, write_media
from threebath.render.probe import read_rendition
from threebath.render.queue import Queue
from threebath.render.sandbox import memfd
from threebath.render.settings import RenderSettings
from threebath.render.wire import write_crops, write_kind
from threebath.service.ports.media import Rendered

DESCRIPTORS = "/proc/self/fd"
"""Where Linux lets a process open once more what it has open."""


class RenderPool:
    """Renders in as many worker processes as there are processors; see docs/rendering.md.

    An implementation of the ports `Renderer` and `Transcoder`. Every process that
    renders has a pool of its own; pools know nothing of each other.
    """

    def __init__(self, settings: RenderSettings | None = None) -> None:
        self.settings = settings or RenderSettings()
        self.disabled = set(self.settings.disabled)
        """Formats refused from now on; may be changed at any time."""
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

    def disable(self, found: Format) -> None:
        """Refuse a format from now on, as one does when its decoder has a hole."""
        self.disabled.add(found)

    def enable(self, found: Format) -> None:
        """Take a format again."""
        self.disabled.discard(found)

    async def render(
        self, source: int, length: int, kind: UploadKind, options: Mapping[str, str]
    ) -> Rendered:
        """Make the kind's ladder of the file behind a descriptor: see `Renderer`."""
        if length == 0:
            raise EmptyFile
        if kind.medium in MEDIA:
            return await self._describe(source, length, kind)
        crops = read_crops(kind, options)
        with self._queue.place(length, kind.limits.max_pixels):
            async with self._crew.worker() as line:
                return await self._render(line, source, length, kind, crops)

    async def transcode(self, source: int, length: int, to: Format) -> bytes:
        """Make a variant of a rendition: see `Transcoder`."""
        rendition = read_rendition(await _read(source, length))
        message = {"variant": to.value, "length": length}
        with self._queue.place(length, rendition.size.pixels):
            async with self._transcoding, self._crew.worker() as line:
                answer = await self._ask(line, message, source, length)
                try:
                    raise_verdict(answer.message)
                    (made,) = answer.read([read_length(answer.message, rendition.size)])
                    return judge_variant(made, to, rendition.size)
                except Distrusted as error:
                    raise RendererFailed from error
                finally:
                    answer.close()

    async def _render(
        self,
        line: Line,
        source: int,
        length: int,
        kind: UploadKind,
        crops: Mapping[str, Crop],
    ) -> Rendered:
        message = {
            **write_kind(kind),
            "length": length,
            "crops": write_crops(crops),
            "disabled": sorted(self.disabled),
        }
        answer = await self._ask(line, message, source, length)
        try:
            raise_verdict(answer.message)
            claim = Claim(answer.message, kind, crops)
            return claim.take(answer.read(claim.lengths))
        except Distrusted as error:
            raise RendererFailed from error
        finally:
            answer.close()

    async def _describe(self, source: int, length: int, kind: UploadKind) -> Rendered:
        """Look at a sound or a film where it lies: it may be larger than any memory."""
        message = write_media(kind, length, sorted(self.disabled))
        with self._queue.place(length, kind.limits.max_pixels):
            async with self._crew.worker() as line:
                answer = await self._ask_about(line, message, _to_read(source))
                try:
                    raise_verdict(answer.message)
                    claim = MediaClaim(answer.message, kind)
                    return claim.take(answer.read(claim.lengths))
                except Distrusted as error:
                    raise RendererFailed from error
                finally:
                    answer.close()

    async def _ask(
        self, line: Line, message: Mapping[str, Any], source: int, length: int
    ) -> Answer:
        """Have a worker do a job, within the deadline.

        Raises:
            RendererFailed: it died, fell silent or talks nonsense.
        """
        return await self._ask_about(line, message, await _lent(source, length))

    async def _ask_about(self, line: Line, message: Mapping[str, Any], fd: int) -> Answer:
        """Have a worker do a job with a descriptor, which is closed here afterwards."""
        try:
            async with asyncio.timeout(self.settings.deadline.total_seconds()):
                return await line.ask(message, fd)
        except (Gone, Distrusted, TimeoutError) as error:
            raise RendererFailed from error
        finally:
            os.close(fd)


def _to_read(source: int) -> int:
    """Open a spool once more, so that who gets the descriptor can read and not write."""
    try:
        return os.open(f"{DESCRIPTORS}/{source}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        told = "the spool cannot be read"
        raise RendererFailed(told) from error


async def _read(source: int, length: int) -> bytes:
    """Read a rendition, which is never large."""
    try:
        return memfd.read(source, length)[0]
    except OSError as error:
        told = "the rendition cannot be read"
        raise RendererFailed(told) from error


async def _lent(source: int, length: int) -> int:
    """Open a picture for a worker, or copy it where the system cannot open it again."""
    try:
        return _to_read(source)
    except RendererFailed:
        return await asyncio.to_thread(_copied, source, length)


def _copied(source: int, length: int) -> int:
    try:
        return memfd.copy(source, length)
    except OSError as error:
        told = "the spool cannot be read"
        raise RendererFailed(told) from error
