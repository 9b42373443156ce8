"""UP (Universal Platform)."""

from threebath.client.up.api import UP, Photo

__all__ = ["UP", "Photo"]
