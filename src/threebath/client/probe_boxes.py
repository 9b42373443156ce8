"""Sizes in ISO media files (HEIC, AVIF): the boxes ``meta``/``iprp``/``ipco``."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from threebath.core.ladder import Size

MOST_META = 1024 * 1024
"""Bytes of the box with the properties that are read; real ones have a few thousand."""

MOST_BOXES = 10_000


def brands_of(head: bytes) -> frozenset[bytes]:
    """Return the brands in an ``ftyp`` box, as far as *head* reaches."""
    if head[4:8] != b"ftyp":
        return frozenset()
    end = min(len(head), int.from_bytes(head[:4], "big"))
    listed = {head[at : at + 4] for at in range(16, end - 3, 4)}
    return frozenset({head[8:12], *listed})


def size_in_boxes(file: BinaryIO) -> Size | None:
    """Return the largest picture's size, turned if the file says so; or ``None``."""
    meta = _find_meta(file)
    properties = _child(_child(meta[4:], b"iprp"), b"ipco")
    sizes, turns = [], 0
    for kind, body in _boxes(properties):
        if kind == b"ispe" and len(body) >= 12:
            sizes.append(Size(*struct.unpack_from(">II", body, 4)))
        elif kind == b"irot" and body:
            turns |= body[0] & 1
    if not sizes:
        return None
    largest = max(sizes, key=lambda size: size.pixels)
    return Size(largest.height, largest.width) if turns else largest


def _find_meta(file: BinaryIO) -> bytes:
    for _ in range(64):
        head = file.read(8)
        if len(head) < 8:
            return b""
        length, kind, header = int.from_bytes(head[:4], "big"), head[4:], 8
        if length == 1:
            length, header = int.from_bytes(file.read(8), "big"), 16
        if length < header:
            return b""
        if kind == b"meta":
            return file.read(min(length - header, MOST_META))
        file.seek(length - header, 1)
    return b""


def _boxes(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(MOST_BOXES):
        if at + 8 > len(body):
            return
        length = int.from_bytes(body[at : at + 4], "big")
        if length < 8:
            return
        yield body[at + 4 : at + 8], body[at + 8 : at + length]
        at += length


def _child(body: bytes, wanted: bytes) -> bytes:
    return next((inner for kind, inner in _boxes(body) if kind == wanted), b"")
