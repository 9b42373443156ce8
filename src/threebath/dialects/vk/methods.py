"""The table of VK's methods; names are matched exactly, letter case included."""

from collections.abc import Mapping
from types import MappingProxyType

from threebath.core.errors import UnknownMethod
from threebath.dialects.vk import (
    chats,
    documents,
    films,
    market,
    people,
    photos,
    posting,
    uploads,
)
from threebath.dialects.vk.calls import Method

METHODS: Mapping[str, Method] = MappingProxyType(
    {
        **uploads.METHODS,
        **photos.METHODS,
        **people.METHODS,
        **posting.METHODS,
        **chats.METHODS,
        **documents.METHODS,
        **films.METHODS,
        **market.METHODS,
    }
)

ALIASES: Mapping[str, str] = MappingProxyType(
    {"photos.setChatPhoto": "messages.setChatPhoto"}
)
"""What a client calls by a name that VK never had (vkbottle 4)."""


def method_named(name: str) -> Method:
    """Return a method, or raise `UnknownMethod`."""
    found = METHODS.get(ALIASES.get(name, name))
    if found is None:
        raise UnknownMethod(name)
    return found
