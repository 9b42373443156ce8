"""The crops that a caller chooses, as they stand in form fields."""

import re
from collections.abc import Iterable, Mapping

from threebath.core.errors import BadCrop, CropOutside
from threebath.core.kinds import UploadKind
from threebath.core.ladder import Crop, Fit, Size

NUMBERS = re.compile(r"\s*(-?\d{1,6})\s*(?:,\s*(-?\d{1,6})\s*){2,3}", re.ASCII)
CORNERS = 4


def read_crops(kind: UploadKind, options: Mapping[str, str]) -> dict[str, Crop]:
    """Read the crops that *kind* knows from the form's fields, leaving out empty ones.

    Raises:
        BadCrop: a field is not of the form that `read_crop` describes, or is no square
            where one is shown.
    """
    squares = {one.crop for one in kind.ladder.rungs if one.fit is Fit.SQUARE}
    named = {rung.crop for rung in kind.ladder.rungs} & kind.options
    crops = {name: read_crop(text) for name in named if (text := options.get(name))}
    for name, crop in crops.items():
        if name in squares and crop.size.width != crop.size.height:
            told = "this crop is a square: x,y,side"
            raise BadCrop(told)
    return crops


def read_crop(text: str) -> Crop:
    """Read ``x,y,side``, a square, or ``x,y,x2,y2``, its two corners.

    Source: VK's upload manual (seed 000) for the first; docs/protocols/vk.md, kind 11,
    for the second.

    >>> read_crop("10,20,200")
    Crop(x=10, y=20, size=Size(width=200, height=200))
    >>> read_crop("0,0,795,200").size
    Size(width=795, height=200)
    """
    if not NUMBERS.fullmatch(text):
        told = "a crop is written as x,y,side or x,y,x2,y2"
        raise BadCrop(told)
    x, y, *rest = (int(number) for number in text.split(","))
    size = Size(rest[0], rest[0]) if len(rest) == 1 else Size(rest[0] - x, rest[1] - y)
    if x < 0 or y < 0 or size.width < 1 or size.height < 1:
        told = "the crop is empty, or begins outside the picture"
        raise BadCrop(told)
    return Crop(x, y, size)


def check_crops(crops: Iterable[Crop], whole: Size) -> None:
    """Refuse a crop that reaches out of the upright picture."""
    for crop in crops:
        if not crop.is_inside(whole):
            told = (
                f"the crop reaches to {crop.x + crop.size.width},"
                f"{crop.y + crop.size.height}; the picture is {whole}"
            )
            raise CropOutside(told)
