"""Files that are small to send and dear to open, and files that are two things at once."""

import struct
import zlib
from functools import cache
from io import BytesIO

from PIL import Image

from pictures import encoded, scene


def chunk(name, content):
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


PNG = b"\x89PNG\r\n\x1a\n"


def png(width, height, *chunks, depth=1, colour=0):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    row = bytes(1 + (width * depth * (3 if colour == 2 else 1) + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return PNG + head + b"".join(chunks) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def gif(width, height, frames, side=1):
    first = encoded(Image.new("P", (side, side)), "GIF")
    table = 3 * (2 << (first[10] & 7)) if first[10] & 0x80 else 0
    start = first.index(b"\x2c", 13 + table)
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    return head + first[start:-1] * frames + b";"


def scans(count):
    """A progressive JPEG whose last scan comes again and again."""
    whole = encoded(Image.new("RGB", (4096, 4096), (120, 130, 140)), progressive=True)
    last = whole[whole.rfind(b"\xff\xda") : -2]
    return whole[:-2] + last * count + b"\xff\xd9"


def webp(width, height):
    """A lossless WebP that claims to be as large as they get."""
    tiny = encoded(Image.new("RGB", (1, 1)), "WEBP", lossless=True)
    bits = (width - 1) | (height - 1) << 14
    return tiny[:21] + struct.pack("<I", bits) + tiny[25:]


def text_flood(name=b"zTXt", megabytes=200):
    """A comment that unpacks to very much."""
    head = b"x\0\0" if name == b"zTXt" else b"x\0\1\0en\0y\0"
    return chunk(name, head + zlib.compress(bytes(megabytes << 20), 9))


def damaged_text():
    """A comment of a megabyte whose checksum is wrong."""
    packed = zlib.compress(bytes((1 << 20) - 8), 9)
    return chunk(b"zTXt", b"x\0\0" + packed[:-4] + b"xxxx")


def profile_flood(megabytes=200):
    return chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(megabytes << 20), 9))


@cache
def bombs():
    """Each must be refused at once, from its header or its structure."""
    jpeg = bytearray(encoded(Image.new("RGB", (16, 16))))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 65_500, 65_500)
    bmp = bytearray(encoded(Image.new("1", (8, 8)), "BMP"))
    bmp[18:26] = struct.pack("<ii", 60_000, 60_000)
    return {
        "a PNG of 30,000 x 30,000": png(30_000, 30_000),
        "a PNG of 2**31 x 1": _claim(2**31 - 1, 1),
        "a GIF of 65,535 x 65,535": gif(65_535, 65_535, 1),
        "a GIF of 3,000 frames": gif(1000, 1000, 3000),
        "a WebP of 16,383 x 16,383": webp(16_383, 16_383),
        "a JPEG of 65,500 x 65,500": bytes(jpeg),
        "a JPEG of 3,000 scans": scans(3000),
        "a BMP of 60,000 x 60,000": bytes(bmp),
        "a profile of 200 MB": png(64, 64, profile_flood()),
        "a comment of 200 MB": png(64, 64, text_flood()),
        "a translated comment of 200 MB": png(64, 64, text_flood(b"iTXt")),
        "a thousand comments that end in damage": png(64, 64, damaged_text() * 1000),
        "a million chunks": png(64, 64, chunk(b"tEXt", b"a\0b") * 100_000),
    }


def _claim(width, height):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return PNG + head + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


SCRIPT = b"<script>alert(document.domain)</script>"


@cache
def polyglots():
    """Pictures that are also something else; as pictures they are fine."""
    small = scene(160, 120)
    jpeg = encoded(small, quality=85)
    comment = b"\xff\xfe" + struct.pack(">H", 2 + len(SCRIPT)) + SCRIPT
    exif = Image.Exif()
    exif[0x010E] = SCRIPT.decode()
    gif_file = b"GIF89a" + encoded(small, "GIF")[6:-1]
    animated = BytesIO()
    small.save(animated, "GIF", save_all=True, append_images=[small], comment=SCRIPT)
    webp_file = encoded(small, "WEBP", exif=exif.tobytes(), xmp=SCRIPT)
    return {
        "JPEG and HTML in a comment": jpeg[:2] + comment + jpeg[2:],
        "JPEG and HTML at the end": jpeg + SCRIPT,
        "JPEG and HTML in EXIF": encoded(small, quality=85, exif=exif),
        "JPEG and ZIP": jpeg + b"PK\x03\x04" + SCRIPT + b"PK\x05\x06" + bytes(18),
        "GIF and JavaScript": gif_file + b"!\xfe\x27" + SCRIPT + b"\0;" + SCRIPT,
        "GIF and HTML in a comment": animated.getvalue(),
        "PNG and HTML in a chunk": PNG
        + encoded(small, "PNG")[8:33]
        + chunk(b"tEXt", b"Comment\0" + SCRIPT)
        + encoded(small, "PNG")[33:],
        "PNG with a tail": encoded(small, "PNG") + SCRIPT,
        "WebP with EXIF and XMP": webp_file,
        "WebP with a tail": webp_file + SCRIPT,
        "BMP with a tail": encoded(small, "BMP") + SCRIPT,
        "AVIF with a tail": encoded(small, "AVIF")
        + struct.pack(">I4s", 8 + len(SCRIPT), b"free")
        + SCRIPT,
    }
