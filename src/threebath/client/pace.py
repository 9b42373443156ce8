"""When to call: not more often than allowed, and not at once after a failure."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often to try, and how long to wait in between.

    Attributes:
        attempts: tries in all; 1 means no second try.
        first: seconds before the second try; each further pause is twice as long.
        most: seconds that no pause exceeds.
    """

    attempts: int = 4
    first: float = 0.5
    most: float = 10.0

    def pauses(self) -> Iterator[float]:
        """Give the pauses between the tries, each shortened by chance by up to a half.

        Chance keeps many clients that failed together from coming back together.
        """
        for number in range(self.attempts - 1):
            pause = min(self.most, self.first * 2**number)
            yield pause * random.uniform(0.5, 1.0)  # noqa: S311  # no secret


class Pace:
    """Spaces calls evenly, so that no more than *rate* start in a second."""

    def __init__(self, rate: float | None, sleep: Sleep = asyncio.sleep) -> None:
        self._gap = 1 / rate if rate else 0.0
        self._sleep = sleep
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for this caller's turn; turns are given in the order of asking."""
        now = asyncio.get_running_loop().time()
        mine = max(now, self._next)
        self._next = mine + self._gap
        if mine > now:
            await self._sleep(mine - now)
