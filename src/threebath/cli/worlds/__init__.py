"""Ready-made worlds: what `threebath dev` and `threebath demo` start with.

Every world can be made again on the same data, and comes out the same.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from threebath.cli.worlds import ok, up, vk
from threebath.cli.worlds.base import Credentials, Makings

WORLDS: Mapping[str, Callable[[Makings], Awaitable[Credentials]]] = MappingProxyType(
    {"vk": vk.make, "ok": ok.make, "up": up.make}
)
"""Who makes what, by the dialect's name."""


async def make_all(makings: Makings) -> dict[str, Credentials]:
    """Make every dialect's world; return what a client needs to know of each."""
    return {name: await make(makings) for name, make in WORLDS.items()}
