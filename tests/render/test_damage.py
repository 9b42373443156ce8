"""Damaged files are refused, for the damage; sound ones are not."""

from random import Random

import pytest
from PIL import Image

from pictures import WIDE, encoded, scene
from threebath.core.errors import CorruptFile, UnknownFormat
from threebath.core.ladder import Ladder, Rung, Size
from threebath.core.networks import up
from threebath.render.darkroom import develop
from threebath.render.engines.planar import is_available, open_planar
from threebath.render.engines.vips import open_vips
from threebath.render.job import Job

JOB = Job(limits=WIDE, ladder=Ladder((Rung("m", Size(130, 130)),)))
SIZE = (240, 180)
FORMS = {
    "JPEG": encoded(scene(*SIZE), quality=85),
    "progressive": encoded(scene(*SIZE), quality=85, progressive=True),
    "grey": encoded(scene(*SIZE, mode="L"), quality=85),
    "CMYK": encoded(scene(*SIZE, mode="CMYK"), quality=85),
    "PNG": encoded(scene(*SIZE), "PNG"),
    "palette": encoded(scene(*SIZE).quantize(64), "PNG"),
    "GIF": encoded(scene(*SIZE), "GIF"),
    "BMP": encoded(scene(*SIZE), "BMP"),
    "WEBP": encoded(scene(*SIZE), "WEBP", quality=80),
    "lossless": encoded(scene(*SIZE), "WEBP", lossless=True),
    "AVIF": encoded(scene(*SIZE), "AVIF", quality=60),
}
ENGINES = {"vips": (open_vips,)}
if is_available():
    ENGINES["planar"] = (open_planar, open_vips)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("form", FORMS)
def test_sound_files_are_accepted(form, engine):
    """The files of this module are good as long as they are whole."""
    assert develop(FORMS[form], JOB, ENGINES[engine]).size == Size(*SIZE)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("form", FORMS)
def test_a_file_cut_anywhere_is_refused(form, engine):
    """Of two hundred lengths short of the whole, down to a byte less, none passes."""
    whole = FORMS[form]
    lengths = {len(whole) * part // 200 for part in range(1, 200)} | {len(whole) - 1}
    passed = []
    for length in sorted(lengths):
        try:
            develop(whole[:length], JOB, ENGINES[engine])
        except (CorruptFile, UnknownFormat):
            continue
        passed.append(length)
    assert passed == []


CHECKED = ("JPEG", "grey", "CMYK", "PNG", "palette")
"""Formats in which a few kilobytes of other bytes cannot look like a picture."""
OTHER = {"zeros": bytes(4096), "ones": b"\xff" * 4096, "noise": Random(3).randbytes(4096)}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("form", CHECKED)
@pytest.mark.parametrize("other", OTHER)
def test_four_kilobytes_of_other_bytes_are_seen(form, engine, other):
    """Whether zeros from a bad disk or noise: the picture is refused."""
    whole = FORMS[form]
    if len(whole) < 12_000:
        whole = encoded(scene(1200, 900, mode="L" if form == "grey" else "RGB"), quality=90)
    passed = []
    for place in range(2000, len(whole) - 4096, len(whole) // 24):
        bad = whole[:place] + OTHER[other] + whole[place + 4096 :]
        try:
            develop(bad, JOB, ENGINES[engine])
        except (CorruptFile, UnknownFormat):
            continue
        passed.append(place)
    assert passed == []


@pytest.mark.parametrize("engine", ENGINES)
def test_padding_between_segments_is_no_damage(engine):
    """Cameras pad their headers; that is not held against their photos."""
    whole = FORMS["JPEG"]
    table = whole.index(b"\xff\xdb")
    for padding in (bytes(20), b"\xff" * 7, b"\0\xff\0 made by a camera"):
        padded = whole[:table] + padding + whole[table:]
        assert develop(padded, JOB, ENGINES[engine]).images


def test_damage_in_metadata_is_harmless():
    """An unreadable EXIF block says nothing about the picture."""
    for exif in (b"", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff" + bytes(9)):
        whole = encoded(scene(*SIZE), quality=85, exif=b"Exif\0\0" + exif)
        assert develop(whole, JOB).size == Size(*SIZE)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"\xff\xd8\xff\xd9", CorruptFile),
        (b"\xff\xd8\xff\xe0\0\x01", CorruptFile),
        (b"\x89PNG\r\n\x1a\n", CorruptFile),
        (b"GIF89a", CorruptFile),
        (b"GIF89a" + bytes(7) + b";", CorruptFile),
        (b"GIF89a" + bytes(7) + b"\x07", CorruptFile),
        (b"BM" + bytes(30), UnknownFormat),
        (b"RIFF\4\0\0\0WEBP", CorruptFile),
        (b"\0\0\0\x10ftypavif\0\0\0\0", CorruptFile),
        (b"\0\0\0\x10ftypheic\0\0\0\0", CorruptFile),
        (b"%PDF-1.7", UnknownFormat),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", UnknownFormat),
        (b"II*\0\x08\0\0\0", UnknownFormat),
        (b"\0", UnknownFormat),
        (FORMS["JPEG"].replace(b"\xff\xc0", b"\xff\xc3"), UnknownFormat),
        (
            FORMS["JPEG"].replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c"),
            UnknownFormat,
        ),
    ],
)
def test_stumps_and_strangers_are_told_apart(content, error):
    """What is of a known format is damaged; what is not, or rare, is unknown."""
    with pytest.raises(error):
        develop(content, JOB)


def test_png_suite_is_judged_as_its_author_says(corpus):
    """The broken ones (x...) are refused, all others rendered: PNG and BMP alike."""
    files = sorted((corpus / "pngsuite").rglob("*.png")) + sorted(
        (corpus / "pngsuite").rglob("*.bmp")
    )
    assert len(files) > 150
    wrong = []
    for file in files:
        try:
            develop(file.read_bytes(), JOB)
        except (CorruptFile, UnknownFormat) as error:
            if not file.name.startswith("x"):
                wrong.append((file.name, str(error)))
        else:
            if file.name.startswith("x"):
                wrong.append((file.name, "accepted"))
    assert wrong == []


def test_a_picture_of_one_pixel_is_a_picture():
    """The smallest picture of every format makes its one rendition."""
    for form in ("JPEG", "PNG", "GIF", "BMP", "WEBP"):
        made = develop(encoded(Image.new("RGB", (1, 1), "red"), form), JOB)
        assert made.images[0][1] == Size(1, 1)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("height", [2001, 2417, 2497, 2513])
@pytest.mark.parametrize("mode", ["RGB", "CMYK"])
def test_a_cut_is_seen_where_the_decoder_halves(mode, height, engine):
    """Also in a last row that half the size has no use for."""
    image = scene(mode=mode).resize((1200, height))
    job = Job(limits=WIDE, ladder=up.PHOTO_LADDER)
    whole = encoded(image, quality=85)
    assert develop(whole, job, ENGINES[engine]).images
    with pytest.raises(CorruptFile):
        develop(whole[:-8] + b"\xff\xd9", job, ENGINES[engine])


@pytest.mark.skipif(len(ENGINES) == 1, reason="NO PLANAR ENGINE HERE")
def test_what_one_decoder_said_is_not_held_against_another():
    """libvips may speak of a damaged picture late, when the next one is at work."""
    damaged = encoded(scene(mode="CMYK"), quality=85)[:-400] + b"\xff\xd9"
    with pytest.raises(CorruptFile) as kept:  # and with it the decoder
        develop(damaged, JOB)
    sound = encoded(scene(), quality=85)
    assert develop(sound, JOB).images
    kept.value.with_traceback(None)
    del kept
    assert develop(sound, JOB).images
