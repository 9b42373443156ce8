"""Renditions in newer formats, made when a client first asks for one."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from threebath.core.kinds import Format
from threebath.render.engines.vips import open_vips, write_avif, write_webp
from threebath.render.icc import Profile
from threebath.render.probe import read_rendition

WRITERS: Mapping[Format, Callable[..., bytes]] = MappingProxyType(
    {Format.AVIF: write_avif, Format.WEBP: write_webp}
)


def reencode(data: bytes, to: Format) -> bytes:
    """Make a variant of a rendition, with its colour profile and nothing else.

    Raises:
        FileRejected: it is not a whole JPEG.
    """
    header = read_rendition(data)
    source = open_vips(header, Profile(), 1, often=True)
    return WRITERS[to](source, header.icc)
