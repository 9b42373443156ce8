"""The networks' protocols; each translates wire calls to the service and back."""

from collections.abc import Callable

from threebath.core.kinds import UploadKind
from threebath.dialects.base import Dialect, Services
from threebath.dialects.vk import VK

DIALECTS: tuple[Callable[[Services], Dialect], ...] = (VK,)
"""What is mounted, in the order in which people are told of it."""

ALL_KINDS: tuple[UploadKind, ...] = (*VK.kinds,)
"""Every upload kind of every dialect."""
