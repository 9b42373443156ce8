"""The part of a picture that becomes a cover: chosen in step 1, and named by the save.

Source: docs/protocols/vk.md, kind 11.
"""

from collections.abc import Sequence

from threebath.core.errors import BadCrop, BadParameter, CropTooSmall
from threebath.core.networks.vk import CROP
from threebath.dialects.vk.calls import Call

RATIO = 3
"""How many times as wide as high a crop may be, unless a setting says otherwise."""

LEAST_WIDTH = 795

CORNERS = {"crop_x": 0, "crop_y": 0, "crop_x2": 795, "crop_y2": 200}
"""The parameters of step 1, with VK's defaults."""

BOX = ("crop_x", "crop_y", "crop_width", "crop_height")
"""The parameters of the save."""


def chosen(call: Call) -> dict[str, str]:
    """Read a rectangle by two corners; none, where no corner is given.

    Raises:
        BadCrop: the corners are not in order.
        CropTooSmall: it is too narrow, or too low for its width.
    """
    if not any(name in call.params for name in CORNERS):
        return {}
    x, y, x2, y2 = (at_least_nothing(call, *one) for one in CORNERS.items())
    if x2 <= x or y2 <= y:
        told = f"the crop {x},{y},{x2},{y2} is empty: crop_x2, crop_y2 is its far corner"
        raise BadCrop(told)
    ratio = int(call.services.options.get("vk_cover_ratio", RATIO))
    least = -(-(x2 - x) // ratio)
    if y2 - y < least:
        told = f"min height of crop is {least}, and it is {y2 - y}"
        raise CropTooSmall(told)
    if x2 - x < LEAST_WIDTH:
        told = f"min width of crop is {LEAST_WIDTH}, and it is {x2 - x}"
        raise CropTooSmall(told)
    return {CROP: f"{x},{y},{x2},{y2}"}


def at_least_nothing(call: Call, name: str, default: int = 0) -> int:
    """Return a whole number, or raise `BadCrop` if it is below 0."""
    found = call.params.integer(name, default)
    if found < 0:
        told = f"{name} should be 0 or more, and it is {found}"
        raise BadCrop(told)
    return found


async def check_box(call: Call, receipts: Sequence[str]) -> None:
    """Refuse a save that names another part than the one the cover was made of.

    The cover's images are made when the file comes, and the file itself is not kept: what
    the save says can be checked, and not be done.

    Raises:
        BadCrop: one of the numbers is negative.
        BadParameter: it is another part.
    """
    x, y, width, height = (at_least_nothing(call, name) for name in BOX)
    if not (width or height):
        return
    for receipt in await call.services.uploads.catalog.receipts(receipts):
        whole = receipt.asset.size
        made = receipt.options.get(CROP, f"0,0,{whole.width},{whole.height}")
        if made != f"{x},{y},{x + width},{y + height}":
            told = (
                f"and the others name {x},{y},{x + width},{y + height}, but the cover was "
                f"made of {made}: choose its part with crop_x, crop_y, crop_x2, crop_y2 of "
                "photos.getOwnerCoverPhotoUploadServer"
            )
            raise BadParameter("crop_x", told)
