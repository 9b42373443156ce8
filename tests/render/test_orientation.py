"""Pictures come out upright, whichever way round they are stored."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from likeness import colour_distance, ssim
from pictures import WIDE, encoded, scene
from threebath.core.errors import TooFewPixels
from threebath.core.kinds import Limits
from threebath.core.ladder import Crop, Fit, Ladder, Rung, Size
from threebath.render.darkroom import develop
from threebath.render.engines.planar import is_available, open_planar
from threebath.render.engines.vips import open_vips
from threebath.render.job import Job
from threebath.render.orientation import Orientation
from threebath.render.probe.exif import orientation_of

LADDER = Ladder(
    (
        Rung("x", Size(604, 604)),
        Rung("o", Size(130, 130), Fit.WIDTH),
        Rung("c", Size(90, 90), Fit.SQUARE, crop="chosen"),
    )
)
JOB = Job(limits=WIDE, ladder=LADDER, crops={"chosen": Crop(40, 20, Size(200, 200))})
REAL = list(product(("Landscape", "Portrait"), range(9)))
ENGINES = {"vips": (open_vips,)}
if is_available():
    ENGINES["planar"] = (open_planar, open_vips)


def stored(image, orientation, form="JPEG"):
    """Store an upright picture the way a camera held like that would."""
    back = {
        Orientation.QUARTER_TURN: Orientation.THREE_QUARTER_TURN,
        Orientation.THREE_QUARTER_TURN: Orientation.QUARTER_TURN,
    }.get(orientation, orientation)
    exif = Image.Exif()
    exif[0x0112] = int(back)
    turned = ImageOps.exif_transpose(_tagged(image, exif))
    exif[0x0112] = int(orientation)
    return encoded(turned, form, quality=95, exif=exif)


def _tagged(image, exif):
    tagged = image.copy()
    tagged.getexif().update(exif)
    return tagged


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("orientation", Orientation)
def test_every_orientation_is_turned_upright(orientation, engine):
    """Eight ways to store one picture make the same renditions, crops included."""
    image = scene(601, 452)
    upright = develop(encoded(image, quality=95), JOB, ENGINES[engine])

    made = develop(stored(image, orientation), JOB, ENGINES[engine])

    assert made.size == Size(601, 452)
    for (_, size, found), (_, wanted, whole) in zip(
        made.images, upright.images, strict=True
    ):
        assert size == wanted
        assert ssim(found, whole) > 0.93
        assert colour_distance(found, whole) < 4


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_exif_counts_in_other_formats_too(form):
    """A phone's screenshot tool may store a PNG or a WebP sideways."""
    image = scene(301, 252)
    made = develop(stored(image, Orientation.QUARTER_TURN, form), JOB)
    assert made.size == Size(301, 252)


def test_limits_are_for_the_upright_picture():
    """A portrait is judged as a portrait, though it is stored lying."""
    tall = Limits(formats=WIDE.formats, max_bytes=1, min_size=Size(200, 300))
    content = stored(scene(201, 301), Orientation.QUARTER_TURN)
    assert develop(content, Job(limits=tall, ladder=LADDER)).size == Size(201, 301)
    with pytest.raises(TooFewPixels):
        develop(encoded(scene(301, 201)), Job(limits=tall, ladder=LADDER))


@pytest.mark.parametrize(("shape", "number"), REAL)
def test_real_pictures_come_out_upright(corpus, shape, number):
    """The reference pictures of each orientation look like the first, pixel by pixel."""
    folder = corpus / "orientation"
    upright = develop((folder / f"{shape}_1.jpg").read_bytes(), JOB)
    made = develop((folder / f"{shape}_{number}.jpg").read_bytes(), JOB)

    assert made.size == upright.size
    for (letter, _, found), (_, _, wanted) in zip(made.images, upright.images, strict=True):
        assert ssim(found, wanted) > 0.85, letter
        assert colour_distance(found, wanted) < 6, letter


sides = st.integers(1, 50)


@given(st.sampled_from(Orientation), st.data(), sides, sides)
def test_a_crop_is_found_where_it_is_stored(orientation, data, width, height):
    """The stored crop is inside the stored picture and has the crop's sides."""
    whole = Size(width, height)
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    size = Size(data.draw(st.integers(1, width - x)), data.draw(st.integers(1, height - y)))

    found = orientation.stored(Crop(x, y, size), whole)

    assert found.is_inside(orientation.upright(whole))
    assert orientation.upright(found.size) == size


@given(st.binary(max_size=80))
def test_no_exif_can_break_the_reader(noise):
    """Whatever stands there, there is an orientation."""
    for start in (b"", b"II*\0", b"MM\0*", b"Exif\0\0II*\0\x08\0\0\0\x01\0"):
        assert orientation_of(start + noise) in Orientation
