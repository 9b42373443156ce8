"""Pictures as libav's frames: one grey plane, or luma and two planes of colour.

No other scaler that comes as a wheel is as fast for single planes, and this one is
exact to half a level; docs/decisions/0003-rendering.md compares them.

Where colour is coarser than luma, sides and crops are whole pixels of colour: libav
would stretch what is not. A frame that cannot be so has all its colour.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from av import VideoFrame
from av.video.format import VideoFormat
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from PIL import Image

from threebath.core.ladder import Crop, Size
from threebath.render.orientation import Orientation

GREY, HALF, FULL, RGB = "gray", "yuv420p", "yuv444p", "rgb24"
"""A plane of luma; with colour at half of its density, or at all of it; no planes.

These are libav's names. Decoders may also give what is between the second and third."""

LANCZOS = Interpolation.LANCZOS | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP
"""Lanczos' filter of three lobes; without the second flag black is not always black, and
without the third the colour of pixels is first halved by another filter, which is slow."""

LINEAR = Interpolation.BILINEAR
"""What JPEG's decoders make colour denser by."""

BOXES = Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP
"""What JPEG's encoders make colour less dense by: no pixel's colour gets into the next."""

COPY = Interpolation.POINT | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
"""Each pixel as it is, as often as it is needed; without the other flags all are darker."""

MOST_AT_ONCE = 8
"""How many times smaller one step makes luma, and up to twice that colour: libav's
filters end at 256 taps, and some that are shorter it refuses."""

THIN = 16
"""Sides of a plane up to which libav's filters are too short for it."""

KEPT = 32
"""Scalers that are kept. Cameras repeat themselves, and a scaler's filters take half a
millisecond to two to tabulate: a tenth of a ladder of ten."""

Transpose = Image.Transpose

TURNS = {
    Orientation.MIRRORED: Transpose.FLIP_LEFT_RIGHT,
    Orientation.HALF_TURN: Transpose.ROTATE_180,
    Orientation.FLIPPED: Transpose.FLIP_TOP_BOTTOM,
    Orientation.TRANSPOSED: Transpose.TRANSPOSE,
    Orientation.QUARTER_TURN: Transpose.ROTATE_270,
    Orientation.TRANSVERSED: Transpose.TRANSVERSE,
    Orientation.THREE_QUARTER_TURN: Transpose.ROTATE_90,
}


def from_grey(pixels: memoryview, size: Size) -> VideoFrame:
    """Make a frame of luma, row by row without gaps."""
    return _filled(VideoFrame(size.width, size.height, GREY), pixels, size.width)


def from_rgb(pixels: memoryview, size: Size) -> VideoFrame:
    """Make a frame of red, green and blue, row by row without gaps; it can be scaled."""
    return _filled(VideoFrame(size.width, size.height, RGB), pixels, 3 * size.width)


def to_image(frame: VideoFrame) -> Image.Image:
    """Convert to red, green and blue."""
    made = _converted(frame, size_of(frame), RGB, COPY)
    return _image(made.planes[0], "RGB")


def as_image(frame: VideoFrame) -> Image.Image:
    """Show luma and colour as an image, each pixel of colour as often as it is needed."""
    luma, *colours = _images(frame)
    whole = [one.resize(luma.size, Image.Resampling.NEAREST) for one in colours]
    return Image.merge("YCbCr", [luma, *whole]) if whole else luma


def size_of(frame: VideoFrame) -> Size:
    return Size(frame.width, frame.height)


def is_grey(frame: VideoFrame) -> bool:
    """Say whether there is luma alone."""
    return bool(frame.format.name == GREY)


def suited(size: Size) -> str:
    """Choose how dense the colour of a picture is kept: at half, where that is exact."""
    return FULL if size.width % 2 or size.height % 2 else HALF


def whole(size: Size, name: str) -> Size:
    """Say how large a picture is with all that its colour's pixels reach over.

    >>> str(whole(Size(75, 56), "yuv420p"))
    '76x56'
    """
    across, down = _density(VideoFormat(name))
    return Size(-(-size.width // across) * across, -(-size.height // down) * down)


def scaled(frame: VideoFrame, size: Size) -> VideoFrame:
    """Scale to exactly *size* by Lanczos' filter; luma and colour come out as `suited`."""
    if frame.format.name == RGB and (size_of(frame) == size or _is_thin(frame)):
        frame = _converted(frame, size_of(frame), suited(size_of(frame)), BOXES)
    while not _is_thin(frame) and (between := _step(size_of(frame), size)) != size:
        frame = _scaled(frame, between)
    return _scaled(frame, size)


def _is_thin(frame: VideoFrame) -> bool:
    return min(min(one.width, one.height) for one in frame.planes) <= THIN


def _scaled(frame: VideoFrame, size: Size) -> VideoFrame:
    to = GREY if is_grey(frame) else suited(size)
    if (size_of(frame), frame.format.name) == (size, to):
        return frame
    if not _is_thin(frame):
        return _converted(frame, size, to)
    made = VideoFrame(size.width, size.height, to)
    for plane, image in zip(made.planes, _images(frame), strict=True):
        _update(plane, image.resize((plane.width, plane.height), Image.Resampling.LANCZOS))
    return made


def _step(source: Size, target: Size) -> Size:
    """Say how large to make a picture next; a last step is not by less than a half."""
    sides = (source.width, target.width), (source.height, target.height)
    if all(whole <= MOST_AT_ONCE * part for whole, part in sides):
        return target
    return Size(
        *(min(whole, max(2 * part, -(-whole // MOST_AT_ONCE))) for whole, part in sides)
    )


def cropped(frame: VideoFrame, crop: Crop) -> VideoFrame:
    """Cut a part out, to the pixel of luma."""
    if crop == Crop(0, 0, size_of(frame)):
        return frame
    outer = _to_whole_colour(frame, crop)
    if outer == crop:
        return _cut(frame, crop)
    full = _converted(_cut(frame, outer), outer.size, FULL, LINEAR)
    return _cut(full, Crop(crop.x - outer.x, crop.y - outer.y, crop.size))


def halved(frame: VideoFrame) -> VideoFrame:
    """Bring colour to half of luma's density; odd sides are made even for that.

    The last row and column are repeated, as JPEG wants it.
    """
    if frame.format.name != FULL:
        return frame
    size = whole(size_of(frame), HALF)
    made = VideoFrame(size.width, size.height, HALF)
    (to, *halves), (luma, *colours) = made.planes, _images(frame)
    _update(to, luma.crop((0, 0, size.width, size.height)))
    _repeat_the_last(to, size_of(frame))
    for plane, image in zip(halves, colours, strict=True):
        _update(plane, image.reduce(2))
    return made


def turned(frame: VideoFrame, orientation: Orientation) -> VideoFrame:
    """Turn a stored picture upright; its colour is as dense across as down."""
    if orientation is Orientation.UPRIGHT:
        return frame
    size = orientation.upright(size_of(frame))
    made = VideoFrame(size.width, size.height, frame.format.name)
    for plane, image in zip(made.planes, _images(frame), strict=True):
        _update(plane, image.transpose(TURNS[orientation]))
    return made


def _density(found: VideoFormat) -> tuple[int, int]:
    """Count the pixels of luma for each of colour, across and down."""
    return 8 // found.chroma_width(8), 8 // found.chroma_height(8)


def _to_whole_colour(frame: VideoFrame, crop: Crop) -> Crop:
    """Widen a crop to where pixels of colour begin and end."""
    across, down = _density(frame.format)
    left, top = crop.x // across * across, crop.y // down * down
    right, bottom = crop.x + crop.size.width, crop.y + crop.size.height
    size = whole(Size(right - left, bottom - top), frame.format.name)
    return Crop(left, top, size)


def _cut(frame: VideoFrame, crop: Crop) -> VideoFrame:
    """Cut out what begins and ends with whole pixels of colour."""
    made = VideoFrame(crop.size.width, crop.size.height, frame.format.name)
    for plane, source in zip(made.planes, frame.planes, strict=True):
        into, found = memoryview(plane), memoryview(source)
        left = crop.x * source.width // frame.width
        top = crop.y * source.height // frame.height
        for row in range(plane.height):
            to = row * plane.line_size
            place = (top + row) * source.line_size + left
            into[to : to + plane.width] = found[place : place + plane.width]
    return made


def _converted(
    frame: VideoFrame, size: Size, to: str, how: Interpolation = LANCZOS
) -> VideoFrame:
    """Scale and convert as JPEG means it: all 256 levels, the colours of BT.601."""
    change = (size_of(frame), frame.format.name, size, to, how)
    return _reformatter(*change).reformat(
        frame,
        size.width,
        size.height,
        to,
        src_colorspace=Colorspace.ITU601,
        dst_colorspace=Colorspace.ITU601,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=how,
        threads=1,
    )


@lru_cache(KEPT)
def _reformatter(*_change: object) -> VideoReformatter:
    """Return the scaler that has tabulated its filters for this change before."""
    return VideoReformatter()


def _images(frame: VideoFrame) -> Iterator[Image.Image]:
    """Show each plane as an image, without a copy."""
    return (_image(plane, "L") for plane in frame.planes)


def _image(plane: VideoPlane, mode: str) -> Image.Image:
    size = (plane.width, plane.height)
    pixels: Any = plane  # it has the buffer protocol, which its types do not say
    return Image.frombuffer(mode, size, pixels, "raw", mode, plane.line_size, 1)


def _update(plane: VideoPlane, image: Image.Image) -> None:
    plane.update(image.tobytes("raw", "L", plane.line_size))


def _repeat_the_last(plane: VideoPlane, size: Size) -> None:
    """Fill what is beyond *size* with the last column and row."""
    rows, stride = memoryview(plane), plane.line_size
    if size.width < plane.width:
        rows[size.width :: stride] = rows[size.width - 1 :: stride]
    if size.height < plane.height:
        end = size.height * stride
        rows[end : end + stride] = rows[end - stride : end]


def _filled(frame: VideoFrame, pixels: memoryview, row: int) -> VideoFrame:
    """Copy rows of so many bytes into a plane, whose own may be longer."""
    (plane,) = frame.planes
    into = memoryview(plane)
    for number in range(frame.height):
        place = number * plane.line_size
        into[place : place + row] = pixels[number * row : (number + 1) * row]
    return frame
