"""Headers are read from bytes alone; no bytes can confuse the reader."""

import struct
import time
import zlib
from contextlib import suppress
from io import BytesIO
from random import Random

import pytest
from PIL import Image

from pictures import WIDE, encoded, render, scene
from threebath.core.errors import CorruptFile, FileRejected, UnknownFormat
from threebath.core.kinds import Format
from threebath.core.ladder import Ladder, Rung, Size
from threebath.render.darkroom import develop
from threebath.render.engines.decoders import has_heif
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


def segment(marker, content):
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content


def test_a_comment_between_scans_does_not_end_the_picture():
    """Not even one that has the end's marker in it; what is behind the end is cut off."""
    whole = FORMS["progressive"]
    second = whole.index(b"\xff\xda", whole.index(b"\xff\xda") + 2)
    comment = segment(0xFE, b"\xff\xd9 \xff\xda")
    made = whole[:second] + comment + whole[second:]
    for tail in (b"", b"\n", b"\xff\xda\0\0" * 200 + b"\xff\xd9", b"PK\3\4 \xff\xd9"):
        header = probe(made + tail)
        assert header.scans == probe(whole).scans
        assert header.body.endswith(whole[-20:])
        assert develop(made + tail, JOB).size == Size(*SIZE)


def test_a_scan_without_a_word_is_damage():
    """Nineteen bytes, and not one too many is looked at."""
    frame = segment(0xC0, b"\x08\0\x0a\0\x0a\1\1\x11\0")
    for scan in (b"", b"\1", b"\1\1"):
        with pytest.raises(CorruptFile):
            probe(b"\xff\xd8" + frame + segment(0xDA, scan))


def test_a_damaged_comment_or_two_do_not_matter():
    """Nobody looks at them."""
    text = segment_of_png(b"zTXt", b"x\0\0" + zlib.compress(b"hello")[:-4] + b"xxxx")
    whole = FORMS["PNG"]
    assert develop(whole[:33] + text * 2 + whole[33:], JOB).images


def segment_of_png(name, content):
    sum_of_it = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + sum_of_it


def test_rare_codings_of_jpeg_are_of_unknown_format():
    """JPEG-LS and its like are not damaged."""
    for marker in (0xC3, 0xC9, 0xF7):
        with pytest.raises(UnknownFormat):
            probe(FORMS["JPEG"].replace(b"\xff\xc0", bytes([0xFF, marker])))


def test_a_short_word_of_adobes_says_nothing():
    """Without the byte for the colours it is as if it were not there."""
    whole = FORMS["JPEG"]
    short = whole[:2] + segment(0xEE, b"Adobe\0\x64\0\0\0\0") + whole[2:]
    assert develop(short, JOB).images == develop(whole, JOB).images


GIF = encoded(Image.new("P", (40, 30), 3), "GIF")
FRAME = GIF.index(b"\x2c", 13 + 3 * (2 << (GIF[10] & 7)))


def gif(canvas=(40, 30), offset=(0, 0), size=(40, 30), between=b"", end=b";"):
    """Lay the frame elsewhere, on another canvas."""
    head = GIF[:6] + struct.pack("<HH", *canvas) + GIF[10:FRAME]
    frame = b"\x2c" + struct.pack("<HHHH", *offset, *size) + GIF[FRAME + 9 : -1]
    return head + between + frame + between + end


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (gif(canvas=(0, 0)), (40, 30)),
        (gif(canvas=(20, 90)), (40, 90)),
        (gif(offset=(10, 20)), (50, 50)),
        (gif(between=b"\0\0"), (40, 30)),
        (gif(between=b"!\xfe\3abc\0"), (40, 30)),
        (gif(canvas=(100, 100), offset=(30, 40)), (100, 100)),
    ],
)
def test_a_frame_is_shown_whole_wherever_it_lies(content, size):
    """As browsers do: the canvas grows for it, and what is around it is not there."""
    assert probe(content).size == Size(*size)
    made = develop(content, JOB)
    with Image.open(BytesIO(made.images[0][2])) as found:
        shown = found.convert("RGB")
    if size == (100, 100):
        assert min(shown.getpixel((5, 5))) > 250
        assert min(shown.getpixel((90, 90))) > 250
        assert max(shown.getpixel((50, 55))) < 250


@pytest.mark.parametrize(
    "content",
    [gif(size=(0, 0)), gif(size=(0, 30)), gif(offset=(65_530, 0)), gif(end=b""),
     gif(between=b"\7"), gif(size=(40, 31)), gif(size=(80, 30))],
)  # fmt: skip
def test_a_gif_without_a_picture_or_with_half_of_one_is_damaged(content):
    """Also where all blocks are there, but have too little in them."""
    with pytest.raises(CorruptFile):
        develop(content, JOB)


def bmp(depth, packing, rows, width=4, height=4, length=None, colours=b"", masks=b""):
    start = 54 + len(masks) + len(colours)
    info = struct.pack("<IiiHHII", 40, width, height, 1, depth, packing,
                       len(rows) if length is None else length)  # fmt: skip
    head = b"BM" + struct.pack("<IHHI", start + len(rows), 1, 2, start)
    return (
        head
        + info
        + bytes(8)
        + struct.pack("<II", len(colours) // 4, 0)
        + masks
        + colours
        + rows
    )


GREYS = b"".join(bytes([one, one, one, 0]) for one in range(0, 256, 1))
RUNS = b"\4\x80\0\0" * 4 + b"\0\1"


def test_bmps_of_all_kinds_are_read_or_told_to_be_rare():
    """What no decoder here knows is not called damaged."""
    assert develop(bmp(8, 1, RUNS, colours=GREYS), JOB).size == Size(4, 4)
    assert develop(bmp(8, 1, RUNS, colours=GREYS, length=0), JOB).size == Size(4, 4)
    assert develop(bmp(32, 0, b"\x10\x20\x30\0" * 16), JOB).size == Size(4, 4)
    masks = struct.pack("<III", 0xF00, 0x0F0, 0x00F)
    huge = bmp(8, 1, RUNS, 1500, 1500, colours=GREYS)
    for rare in (bmp(16, 3, bytes(32), masks=masks), bmp(2, 0, bytes(16)), huge,
                 bmp(24, 4, FORMS["JPEG"]), bmp(64, 0, bytes(128))):  # fmt: skip
        with pytest.raises(UnknownFormat):
            develop(rare, JOB)
    with pytest.raises(CorruptFile):
        probe(bmp(8, 1, RUNS[:-1], colours=GREYS, length=0))


def test_a_bmp_whose_transparency_nobody_filled_in_is_not_clear():
    """All its pixels are, by the numbers; browsers show it, and so do we."""
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    rows = b"\x10\x20\x30\0" * 16
    head = bytearray(bmp(32, 3, rows))
    head[14:18] = (56).to_bytes(4, "little")
    content = bytes(head[:54]) + masks + rows
    content = content[:10] + (70).to_bytes(4, "little") + content[14:]
    made = develop(content, JOB)
    with Image.open(BytesIO(made.images[0][2])) as found:
        assert max(found.convert("RGB").getpixel((1, 1))) < 80


def test_a_damaged_profile_is_ignored_wherever_it_is_packed():
    """A PNG's has a wrapping of its own."""
    chunk = b"iCCPx\0\0" + b"not packed at all"
    packed = struct.pack(">I", len(chunk) - 4) + chunk + zlib.crc32(chunk).to_bytes(4)
    content = FORMS["PNG"][:33] + packed + FORMS["PNG"][33:]
    assert probe(content).icc == b""
    assert develop(content, JOB).size == Size(*SIZE)


FLOODS = {
    "padding in a JPEG": FORMS["JPEG"][:2] + b"\xff" * 20_000_000 + FORMS["JPEG"][2:],
    "stuffing in a JPEG": FORMS["JPEG"][:2] + b"\xff\0" * 10_000_000,
    "stuffing in a scan": FORMS["progressive"][:-2] + b"\xff\0" * 10_000_000,
    "extensions in a GIF": GIF[:FRAME] + b"!\0\0" * 6_000_000 + GIF[FRAME:],
    "frames in a GIF": GIF[:-1] + (b"\x2c" + bytes(9) + b"\2\0") * 1_600_000 + b";",
    "blocks in a GIF": GIF[:-1] + b"!\xfe" + b"\1x" * 8_000_000 + b"\0;",
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_header_without_end_is_read_in_no_time(name):
    """Twenty megabytes of nothing cost no more than a photo does."""
    before = time.process_time()
    with suppress(FileRejected):
        probe(FLOODS[name])
    assert time.process_time() - before < 4


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
    monkeypatch.setattr("threebath.render.engines.decoders.has_heif", lambda: False)
    with pytest.raises(UnknownFormat, match="image/heic"):
        develop((corpus / "photos/hall3_really_heic.jpg").read_bytes(), JOB)
