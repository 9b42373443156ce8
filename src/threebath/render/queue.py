"""How much may wait: a bound on the work that is taken on."""

from collections.abc import Iterator
from contextlib import contextmanager

from threebath.core.errors import Busy

PIXELS_PER_BYTE = 4
"""What a byte of a photo stands for; phones write JPEGs of about 3.5 pixels a byte."""
LEAST = 1_000_000
"""Pixels that a file counts for at least, so that small ones are bounded in number."""


class Queue:
    """Counts the pixels of files that are waiting or being rendered.

    Nobody knows a file's pixels before a worker has looked at it, and a number in a
    header is only a claim: a file counts for what its bytes usually hold, at most for
    what its kind allows. The memory at work is bounded by the workers' own limits.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.pixels = 0

    @contextmanager
    def place(self, length: int, most: int) -> Iterator[None]:
        """Hold a place for a file of *length* bytes and at *most* so many pixels.

        Raises:
            Busy: the queue is full.
        """
        pixels = max(LEAST, min(length * PIXELS_PER_BYTE, most))
        if self.pixels and self.pixels + pixels > self.most:
            raise Busy
        self.pixels += pixels
        try:
            yield
        finally:
            self.pixels -= pixels
