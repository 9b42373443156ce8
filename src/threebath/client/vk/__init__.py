"""VK."""

from threebath.client.vk.api import VK
from threebath.client.vk.calls import Address, Reply
from threebath.client.vk.results import (
    Audio,
    ChatPhoto,
    Cover,
    Document,
    Graffiti,
    Media,
    OwnerPhoto,
    Photo,
    PhotoSize,
    Story,
    Video,
    Voice,
)

__all__ = [
    "VK",
    "Address",
    "Audio",
    "ChatPhoto",
    "Cover",
    "Document",
    "Graffiti",
    "Media",
    "OwnerPhoto",
    "Photo",
    "PhotoSize",
    "Reply",
    "Story",
    "Video",
    "Voice",
]
