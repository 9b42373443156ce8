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
    total = got = 0
    waited = waited_in_window = 0.0
    while True:
        before = clock()
        chunk = await _within(stream, min(pace.window, pace.longest - waited))
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


async def _within(stream: AsyncIterator[bytes], seconds: float) -> bytes | None:
    """Return the next chunk, or None at the end."""
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await anext(stream, None)
    except TimeoutError:
        if limit.expired():
            raise BodyTooSlow from None
        raise
