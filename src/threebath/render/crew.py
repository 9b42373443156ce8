"""The workers of a pool: taken, given back, replaced."""

import asyncio
import logging
import signal
import time
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

from threebath.core.errors import Busy, RendererFailed, UploadError
from threebath.render.line import Line, open_line
from threebath.render.settings import RenderSettings

STARTS_PER_SECOND = 8
"""Workers that are started in any one second, so that poison cannot eat the machine."""
PATIENCE = 1.0
"""Seconds until the next attempt, after a worker could not be started."""

log = logging.getLogger(__name__)


class Crew:
    """As many workers as the settings say, whatever happens to them."""

    def __init__(self, settings: RenderSettings) -> None:
        self.settings = settings
        self._idle: list[Line] = []
        self._waiting: deque[asyncio.Future[Line]] = deque()
        self._busy: set[Line] = set()
        self._births: set[asyncio.Task[None]] = set()
        self._ends: set[asyncio.Task[None]] = set()
        self._starts: deque[float] = deque(maxlen=STARTS_PER_SECOND)
        self._closed = False

    async def start(self) -> None:
        """Start all workers; returns when they are ready.

        Raises:
            RendererFailed: one does not start, or cannot be locked up.
        """
        count = self.settings.processes
        found = await asyncio.gather(
            *(open_line(self.settings) for _ in range(count)), return_exceptions=True
        )
        for one in found:
            if isinstance(one, Line):
                self._put(one)
        for one in found:
            if isinstance(one, BaseException):
                await self.close()
                raise one
        if missing := sorted({name for line in self._idle for name in line.missing}):
            log.warning("pictures are decoded without: %s", ", ".join(missing))

    async def close(self) -> None:
        """End all workers."""
        self._closed = True
        for birth in self._births:
            birth.cancel()
        await asyncio.gather(*self._births, *self._ends, return_exceptions=True)
        for waiting in self._waiting:
            waiting.cancel()
        lines = [*self._idle, *self._busy]
        for line in self._idle:
            asyncio.get_running_loop().remove_reader(line.socket)
        self._idle.clear()
        self._busy.clear()
        await asyncio.gather(*(line.close() for line in lines))

    def missing(self) -> int:
        """Say how many workers are not there, for the moment."""
        alive = [line for line in (*self._idle, *self._busy) if line.process.poll() is None]
        return max(0, self.settings.processes - len(alive))

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Line]:
        """Take a worker, for one file; it is replaced unless the block ends well.

        A refused file is a good end.

        Raises:
            Busy: none got free in time.
        """
        line = await self._take()
        self._busy.add(line)
        last = line.served + 1 >= self.settings.files_per_worker
        if last:
            self._renew()
        try:
            yield line
        except BaseException as error:
            self._busy.discard(line)
            if isinstance(error, UploadError) and not isinstance(error, RendererFailed):
                self._give_back(line, last=last)
            else:
                self._end(line)
                if not last:
                    self._renew()
            raise
        else:
            self._busy.discard(line)
            self._give_back(line, last=last)

    def _give_back(self, line: Line, *, last: bool) -> None:
        if last or self._closed:
            self._end(line)
        else:
            self._put(line)

    async def _take(self) -> Line:
        if self._closed:
            raise RendererFailed
        while self._idle:
            line = self._idle.pop()
            asyncio.get_running_loop().remove_reader(line.socket)
            if line.is_silent():
                return line
            self._lost(line)
        future: asyncio.Future[Line] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            async with asyncio.timeout(self.settings.patience.total_seconds()):
                return await future
        except BaseException as error:
            if future in self._waiting:
                self._waiting.remove(future)
            elif future.done() and not future.cancelled():
                self._put(future.result())
            if isinstance(error, TimeoutError):
                raise Busy from error
            raise

    def _put(self, line: Line) -> None:
        """Hand a worker to whoever waits longest; watch it while nobody does."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(line)
                return
        self._idle.append(line)
        asyncio.get_running_loop().add_reader(line.socket, self._noticed, line)

    def _noticed(self, line: Line) -> None:
        """Replace an idle worker that died, or speaks unasked."""
        asyncio.get_running_loop().remove_reader(line.socket)
        if line in self._idle:
            self._idle.remove(line)
            self._lost(line)

    def _lost(self, line: Line) -> None:
        log.warning("a worker that had nothing to do is gone; it is replaced")
        self._end(line)
        self._renew()

    async def _replace(self) -> None:
        while not self._closed:
            await self._pause()
            try:
                line = await open_line(self.settings)
            except RendererFailed as error:
                log.error("%s", error)  # noqa: TRY400 - its reason is all there is
                await asyncio.sleep(PATIENCE)
                continue
            self._put(line)
            return

    async def _pause(self) -> None:
        """Wait until this start is within the bound on starts."""
        while len(self._starts) == STARTS_PER_SECOND:
            rest = self._starts[0] + 1 - time.monotonic()
            if rest <= 0:
                break
            await asyncio.sleep(rest)
        self._starts.append(time.monotonic())

    def _renew(self) -> None:
        """Start a worker, beside everything else."""
        _keep(self._births, self._replace())

    def _end(self, line: Line) -> None:
        """End a worker, beside everything else."""
        _keep(self._ends, _bury(line))


async def _bury(line: Line) -> None:
    """End a worker; where it had died by itself, say of what: SIGSYS is an alarm."""
    await line.close()
    status = line.process.returncode
    if status not in (0, -signal.SIGKILL):
        cause = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        log.warning("a worker died: %s", cause)


def _keep(tasks: "set[asyncio.Task[None]]", work: Coroutine[object, object, None]) -> None:
    """Run *work* as a task that is not forgotten before it is done."""
    task = asyncio.get_running_loop().create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
