"""Crops: read strictly, checked against the picture, seen in the renditions."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pictures import encoded, render
from threebath.core.errors import BadCrop
from threebath.core.ladder import Crop, Size
from threebath.core.networks import vk
from threebath.render.crops import read_crop, read_crops
from threebath.render.pool import RenderPool
from threebath.render.settings import RenderSettings


@pytest.fixture(scope="module", params=[True, False], ids=["planar", "not planar"])
async def pool(anyio_backend, request):  # noqa: ARG001 - has anyio run the fixture
    async with RenderPool(RenderSettings(workers=1, planar=request.param)) as pool:
        yield pool


@pytest.mark.parametrize(
    ("text", "crop"),
    [
        ("10,20,200", Crop(10, 20, Size(200, 200))),
        (" 10 , 20 , 200 ", Crop(10, 20, Size(200, 200))),
        ("0,0,795,200", Crop(0, 0, Size(795, 200))),
    ],
)
def test_both_notations_are_read(text, crop):
    """A corner and a side, or two corners."""
    assert read_crop(text) == crop


@pytest.mark.parametrize(
    "text",
    [
        "1", "1,2", "1,2,3,4,5", "1,2,x", "1.5,2,3", "1,2,3,", ",1,2,3", "-1,0,10",
        "0,-1,10", "0,0,0", "0,0,-5", "5,5,5,9", "5,5,4,9", "9999999,0,1", "0x1,0,1",
        "1e3,0,1", "[1,2,3]", "\u0661,2,3", "1;2;3",
    ],
)  # fmt: skip
def test_everything_else_is_refused(text):
    """A crop that cannot be understood is told, not guessed."""
    with pytest.raises(BadCrop):
        read_crop(text)


@given(st.text("0123456789,- ", max_size=20))
def test_no_text_breaks_the_reader(text):
    """There is a crop with pixels in it, or a refusal."""
    try:
        crop = read_crop(text)
    except BadCrop:
        return
    assert crop.x >= 0
    assert crop.size.pixels > 0


def test_only_the_kinds_own_crops_are_read():
    """Other fields of the form, and empty ones, are nobody's crop."""
    fields = {"_crop": "nonsense", vk.SQUARE_CROP: ""}
    assert read_crops(vk.PROFILE, fields) == {}
    assert read_crops(vk.ALBUM, {vk.SQUARE_CROP: "nonsense"}) == {}


async def test_a_chosen_square_is_what_is_shown(pool):
    """The square previews show the chosen part and nothing around it."""
    image = Image.new("RGB", (600, 400), "blue")
    image.paste("red", (100, 50, 300, 250))

    made = await render(pool, encoded(image, "PNG"), vk.PROFILE, _square_crop="100,50,200")

    squares = [one for one in made.images if one.letter in "edcb"]
    assert {one.size.width for one in squares} == {50, 100, 200}
    for one in squares:
        with Image.open(BytesIO(one.content)) as found:
            assert all(low >= 248 for low, _ in [found.convert("RGB").getextrema()[0]])


async def test_a_square_is_chosen_by_a_corner_and_a_side(pool):
    """Two corners of something else would be squeezed into it."""
    content = encoded(Image.new("RGB", (600, 400), "blue"), "PNG")
    with pytest.raises(BadCrop, match="square"):
        await render(pool, content, vk.PROFILE, _square_crop="0,0,400,200")
    assert await render(pool, content, vk.PROFILE, _square_crop="0,0,200,200")


@pytest.mark.parametrize("text", ["500,0,200", "0,0,401", "600,0,1", "0,0,999999"])
async def test_a_crop_outside_the_picture_is_refused(pool, text):
    """Not a pixel of a crop may be beyond the edge; the worker goes on."""
    content = encoded(Image.new("RGB", (600, 400), "blue"), "PNG")
    with pytest.raises(BadCrop, match="600x400"):
        await render(pool, content, vk.PROFILE, _square_crop=text)
    assert await render(pool, content, vk.PROFILE)
