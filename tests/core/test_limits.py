"""Limits: decided from format, size and frames, before anything is decoded."""

from dataclasses import replace
from fractions import Fraction

import pytest

from threebath.core import errors as e
from threebath.core.kinds import Format, Limits
from threebath.core.ladder import Size

LIMITS = Limits(
    formats=frozenset({Format.JPEG}),
    max_bytes=1,
    max_side_sum=14_000,
    min_size=Size(200, 200),
    aspect=(Fraction(1, 4), Fraction(3)),
)


@pytest.mark.parametrize(
    ("found", "size", "frames", "error"),
    [
        (Format.PNG, Size(300, 300), 1, e.FormatNotAllowed),
        (Format.JPEG, Size(7000, 7001), 1, e.TooManyPixels),
        (Format.JPEG, Size(199, 400), 1, e.TooFewPixels),
        (Format.JPEG, Size(400, 199), 1, e.TooFewPixels),
        (Format.JPEG, Size(601, 200), 1, e.BadAspect),
        (Format.JPEG, Size(200, 801), 1, e.BadAspect),
        (Format.JPEG, Size(300, 300), 1001, e.TooManyFrames),
    ],
)
def test_what_is_outside_a_limit_is_refused_by_its_name(found, size, frames, error):
    """Each by its true cause, with the size in the words where that helps."""
    with pytest.raises(error):
        LIMITS.check(found, size, frames)


@pytest.mark.parametrize(
    "size", [Size(7000, 7000), Size(200, 200), Size(600, 200), Size(200, 800)]
)
def test_the_bounds_themselves_are_inside(size):
    """Limits are inclusive."""
    LIMITS.check(Format.JPEG, size, 1000)


def test_areas_and_sides_have_limits_of_their_own():
    """50 Mpx for everybody; a longest side for who wants one."""
    wide = replace(LIMITS, max_side_sum=None, aspect=None, max_side=10_000)
    with pytest.raises(e.TooManyPixels, match="longer side"):
        wide.check(Format.JPEG, Size(10_001, 200))
    with pytest.raises(e.TooManyPixels, match="width x height"):
        wide.check(Format.JPEG, Size(10_000, 5_001))
