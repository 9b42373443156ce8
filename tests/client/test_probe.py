"""Formats and sizes, from headers alone."""

import io
import struct

import pytest
from PIL import Image

from threebath.client.probe import probe
from threebath.core.kinds import Format
from threebath.core.ladder import Size

FORMATS = {
    "JPEG": Format.JPEG,
    "PNG": Format.PNG,
    "GIF": Format.GIF,
    "BMP": Format.BMP,
    "WEBP": Format.WEBP,
}


def encoded(name, size=(321, 123), **options):
    target = io.BytesIO()
    Image.new("RGB", size, "teal").save(target, name, **options)
    return target.getvalue()


@pytest.mark.parametrize("name", FORMATS)
def test_format_and_size_are_read_from_the_header(name):
    """Whatever the name says; of a long file only the start is read."""
    file = io.BytesIO(encoded(name))
    finding = probe(file)
    assert (finding.format, finding.size) == (FORMATS[name], Size(321, 123))


@pytest.mark.parametrize("options", [{"lossless": True}, {"exif": b"Exif\0\0II*\0"}])
def test_every_sort_of_webp(options):
    """Lossy, lossless and extended files keep their size in three places."""
    assert probe(io.BytesIO(encoded("WEBP", **options))).size == Size(321, 123)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_measured_upright(orientation, progressive):
    """Limits hold for what people see; orientations 5 to 8 swap the sides."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded("JPEG", exif=exif, progressive=progressive)
    upright = Size(123, 321) if orientation >= 5 else Size(321, 123)
    assert probe(io.BytesIO(content)).size == upright


def test_the_corpus_is_measured_as_a_decoder_does(corpus):
    """Real files of cameras, phones and other programs."""
    seen = 0
    for path in sorted(corpus.rglob("*")):
        if path.suffix.lower() not in {".jpg", ".png", ".gif", ".bmp", ".webp"}:
            continue
        try:
            with Image.open(path) as image:
                turned = image.getexif().get(0x0112, 1) >= 5
                width, height = image.size
        except (OSError, SyntaxError, ValueError):
            continue
        with path.open("rb") as file:
            found = probe(file)
        expected = Size(height, width) if turned else Size(width, height)
        assert found.size == expected, path
        seen += 1
    assert seen > 50


def test_phone_formats_of_the_corpus(corpus):
    """HEIC, also under a JPEG's name, and AVIF."""
    photos = corpus / "photos"
    for name, expected in (
        ("hall12.heic", Format.HEIC),
        ("hall3_really_heic.jpg", Format.HEIC),
        ("hall3.avif", Format.AVIF),
    ):
        with (photos / name).open("rb") as file:
            found = probe(file)
        assert found.format is expected
        assert found.size is not None
        assert found.size.width > 1000


def _box(kind, body):
    return struct.pack(">I4s", 8 + len(body), kind) + body


def test_boxes_are_read_with_their_turn():
    """The largest picture counts, not its thumbnail; irot swaps the sides."""
    sizes = [_box(b"ispe", struct.pack(">III", 0, *pair)) for pair in ((8, 4), (400, 300))]
    properties = _box(b"ipco", b"".join(sizes) + _box(b"irot", b"\1"))
    meta = _box(b"meta", bytes(4) + _box(b"iprp", properties))
    file = _box(b"ftyp", b"heic\0\0\0\0mif1heic") + meta
    assert probe(io.BytesIO(file)).size == Size(300, 400)


def test_no_start_of_a_file_confuses_it():
    """Cut anywhere, it says less, and never fails."""
    for name in FORMATS:
        whole = encoded(name, (64, 48))
        for end in range(len(whole)):
            found = probe(io.BytesIO(whole[:end]))
            assert found.size in {None, Size(64, 48)}


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"ID3\x04", Format.MP3),
        (b"OggS\0", Format.OGG),
        (b"fLaC\0", Format.FLAC),
        (b"RIFF\0\0\0\0WAVEfmt ", Format.WAV),
        (b"RIFF\0\0\0\0AVI LIST", Format.AVI),
        (b"\0\0\0\x18ftypisom", Format.MP4),
        (b"\0\0\0\x18ftypM4A ", Format.M4A),
        (b"\x1aE\xdf\xa3", Format.MATROSKA),
        (b"FLV\x01", Format.FLV),
        (b"\x7fELF\x02", Format.PROGRAM),
        (b"MZ\x90", Format.PROGRAM),
    ],
)
def test_sound_film_and_programs_are_told_apart(start, expected):
    """What a document or a video may not be is found before gigabytes are sent."""
    assert probe(io.BytesIO(start + bytes(100))).format is expected


def test_noise_is_nothing_known():
    """What is not recognised is left to the server."""
    assert probe(io.BytesIO(b"noise" * 100)).format is None
    assert probe(io.BytesIO(b"")).format is None


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff" + b"\xff" * 5000,
        b"\xff\xd8" + b"\xff\xe1\0\2" * 5000,
        b"\0\0\0\x18ftypheic" + bytes(4000),
        _box(b"ftyp", b"heic\0\0\0\0") + _box(b"meta", bytes(4) + bytes(4000)),
        b"\x89PNG\r\n\x1a\n" + bytes(56),
    ],
    ids=["fill", "segments", "zero boxes", "zero meta", "no size"],
)
def test_headers_that_lead_in_circles_end(content):
    """Nothing is followed for ever, and zero pixels are no size."""
    assert probe(io.BytesIO(content)).size is None
