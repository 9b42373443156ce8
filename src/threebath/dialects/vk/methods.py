"""The table of VK's methods; names are matched exactly, letter case included."""

from collections.abc import Mapping
from types import MappingProxyType

from threebath.core.errors import UnknownMethod
from threebath.dialects.vk import people, photos, posting, uploads
from threebath.dialects.vk.calls import Method

METHODS: Mapping[str, Method] = MappingProxyType(
    {**uploads.METHODS, **photos.METHODS, **people.METHODS, **posting.METHODS}
)


def method_named(name: str) -> Method:
    """Return a method, or raise `UnknownMethod`."""
    if name not in METHODS:
        raise UnknownMethod(name)
    return METHODS[name]
