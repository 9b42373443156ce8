"""VK: an upload server's address, then the files, then a save call."""

from threebath.dialects.vk.http import VK

__all__ = ["VK"]
