"""From pixels to a frame, and from a frame to a JPEG: with libturbojpeg or without.

Without it an encoder's work takes half as much again.
"""

from io import BytesIO

from av import VideoFrame

from threebath.core.ladder import Size
from threebath.render.engines import frames, turbojpeg

QUALITY = 85
"""Of the JPEGs made: where q90 adds a third to the bytes and nothing to see."""


def frame_of(pixels: memoryview, size: Size) -> VideoFrame:
    """Make a frame of one grey band, or of red, green and blue; rows without gaps.

    It is to be scaled, if only to the size that it has: then it consists of planes.
    """
    if len(pixels) == size.pixels:
        return frames.from_grey(pixels, size)
    convert = turbojpeg.from_rgb if turbojpeg.library() else frames.from_rgb
    return convert(pixels, size)


def encode(frame: VideoFrame) -> bytes:
    """Encode as a baseline JPEG of `QUALITY`, with standard Huffman tables."""
    if turbojpeg.library():
        size = frames.size_of(frame)
        return turbojpeg.encode(frames.halved(frame), size, QUALITY)
    file = BytesIO()
    # Each pixel of colour is doubled for this, and halved again, unchanged.
    frames.as_image(frame).save(file, "JPEG", quality=QUALITY, subsampling="4:2:0")
    return file.getvalue()
