"""A picture in memory that can be scaled, turned and encoded; where it comes from."""

from dataclasses import dataclass
from typing import Protocol

from av import VideoFrame

from threebath.core.ladder import Crop, Size
from threebath.render.engines import frames, jpeg
from threebath.render.orientation import Orientation


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture being worked on; its methods return new ones."""

    frame: VideoFrame

    @property
    def size(self) -> Size:
        """Width and height in pixels; a decoder may have halved them on the way."""
        return Size(self.frame.width, self.frame.height)

    def scaled(self, region: Crop, size: Size) -> "Canvas":
        """Scale a part of the picture to exactly *size*."""
        return Canvas(frames.scaled(frames.cropped(self.frame, region), size))

    def turned(self, orientation: Orientation) -> "Canvas":
        """Turn a stored picture upright."""
        return Canvas(frames.turned(self.frame, orientation))

    def jpeg(self) -> bytes:
        """Encode as a baseline JPEG, 4:2:0 unless it is grey."""
        return jpeg.encode(self.frame)

    def pixels(self) -> bytes:
        """Return red, green and blue of every pixel, row by row."""
        return frames.to_image(self.frame).tobytes()


class Source(Protocol):
    """What a decoder has made of a file: a `Canvas`, or a stream that is read once."""

    @property
    def size(self) -> Size:
        """Width and height in pixels, as stored; halved if the decoder has done so."""
        ...

    def scaled(self, region: Crop, size: Size) -> Canvas:
        """Scale a part of the picture to exactly *size*."""
        ...
