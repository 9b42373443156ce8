"""The size ladder: which renditions are made of a picture, and how large.

All geometry is in whole numbers and exact; nothing here depends on how floating
point rounds. A picture is never enlarged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def side_sum(self) -> int:
        return self.width + self.height

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def aspect(self) -> Fraction:
        """Width divided by height."""
        return Fraction(self.width, self.height)

    def fits_in(self, other: "Size") -> bool:
        return self.width <= other.width and self.height <= other.height

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Crop:
    """A rectangle of the upright picture, in its pixels; (0, 0) is the top left."""

    x: int
    y: int
    size: Size

    def is_inside(self, whole: Size) -> bool:
        return (
            self.x >= 0
            and self.y >= 0
            and self.size.width >= 1
            and self.size.height >= 1
            and self.x + self.size.width <= whole.width
            and self.y + self.size.height <= whole.height
        )


class Fit(StrEnum):
    """How a rung's box is read."""

    BOX = "inside the box, keeping its shape"
    WIDTH = "to the box's width; wider than 3:2 is cut left and right to 3:2"
    SHORT = "the shorter side to the box's width"
    SQUARE = "the middle square (or the chosen crop), to the box's width"
    CROP = "the chosen crop, inside the box; the whole picture if none was chosen"


@dataclass(frozen=True, slots=True)
class Target:
    """One rendition to make: the part of the picture it shows, and its size."""

    letter: str
    crop: Crop
    size: Size


WIDEST = Fraction(3, 2)
"""Pictures wider than this are cut by `Fit.WIDTH` (vk.com, sizes o, p, q, r)."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: its letter, its box, and when it exists.

    Attributes:
        letter: the rendition's name on the wire, unique in its ladder.
        over: the rung exists only if the picture does not fit in this box.
        crop: the name of the crop that the caller may choose for it.
    """

    letter: str
    box: Size
    fit: Fit = Fit.BOX
    over: Size | None = None
    crop: str = ""

    def exists_for(self, source: Size) -> bool:
        return self.over is None or not source.fits_in(self.over)

    def target(self, source: Size, chosen: Crop | None = None) -> Target:
        """Say what to make of an upright picture of size *source*."""
        whole = Crop(0, 0, source)
        match self.fit:
            case Fit.BOX:
                return Target(self.letter, whole, fit_in(source, self.box))
            case Fit.WIDTH:
                crop = _cut_to(source, WIDEST)
                shape = WIDEST if crop.size != source else source.aspect
                return Target(
                    self.letter, crop, _to_width(crop.size, self.box.width, shape)
                )
            case Fit.SHORT:
                return Target(self.letter, whole, _to_short(source, self.box.width))
            case Fit.SQUARE:
                crop = chosen or _middle_square(source)
                side = min(self.box.width, crop.size.width, crop.size.height)
                return Target(self.letter, crop, Size(side, side))
            case Fit.CROP:
                crop = chosen or whole
                return Target(self.letter, crop, fit_in(crop.size, self.box))


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs of a kind, in the order in which the wire lists them."""

    rungs: tuple[Rung, ...] = ()

    def plan(
        self, source: Size, crops: Mapping[str, Crop] = MappingProxyType({})
    ) -> tuple[Target, ...]:
        """List what to render of an upright picture of size *source*.

        Args:
            source: the picture's size after applying EXIF orientation.
            crops: the crops that the caller chose, by `Rung.crop`; all inside *source*.
        """
        return tuple(
            rung.target(source, crops.get(rung.crop))
            for rung in self.rungs
            if rung.exists_for(source)
        )


def fit_in(source: Size, box: Size) -> Size:
    """Scale *source* down into *box*, keeping its shape; never enlarge.

    The side that is not given by the box is rounded to the nearest pixel, an exact
    half downwards, and is at least one pixel.

    Source: seed 000, where a 3:4 photo has an ``m`` of 97x130 and a 4:3 photo one of
    130x97; 102x249 has an ``s`` of 31x75.

    >>> fit_in(Size(1620, 2160), Size(130, 130))
    Size(width=97, height=130)
    >>> fit_in(Size(102, 249), Size(75, 75))
    Size(width=31, height=75)
    """
    if source.fits_in(box):
        return source
    if source.width * box.height >= source.height * box.width:
        return Size(box.width, _half_down(source.height * box.width, source.width))
    return Size(_half_down(source.width * box.height, source.height), box.height)


def _to_width(source: Size, width: int, shape: Fraction) -> Size:
    """Scale to a width; an exact half pixel of height rounds up (4:3 gives 130x98).

    Args:
        shape: what was cut to 3:2 is so to the pixel, whatever was rounded on the way.
    """
    if source.width <= width:
        return source
    return Size(width, _half_up(width * shape.denominator, shape.numerator))


def _to_short(source: Size, side: int) -> Size:
    if min(source.width, source.height) <= side:
        return source
    if source.width <= source.height:
        return Size(side, _half_up(source.height * side, source.width))
    return Size(_half_up(source.width * side, source.height), side)


def _cut_to(source: Size, widest: Fraction) -> Crop:
    if source.aspect <= widest:
        return Crop(0, 0, source)
    width = max(1, source.height * widest.numerator // widest.denominator)
    return Crop((source.width - width) // 2, 0, Size(width, source.height))


def _middle_square(source: Size) -> Crop:
    side = min(source.width, source.height)
    left, top = (source.width - side) // 2, (source.height - side) // 2
    return Crop(left, top, Size(side, side))


def _half_up(numerator: int, denominator: int) -> int:
    return max(1, (2 * numerator + denominator) // (2 * denominator))


def _half_down(numerator: int, denominator: int) -> int:
    return max(1, -((denominator - 2 * numerator) // (2 * denominator)))
