"""The items of an AVIF or a HEIC: ISO/IEC 14496-12, 8.11, and 23008-12, 6 and 9."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from threebath.core.errors import CorruptFile
from threebath.core.ladder import Size
from threebath.render.probe.boxes import MAX_BOXES, boxes

NOWHERE = Size(0, 0)
IN_FILE, IN_BOX = 0, 1


@dataclass(frozen=True, slots=True)
class Item:
    """One picture, or what belongs to one.

    Attributes:
        kind: four letters that say how it is coded, or what it is.
        properties: name and content of each, in their order.
        coded: width and height in pixels before anything is cut or turned.
    """

    number: int
    kind: bytes
    properties: Sequence[tuple[bytes, bytes]]
    coded: Size


Extent = tuple[int, int, int]
"""Where some of an item's bytes are: in the file or a box, from where, how many."""


@dataclass(frozen=True, slots=True)
class Items:
    """All items of a file, and where their bytes are.

    Attributes:
        first: the number of the primary picture.
        items: by their numbers.
        links: who refers to whom, by the kind of reference and the number that refers.
        spaces: what an extent may be in, by the number that says so.
    """

    first: int
    items: Mapping[int, Item]
    extents: Mapping[int, list[Extent]]
    links: Mapping[tuple[bytes, int], list[int]]
    spaces: Mapping[int, bytes]

    @property
    def primary(self) -> Item:
        return self.item(self.first)

    def item(self, number: int) -> Item:
        """Return an item, or raise `CorruptFile` if there is none."""
        if number not in self.items:
            raise CorruptFile("a picture cannot be found")
        return self.items[number]

    def references(self, kind: bytes, number: int) -> list[int]:
        """List the items that an item refers to."""
        return self.links.get((kind, number), [])

    def referring(self, kind: bytes, number: int) -> list[int]:
        """List the items that refer to an item, each once."""
        return [
            source
            for (name, source), to in self.links.items()
            if name == kind and number in to
        ]

    def check_bytes(self, item: Item) -> None:
        """Raise `CorruptFile` unless the item has bytes and all of them are there."""
        total = 0
        for where, start, length in self.extents.get(item.number, []):
            space = self.spaces.get(where, b"")
            if where not in self.spaces or start + length > len(space):
                raise CorruptFile("it ends early")
            total += length or len(space) - start
        if not total:
            raise CorruptFile("a picture has no content")

    def content(self, item: Item) -> bytes:
        """Return an item's bytes, of which there are few."""
        self.check_bytes(item)
        return b"".join(
            self.spaces[where][at : at + length]
            for where, at, length in self.extents[item.number]
        )


def read_items(meta: bytes, data: bytes) -> Items:
    """Read what the box ``meta`` says of the items of a file.

    Raises:
        CorruptFile: it is damaged, or something of it cannot be found.
    """
    found = dict(boxes(meta[4:]))
    links: dict[tuple[bytes, int], list[int]] = {}
    try:
        first = _primary(found[b"pitm"])
        kinds = dict(_kinds(found[b"iinf"]))
        extents = dict(_extents(found.get(b"iloc", b"")))
        for name, source, to in _links(found.get(b"iref", b"")):
            links.setdefault((name, source), []).extend(to)
        properties = _properties(found[b"iprp"])
    except (KeyError, IndexError, struct.error):
        raise CorruptFile("the primary picture cannot be found") from None
    items = {
        number: _item(number, kind, properties.get(number, []))
        for number, kind in kinds.items()
    }
    spaces = {IN_FILE: data, IN_BOX: found.get(b"idat", b"")}
    return Items(first, items, extents, links, spaces)


def _item(number: int, kind: bytes, properties: Sequence[tuple[bytes, bytes]]) -> Item:
    for name, content in properties:
        if name == b"ispe" and len(content) >= 12:  # noqa: PLR2004 - two sides
            coded = Size(*struct.unpack_from(">II", content, 4))
            return Item(number, kind, properties, coded)
    return Item(number, kind, properties, NOWHERE)


def _number(content: bytes, place: int, length: int) -> int:
    """Read a number of *length* bytes, which must be there."""
    found = content[place : place + length]
    if len(found) < length:
        raise IndexError
    return int.from_bytes(found)


def _primary(content: bytes) -> int:
    return _number(content, 4, 4 if content[0] else 2)


def _kinds(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each item's number and kind; the decoders choke on kinds that are no text."""
    start = 8 if content[0] else 6
    for name, entry in boxes(content[start:]):
        if name != b"infe" or entry[0] < 2:  # noqa: PLR2004 - earlier ones have no kind
            continue
        wide = 2 if entry[0] == 2 else 4  # noqa: PLR2004 - the version with short numbers
        kind = entry[6 + wide : 10 + wide]
        if len(kind) != 4 or not kind.isascii():  # noqa: PLR2004 - its letters
            raise CorruptFile("an item has no kind")
        yield _number(entry, 4, wide), kind


def _extents(content: bytes) -> Iterator[tuple[int, list[Extent]]]:
    """Yield for each item where its bytes are."""
    if not content:
        return
    version, place = content[0], 6
    offset, length = content[4] >> 4, content[4] & 15
    base, index = content[5] >> 4, content[5] & 15 if version else 0
    wide = 4 if version == 2 else 2  # noqa: PLR2004 - the version with long numbers
    count = _number(content, place, wide)
    place += wide
    left = MAX_BOXES
    for _ in range(count):
        number = _number(content, place, wide)
        place += wide
        where = _number(content, place, 2) & 15 if version else IN_FILE
        place += 4 if version else 2
        start = _number(content, place, base)
        pieces = _number(content, place + base, 2)
        place += base + 2
        left -= pieces + 1
        if left < 0:
            raise CorruptFile("it is in too many pieces")
        found = []
        for _ in range(pieces):
            at = _number(content, place + index, offset)
            size = _number(content, place + index + offset, length)
            place += index + offset + length
            found.append((where, start + at, size))
        yield number, found


def _links(content: bytes) -> Iterator[tuple[bytes, int, list[int]]]:
    """Yield the kind of each reference, who refers, and to what."""
    if not content:
        return
    wide, left = 4 if content[0] else 2, MAX_BOXES
    for name, entry in boxes(content[4:]):
        count = _number(entry, wide, 2)
        left -= count
        if left < 0:
            raise CorruptFile("its pictures refer to too many others")
        to = [_number(entry, wide + 2 + wide * n, wide) for n in range(count)]
        yield name, _number(entry, 0, wide), to


def _properties(content: bytes) -> Mapping[int, list[tuple[bytes, bytes]]]:
    """List each item's properties in their order."""
    found = list(boxes(content))
    shared = list(boxes(dict(found)[b"ipco"]))
    if not all(name.isascii() for name, _ in shared):
        raise CorruptFile("a property has no name")
    chosen: dict[int, list[tuple[bytes, bytes]]] = {}
    left = MAX_BOXES
    for name, entry in found:
        if name == b"ipma":
            for number, indices in _associations(entry):
                left -= 1 + len(indices)
                if left < 0:
                    raise CorruptFile("its pictures have too many properties")
                mine = chosen.setdefault(number, [])
                mine.extend(shared[one - 1] for one in indices if one)
    return chosen


def _associations(content: bytes) -> Iterator[tuple[int, list[int]]]:
    """Yield an item and the numbers (from 1; 0 is none) of its properties."""
    wide, long = 4 if content[0] else 2, 2 if content[3] & 1 else 1
    place, mask = 8, 0x7FFF if content[3] & 1 else 0x7F
    for _ in range(min(_number(content, 4, 4), MAX_BOXES)):
        number, count = _number(content, place, wide), content[place + wide]
        place += wide + 1
        yield (
            number,
            [_number(content, place + long * n, long) & mask for n in range(count)],
        )
        place += long * count
