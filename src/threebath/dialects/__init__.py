"""The networks' protocols; each translates wire calls to the service and back."""

from collections.abc import Callable

from threebath.core.kinds import UploadKind
from threebath.dialects.base import Dialect, Services
from threebath.dialects.ok import OK
from threebath.dialects.up import UP
from threebath.dialects.vk import VK

DIALECT_TYPES = (VK, OK, UP)
"""The dialects' classes, in the order in which people are told of them."""

DIALECTS: tuple[Callable[[Services], Dialect], ...] = DIALECT_TYPES
"""What makes a dialect of the services."""

ALL_KINDS: tuple[UploadKind, ...] = tuple(
    kind for dialect in DIALECT_TYPES for kind in dialect.kinds
)
"""Every upload kind of every dialect."""
