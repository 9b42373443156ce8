"""Read GIF headers: CompuServe's GIF89a specification."""

import struct

from threebath.core.errors import CorruptFile
from threebath.core.kinds import Format
from threebath.core.ladder import Size
from threebath.render.probe.header import Header

EXTENSION, IMAGE, TRAILER = 0x21, 0x2C, 0x3B
CONTROL = 0xF9
MAX_BLOCKS = 1_000_000
"""Data blocks of a file: 50 MB in full blocks are 200,000."""


class _Reader:
    """Walks the blocks; any step beyond the end says that the file ends early."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 13 + _table(self._byte(10))
        self.blocks = 0

    def _byte(self, place: int) -> int:
        try:
            return self.data[place]
        except IndexError:
            raise CorruptFile("it ends early") from None

    def next(self) -> int:
        found = self._byte(self.place)
        self.place += 1
        return found

    def skip_blocks(self) -> None:
        while length := self.next():
            self.place += length
            self.blocks += 1
            if self.blocks > MAX_BLOCKS:
                raise CorruptFile("it has too many blocks")

    def skip_image(self) -> None:
        self.place += 9 + _table(self._byte(self.place + 8)) + 1
        self.skip_blocks()


def read_gif(data: bytes) -> Header:
    """Count the frames, up to the trailer; only the first goes to the decoder."""
    reader = _Reader(data)
    head = data[: reader.place]
    first, control, frames = b"", b"", 0
    while (start := reader.place) >= 0 and (kind := reader.next()) != TRAILER:
        if kind == EXTENSION:
            label = reader.next()
            reader.skip_blocks()
            if label == CONTROL and not frames:
                control = data[start : reader.place]
        elif kind == IMAGE:
            reader.skip_image()
            frames += 1
            first = first or data[start : reader.place]
        else:
            raise CorruptFile("an unknown block is in it")
    stored = Size(*struct.unpack_from("<HH", data, 6))
    if not frames or not stored.pixels:
        raise CorruptFile("no picture in it")
    return Header(
        format=Format.GIF,
        stored=stored,
        body=b"".join([head, control, first, bytes([TRAILER])]),
        frames=frames,
    )


def _table(flags: int) -> int:
    """Say how many bytes of colour table the flags announce."""
    return 3 * (2 << (flags & 7)) if flags & 0x80 else 0
