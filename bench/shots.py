"""The photographs: those of the corpus, else some that are made to the same sizes."""

import os
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image

from threebath.cli.pictures import photographs
from threebath.core.ladder import Size
from threebath.core.networks.vk import WALL
from threebath.render.cascade import Step, cascade

ROOT = Path(__file__).parent.parent
CLASSES = {
    12: ("hall12", "kleiber12", "sea12"),
    24: ("mosaic24",),
    48: ("mosaic48",),
}
"""Megapixels, and the names of the photographs in the corpus."""
SIZES = {12: Size(4000, 3000), 24: Size(6000, 4000), 48: Size(8000, 6000)}
HALVED = 3
"""From this ratio on decoders give half the size, ours and the limit alike."""


def shots(folder: Path, megapixels: int, most: int) -> list[Path]:
    """Return the photographs of a class, at most so many; make them if there are none."""
    corpus = Path(os.environ.get("THREEBATH_CORPUS", ROOT.parent / "shared" / "corpus"))
    found = [corpus / "photos" / f"{name}.jpg" for name in CLASSES[megapixels]]
    if all(one.is_file() for one in found):
        return found[:most]
    made = folder / f"made{megapixels}.jpg"
    if not made.exists():
        make(made, SIZES[megapixels])
    return [made]


def make(path: Path, size: Size) -> None:
    """Lay the demo's photographs side by side, unscaled, until *size* is full."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tiles = [Image.open(BytesIO(one.content)).convert("RGB") for one in photographs()]
    tiles = [one for one in tiles if min(one.size) >= 1000] or tiles
    whole = Image.new("RGB", (size.width, size.height))
    for row, top in enumerate(range(0, size.height, 1400)):
        for column, left in enumerate(range(0, size.width, 1500)):
            whole.paste(tiles[(row + column) % len(tiles)], (left, top))
    whole.save(path, "JPEG", quality=92, subsampling="4:2:0")


def write_plan(path: Path, size: Size) -> Path:
    """Write what to make of a photograph of *size*, for programs in any language.

    The first line has its width, its height, by how much to shrink it while decoding,
    and the number of steps; each step its letter, its parent's number (-1: the
    photograph), the part of the parent, the part of the photograph, and its size.
    """
    steps = cascade(size, WALL.ladder.plan(size))
    largest = steps[0].target.size
    half = size.width >= HALVED * largest.width and size.height >= HALVED * largest.height
    lines = [(size.width, size.height, 2 if half else 1, len(steps)), *map(_line, steps)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(" ".join(map(str, line)) + "\n" for line in lines))
    return path


def plan_for(folder: Path, photo: Path) -> Path:
    """Write the plan of a photograph and return its path."""
    with Image.open(photo) as found:
        size = Size(*found.size)
    return write_plan(folder / f"{size}.plan", size)


def _line(step: Step) -> Sequence[object]:
    parent = -1 if step.parent is None else step.parent
    region, crop, size = step.region, step.target.crop, step.target.size
    boxes = [(one.x, one.y, one.size.width, one.size.height) for one in (region, crop)]
    return (step.target.letter, parent, *boxes[0], *boxes[1], size.width, size.height)
