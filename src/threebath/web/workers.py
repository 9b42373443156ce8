"""Several processes that do the same work, watched by one that does none."""

import ctypes
import faulthandler
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection, get_context
from multiprocessing.context import SpawnProcess
from time import monotonic, sleep
from types import FrameType

import structlog
from prometheus_client import multiprocess

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Tells prometheus-client where to add up the numbers of several processes."""

FAILED = 3
"""Exit status of a worker that could not start: another one could not either."""

SHORT_LIFE = 2.0
"""Seconds; a worker that died younger than this is replaced after a pause of as much."""

LAST_WORDS = 5.0
"""Seconds that a worker has to end when its grace is over."""

LOOK = 1.0
"""Seconds after which the supervisor looks again whether the workers' hearts beat."""

LEAST_SILENCE = 3 * LOOK
"""Seconds that a worker may always be silent: a beat and a look can miss each other."""

TELL_STACKS = signal.SIGUSR1
"""Makes a worker write the stacks of its threads to standard error, and go on."""

LAST_STACKS = 0.5
"""Seconds that a worker which stands still has to do so."""

_PR_SET_PDEATHSIG = 1

Beat = Callable[[], None]
"""What a worker calls again and again, to say that it does not stand still."""


@dataclass(slots=True)
class _Watched:
    """What is known of a worker: its age, and how long its heart has been silent."""

    began: float
    heart: ctypes.c_ulong
    beats: int = 0
    silence: float = 0.0

    def listen(self, passed: float) -> None:
        """Look at the heart, *passed* seconds after the last look."""
        beats = self.heart.value
        is_silent = beats > 0 and beats == self.beats
        self.silence = self.silence + passed if is_silent else 0.0
        self.beats = beats


class Supervisor:
    """Starts workers, replaces those that die, and ends them all on SIGTERM or SIGINT."""

    def __init__(
        self,
        work: Callable[[Beat], None],
        count: int,
        grace: float,
        silence: float,
        at_end: Callable[[], None],
    ) -> None:
        """Run *work*, which must be picklable, in *count* processes.

        Args:
            grace: seconds that the workers have to finish what is under way.
            silence: seconds without a beat, after the first one, after which a worker is
                replaced, at least `LEAST_SILENCE`; 0 for never.
            at_end: called before they are told to; closes our copy of what they share.
        """
        self._work = work
        self._at_end = at_end
        self._count = count
        self._grace = grace
        self._silence = silence and max(silence, LEAST_SILENCE)
        self._looked = monotonic()
        self._workers: dict[SpawnProcess, _Watched] = {}
        self._context = get_context("spawn")
        self._woken, self._waker = os.pipe()
        self._stopping = False
        self._log = structlog.get_logger("threebath")

    def run(self) -> None:
        """Work until a signal comes, then wait for what is under way.

        Raises:
            SystemExit: a worker could not start.
        """
        failed = False
        with _metrics_folder() as folder, self._signals():
            while not self._stopping and not failed:
                while len(self._workers) < self._count:
                    self._start()
                ends = (one.sentinel for one in self._workers)
                connection.wait([self._woken, *ends], LOOK if self._silence else None)
                self._end_the_silent()
                failed = self._bury(folder)
            self._stop()
        if failed:
            sys.exit(FAILED)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = {one: signal.signal(one, self._stop_soon) for one in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(self._woken)
            os.close(self._waker)

    def _stop_soon(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
        os.write(self._waker, b".")

    def _start(self) -> None:
        heart = self._context.RawValue(ctypes.c_ulong, 0)
        worker = self._context.Process(target=_run, args=(self._work, heart))
        worker.start()
        self._workers[worker] = _Watched(monotonic(), heart)

    def _end_the_silent(self) -> None:
        """Kill workers that stand still; they write down where, and are replaced.

        Time in which this process itself stood still does not count.
        """
        now = monotonic()
        passed, self._looked = min(now - self._looked, 2 * LOOK), now
        for worker, watched in self._workers.items():
            watched.listen(passed)
            is_over = self._silence and watched.silence >= self._silence
            if is_over and worker.pid and worker.is_alive():
                seconds = round(watched.silence)
                self._log.error("worker stands still", pid=worker.pid, seconds=seconds)
                os.kill(worker.pid, TELL_STACKS)
                worker.join(LAST_STACKS)
                worker.kill()
                worker.join()

    def _bury(self, folder: str) -> bool:
        """Forget workers that ended; say whether one could not even start."""
        dead = [one for one in self._workers if one.exitcode is not None]
        for worker in dead:
            age = monotonic() - self._workers.pop(worker).began
            multiprocess.mark_process_dead(worker.pid, folder)  # type: ignore[no-untyped-call]
            if self._stopping:
                continue
            self._log.error("worker ended", pid=worker.pid, status=worker.exitcode)
            if worker.exitcode == FAILED:
                return True
            if age < SHORT_LIFE:
                sleep(SHORT_LIFE)
        return False

    def _stop(self) -> None:
        self._at_end()
        for worker in self._workers:
            worker.terminate()
        deadline = monotonic() + self._grace + LAST_WORDS
        for worker in self._workers:
            worker.join(max(0, deadline - monotonic()))
            if worker.exitcode is None:
                worker.kill()
                worker.join()


def _run(work: Callable[[Beat], None], heart: ctypes.c_ulong) -> None:
    """Work, and stop when the supervisor is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    # Stacks without values: a core dump would have secrets in it.
    faulthandler.register(TELL_STACKS)

    def beat() -> None:
        heart.value += 1

    work(beat)


@contextmanager
def _metrics_folder() -> Iterator[str]:
    """Yield the folder in which the workers add up their numbers; empty at first."""
    with tempfile.TemporaryDirectory(prefix="threebath-metrics-") as folder:
        os.environ[METRICS_FOLDER] = folder
        try:
            yield folder
        finally:
            del os.environ[METRICS_FOLDER]
