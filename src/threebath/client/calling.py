"""What the clients of all networks share: connections, a pace, and what is repeated."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Self, TypeVar

from threebath.client.errors import AddressExpired
from threebath.client.pace import Pace
from threebath.client.progress import Stage, Track, enter_all
from threebath.client.shapes import Shape
from threebath.client.transport import Transport, host_of

A = TypeVar("A")
T = TypeVar("T")


class Calling:
    """A network's host, called over one pool of connections at an even pace.

    Args:
        transport: what to call with instead of an own one; it is not closed with this.
    """

    def __init__(self, base: str, rate: float | None, transport: Transport | None) -> None:
        self._host = host_of(base)
        self._base = base.rstrip("/")
        self._own = transport is None
        self.transport = transport or Transport()
        self._pace = Pace(rate, self.transport.sleep)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections, if they are not the caller's."""
        if self._own:
            await self.transport.close()

    async def _repeat(
        self,
        step: Callable[[], Awaitable[T]],
        tracks: Sequence[Track] = (),
        *,
        repeatable: bool = True,
    ) -> T:
        """Take *step* as `Transport.repeat` does, and tell *tracks* of each new try."""

        def notice(error: Exception) -> None:
            enter_all(tracks, Stage.RETRYING, str(error))

        return await self.transport.repeat(step, repeatable=repeatable, notice=notice)


class StepCalling(Calling, ABC):
    """A network whose uploads are three steps, and whose calls have text fields only.

    Attributes:
        own_hosts: the network itself, which does not say what a repeated save does.
        words: writes parameters as the network reads them.
    """

    own_hosts: frozenset[str]
    words: Callable[[Mapping[str, object]], dict[str, str]]

    def __init__(
        self,
        base: str,
        rate: float | None,
        transport: Transport | None,
        *,
        repeatable: bool | None,
    ) -> None:
        super().__init__(base, rate, transport)
        is_real = self._host in self.own_hosts
        self.repeatable = not is_real if repeatable is None else repeatable

    async def call(
        self, method: str, params: Mapping[str, object], *, repeatable: bool = True
    ) -> Shape:
        """Call any method of the API; repeat it while that is safe and may help.

        Raises:
            NetworkError: the network refused.
            Uncertain: it is not *repeatable*, and it is not known whether it was done.
        """
        given = self.words(params)
        return await self._repeat(lambda: self._call(method, given), repeatable=repeatable)

    @abstractmethod
    async def _call(self, method: str, params: Mapping[str, str]) -> Shape:
        """Call once; where only the credentials were stale, once more with new ones."""


async def receive_at(
    issue: Callable[[], Awaitable[A]],
    send: Callable[[A], Awaitable[T]],
    tracks: Sequence[Track],
) -> T:
    """Do steps 1 and 2; where the address has expired, once more with a new one."""
    enter_all(tracks, Stage.ADDRESS)
    try:
        return await send(await issue())
    except AddressExpired as error:
        enter_all(tracks, Stage.RETRYING, str(error))
        return await send(await issue())
