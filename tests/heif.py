"""AVIFs put together by hand: grids, transparency, and what nobody should write."""

import struct
from dataclasses import dataclass, field

from pictures import encoded
from threebath.render.probe.boxes import boxes
from threebath.render.probe.items import read_items

ALPHA = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"


@dataclass
class Piece:
    """An item: what it is, its properties as boxes, its bytes."""

    kind: bytes
    properties: list
    content: bytes
    refers: list = field(default_factory=list)  # (kind of reference, numbers of items)


def box(name, content):
    return struct.pack(">I4s", 8 + len(content), name) + content


def full(name, content, version=0, flags=0):
    return box(name, struct.pack(">I", version << 24 | flags) + content)


def size(width, height):
    return full(b"ispe", struct.pack(">II", width, height))


def coded(image, **options):
    """A picture as one item, coded by a real encoder."""
    made = encoded(image, "AVIF", **options)
    items = read_items(dict(boxes(made))[b"meta"], made)
    properties = [box(name, content) for name, content in items.primary.properties]
    return Piece(items.primary.kind, properties, items.content(items.primary))


def resized(piece, width, height):
    """Claim another size."""
    kept = [one for one in piece.properties if one[4:8] != b"ispe"]
    return Piece(piece.kind, [size(width, height), *kept], piece.content)


def grid(rows, columns, width, height, tiles):
    """A picture of tiles, which are the items with these numbers."""
    content = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, width, height)
    return Piece(b"grid", [size(width, height)], content, [(b"dimg", tiles)])


def avif(*pieces, tail=b""):
    """Write a file of items, numbered from 1; the first is the one that is shown."""
    shared, chosen = [], []
    for piece in pieces:
        shared += [one for one in piece.properties if one not in shared]
        chosen.append([1 + shared.index(one) for one in piece.properties])
    numbered = list(enumerate(pieces, 1))
    infos = [
        full(b"infe", struct.pack(">HH4sB", number, 0, one.kind, 0), 2)
        for number, one in numbered
    ]
    links = [
        box(name, struct.pack(f">HH{len(to)}H", number, len(to), *to))
        for number, one in numbered
        for name, to in one.refers
    ]
    uses = b"".join(
        struct.pack(f">HB{len(one)}B", number, len(one), *one)
        for number, one in enumerate(chosen, 1)
    )
    start = 0
    for _ in range(2):  # the second time it is known where the bytes begin
        places = [
            start + sum(len(one.content) for one in pieces[:n]) for n in range(len(pieces))
        ]
        spots = b"".join(
            struct.pack(">HHHII", number, 0, 1, place, len(one.content))
            for (number, one), place in zip(numbered, places, strict=True)
        )
        meta = full(
            b"meta",
            full(b"hdlr", bytes(4) + b"pict" + bytes(13))
            + full(b"pitm", struct.pack(">H", 1))
            + full(b"iloc", struct.pack(">BBH", 0x44, 0, len(pieces)) + spots)
            + full(b"iinf", struct.pack(">H", len(infos)) + b"".join(infos))
            + (full(b"iref", b"".join(links)) if links else b"")
            + box(
                b"iprp",
                box(b"ipco", b"".join(shared))
                + full(b"ipma", struct.pack(">I", len(pieces)) + uses),
            ),
        )
        head = box(b"ftyp", b"avif\0\0\0\0mif1avifmiaf") + meta
        start = len(head) + 8
    return head + box(b"mdat", b"".join(one.content for one in pieces)) + tail
