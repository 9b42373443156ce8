"""Read GIF headers: CompuServe's GIF89a specification."""

import struct

from threebath.core.errors import CorruptFile
from threebath.core.kinds import Format
from threebath.core.ladder import Crop, Size
from threebath.render.probe.header import Header

NOTHING, EXTENSION, IMAGE, TRAILER = 0x00, 0x21, 0x2C, 0x3B
CONTROL = 0xF9
SCREEN = 13
"""Bytes of what comes before the colours that frames share."""
LONGEST = 65_535
MAX_BLOCKS = 400_000
"""Blocks of a file: 50 MB in full ones are 200,000; walking this many takes 0.1 s."""


class _Reader:
    """Walks the blocks; any step beyond the end says that the file ends early."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = SCREEN + _table(self._byte(10))
        self.blocks = 0

    def _byte(self, place: int) -> int:
        try:
            return self.data[place]
        except IndexError:
            raise CorruptFile("it ends early") from None

    def next(self) -> int:
        """Return the next byte, which begins a block."""
        found = self._byte(self.place)
        self.place += 1
        self.blocks += 1
        if self.blocks > MAX_BLOCKS:
            raise CorruptFile("it has too many blocks")
        return found

    def skip_blocks(self) -> None:
        while length := self.next():
            self.place += length

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
        elif kind != NOTHING:
            raise CorruptFile("an unknown block is in it")
    if not frames:
        raise CorruptFile("no picture in it")
    stored = _canvas(head, first)
    return Header(
        format=Format.GIF,
        stored=stored,
        body=b"".join(
            [
                head[:6],
                struct.pack("<HH", stored.width, stored.height),
                head[10:],
                control,
                first,
                bytes([TRAILER]),
            ]
        ),
        frames=frames,
    )


def frame_of(body: bytes) -> Crop:
    """Say where the frame lies in a file that `read_gif` has cut down to one."""
    reader = _Reader(body)
    while reader.next() != IMAGE:
        reader.next()
        reader.skip_blocks()
    return _frame(body[reader.place - 1 :])


def _frame(image: bytes) -> Crop:
    left, top, width, height = struct.unpack_from("<HHHH", image, 1)
    return Crop(left, top, Size(width, height))


def _canvas(head: bytes, first: bytes) -> Size:
    """Return the size of the screen, or of what the first frame needs of it."""
    frame = _frame(first)
    if not frame.size.pixels:
        raise CorruptFile("it has no size")
    width, height = struct.unpack_from("<HH", head, 6)
    size = Size(
        max(width, frame.x + frame.size.width), max(height, frame.y + frame.size.height)
    )
    if max(size.width, size.height) > LONGEST:
        raise CorruptFile("its frame is out of reach")
    return size


def _table(flags: int) -> int:
    """Say how many bytes of colour table the flags announce."""
    return 3 * (2 << (flags & 7)) if flags & 0x80 else 0
