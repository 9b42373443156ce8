"""Recognise AVIF and HEIC, and read what their first picture is made of.

Source: ISO/IEC 23008-12. A picture may be a grid of others, have its transparency in
another, and show a part of what is coded: all of it is decoded, so all of it is judged.
"""

from threebath.core.errors import CorruptFile, UnknownFormat
from threebath.core.kinds import Format
from threebath.core.ladder import Size
from threebath.render.probe.boxes import spans
from threebath.render.probe.header import Header
from threebath.render.probe.items import Item, Items, read_items

AVIF = frozenset({b"avif", b"avis"})
HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
CODED = frozenset({b"av01", b"hvc1", b"hev1"})
GRID = b"grid"
ALPHA = (
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0",
    b"urn:mpeg:hevc:2015:auxid:1\0",
)
MOST_SPARE = 2
SMALL = 4_000_000
"""Of what is decoded, so many times as many pixels as are shown; or so many."""


def sniff_heif(head: bytes) -> Format | None:
    """Tell by the brands: the major one, then the compatible ones."""
    if head[4:8] != b"ftyp":
        return None
    end = min(len(head), int.from_bytes(head[:4]))
    brands = [head[8:12], *(head[place : place + 4] for place in range(16, end, 4))]
    for brand in brands:
        if brand in AVIF:
            return Format.AVIF
        if brand in HEIC:
            return Format.HEIC
    return None


def read_heif(data: bytes, found: Format) -> Header:
    """Read the size of the primary picture, and check that all that it needs is there.

    Rotation and mirroring are properties of the item, which the decoders apply by
    themselves, so that the picture counts as stored upright. What is appended behind the
    last whole box does not count.
    """
    meta, end = b"", 0
    try:
        for name, start, stop in spans(data):
            if name == b"meta" and not meta:
                meta = data[start:stop]
            end = stop
    except CorruptFile:
        if not meta:
            raise
    if not meta:
        raise CorruptFile("no picture in it")
    items = read_items(meta, data[:end])
    primary = items.primary
    size = _shown(primary)
    _check_pixels(_decoded(items, primary), size)
    _check_alpha(items, primary)
    return Header(
        format=found,
        stored=size,
        body=data[:end],
        icc=_profile(primary),
        is_premultiplied=bool(items.references(b"prem", primary.number)),
    )


def _shown(item: Item) -> Size:
    """Say how large a picture is once it is cut and turned, in the order of the file."""
    size = item.coded
    for name, content in item.properties:
        match name:
            case b"clap" if len(content) >= 16:  # noqa: PLR2004 - four fractions
                size = _aperture(content) or size
            case b"irot" if content and content[0] & 1:
                size = Size(size.height, size.width)
    if not size.pixels:
        raise CorruptFile("it has no size")
    return size


def _aperture(content: bytes) -> Size | None:
    width, width_part, height, height_part = (
        int.from_bytes(content[place : place + 4]) for place in range(0, 16, 4)
    )
    if not width_part or not height_part:
        return None
    return Size(_rounded(width, width_part), _rounded(height, height_part))


def _rounded(whole: int, part: int) -> int:
    return (2 * whole + part) // (2 * part)


def _decoded(items: Items, item: Item) -> int:
    """Count the pixels that are decoded for a picture."""
    if item.kind in CODED:
        items.check_bytes(item)
        return item.coded.pixels
    if item.kind != GRID:
        told = "pictures of this rare kind are not supported"
        raise UnknownFormat(told)
    rows, columns, whole = _grid(items.content(item))
    numbers = items.references(b"dimg", item.number)
    tiles = [items.item(number) for number in numbers]
    if not tiles or len(tiles) != rows * columns or whole != item.coded:
        raise CorruptFile("its tiles are not all there")
    if any(one.kind not in CODED or one.coded != tiles[0].coded for one in tiles):
        raise CorruptFile("its tiles are not alike")
    for number in {*numbers}:
        items.check_bytes(items.item(number))
    across, down = columns * tiles[0].coded.width, rows * tiles[0].coded.height
    if across < whole.width or down < whole.height:
        raise CorruptFile("its tiles do not cover it")
    return across * down


def _grid(content: bytes) -> tuple[int, int, Size]:
    """Read rows, columns and size."""
    wide = 4 if content[1:2] and content[1] & 1 else 2
    if len(content) < 4 + 2 * wide:
        raise CorruptFile("a grid is too short")
    width, height = content[4 : 4 + wide], content[4 + wide : 4 + 2 * wide]
    size = Size(int.from_bytes(width), int.from_bytes(height))
    return content[2] + 1, content[3] + 1, size


def _check_pixels(decoded: int, shown: Size) -> None:
    if decoded > max(SMALL, MOST_SPARE * shown.pixels):
        raise CorruptFile("it shows a small part of a large picture")


def _check_alpha(items: Items, primary: Item) -> None:
    """Demand that what says where the picture is clear is as large as the picture."""
    for number in items.referring(b"auxl", primary.number):
        layer = items.item(number)
        kinds = [content[4:] for name, content in layer.properties if name == b"auxC"]
        if any(kind.startswith(ALPHA) for kind in kinds):
            if layer.coded != primary.coded:
                raise CorruptFile("its transparency has another size")
            _check_pixels(_decoded(items, layer), layer.coded)


def _profile(item: Item) -> bytes:
    for name, content in item.properties:
        if name == b"colr" and content[:4] in (b"prof", b"rICC"):
            return content[4:]
    return b""
