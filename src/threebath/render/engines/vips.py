"""The engine for everything: libvips, with Pillow for BMP and libheif for HEIC."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from types import MappingProxyType
from typing import Any

import pyvips
from PIL import Image, UnidentifiedImageError

from threebath.core.errors import CorruptFile, FormatNotAllowed
from threebath.core.kinds import Format
from threebath.core.ladder import Crop, Size
from threebath.render.engines.canvas import Canvas
from threebath.render.engines.jpeg import planes
from threebath.render.icc import Profile
from threebath.render.probe.header import Header

LOADERS: Mapping[Format, str] = MappingProxyType(
    {
        Format.JPEG: "jpegload_buffer",
        Format.PNG: "pngload_buffer",
        Format.GIF: "gifload_buffer",
        Format.WEBP: "webpload_buffer",
        Format.AVIF: "heifload_buffer",
    }
)
ALLOWED = (
    "VipsForeignLoadJpeg",
    "VipsForeignLoadPng",
    "VipsForeignLoadNsgif",
    "VipsForeignLoadWebp",
    "VipsForeignLoadHeif",
)
STRICT = MappingProxyType({Format.JPEG: "warning"})
"""JPEG decoders call most damage a warning; the others have real errors."""
WHITE = 255
GREY_BANDS = 2
"""Bands of a grey picture at most: the second is transparency."""


class _Warnings(logging.Handler):
    """Counts what libvips only says in the log."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += "warnings" in record.getMessage()


_warnings = _Warnings()
_log = logging.getLogger("pyvips")
_log.addHandler(_warnings)
_log.propagate = False


def _harden() -> None:
    """Leave libvips only the loaders that are named here, and no cache.

    A cache would also keep decoders open, which speak of damage when they are closed.
    """
    pyvips.operation_block_set("VipsForeignLoad", True)
    for name in ALLOWED:
        pyvips.operation_block_set(name, False)
    pyvips.cache_set_max(0)


@dataclass(frozen=True, slots=True)
class VipsSource:
    """A decoder of libvips at work: one grey band or three of sRGB, eight bits each.

    Unless it is in memory, it can be read once, as a whole.
    """

    image: Any

    @property
    def size(self) -> Size:
        return Size(self.image.width, self.image.height)

    def scaled(self, region: Crop, size: Size) -> Canvas:
        image = self.image
        if region != Crop(0, 0, self.size):
            image = image.crop(region.x, region.y, region.size.width, region.size.height)
        if region.size != size:
            across, down = size.width / image.width, size.height / image.height
            image = image.resize(across, vscale=down)
        return Canvas(planes(_pixels(image), size))


def open_vips(header: Header, profile: Profile, shrink: int, *, often: bool) -> VipsSource:
    """Decode a picture, strictly; nothing is decoded yet if it is to be read once.

    Args:
        shrink: 1 or 2: by how much the decoder may reduce a JPEG.
        often: whether the picture is read more than once, or not from top to bottom.

    Raises:
        CorruptFile: the picture is damaged; maybe only seen when the canvas is used.
        FormatNotAllowed: there is no decoder for the format.
    """
    _warnings.count = 0
    image = DECODERS.get(header.format, _by_vips)(header, shrink)
    if shrink == 1 and Size(image.width, image.height) != header.stored:
        raise CorruptFile("header and content disagree about the size")
    plain = _plain(image, header.icc if profile.convert else b"")
    return VipsSource(_in_memory(plain) if often else plain)


def write_webp(source: VipsSource, icc: bytes) -> bytes:
    """Encode as WebP: a fifth fewer bytes than the JPEG."""
    image = _with_profile(source.image, icc)
    return bytes(image.webpsave_buffer(Q=85, effort=2, keep="icc"))


def write_avif(source: VipsSource, icc: bytes) -> bytes:
    """Encode as AVIF: a third fewer bytes; slower settings cost four times for 5 %."""
    image = _with_profile(source.image, icc)
    return bytes(image.heifsave_buffer(compression="av1", Q=70, effort=0, keep="icc"))


def _with_profile(image: Any, icc: bytes) -> Any:  # noqa: ANN401 - pyvips has no types
    if not icc:
        return image
    image = image.copy()
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", icc)
    return image


def check_afterwards() -> None:
    """Refuse a picture whose decoder only complained as it was put away.

    libvips looks for libjpeg's warnings before it reads a strip, never after the last.
    """
    if _warnings.count:
        raise CorruptFile("it ends early")


def _by_vips(header: Header, shrink: int) -> Any:  # noqa: ANN401 - pyvips has no types
    options: dict[str, object] = {
        "access": "sequential",
        "fail_on": STRICT.get(header.format, "error"),
    }
    if header.format is Format.JPEG:
        # Halving, libvips rounds down, and would never read an odd height's last row.
        options["shrink"] = 1 if header.stored.height % 2 else shrink
    try:
        load = getattr(pyvips.Image, LOADERS[header.format])
        return load(header.body, **options)
    except pyvips.Error as error:
        raise _verdict(error) from error


def _by_pillow(header: Header, _shrink: int) -> Any:  # noqa: ANN401 - pyvips has no types
    try:
        with Image.open(BytesIO(header.body), formats=("BMP",)) as found:
            found.load()
            return _from_pillow(found)
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError) as error:
        raise CorruptFile from error


def _by_heif(header: Header, _shrink: int) -> Any:  # noqa: ANN401 - pyvips has no types
    if not has_heif():
        raise FormatNotAllowed(header.format)
    import pi_heif  # noqa: PLC0415 - an extra, imported where it is there

    try:
        found = pi_heif.open_heif(header.body, convert_hdr_to_8bit=True)
        return _from_pillow(found.to_pillow())
    except (OSError, ValueError, RuntimeError, EOFError, SyntaxError) as error:
        raise CorruptFile from error


def has_heif() -> bool:
    """Say whether the extra that decodes HEIC is installed."""
    return find_spec("pi_heif") is not None


def _from_pillow(found: Image.Image) -> Any:  # noqa: ANN401 - pyvips has no types
    mode = "RGBA" if found.has_transparency_data else "RGB"
    plain = found.convert(mode)
    image = pyvips.Image.new_from_memory(
        plain.tobytes(), plain.width, plain.height, len(mode), "uchar"
    )
    return image.copy(interpretation="srgb")


DECODERS: Mapping[Format, Callable[[Header, int], Any]] = MappingProxyType(
    {Format.BMP: _by_pillow, Format.HEIC: _by_heif}
)


def _plain(image: Any, icc: bytes) -> Any:  # noqa: ANN401 - pyvips has no types
    """Bring the picture to eight bits of grey or sRGB, on white where it is clear."""
    try:
        if icc:
            image = _with_profile(image, icc)
            image = image.icc_transform("srgb", embedded=True, intent="relative")
        grey = image.bands <= GREY_BANDS and image.interpretation in ("b-w", "grey16")
        image = image.colourspace("b-w" if grey else "srgb")
        if image.hasalpha():
            image = image.flatten(background=[WHITE])
        return image.cast("uchar")
    except pyvips.Error as error:
        raise _verdict(error) from error


def _in_memory(image: Any) -> Any:  # noqa: ANN401 - pyvips has no types
    """Compute the pixels now, which is where a decoder may find damage."""
    try:
        return image.copy_memory()
    except pyvips.Error as error:
        raise _verdict(error) from error


def _pixels(image: Any) -> memoryview:  # noqa: ANN401 - pyvips has no types
    """Compute the pixels now, row by row without gaps."""
    try:
        return memoryview(image.write_to_memory())
    except pyvips.Error as error:
        raise _verdict(error) from error


def _verdict(error: pyvips.Error) -> Exception:
    """Tell a damaged picture from a lack of memory."""
    return MemoryError() if "out of memory" in str(error) else CorruptFile()


_harden()  # on import: there is no way to use this engine, or libvips, without it
