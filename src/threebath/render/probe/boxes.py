"""The boxes that AVIF, HEIC and films consist of: ISO/IEC 14496-12."""

from collections.abc import Iterator

from threebath.core.errors import CorruptFile

MAX_BOXES = 10_000


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and content of each box, all of which must be whole."""
    for name, start, end in spans(data):
        yield name, data[start:end]


def spans(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of each box's content."""
    place = 0
    for _ in range(MAX_BOXES):
        if place >= len(data):
            return
        head = data[place : place + 16]
        length, skip = int.from_bytes(head[:4]), 8
        if length == 1:
            length, skip = int.from_bytes(head[8:16]), 16
        elif length == 0:
            length = len(data) - place
        if length < skip or place + length > len(data):
            raise CorruptFile("it ends early")
        yield head[4:8], place + skip, place + length
        place += length
    raise CorruptFile("it has too many boxes")
