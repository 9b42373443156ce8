"""One decoder for each format: libvips, Pillow for BMP and GIF, libheif for HEIC.

Which one is strict about which format was found out by damaging files: libvips does not
see where a GIF's picture ends early, and has no loader for BMP.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from io import BytesIO
from types import MappingProxyType
from typing import Any

import pyvips
from PIL import Image, UnidentifiedImageError

from threebath.core.errors import CorruptFile, FormatNotAllowed
from threebath.core.kinds import Format
from threebath.render.probe.bmp import rare
from threebath.render.probe.gif import frame_of
from threebath.render.probe.header import Header

LOADERS: Mapping[Format, str] = MappingProxyType(
    {
        Format.JPEG: "jpegload_buffer",
        Format.PNG: "pngload_buffer",
        Format.WEBP: "webpload_buffer",
        Format.AVIF: "heifload_buffer",
    }
)
ALLOWED = (
    "VipsForeignLoadJpeg",
    "VipsForeignLoadPng",
    "VipsForeignLoadWebp",
    "VipsForeignLoadHeif",
)
STRICT = MappingProxyType({Format.JPEG: "warning"})
"""JPEG decoders call most damage a warning; the others have real errors."""
MEMORY = ("out of memory", "allocat")
"""What decoders say when it is memory that they lack."""
LIMIT = "security limit"
"""What libheif says of what no honest file has; it calls that a lack of memory as well."""


def decode(header: Header, shrink: int) -> Any:  # noqa: ANN401 - pyvips has no types
    """Open a picture as an image of libvips; it may be decoded only when it is read.

    Raises:
        CorruptFile: the picture is damaged.
        UnknownFormat: it is of a kind that the decoder does not know.
        FormatNotAllowed: there is no decoder for the format.
    """
    return DECODERS.get(header.format, _by_vips)(header, shrink)


@contextmanager
def vips_errors() -> Iterator[None]:
    """Say what libvips has found wrong: the picture, or that there is no memory.

    Its words may quote the file, and then are no text.
    """
    try:
        yield
    except (pyvips.Error, UnicodeDecodeError) as error:
        told = str(error).lower()
        if LIMIT not in told and any(word in told for word in MEMORY):
            raise MemoryError from error
        raise CorruptFile from error


def _by_vips(header: Header, shrink: int) -> Any:  # noqa: ANN401 - pyvips has no types
    options: dict[str, object] = {
        "access": "sequential",
        "fail_on": STRICT.get(header.format, "error"),
    }
    if header.format is Format.JPEG:
        options["shrink"] = shrink
    with vips_errors():
        image = getattr(pyvips.Image, LOADERS[header.format])(header.body, **options)
        return image.unpremultiply() if header.is_premultiplied else image


@contextmanager
def _pillow_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError) as error:
        if "nsupported" in str(error):
            raise rare() from error
        raise CorruptFile from error


def _bmp(header: Header, _shrink: int) -> Any:  # noqa: ANN401 - pyvips has no types
    with _pillow_errors(), Image.open(BytesIO(header.body), formats=("BMP",)) as found:
        found.load()
        if found.mode == "RGBA" and found.getchannel("A").getextrema() == (0, 0):
            return _to_vips(found.convert("RGB"))  # nobody has filled it in
        return _to_vips(found)


def _gif(header: Header, _shrink: int) -> Any:  # noqa: ANN401 - pyvips has no types
    """Decode the first frame, and lay it where it belongs; around it nothing is."""
    with _pillow_errors(), Image.open(BytesIO(header.body), formats=("GIF",)) as found:
        found.load()
        frame = frame_of(header.body)
        if frame.size == header.stored:
            return _to_vips(found)
        box = (
            frame.x,
            frame.y,
            frame.x + frame.size.width,
            frame.y + frame.size.height,
        )
        canvas = Image.new("RGBA", (header.stored.width, header.stored.height))
        canvas.paste(found.convert("RGBA").crop(box), box[:2])
        return _to_vips(canvas)


def _heic(header: Header, _shrink: int) -> Any:  # noqa: ANN401 - pyvips has no types
    if not has_heif():
        raise FormatNotAllowed(header.format)
    import pi_heif  # noqa: PLC0415 - an extra, imported where it is there

    pi_heif.options.DECODE_THREADS = 1
    try:
        found = pi_heif.open_heif(header.body, convert_hdr_to_8bit=True)
        return _to_vips(found.to_pillow())
    except (OSError, ValueError, RuntimeError, EOFError, SyntaxError, LookupError) as error:
        raise CorruptFile from error


def has_heif() -> bool:
    """Say whether the extra that decodes HEIC is installed."""
    return find_spec("pi_heif") is not None


def _to_vips(found: Image.Image) -> Any:  # noqa: ANN401 - pyvips has no types
    """Hand a picture over: sixteen bits of grey, or eight of grey or colour."""
    if found.mode.startswith("I;16"):
        return _in_memory(found, 1, "ushort", "grey16")
    if found.mode == "L" and not found.has_transparency_data:
        return _in_memory(found, 1, "uchar", "b-w")
    mode = "RGBA" if found.has_transparency_data else "RGB"
    return _in_memory(found.convert(mode), len(mode), "uchar", "srgb")


def _in_memory(found: Image.Image, bands: int, form: str, meaning: str) -> Any:  # noqa: ANN401
    pixels = found.tobytes()
    image = pyvips.Image.new_from_memory(pixels, found.width, found.height, bands, form)
    return image.copy(interpretation=meaning)


DECODERS: Mapping[Format, Callable[[Header, int], Any]] = MappingProxyType(
    {Format.BMP: _bmp, Format.GIF: _gif, Format.HEIC: _heic}
)
"""What is not libvips' to decode."""
