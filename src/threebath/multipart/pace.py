"""A guard against bodies that come too slowly, or do not end."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from threebath.core.errors import BodyTooLarge, BodyTooSlow
from threebath.multipart.limits import KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How slowly a body may come. Only waiting counts, not what we do in between.

    Attributes:
        min_rate: bytes per second, on average over a window; a phone on EDGE has 10 KiB.
        window: seconds; also the longest silence. Trains go through tunnels.
        longest: seconds of waiting for the whole body.
    """

    min_rate: int = KIB
    window: float = 30.0
    longest: float = 3600.0


async def paced(
    stream: AsyncIterator[bytes],
    max_bytes: int,
    pace: Pace | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[bytes]:
    """Pass *stream* on, if it is neither too long nor too slow.

    Raises:
        BodyTooLarge: it has more than *max_bytes*; nothing beyond them is passed on.
        BodyTooSlow: it is slower than *pace*, which is found out within two windows.
    """
    pace = pace or Pace()
    patience = _Patience()
    total = got = 0
    waited = waited_in_window = 0.0
    try:
        while True:
            before = clock()
            longest = min(pace.window, pace.longest - waited)
            chunk = await patience.next_of(stream, longest)
            if chunk is None:
                return
            spent = clock() - before
            total += len(chunk)
            got += len(chunk)
            waited += spent
            waited_in_window += spent
            if total > max_bytes:
                raise BodyTooLarge("bytes", max_bytes)
            if waited >= pace.longest:
                raise BodyTooSlow
            if waited_in_window >= pace.window:
                if got < pace.min_rate * waited_in_window:
                    raise BodyTooSlow
                got, waited_in_window = 0, 0.0
            yield chunk
    finally:
        patience.end()


class _Patience:
    """Ends a wait that lasts too long, with one timer for all waits of a body.

    A timer for each would be made and thrown away with every chunk. This one, when it goes
    off, looks how long the wait of the moment may still last, and is set to that. No wait
    may end before an earlier one would have had to.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: asyncio.Task[object] | None = None
        self._until = 0.0
        self._is_over = False

    async def next_of(self, stream: AsyncIterator[bytes], seconds: float) -> bytes | None:
        """Return the next chunk, or None at the end.

        Raises:
            BodyTooSlow: it does not come within *seconds*.
        """
        task = self._waiting = asyncio.current_task()
        cancelling = task.cancelling() if task else 0
        self._until = self._loop.time() + seconds
        if self._timer is None:
            self._timer = self._loop.call_at(self._until, self._look)
        try:
            return await anext(stream, None)
        except asyncio.CancelledError:
            # Somebody else may have cancelled as well, and then that is what counts.
            if self._is_over and task and task.cancelling() - 1 <= cancelling:
                raise BodyTooSlow from None
            raise
        finally:
            self._waiting = None
            if self._is_over and task:
                self._is_over = False
                task.uncancel()

    def _look(self) -> None:
        self._timer = None
        if self._waiting is None:
            return
        if self._loop.time() < self._until:
            self._timer = self._loop.call_at(self._until, self._look)
        else:
            self._is_over = True
            self._waiting.cancel()

    def end(self) -> None:
        """Forget the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
