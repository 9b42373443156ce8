"""The engine for everything: libvips brings what any decoder gives to grey or sRGB."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pyvips

from threebath.core.errors import CorruptFile
from threebath.core.ladder import Crop, Size
from threebath.render.engines.canvas import Canvas
from threebath.render.engines.decoders import ALLOWED, decode, vips_errors
from threebath.render.engines.frames import scaled
from threebath.render.engines.jpeg import frame_of
from threebath.render.icc import Profile
from threebath.render.probe.header import Header

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
        """Scale down the columns by libvips, and along the rows by libav.

        Each is several times as fast as the other there, and no picture has to be in
        memory at its full height.
        """
        image = self.image
        if region != Crop(0, 0, self.size):
            image = image.crop(region.x, region.y, region.size.width, region.size.height)
        rows = Size(region.size.width, min(size.height, region.size.height))
        if rows != region.size:
            image = image.resize(1, vscale=rows.height / image.height)
        return Canvas(scaled(frame_of(_pixels(image), rows), size))


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
    image = decode(header, shrink)
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


def _plain(image: Any, icc: bytes) -> Any:  # noqa: ANN401 - pyvips has no types
    """Bring the picture to eight bits of grey or sRGB, on white where it is clear."""
    with vips_errors():
        grey = image.bands <= GREY_BANDS and image.interpretation in ("b-w", "grey16")
        image = _converted(image, icc) if icc else image
        image = image.colourspace("b-w" if grey else "srgb")
        if image.hasalpha():
            image = image.flatten(background=[WHITE])
        return image.cast("uchar")


def _converted(image: Any, icc: bytes) -> Any:  # noqa: ANN401 - pyvips has no types
    """Apply a profile; a damaged one is ignored."""
    with suppress(pyvips.Error):
        return _with_profile(image, icc).icc_transform(
            "srgb", embedded=True, intent="relative"
        )
    return image


def _in_memory(image: Any) -> Any:  # noqa: ANN401 - pyvips has no types
    """Compute the pixels now, which is where a decoder may find damage."""
    with vips_errors():
        return image.copy_memory()


def _pixels(image: Any) -> memoryview:  # noqa: ANN401 - pyvips has no types
    """Compute the pixels now, row by row without gaps."""
    with vips_errors():
        return memoryview(image.write_to_memory())


_harden()  # on import: there is no way to use this engine, or libvips, without it
