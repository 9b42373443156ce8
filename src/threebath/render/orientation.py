"""EXIF orientation: how a stored picture is turned upright."""

from enum import IntEnum

from threebath.core.ladder import Crop, Size


class Orientation(IntEnum):
    """EXIF's tag 0x0112: where the stored picture's row 0 and column 0 are to be seen."""

    UPRIGHT = 1
    MIRRORED = 2
    HALF_TURN = 3
    FLIPPED = 4
    TRANSPOSED = 5
    QUARTER_TURN = 6
    TRANSVERSED = 7
    THREE_QUARTER_TURN = 8

    @property
    def swaps(self) -> bool:
        """Whether width and height change places."""
        return self >= Orientation.TRANSPOSED

    @property
    def from_right(self) -> bool:
        """Whether what is seen at the left is stored at the right (or bottom)."""
        return self in _FROM_RIGHT

    @property
    def from_bottom(self) -> bool:
        """Whether what is seen at the top is stored at the bottom (or right)."""
        return self in _FROM_BOTTOM

    def upright(self, stored: Size) -> Size:
        """Say how large a picture of size *stored* is once upright."""
        return Size(stored.height, stored.width) if self.swaps else stored

    def stored(self, crop: Crop, whole: Size) -> Crop:
        """Find in the stored picture what *crop* is in the upright one, *whole*.

        >>> Orientation.QUARTER_TURN.stored(Crop(0, 0, Size(3, 2)), Size(30, 40))
        Crop(x=0, y=27, size=Size(width=2, height=3))
        """
        x = whole.width - crop.x - crop.size.width if self.from_right else crop.x
        y = whole.height - crop.y - crop.size.height if self.from_bottom else crop.y
        if self.swaps:
            return Crop(y, x, Size(crop.size.height, crop.size.width))
        return Crop(x, y, crop.size)


_FROM_RIGHT = frozenset(
    {
        Orientation.MIRRORED,
        Orientation.HALF_TURN,
        Orientation.QUARTER_TURN,
        Orientation.TRANSVERSED,
    }
)
_FROM_BOTTOM = frozenset(
    {
        Orientation.HALF_TURN,
        Orientation.FLIPPED,
        Orientation.TRANSVERSED,
        Orientation.THREE_QUARTER_TURN,
    }
)
