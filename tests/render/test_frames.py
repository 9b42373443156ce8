"""Frames: cut, scaled and turned to the pixel, whatever their shape."""

import pytest
from av import VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from threebath.core.ladder import Crop, Size
from threebath.render.engines import frames, turbojpeg
from threebath.render.orientation import Orientation

SAMPLINGS = ["gray", "yuv420p", "yuv422p", "yuv440p", "yuv411p", "yuv444p"]
sides = st.integers(1, 300)
levels = st.integers(0, 255)


def flat(size, name, *values):
    """Make a frame of one colour, at least so large, and noise where no pixel is."""
    size = frames.whole(size, name)
    frame = VideoFrame(size.width, size.height, name)
    for plane, value in zip(frame.planes, values, strict=False):
        row = bytes([value]) * plane.width
        gap = b"\x55" * (plane.line_size - plane.width)
        plane.update((row + gap) * plane.height)
    return frame


def planes(frame):
    """Return each plane's rows, without gaps."""
    found = []
    for plane in frame.planes:
        size = (plane.width, plane.height)
        image = Image.frombuffer("L", size, plane, "raw", "L", plane.line_size, 1)
        found.append(image.copy())
    return found


def numbered(width, height):
    """Make a grey frame whose every pixel says where it is."""
    rows = bytes((16 * y + x) % 256 for y in range(height) for x in range(width))
    return frames.from_grey(memoryview(rows), Size(width, height))


@settings(max_examples=60)
@given(st.sampled_from(SAMPLINGS), sides, sides, sides, sides, levels, levels, levels)
def test_one_colour_stays_that_colour(name, width, height, across, down, luma, blue, red):
    """No size adds light, takes some away, or lets what is beside the picture in."""
    made = frames.scaled(
        flat(Size(width, height), name, luma, blue, red), Size(across, down)
    )

    assert (made.width, made.height) == (across, down)
    for plane, value in zip(planes(made), (luma, blue, red), strict=False):
        assert plane.getextrema() == (value, value)


@pytest.mark.parametrize(
    ("source", "size"),
    [
        (Size(14000, 1), Size(100, 100)),
        (Size(1, 14000), Size(1, 1)),
        (Size(1000, 4), Size(32, 32)),
        (Size(9000, 9000), Size(3, 3)),
        (Size(1, 1), Size(2560, 1)),
    ],
)
@pytest.mark.parametrize("name", ["gray", "yuv420p"])
def test_no_shape_is_too_extreme(source, size, name):
    """A line of pixels can be scaled, though a filter for it would be too long."""
    made = frames.scaled(flat(source, name, 77, 88, 99), size)
    assert planes(made)[0].getextrema() == (77, 77)


def test_a_picture_becomes_what_pillow_makes_of_it():
    """An independent Lanczos filter finds the same brightness, within a level or two."""
    image = Image.radial_gradient("L")
    frame = frames.from_grey(memoryview(image.tobytes()), Size(*image.size))
    for size in ((200, 200), (100, 37), (31, 80)):
        wanted = image.resize(size, Image.Resampling.LANCZOS)
        (made,) = planes(frames.scaled(frame, Size(*size)))
        far = (abs(a - b) for a, b in zip(made.tobytes(), wanted.tobytes(), strict=True))
        assert max(far) <= 2


def test_a_crop_is_cut_to_the_pixel():
    """Luma begins where the crop does, and ends where it ends."""
    found = frames.cropped(numbered(20, 12), Crop(3, 5, Size(7, 2)))
    (rows,) = planes(found)
    assert rows.tobytes() == bytes((16 * y + x) % 256 for y in (5, 6) for x in range(3, 10))


@given(st.data(), st.sampled_from(SAMPLINGS), sides, sides)
def test_every_crop_can_be_cut(data, name, width, height):
    """Colour planes have a pixel for each that the crop shows."""
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    size = Size(data.draw(st.integers(1, width - x)), data.draw(st.integers(1, height - y)))
    found = frames.cropped(flat(Size(width, height), name, 10, 20, 30), Crop(x, y, size))
    assert (found.width, found.height) == (size.width, size.height)
    for plane, value in zip(planes(found), (10, 20, 30), strict=False):
        assert plane.getextrema() == (value, value)


@given(sides, sides)
def test_what_is_made_odd_can_be_encoded(width, height):
    """Half the colour of an odd side needs a pixel more, which repeats the last."""
    frame = frames.scaled(flat(Size(60, 60), "yuv420p", 10, 20, 30), Size(width, height))
    made = frames.halved(frame)
    assert (made.format.name, frames.size_of(made)) == (
        "yuv420p",
        frames.whole(Size(width, height), "yuv420p"),
    )
    for plane, value in zip(planes(made), (10, 20, 30), strict=True):
        assert plane.getextrema() == (value, value)


@pytest.mark.parametrize(
    ("source", "size"),
    [((50, 2), (50, 1)), ((50, 9), (50, 1)), ((50, 15), (40, 1)), ((50, 3), (50, 2)),
     ((100, 10_000), (1, 75)), ((10_000, 100), (75, 1)), ((17, 400), (9, 200)),
     ((33, 300), (11, 100))],
)  # fmt: skip
def test_what_is_thin_is_scaled_as_exactly_as_the_rest(source, size):
    """A panorama's preview is a pixel high, and shows all of its rows."""
    image = Image.linear_gradient("L").resize(source, Image.Resampling.BICUBIC)
    frame = frames.from_grey(memoryview(image.tobytes()), Size(*source))
    (found,) = planes(frames.scaled(frame, Size(*size)))
    wanted = image.resize(size, Image.Resampling.LANCZOS)
    assert ImageChops.difference(found, wanted).getextrema()[1] <= 2


def test_colours_come_out_of_planes_as_the_standard_says():
    """To the nearest level: not darker, as libav's quick way makes them."""
    levels = [(y, b, r) for y in (60, 128, 190) for b in (90, 128, 160) for r in (100, 150)]
    for luma, blue, red in levels:
        frame = flat(Size(8, 8), "yuv420p", luma, blue, red)
        wanted = (
            luma + 1.402 * (red - 128),
            luma - 0.344136 * (blue - 128) - 0.714136 * (red - 128),
            luma + 1.772 * (blue - 128),
        )
        found = frames.to_image(frame).getpixel((4, 4))
        for one, other in zip(found, wanted, strict=True):
            assert abs(one - min(255, max(0, other))) <= 0.51


@pytest.mark.parametrize("orientation", Orientation)
def test_turning_moves_every_pixel(orientation):
    """The stored corner comes to where EXIF says that it is seen."""
    corners = {1: (0, 0), 2: (4, 0), 3: (4, 2), 4: (0, 2), 5: (0, 0), 6: (2, 0), 7: (2, 4),
               8: (0, 4)}  # fmt: skip
    found = frames.turned(numbered(5, 3), orientation)
    (image,) = planes(found)
    assert image.getpixel(corners[orientation]) == 0
    assert sorted(image.tobytes()) == sorted(planes(numbered(5, 3))[0].tobytes())


def ways_from_rgb():
    """Libav's way of making planes of pixels, and libturbojpeg's where it is."""

    def by_libav(pixels, size):
        return frames.scaled(frames.from_rgb(pixels, size), size)

    return [by_libav, *([turbojpeg.from_rgb] if turbojpeg.library() else [])]


def test_no_colour_gets_into_the_next_pixels():
    """Where an edge is between two pixels of colour, each keeps its own."""
    image = Image.new("RGB", (16, 16), "blue")
    image.paste("red", (4, 6, 12, 14))
    pixels = memoryview(bytearray(image.tobytes()))
    for from_rgb in ways_from_rgb():
        _, blue, red = planes(from_rgb(pixels, Size(16, 16)))
        for plane, inside, outside in ((blue, 84, 255), (red, 255, 107)):
            wanted = Image.new("L", (8, 8), outside)
            wanted.paste(inside, (2, 3, 6, 7))
            assert ImageChops.difference(plane, wanted).getextrema()[1] <= 1


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (200, 30, 90)])
@pytest.mark.parametrize("size", [Size(8, 8), Size(9, 7), Size(1, 1)])
def test_colours_are_the_same_there_and_back(colour, size):
    """White stays white and black black; others are a level off at most."""
    pixels = memoryview(bytearray(bytes(colour) * size.pixels))
    for from_rgb in ways_from_rgb():
        back = frames.to_image(from_rgb(pixels, size))
        for found, wanted in zip(back.getextrema(), colour, strict=True):
            assert max(abs(one - wanted) for one in found) <= (len(set(colour)) > 1) * 2


@settings(max_examples=60)
@given(sides, sides, sides, sides)
def test_pixels_of_one_colour_stay_so_at_any_size(width, height, across, down):
    """Libav makes planes and scales in one step; it must not darken edges or run short."""
    for colour, off in (((255, 255, 255), 0), ((0, 0, 0), 0), ((200, 30, 90), 2)):
        pixels = memoryview(bytearray(bytes(colour) * width * height))
        frame = frames.from_rgb(pixels, Size(width, height))
        made = frames.scaled(frame, Size(across, down))
        assert (made.width, made.height) == (across, down)
        for found, wanted in zip(frames.to_image(made).getextrema(), colour, strict=True):
            assert max(abs(one - wanted) for one in found) <= off


@pytest.mark.parametrize("size", [(3000, 20), (20, 3000), (2999, 17), (33, 4000)])
def test_pixels_of_a_panorama_come_to_where_they_belong(size):
    """However thin: what is light on the left stays there."""
    image = Image.linear_gradient("L").rotate(90).resize(size, Image.Resampling.BICUBIC)
    pixels = memoryview(bytearray(image.convert("RGB").tobytes()))
    small = (max(1, size[0] // 30), max(1, size[1] // 20))
    luma, *_ = planes(frames.scaled(frames.from_rgb(pixels, Size(*size)), Size(*small)))
    wanted = image.resize(small, Image.Resampling.LANCZOS)
    assert ImageChops.difference(luma, wanted).getextrema()[1] <= 2
