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

STARTS_PER_SECOND = 3
"""Starts in any one second for each worker that there should be. A start takes 0.2
seconds of computing, and poison must not eat the machine."""
PATIENCE = 1.0
"""Seconds until the next attempt, after a worker could not be started."""

log = logging.getLogger(__name__)


class Crew:
    """As many workers as the settings say, whatever happens to them."""

    def __init__(self, settings: RenderSettings) -> None:
        self.settings = settings
        self._idle: list[Line] = []
        self._busy: set[Line] = set()  # among them those that are promised to a waiter
        self._waiting: deque[asyncio.Future[Line]] = deque()
        self._births: set[asyncio.Task[None]] = set()
        self._ends: set[asyncio.Task[None]] = set()
        most = STARTS_PER_SECOND * settings.processes
        self._starts: deque[float] = deque(maxlen=most)
        self._closed = False

    async def start(self) -> None:
        """Start all workers; returns when they are ready.

        Raises:
            RendererFailed: one does not start, or cannot be locked up.
        """
        count = self.settings.processes
        births = [asyncio.create_task(open_line(self.settings)) for _ in range(count)]
        try:
            await asyncio.gather(*births)
        except BaseException:
            for birth in births:
                birth.cancel()
            found = await asyncio.gather(*births, return_exceptions=True)
            await asyncio.gather(*(one.close() for one in found if isinstance(one, Line)))
            raise
        for birth in births:
            self._put(birth.result())
        if missing := sorted({name for line in self._idle for name in line.missing}):
            log.warning("pictures are decoded without: %s", ", ".join(missing))

    async def close(self) -> None:
        """End all workers; who has one or waits for one is told that it failed."""
        self._closed = True
        for birth in self._births:
            birth.cancel()
        await asyncio.gather(*self._births, return_exceptions=True)
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(RendererFailed())
        lines = [*self._idle, *self._busy]
        self._idle.clear()
        self._busy.clear()
        await asyncio.gather(*(line.close() for line in lines))
        while self._ends:
            await asyncio.gather(*self._ends, return_exceptions=True)

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
        is_last = line.served + 1 >= self.settings.files_per_worker
        # Its successor may begin to start now, but there are never twice as many.
        is_succeeded = is_last and self._living() < 2 * self.settings.processes
        if is_succeeded:
            self._renew()
        is_well = False
        try:
            yield line
            is_well = True
        except UploadError as error:
            is_well = not isinstance(error, RendererFailed)
            raise
        finally:
            self._busy.discard(line)
            if is_well and not is_last and not self._closed:
                self._put(line)
            else:
                self._end(line)
                if not is_succeeded:
                    self._renew()

    def _living(self) -> int:
        """Count the workers that there are, and those that are on their way."""
        return len(self._idle) + len(self._busy) + len(self._births)

    async def _take(self) -> Line:
        """Take a worker that is alive and silent."""
        try:
            async with asyncio.timeout(self.settings.patience.total_seconds()):
                while not (line := await self._next()).is_silent():
                    self._busy.discard(line)
                    self._lost(line)
        except TimeoutError as error:
            raise Busy from error
        return line

    async def _next(self) -> Line:
        """Take an idle worker, or wait for the next that gets free."""
        if self._closed:
            raise RendererFailed
        if self._idle:
            line = self._idle.pop()
            asyncio.get_running_loop().remove_reader(line.socket)
            self._busy.add(line)
            return line
        future: asyncio.Future[Line] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            return await future
        except BaseException:
            if future in self._waiting:
                self._waiting.remove(future)
            elif future.done() and not future.cancelled() and not future.exception():
                self._busy.discard(future.result())
                self._put(future.result())
            raise

    def _put(self, line: Line) -> None:
        """Hand a worker to whoever waits longest; watch it while nobody does."""
        if self._closed:
            self._end(line)
            return
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                self._busy.add(line)
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
            except (RendererFailed, OSError, RuntimeError) as error:
                log.error("%s", error)  # noqa: TRY400 - its reason is all there is
                await asyncio.sleep(PATIENCE)
                continue
            self._put(line)
            return

    async def _pause(self) -> None:
        """Wait until this start is within the bound on starts."""
        while len(self._starts) == self._starts.maxlen:
            rest = self._starts[0] + 1 - time.monotonic()
            if rest <= 0:
                break
            await asyncio.sleep(rest)
        self._starts.append(time.monotonic())

    def _renew(self) -> None:
        """Start a worker, beside everything else."""
        if not self._closed:
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
