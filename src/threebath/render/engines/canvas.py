"""What an engine offers: a picture in memory that can be scaled, turned and encoded."""

from typing import Protocol, Self

from threebath.core.ladder import Crop, Size
from threebath.render.orientation import Orientation

QUALITY = 85
"""Of the JPEGs made: where q90 adds a third to the bytes and nothing to see."""


class Canvas(Protocol):
    """A picture being worked on; its methods return new ones."""

    @property
    def size(self) -> Size:
        """Width and height in pixels; a decoder may have halved them on the way."""
        ...

    def scaled(self, region: Crop, size: Size) -> Self:
        """Scale a part of the picture, by Lanczos' filter, to exactly *size*."""
        ...

    def turned(self, orientation: Orientation) -> Self:
        """Turn a stored picture upright."""
        ...

    def jpeg(self) -> bytes:
        """Encode as a baseline JPEG of `QUALITY`, 4:2:0 unless it is grey."""
        ...

    def pixels(self) -> bytes:
        """Return red, green and blue of every pixel, row by row."""
        ...
