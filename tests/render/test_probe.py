"""Headers are read from bytes alone; no bytes can confuse the reader."""

from io import BytesIO
from random import Random

import pytest
from PIL import Image

from pictures import WIDE, encoded, render, scene
from threebath.core.errors import CorruptFile, FileRejected, UnknownFormat
from threebath.core.kinds import Format
from threebath.core.ladder import Ladder, Rung, Size
from threebath.render.darkroom import develop
from threebath.render.engines.vips import has_heif
from threebath.render.job import Job
from threebath.render.probe import probe, sniff
from threebath.render.probe.heif import sniff_heif

JOB = Job(limits=WIDE, ladder=Ladder((Rung("m", Size(130, 130)),)))
SIZE = (150, 110)
FORMS = {
    "JPEG": encoded(scene(*SIZE), exif=Image.Exif(), icc_profile=b"x" * 70_000),
    "progressive": encoded(scene(*SIZE), progressive=True),
    "PNG": encoded(scene(*SIZE), "PNG"),
    "palette": encoded(scene(*SIZE, mode="P"), "PNG"),
    "GIF": encoded(scene(*SIZE), "GIF"),
    "BMP": encoded(scene(*SIZE), "BMP"),
    "WEBP": encoded(scene(*SIZE), "WEBP"),
    "WEBPX": encoded(scene(*SIZE, mode="RGBA"), "WEBP"),
    "lossless": encoded(scene(*SIZE), "WEBP", lossless=True),
    "AVIF": encoded(scene(*SIZE), "AVIF"),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_size_is_in_the_header(form):
    """Width and height are known before anything is decoded."""
    header = probe(FORMS[form])
    assert header.size == Size(*SIZE)
    assert header.frames == 1


def broken(content, seed):
    """Change some bytes, mostly near the start, where the structure is."""
    random = Random(seed)
    made = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 8))):
        place = random.randrange(min(len(made), random.choice((64, 700, len(made)))))
        made[place] = random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)))
    if random.random() < 0.2:
        del made[random.randrange(len(made)) :]
    return bytes(made)


@pytest.mark.parametrize("form", FORMS)
def test_no_bytes_confuse_the_reader(form):
    """Whatever is changed, there is a header or a verdict; nothing else is ever raised."""
    seen = set()
    for seed in range(1500):
        try:
            header = probe(broken(FORMS[form], seed))
        except FileRejected as error:
            seen.add(type(error))
        else:
            assert header.size.pixels > 0
    assert CorruptFile in seen


@pytest.mark.parametrize("form", FORMS)
def test_no_bytes_confuse_the_darkroom(form):
    """The whole way, too, ends in renditions or in a verdict."""
    for seed in range(60):
        try:
            made = develop(broken(FORMS[form], seed), JOB)
        except FileRejected:
            continue
        assert len(made.images) == 1


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "AVIF"])
def test_animations_are_counted(form):
    """Every frame counts, though only the first is shown."""
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "lime", "blue")]
    file = BytesIO()
    frames[0].save(file, form, save_all=True, append_images=frames[1:], duration=100)
    if form != "AVIF":  # whose frames are samples of a track: one picture is one item
        assert probe(file.getvalue()).frames == 3

    made = develop(file.getvalue(), JOB)

    with Image.open(BytesIO(made.images[0][2])) as found:
        red, green, blue = found.getpixel((20, 15))
    assert red > 240
    assert max(green, blue) < 15


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\0\0\0\x18ftypmif1\0\0\0\0heicmif1", Format.HEIC),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", Format.AVIF),
        (b"\0\0\0\x10ftypheix\0\0\0\0", Format.HEIC),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomiso2", None),
        (b"\0\0\0\x10moov", None),
    ],
)
def test_brands_tell_heic_from_avif_and_video(head, found):
    """One container, many contents: the brands say which."""
    assert sniff_heif(head) is found
    assert sniff(head) is found


def test_every_bmp_header_is_read():
    """OS/2's short header, rows from the top, and nonsense."""
    whole = bytearray(FORMS["BMP"])
    whole[22:26] = (-SIZE[1]).to_bytes(4, "little", signed=True)
    assert probe(bytes(whole)).size == Size(*SIZE)

    head = b"BM" + bytes(8) + (26).to_bytes(4, "little")
    core = (12).to_bytes(4, "little") + b"\x02\0\x08\0\x01\0\x18\0"
    assert probe(head + core + bytes(8 * 8)).size == Size(2, 8)

    nonsense = ((14, 99, UnknownFormat), (28, 7, CorruptFile), (18, 0, CorruptFile))
    for place, value, error in nonsense:
        bad = bytearray(FORMS["BMP"])
        bad[place : place + 2] = bytes([value, 0])
        with pytest.raises(error):
            probe(bytes(bad))


def test_a_heic_in_disguise_is_a_heic(corpus):
    """A phone's HEIC that is named .jpg is what its bytes say."""
    content = (corpus / "photos/hall3_really_heic.jpg").read_bytes()
    assert probe(content).format is Format.HEIC
    assert probe(content).size == Size(2048, 1536)


@pytest.mark.skipif(not has_heif(), reason="NO HEIC HERE: it takes the extra, [heic]")
async def test_heic_is_rendered(pool, corpus):
    """With the extra installed, iPhone photos become ladders like any other."""
    made = await render(pool, (corpus / "photos/hall3_really_heic.jpg").read_bytes())
    assert made.format is Format.HEIC
    assert made.size == Size(2048, 1536)


def test_heic_without_its_decoder_is_not_allowed(corpus, monkeypatch):
    """Without the extra it is a format that is not taken, which is no error of ours."""
    monkeypatch.setattr("threebath.render.engines.vips.has_heif", lambda: False)
    with pytest.raises(UnknownFormat, match="image/heic"):
        develop((corpus / "photos/hall3_really_heic.jpg").read_bytes(), JOB)
