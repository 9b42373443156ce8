"""Colours: kept as they are meant, whatever they are stored in."""

import struct
from contextlib import suppress
from io import BytesIO

import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from likeness import colour_distance
from pictures import WIDE, encoded, render, scene
from threebath.core.ladder import Ladder, Rung, Size
from threebath.render.curves import NoCurve, NotRising, read_curve
from threebath.render.darkroom import develop
from threebath.render.engines.vips import open_vips
from threebath.render.icc import SRGB, Profile, judge
from threebath.render.job import Job

JOB = Job(limits=WIDE, ladder=Ladder((Rung("x", Size(300, 300)), Rung("s", Size(75, 75)))))
P3 = (
    (0.51512, 0.24120, -0.00105),
    (0.29198, 0.69225, 0.04189),
    (0.15710, 0.06657, 0.78407),
)
"""Display P3's primaries, adapted to D50."""
GAMMA = b"curv\0\0\0\0\0\0\0\x01\x02\x33"
SRGB_CURVE = b"para\0\0\0\0\0\3\0\0" + struct.pack(
    ">5i", *(round(one * 65536) for one in (2.4, 0.947867, 0.052133, 0.077399, 0.04045))
)


def profile(primaries, curve, space=b"RGB ", secret=b"taken by Alice", **more):
    """Write a profile as cameras have them, with words in it."""
    tags = {b"desc": b"desc" + bytes(4) + secret, b"wtpt": xyz((0.9642, 1.0, 0.8249))}
    for name, one in zip((b"r", b"g", b"b"), primaries, strict=True):
        tags[name + b"XYZ"] = xyz(one)
        tags[name + b"TRC"] = curve
    tags.update({name.encode(): content for name, content in more.items()})
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for name, content in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(
        ">I4xI4s4s4s", start + len(body), 0x04300000, b"mntr", space, b"XYZ "
    )
    head += bytes(12) + b"acsp" + bytes(28) + xyz((0.9642, 1.0, 0.8249))[8:] + bytes(48)
    return head + struct.pack(">I", len(tags)) + table + body


def srgb_light(level):
    return level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4


def xyz(values):
    return b"XYZ \0\0\0\0" + struct.pack(">iii", *(round(one * 65536) for one in values))


def as_srgb(jpeg):
    """The picture as a browser shows it: its profile applied."""
    with Image.open(BytesIO(jpeg)) as found:
        icc = found.info.get("icc_profile")
        if not icc:
            return jpeg
        shown = ImageCms.profileToProfile(
            found, ImageCms.ImageCmsProfile(BytesIO(icc)), ImageCms.createProfile("sRGB")
        )
    return encoded(shown, quality=97, subsampling=0)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("curve", [GAMMA, SRGB_CURVE], ids=["gamma", "parametric"])
def test_a_wide_gamut_survives_without_its_words(form, curve):
    """Display P3 stays P3 in every rendition, by a profile of numbers alone."""
    icc = profile(P3, curve)
    content = encoded(scene(400, 300), form, quality=95, icc_profile=icc)
    truth = as_srgb(
        encoded(scene(400, 300).resize((300, 225)), quality=97, icc_profile=icc)
    )

    made = develop(content, JOB)

    for _, _, jpeg in made.images:
        with Image.open(BytesIO(jpeg)) as found:
            kept = found.info["icc_profile"]
        assert b"Alice" not in jpeg
        assert len(kept) < 1000
        assert ImageCms.ImageCmsProfile(BytesIO(kept)).profile.xcolor_space == "RGB "
    assert colour_distance(as_srgb(made.images[0][2]), truth) < 3


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("curve", [GAMMA, SRGB_CURVE], ids=["gamma", "parametric"])
async def test_a_phones_colours_get_through_the_sandbox(pool, form, curve):
    """What works in the open must also work where no module can be loaded any more."""
    content = encoded(scene(400, 300), form, quality=90, icc_profile=profile(P3, curve))
    made = await render(pool, content)
    for image in made.images:
        with Image.open(BytesIO(image.content)) as found:
            assert judge(found.info["icc_profile"]).keep == found.info["icc_profile"]


def table(*points):
    return b"curv" + struct.pack(f">4xI{len(points)}H", len(points), *points)


def para(kind, *numbers):
    numbers = [round(one * 65536) for one in numbers]
    return b"para" + struct.pack(f">4xHH{len(numbers)}i", kind, 0, *numbers)


def power(count, gamma=2.2):
    return table(*(round(65535 * (n / (count - 1)) ** gamma) for n in range(count)))


@pytest.mark.parametrize("count", [2, 16, 255, 256, 1024, 4096])
def test_a_curve_of_any_length_is_kept_as_one_of_256(count):
    """All that a byte can ask of it; 4,096 points are usual, too."""
    icc = profile(P3, power(count))
    kept = judge(icc).keep
    assert kept
    assert len(kept) == len(judge(profile(P3, power(3))).keep)
    assert judge(kept).keep == kept
    content = encoded(scene(400, 300), quality=95, icc_profile=icc)
    truth = as_srgb(
        encoded(scene(400, 300).resize((300, 225)), quality=97, icc_profile=icc)
    )
    assert colour_distance(as_srgb(develop(content, JOB).images[0][2]), truth) < 3


def test_a_curve_is_not_a_place_for_words():
    """What does not rise all the way is applied, and not written out again."""
    words = (b"<script>alert(1)</script>" * 20)[:480]
    curve = b"curv" + struct.pack(">4xI", len(words) // 2) + words
    assert judge(profile(P3, curve)) == Profile(convert=True)
    content = encoded(scene(400, 300), quality=90, icc_profile=profile(P3, curve))
    for _, _, jpeg in develop(content, JOB).images:
        assert b"script" not in jpeg
        assert b"ICC_PROFILE" not in jpeg


@pytest.mark.parametrize(
    ("curve", "light"),
    [
        (para(0, 2.0), 0.25),
        (para(1, 2.0, 2.0, -0.5), 0.25),
        (para(2, 2.0, 2.0, -0.5, 0.1), 0.35),
        (para(3, 2.0, 1.0, 0.0, 0.5, 0.75), 0.25),
        (para(4, 2.0, 1.0, 0.0, 0.5, 0.1, 0.1, 0.0), 0.35),
        (b"curv" + struct.pack(">4xIH", 1, 0x200), 0.25),
        (b"curv" + struct.pack(">4xI", 0), 0.5),
        (table(0, 0, 65535), 0.0),
    ],
)
def test_curves_are_read_as_the_standard_says(curve, light):
    """At the middle, between the levels 127 and 128."""
    found = read_curve(curve)
    assert len(found) == 256
    middle = (found[127] + found[128]) / 2 / 65535
    assert middle == pytest.approx(light, abs=0.004)


@given(st.integers(0, 4), st.lists(st.floats(-32768, 32767), min_size=7, max_size=7))
def test_no_numbers_break_a_curve(kind, numbers):
    """It is read, or refused as damaged or as one that falls."""
    with suppress(NoCurve, NotRising):
        found = read_curve(para(kind, *numbers))
        assert len(found) == 256
        assert found == tuple(sorted(found))


@given(st.binary(max_size=600))
def test_no_bytes_break_a_profile(noise):
    """Also in the place of any of its curves."""
    for icc in (noise, profile(P3, b"para" + noise), profile(P3, b"curv" + noise)):
        kept = judge(icc).keep
        assert judge(kept).keep == kept


@pytest.mark.parametrize(
    "curve", [para(1, -1, 0, 0), para(0, -32768), para(1, 32767, 32767, 32767)]
)
def test_numbers_that_lead_nowhere_are_no_reason_to_fail(curve):
    """A gamma below nothing, a power that overflows: the profile is ignored or applied."""
    content = encoded(scene(400, 300), quality=90, icc_profile=profile(SRGB, curve))
    assert develop(content, JOB).size == Size(400, 300)


def test_a_huge_profile_is_not_looked_at():
    """Nothing says more about colours than four megabytes."""
    icc = profile(P3, GAMMA, more=bytes(5 << 20))
    assert judge(icc) == Profile()


def test_a_profile_is_for_the_colours_that_there_are():
    """One for light says nothing about inks: they are shown by the usual profile."""
    inks = scene(400, 300, mode="CMYK")
    plain, tagged = (
        develop(encoded(inks, quality=95, **options), JOB).images[0][2]
        for options in ({}, {"icc_profile": profile(P3, GAMMA)})
    )
    assert plain == tagged


def test_grey_stays_grey_whatever_its_profile():
    """A scanner's curve for grey changes how bright it is, and nothing else."""
    image = scene(400, 300, mode="L")
    grey = profile(P3, GAMMA, space=b"GRAY", kTRC=GAMMA)
    for form in ("PNG", "JPEG"):
        made = develop(encoded(image, form, icc_profile=grey), JOB)
        for _, _, jpeg in made.images:
            assert Image.open(BytesIO(jpeg)).mode == "L"


@pytest.mark.parametrize("lut", [b"mft2", b"mft2" + bytes(60), b"mft1" + b"\xff" * 400])
def test_a_damaged_table_is_ignored(lut):
    """As every other damaged profile is."""
    content = encoded(scene(400, 300), quality=90, icc_profile=profile(P3, GAMMA, A2B0=lut))
    assert develop(content, JOB).size == Size(400, 300)


def test_both_engines_keep_the_same_profile():
    """The rewritten profile does not depend on the machine."""
    content = encoded(scene(400, 300), quality=90, icc_profile=profile(P3, GAMMA))
    one, other = develop(content, JOB), develop(content, JOB, (open_vips,))
    profiles = {
        Image.open(BytesIO(made.images[0][2])).info["icc_profile"] for made in (one, other)
    }
    assert len(profiles) == 1


def test_srgb_needs_no_profile():
    """The usual profile says nothing new and is dropped."""
    assert judge(profile(SRGB, SRGB_CURVE)) == Profile()
    assert (
        judge(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
        == Profile()
    )
    content = encoded(scene(400, 300), quality=90, icc_profile=profile(SRGB, SRGB_CURVE))
    for _, _, jpeg in develop(content, JOB).images:
        assert b"ICC_PROFILE" not in jpeg


def test_srgb_primaries_with_another_curve_are_not_srgb():
    """A linear picture shown as sRGB would be far too dark."""
    assert judge(profile(SRGB, b"curv\0\0\0\0\0\0\0\0")).keep
    assert judge(profile(SRGB, b"curv\0\0\0\0\0\0\0\x03\0\0\x80\0\xff\xff")).keep
    assert judge(profile(SRGB, b"para\0\0\0\0\0\0\0\0\0\1\0\0")).keep
    assert judge(profile(SRGB, GAMMA)).keep, "its shadows are eight levels darker"
    for count in (1024, 4096):
        points = [srgb_light(n / (count - 1)) for n in range(count)]
        assert (
            judge(profile(SRGB, table(*(round(65535 * one) for one in points))))
            == Profile()
        )


@pytest.mark.parametrize(
    "icc",
    [
        b"x", bytes(200), profile(P3, b"curv\0\0\0\0\xff\xff\xff\xff"),
        profile(P3, b"para\0\0\0\0\0\x09\0\0"), profile(P3, b"text"),
        profile(P3, GAMMA)[:300],
    ],
)  # fmt: skip
def test_a_damaged_profile_is_no_reason_to_refuse(icc):
    """What cannot be read is ignored, as browsers do; the picture is rendered."""
    content = encoded(scene(400, 300), quality=90, icc_profile=icc)
    for engine in (None, (open_vips,)):
        made = develop(content, JOB, engine) if engine else develop(content, JOB)
        assert made.size == Size(400, 300)


def test_tables_and_grey_curves_are_converted():
    """Profiles that are not three primaries are applied and dropped."""
    assert judge(profile(P3, GAMMA, A2B0=b"mft2")) == Profile(convert=True)
    assert judge(profile(P3, GAMMA, space=b"GRAY")) == Profile(convert=True)
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    content = encoded(scene(400, 300), quality=90, icc_profile=lab)
    for _, _, jpeg in develop(content, JOB).images:
        assert b"ICC_PROFILE" not in jpeg


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF", "AVIF"])
def test_what_is_clear_becomes_white(form):
    """JPEG has no transparency: the page's white shows through."""
    image = Image.new("RGBA", (100, 100), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 50, 100, 100))
    made = develop(encoded(image, form), JOB)
    with Image.open(BytesIO(made.images[0][2])) as found:
        top, bottom = found.getpixel((50, 20)), found.getpixel((50, 80))
    assert min(top) > 245
    assert bottom[2] > 230
    assert max(bottom[:2]) < 25


@pytest.mark.parametrize(
    ("mode", "form"),
    [("1", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("I;16", "PNG"), ("1", "BMP"),
     ("P", "BMP"), ("RGBA", "BMP"), ("CMYK", "JPEG")],
)  # fmt: skip
def test_every_kind_of_pixel_is_taken(mode, form):
    """Bits, palettes, sixteen bits, inks: all become eight bits of grey or colour."""
    image = (
        scene(200, 150).convert("L").convert(mode)
        if mode == "I;16"
        else scene(200, 150, mode)
    )
    made = develop(encoded(image, form), JOB)
    with Image.open(BytesIO(made.images[0][2])) as found:
        assert found.mode in ("RGB", "L")
        assert found.getextrema() != ((0, 0),) * 3


def test_inks_are_shown_as_they_were_seen():
    """A printer's JPEG, with its profile or without, looks like the picture it was."""
    icc = pyvips.Image.profile_load("cmyk")
    inks = ImageCms.profileToProfile(
        scene(400, 300),
        ImageCms.createProfile("sRGB"),
        ImageCms.ImageCmsProfile(BytesIO(icc)),
        outputMode="CMYK",
    )
    shown = encoded(scene(400, 300).resize((300, 225)), quality=95)
    for options in ({"icc_profile": icc}, {}):
        made = develop(encoded(inks, quality=95, **options), JOB)
        assert b"ICC_PROFILE" not in made.images[0][2]
        assert colour_distance(made.images[0][2], shown) < 7
