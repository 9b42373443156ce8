"""The ladder's geometry: exact, and as the networks print it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threebath.core.ladder import Crop, Fit, Ladder, Rung, Size, fit_in
from threebath.core.networks import vk

PRINTED = {
    # VK's upload manual (seed 000): the answers of the three photo methods.
    Size(748, 409): {
        "s": (75, 41), "m": (130, 71), "x": (604, 330), "y": (748, 409),
        "o": (130, 87), "p": (200, 133), "q": (320, 213), "r": (510, 340),
    },
    Size(1620, 2160): {
        "s": (56, 75), "m": (97, 130), "x": (453, 604), "y": (605, 807), "z": (810, 1080),
        "w": (1620, 2160), "o": (130, 173), "p": (200, 267), "q": (320, 427),
        "r": (510, 680),
    },
    Size(3264, 2448): {
        "s": (75, 56), "m": (130, 97), "x": (604, 453), "y": (807, 605),
        "o": (130, 98), "p": (200, 150),
    },
    # docs/protocols/vk.md, the photo object and its sizes.
    Size(102, 249): {
        "s": (31, 75), "m": (53, 130), "x": (102, 249), "o": (102, 249), "p": (102, 249),
        "q": (102, 249), "r": (102, 249),
    },
    Size(855, 439): {"z": (855, 439), "q": (320, 213), "r": (510, 340)},
}  # fmt: skip
EMITTED = {
    Size(102, 249): "smxopqr",
    Size(604, 604): "smxopqr",
    Size(605, 604): "smxyopqr",
    Size(748, 409): "smxyopqr",
    Size(807, 807): "smxyopqr",
    Size(808, 100): "smxyzopqr",
    Size(855, 439): "smxyzopqr",
    Size(1280, 1080): "smxyzopqr",
    Size(1280, 1081): "smxyzwopqr",
    Size(1620, 2160): "smxyzwopqr",
}


@pytest.mark.parametrize("source", PRINTED, ids=str)
def test_sizes_are_those_that_vk_prints(source):
    """Every width and height that the manual and the real answers show."""
    plan = {one.letter: one.size for one in vk.PHOTO_LADDER.plan(source)}
    for letter, (width, height) in PRINTED[source].items():
        assert plan[letter] == Size(width, height), letter


@pytest.mark.parametrize("source", EMITTED, ids=str)
def test_large_rungs_exist_only_for_large_pictures(source):
    """y, z and w are there if the picture is larger than the rung below."""
    plan = vk.PHOTO_LADDER.plan(source)
    assert "".join(one.letter for one in plan) == EMITTED[source]


def test_wide_pictures_are_cut_in_the_middle():
    """o, p, q and r show the middle of what is wider than 3:2, and are 3:2."""
    (target,) = Ladder((Rung("r", Size(510, 510), Fit.WIDTH),)).plan(Size(3000, 1000))
    assert target.crop == Crop(750, 0, Size(1500, 1000))
    assert target.size == Size(510, 340)


def test_squares_are_the_middle_or_what_was_chosen():
    """Without a choice the middle square; a choice is kept, and never enlarged."""
    ladder = Ladder((Rung("c", Size(200, 200), Fit.SQUARE, crop="chosen"),))
    (middle,) = ladder.plan(Size(400, 300))
    assert (middle.crop, middle.size) == (Crop(50, 0, Size(300, 300)), Size(200, 200))

    chosen = Crop(10, 20, Size(120, 120))
    (target,) = ladder.plan(Size(400, 300), {"chosen": chosen, "other": middle.crop})
    assert (target.crop, target.size) == (chosen, Size(120, 120))


def test_a_cover_shows_the_chosen_part():
    """The chosen rectangle fits the box; without one the whole picture does."""
    ladder = Ladder((Rung("cover", Size(1590, 530), Fit.CROP, crop="chosen"),))
    (whole,) = ladder.plan(Size(3180, 2000))
    assert whole.size == Size(843, 530)
    (cut,) = ladder.plan(Size(3180, 2000), {"chosen": Crop(0, 500, Size(3180, 1060))})
    assert cut.size == Size(1590, 530)


@pytest.mark.parametrize(
    ("source", "made"),
    [(Size(4000, 3000), Size(853, 640)), (Size(3000, 4000), Size(640, 853))],
)
def test_the_shorter_side_can_lead(source, made):
    """A rung by its shorter side is as good for portraits as for landscapes."""
    (target,) = Ladder((Rung("r", Size(640, 640), Fit.SHORT),)).plan(source)
    assert target.size == made


sides = st.integers(1, 14_000)
sizes = st.builds(Size, sides, sides)
fits = st.sampled_from(Fit)


@given(source=sizes, box=sizes, fit=fits)
def test_nothing_is_enlarged_or_vanishes(source, box, fit):
    """Whatever the shapes, a rendition has a pixel at least and no more than its crop."""
    target = Rung("?", box, fit).target(source)

    assert target.crop.is_inside(source)
    assert target.size.fits_in(target.crop.size)
    assert min(target.size.width, target.size.height) >= 1


@given(source=sizes, box=sizes)
def test_a_box_is_filled_without_bending(source, box):
    """The rendition is in its box, touches it, and is off its shape by half a pixel."""
    made = fit_in(source, box)

    assert made.fits_in(box)
    if made != source:
        assert made.width == box.width or made.height == box.height
        across = Fraction(source.width * made.height, source.height)
        down = Fraction(source.height * made.width, source.width)
        near = min(abs(across - made.width), abs(down - made.height))
        assert near <= Fraction(1, 2) or min(made.width, made.height) == 1


@given(source=sizes, box=sizes)
def test_fitting_twice_changes_nothing(source, box):
    """What fits stays as it is."""
    once = fit_in(source, box)
    assert fit_in(once, box) == once


@given(source=sizes)
def test_a_ladder_keeps_its_order(source):
    """The plan lists the rungs as the ladder does, each once."""
    letters = [one.letter for one in vk.PROFILE_LADDER.rungs]
    planned = [one.letter for one in vk.PROFILE_LADDER.plan(source)]
    assert planned == [one for one in letters if one in planned]


@given(source=sizes, x=st.integers(-2, 14_001), y=st.integers(-2, 14_001), size=sizes)
def test_inside_means_every_pixel(source, x, y, size):
    """A crop is inside if its first and its last pixel are."""
    inside = 0 <= x <= source.width - size.width and 0 <= y <= source.height - size.height
    assert Crop(x, y, size).is_inside(source) == inside


def test_sizes_know_their_sums():
    """The numbers that limits are about."""
    size = Size(300, 200)
    assert (size.side_sum, size.pixels, size.aspect) == (500, 60_000, Fraction(3, 2))
    assert str(size) == "300x200"
