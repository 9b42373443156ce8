"""The engine for JPEG: planes in, planes scaled, planes out; never a pixel of RGB.

Two thirds of the price of the other engine. It takes the JPEGs that cameras and
phones write, where libturbojpeg and the resizer's wheel are installed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import ceil
from types import ModuleType

from PIL import Image

from threebath.core.errors import CorruptFile
from threebath.core.kinds import Format
from threebath.core.ladder import Crop, Size
from threebath.render.engines import turbojpeg
from threebath.render.engines.canvas import QUALITY
from threebath.render.engines.turbojpeg import Planes, Sampling, plane_sizes
from threebath.render.icc import Profile
from threebath.render.orientation import Orientation
from threebath.render.probe.header import Header

try:
    import cykooz_resizer
except ImportError:
    resizer: ModuleType | None = None
else:
    resizer = cykooz_resizer

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

NOISE = 1e-6
"""What floating point may add to a number of pixels."""

Box = tuple[float, float, float, float]
"""Left, top, width and height, in pixels of a plane."""


def is_available() -> bool:
    """Say whether this system has what the engine needs."""
    return resizer is not None and turbojpeg.library() is not None


@cache
def _scaler() -> Callable[[Image.Image, Box, Size], Image.Image]:
    """Prepare the resizer: Lanczos with three lobes, as the other engine."""
    if resizer is None:
        raise CorruptFile
    found = resizer
    kernel = found.ResizeAlg.convolution(found.FilterType.lanczos3)
    worker = found.Resizer()

    def scale(plane: Image.Image, box: Box, size: Size) -> Image.Image:
        made = Image.new("L", (size.width, size.height), None)
        left, top, width, height = box
        width, height = min(width, plane.width - left), min(height, plane.height - top)
        region = found.CropBox(left, top, width, height)
        options = found.ResizeOptions(resize_alg=kernel, crop_box=region)
        worker.resize_pil(plane, made, options)
        return made

    return scale


@dataclass(frozen=True, slots=True)
class PlanarCanvas:
    """A picture as planes: luma, and colour that may be coarser."""

    size: Size
    sampling: Sampling
    planes: tuple[Image.Image, ...]

    def scaled(self, region: Crop, size: Size) -> "PlanarCanvas":
        luma, *colours = self.planes
        box = (region.x, region.y, region.size.width, region.size.height)
        planes = [_scaler()(luma, box, size)]
        half = Size(-(-size.width // 2), -(-size.height // 2))
        for plane in colours:
            box_of_colour = self._of_colour(region, size, half)
            planes.append(_scaler()(_reaching(plane, box_of_colour), box_of_colour, half))
        made = Sampling.S420 if colours else Sampling.GREY
        return PlanarCanvas(size, made, tuple(planes))

    def _of_colour(self, region: Crop, size: Size, half: Size) -> Box:
        """Find a region in a colour plane: as much as the halved plane will stand for.

        Where the new width is odd, the last colour pixel reaches beyond the picture.
        """
        across, down = self.sampling.factors
        left, top = region.x / across, region.y / down
        width = region.size.width / across * (2 * half.width / size.width)
        height = region.size.height / down * (2 * half.height / size.height)
        return (left, top, width, height)

    def turned(self, orientation: Orientation) -> "PlanarCanvas":
        if orientation is Orientation.UPRIGHT:
            return self
        planes = tuple(plane.transpose(TURNS[orientation]) for plane in self.planes)
        return PlanarCanvas(orientation.upright(self.size), self.sampling, planes)

    def jpeg(self) -> bytes:
        sizes = plane_sizes(self.size, self.sampling)
        padded = tuple(
            (_padded(plane, size).tobytes(), size)
            for plane, size in zip(self.planes, sizes, strict=True)
        )
        return turbojpeg.encode(Planes(self.size, self.sampling, padded), QUALITY)

    def pixels(self) -> bytes:
        luma, *colours = self.planes
        if not colours:
            return luma.convert("RGB").tobytes()
        bands = [luma, *(plane.resize(luma.size) for plane in colours)]
        return Image.merge("YCbCr", bands).convert("RGB").tobytes()


def open_planar(
    header: Header,
    profile: Profile,
    shrink: int,
    *,
    often: bool,  # noqa: ARG001 - the planes are in memory anyway
) -> PlanarCanvas | None:
    """Decode a JPEG, strictly; None if it is for the other engine.

    Args:
        shrink: 1 or 2: by how much the decoder may reduce it.

    Raises:
        CorruptFile: the picture is damaged.
    """
    if header.format is not Format.JPEG or profile.convert:
        return None
    found = turbojpeg.decode(header.body, shrink)
    if found is None:
        return None
    if shrink == 1 and found.size != header.stored:
        raise CorruptFile("header and content disagree about the size")
    return PlanarCanvas(
        found.size,
        found.sampling,
        tuple(
            Image.frombuffer("L", (size.width, size.height), plane, "raw", "L", 0, 1)
            for plane, size in found.planes
        ),
    )


def _reaching(plane: Image.Image, box: Box) -> Image.Image:
    """Make a plane large enough for a region that reaches beyond it."""
    left, top, width, height = box
    needed = Size(ceil(left + width - NOISE), ceil(top + height - NOISE))
    return _padded(
        plane, Size(max(needed.width, plane.width), max(needed.height, plane.height))
    )


def _padded(plane: Image.Image, size: Size) -> Image.Image:
    """Repeat the last column and row, as far as *size* goes beyond the plane."""
    width, height = plane.size
    more_width, more_height = size.width - width, size.height - height
    if not more_width and not more_height:
        return plane
    made = Image.new("L", (size.width, size.height), None)
    made.paste(plane, (0, 0))
    if more_width:
        edge = plane.crop((width - 1, 0, width, height))
        made.paste(edge.resize((more_width, height)), (width, 0))
    if more_height:
        edge = made.crop((0, height - 1, size.width, height))
        made.paste(edge.resize((size.width, more_height)), (0, height))
    return made
