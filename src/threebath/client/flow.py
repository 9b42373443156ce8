"""A destination, cut in two.

What may be repeated because it leaves nothing behind is `Flow.receive`; what saves is
`Flow.commit`. Between the two the journal is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from threebath.client.calling import StepCalling
from threebath.client.errors import ClientError
from threebath.client.progress import Track
from threebath.core.kinds import Limits

R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Saved(Generic[R_co]):
    """What a file became: how the network names it, and the typed result."""

    id: str
    url: str
    value: R_co


class Flow(Protocol[R_co]):
    """One destination."""

    @property
    def group(self) -> int:
        """Files that go together."""
        ...

    @property
    def repeatable(self) -> bool:
        """Whether a second commit of the same claim saves nothing new."""
        ...

    @property
    def whole(self) -> bool:
        """Whether all files make one post, so that one failure is everyone's."""
        ...

    @property
    def late(self) -> bool:
        """Whether commit sends the files too, so that the claim is made at their end."""
        ...

    @property
    def limits(self) -> Limits | None:
        """What each file must satisfy, where that is known."""
        ...

    async def receive(self, tracks: Sequence[Track]) -> dict[str, Any]:
        """Send the files; return what saving takes, as JSON.

        Raises:
            UploadRefused: one of the files is not acceptable; nothing was saved.
        """
        ...

    async def commit(
        self, claim: dict[str, Any], tracks: Sequence[Track]
    ) -> Sequence[Saved[R_co] | ClientError]:
        """Save what was received: a result or an error for each file, in their order.

        Raises:
            Uncertain: it may have been saved, and must not be repeated.
        """
        ...


class StepFlow:
    """What the flows of three steps share: each file is saved by itself, and last."""

    __slots__ = ()

    calls: StepCalling
    whole = False
    late = False

    @property
    def group(self) -> int:
        return 1

    @property
    def repeatable(self) -> bool:
        return self.calls.repeatable
