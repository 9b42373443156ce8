"""Two engines, one result: the fast one must not show."""

from io import BytesIO
from random import Random

import pytest
from PIL import Image, ImageChops

from likeness import colour_distance, ssim
from pictures import KIND, WIDE, encoded, photo, scene
from threebath.core.errors import CorruptFile, FileRejected
from threebath.core.ladder import Ladder, Rung, Size
from threebath.core.networks import up
from threebath.render.cascade import cascade, sample_of
from threebath.render.darkroom import develop
from threebath.render.engines import turbojpeg
from threebath.render.engines.planar import is_available, open_planar
from threebath.render.engines.vips import open_vips
from threebath.render.icc import Profile
from threebath.render.job import Job
from threebath.render.probe import probe

planar_needed = pytest.mark.skipif(
    not is_available(),
    reason="NO PLANAR ENGINE HERE: install libturbojpeg (Debian: libturbojpeg0)",
)
JOB = Job(limits=KIND.limits, ladder=KIND.ladder)
SAMPLINGS = {"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}


def both(content):
    return develop(content, JOB, (open_planar, open_vips)), develop(
        content, JOB, (open_vips,)
    )


def assert_alike(one, other, least=0.97):
    assert [image[:2] for image in one.images] == [image[:2] for image in other.images]
    for (letter, _, a), (_, _, b) in zip(one.images, other.images, strict=True):
        assert ssim(a, b) >= least, letter
        assert colour_distance(a, b) < 5, letter


def reference(image, crop, size):
    """What an exact and independent scaler makes of the picture that was stored."""
    box = (crop.x, crop.y, crop.x + crop.size.width, crop.y + crop.size.height)
    scaled = image.resize((size.width, size.height), Image.Resampling.LANCZOS, box)
    return encoded(scaled, quality=85)


@pytest.fixture(params=["with libturbojpeg", "without"])
def encoder(request, monkeypatch):
    """This machine, and one that has no libturbojpeg."""
    if request.param == "without":
        monkeypatch.setattr(turbojpeg, "library", lambda: None)


@pytest.mark.usefixtures("encoder")
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("size", [(1600, 1200), (811, 607), (1301, 403), (333, 1001)])
def test_renditions_are_what_an_exact_scaler_makes(size, mode, form):
    """Ten steps of a cascade, odd sides and crops: nothing is moved, blurred or tinted."""
    image = scene(*size, mode=mode).resize(size)
    content = encoded(image, form, **({"quality": 95} if form == "JPEG" else {}))
    engines = (open_planar, open_vips) if turbojpeg.library() else (open_vips,)

    made = develop(content, JOB, engines)

    stored = Image.open(BytesIO(content)).convert(mode)
    for target, (letter, _, jpeg) in zip(
        KIND.ladder.plan(Size(*size)), made.images, strict=True
    ):
        wanted = reference(stored, target.crop, target.size)
        assert Image.open(BytesIO(jpeg)).mode == mode
        assert ssim(jpeg, wanted) >= 0.97, letter
        assert colour_distance(jpeg, wanted) < 3, letter


@pytest.mark.usefixtures("encoder")
@pytest.mark.parametrize("module", [2, 3, 5])
def test_hard_edges_stay_edges(module):
    """A code of black and white modules is legible: no block of it comes out as noise."""
    dice = Random(module)
    side = 320 // module
    code = Image.frombytes(
        "L", (side, side), bytes(dice.choice((0, 255)) for _ in range(side**2))
    )
    image = code.resize((side * module, side * module), Image.Resampling.NEAREST)
    ladder = Ladder((Rung("x", Size(604, 604)), Rung("s", Size(side, side))))
    engines = (open_planar, open_vips) if turbojpeg.library() else (open_vips,)

    made = develop(
        encoded(image.convert("RGB"), "PNG"), Job(limits=WIDE, ladder=ladder), engines
    )

    with Image.open(BytesIO(made.images[0][2])) as found:
        off = ImageChops.difference(found.convert("L"), image)
    blocks = off.resize((image.width // 8, image.height // 8), Image.Resampling.BOX)
    assert blocks.getextrema()[1] < 40
    with Image.open(BytesIO(made.images[1][2])) as found:
        off = ImageChops.difference(found.convert("L"), code)
    assert off.getextrema()[1] < 100


@pytest.mark.parametrize("size", [(1813, 1301), (2001, 1500), (2500, 1901), (2002, 1502)])
def test_a_picture_with_odd_sides_is_not_stretched(size):
    """Nor do the engines differ: only what is halved without a rest is decoded halved."""
    image = scene().resize(size, Image.Resampling.BICUBIC)
    content = encoded(image, quality=95)
    job = Job(limits=WIDE, ladder=up.PHOTO_LADDER)
    stored = Image.open(BytesIO(content))
    for engines in ((open_planar, open_vips), (open_vips,)):
        if is_available() or engines == (open_vips,):
            made = develop(content, job, engines)
            for target, (letter, _, jpeg) in zip(
                up.PHOTO_LADDER.plan(Size(*size)), made.images, strict=True
            ):
                wanted = reference(stored, target.crop, target.size)
                assert ssim(jpeg, wanted) >= 0.985, letter


@planar_needed
@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("size", [(1200, 900), (811, 607), (333, 1001)])
def test_engines_agree_on_every_sampling(sampling, size):
    """Odd sides and any density of colour come out the same from both."""
    image = scene(*size).resize(size)
    content = encoded(image, quality=90, subsampling=SAMPLINGS[sampling])
    assert probe(content).size == Size(*size)

    assert_alike(*both(content))


@planar_needed
@pytest.mark.parametrize(
    "options",
    [{"progressive": True}, {"optimize": True}, {"restart_marker_rows": 1}],
    ids=lambda options: next(iter(options)),
)
def test_engines_agree_on_every_coding(options):
    """Progressive and restart-marked JPEGs are JPEGs like any other."""
    assert_alike(*both(encoded(scene(), quality=90, **options)))


@planar_needed
def test_grey_stays_grey_in_both():
    """A grey photo makes grey renditions: one plane, a third of the work."""
    made = both(encoded(scene(mode="L"), quality=90))

    assert_alike(*made)
    for one in made:
        assert {Image.open(BytesIO(jpeg)).mode for _, _, jpeg in one.images} == {"L"}


@planar_needed
@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_what_has_no_planes_goes_to_the_other_engine(subsampling):
    """Printers' JPEGs are not made of luma and colour, and some have odd samplings."""
    content = encoded(scene(mode="CMYK"), quality=90, subsampling=subsampling)

    assert open_planar(probe(content), Profile(), 1, often=False) is None
    assert develop(content, JOB, (open_planar, open_vips)).images


@planar_needed
def test_a_large_photo_is_decoded_at_half_its_size():
    """Three times too large is as good as decoded at half, for a third less."""
    image = scene().resize((7800, 5850))
    content = encoded(image, quality=80)
    header = probe(content)
    steps = cascade(header.size, (*KIND.ladder.plan(header.size), sample_of(header.size)))
    assert [step.target.letter for step in steps if step.parent is None] == ["w"]

    assert_alike(*both(content))


@planar_needed
@pytest.mark.parametrize(
    "name",
    [
        "photos/hall12.jpg",
        "photos/hall12_444.jpg",
        "photos/hall12_gray.jpg",
        "photos/hall12_progressive.jpg",
        "photos/hall12_rotated_gps.jpg",
        "photos/kleiber12.jpg",
        "camera/mobile/jolla.jpg",
        "camera/gps/DSCN0010.jpg",
        "orientation/Landscape_7.jpg",
        "orientation/Portrait_5.jpg",
    ],
)
def test_engines_agree_on_real_photos(corpus, name):
    """What cameras write looks the same whichever machine it is uploaded to."""
    assert_alike(*both((corpus / name).read_bytes()))


@planar_needed
def test_engines_agree_on_what_is_damaged():
    """A kilobyte of other bytes anywhere in the scan is seen by both."""
    good = photo()
    start = len(good) // 8
    for place in range(start, len(good) - 4096, len(good) // 23):
        bad = good[:place] + bytes(4096) + good[place + 4096 :]
        for engine in ((open_planar,), (open_vips,)):
            with pytest.raises(CorruptFile):
                develop(bad, JOB, engine)


@planar_needed
def test_a_broken_picture_does_not_spoil_the_next():
    """The codec's state does not outlive a file."""
    for _ in range(3):
        with pytest.raises(FileRejected):
            develop(photo()[:-4000] + b"\xff\xd9", JOB)
        assert develop(photo(), JOB).images
