"""The table of OK's methods; names are matched exactly, letter case included."""

from collections.abc import Mapping
from types import MappingProxyType

from threebath.core.errors import UnknownMethod
from threebath.dialects.ok import albums, people, topics, uploads
from threebath.dialects.ok.calls import Method

METHODS: Mapping[str, Method] = MappingProxyType(
    {**uploads.METHODS, **albums.METHODS, **topics.METHODS, **people.METHODS}
)


def method_named(name: str) -> Method:
    """Return a method, or raise `UnknownMethod`."""
    if name not in METHODS:
        raise UnknownMethod(name)
    return METHODS[name]
