"""What `threebath demo` uploads, by dialect: the same calls that a client makes."""

from collections.abc import AsyncIterator, Callable, Mapping
from types import MappingProxyType

from threebath.cli.demos import ok, up, vk
from threebath.cli.demos.base import Landed, Stage

DEMOS: Mapping[str, Callable[[Stage], AsyncIterator[Landed]]] = MappingProxyType(
    {"vk": vk.upload, "ok": ok.upload, "up": up.upload}
)
"""Who uploads, by the dialect's name; each yields a line for every photo that landed."""

COUNTS: Mapping[str, int] = MappingProxyType(
    {"vk": vk.COUNT, "ok": ok.COUNT, "up": up.COUNT}
)
"""How many photos each uploads, for the progress bars."""
