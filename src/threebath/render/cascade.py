"""Which picture each rendition is scaled from, so that the large one is read once.

A rendition is made from the smallest picture at hand that shows its part of the
source at `ENOUGH` times its size or more, or `ENOUGH_NEXT` times if it is the next below:
at these ratios nobody can tell it from one made of the source (docs/rendering.md has
the figures). Where there is none, it is made from the largest picture at hand that does
not have to be enlarged, and from the source only as the last resort, since that is what
costs. A part that does not begin and end near whole pixels of a picture is not taken
from that one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from threebath.core.ladder import Crop, Size, Target

ENOUGH = 1.8
ENOUGH_NEXT = 1.5

NEAR = 0.1
"""How far an edge of a rendition may be from where it should be, in its own pixels."""

KEPT = 64
"""Plans that are kept: cameras repeat themselves."""

SAMPLE = Size(32, 32)
"""The whole picture squeezed into a square, from which the facts are taken."""


@dataclass(frozen=True, slots=True)
class Step:
    """Make *target* from an earlier step's picture; from the source if *parent* is None.

    Attributes:
        region: the part of the parent to scale, in the parent's pixels.
    """

    target: Target
    parent: int | None
    region: Crop


@lru_cache(KEPT)
def cascade(source: Size, targets: tuple[Target, ...]) -> tuple[Step, ...]:
    """Order the targets, largest first, and choose a parent for each."""
    ordered = sorted(targets, key=lambda one: one.size.pixels, reverse=True)
    steps: list[Step] = []
    for target in ordered:
        parent = _parent(target, [step.target for step in steps])
        whole = Target("", Crop(0, 0, source), source)
        above = whole if parent is None else steps[parent].target
        steps.append(Step(target, parent, _region(target.crop, above)))
    return tuple(steps)


def sample_of(source: Size) -> Target:
    """Say how the sample for the facts is made; it may be larger than the source."""
    return Target("", Crop(0, 0, source), SAMPLE)


def _parent(target: Target, made: Sequence[Target]) -> int | None:
    ratios = {
        index: ratio
        for index, one in enumerate(made)
        if (ratio := _ratio(one, target)) >= 1
        and one.size.fits_in(one.crop.size)  # an enlarged one shows less than the source
        and _is_near(target, one)
    }
    smallest_first = sorted(ratios, key=lambda index: made[index].size.pixels)
    for place, index in enumerate(smallest_first):
        if ratios[index] >= (ENOUGH if place else ENOUGH_NEXT):
            return index
    return max(ratios, key=lambda index: ratios[index], default=None)


def _ratio(parent: Target, child: Target) -> float:
    """Say how many times larger *parent* shows what *child* shows; 0 if it does not."""
    outer, inner = parent.crop, child.crop
    inside = Crop(inner.x - outer.x, inner.y - outer.y, inner.size)
    if not inside.is_inside(outer.size):
        return 0
    # One division of whole numbers each: exact where the ratio is, at 1 and at 1.8.
    across = parent.size.width * inner.size.width / (outer.size.width * child.size.width)
    down = parent.size.height * inner.size.height / (outer.size.height * child.size.height)
    return min(across, down)


def _is_near(child: Target, parent: Target) -> bool:
    """Say whether *child*'s part begins and ends close to whole pixels of *parent*."""
    sides = child.size.width, child.size.height
    return all(
        _miss(*span) * side <= NEAR
        for span, side in zip(_spans(child.crop, parent), sides, strict=True)
    )


def _region(crop: Crop, parent: Target) -> Crop:
    """Find *crop*, which is in the source's pixels, in the parent's: to the nearest."""
    (left, right), (top, bottom) = (_edges(*span) for span in _spans(crop, parent))
    return Crop(left, top, Size(right - left, bottom - top))


_Span = tuple[int, int, int, int]


def _spans(crop: Crop, parent: Target) -> tuple[_Span, _Span]:
    """Say across and down where a part lies in a picture made before.

    That is: where it begins in what the picture shows, how long it is there, how many
    pixels the picture has, and how many of the source's it shows.
    """
    outer, made = parent.crop, parent.size
    return (
        (crop.x - outer.x, crop.size.width, made.width, outer.size.width),
        (crop.y - outer.y, crop.size.height, made.height, outer.size.height),
    )


def _edges(start: int, length: int, made: int, shown: int) -> tuple[int, int]:
    first = min(_nearest(start * made, shown), made - 1)
    return first, max(first + 1, _nearest((start + length) * made, shown))


def _miss(start: int, length: int, made: int, shown: int) -> float:
    """Say how far the edges are from where they should be, as a share of the part."""
    first, last = _edges(start, length, made, shown)
    far = max(
        abs(first * shown - start * made), abs(last * shown - (start + length) * made)
    )
    return far / (length * made)


def _nearest(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
