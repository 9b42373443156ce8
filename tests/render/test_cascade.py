"""Which rendition is scaled from which."""

from hypothesis import given
from hypothesis import strategies as st

from threebath.core.ladder import Crop, Fit, Ladder, Rung, Size
from threebath.core.networks import vk
from threebath.render.cascade import ENOUGH, NEAR, cascade, sample_of


def parents(source, targets):
    steps = cascade(source, tuple(targets))
    letters = [step.target.letter for step in steps]
    return {
        step.target.letter: None if step.parent is None else letters[step.parent]
        for step in steps
    }


def test_a_photo_is_read_once():
    """Of a large photo only the largest rendition is made from the source."""
    source = Size(4000, 3000)
    found = parents(source, [*vk.PHOTO_LADDER.plan(source), sample_of(source)])
    assert [letter for letter, parent in found.items() if parent is None] == ["w"]
    for letter, parent in (("z", "w"), ("y", "z"), ("x", "z"), ("r", "z"), ("q", "r")):
        assert found[letter] == parent


sides = st.integers(1, 9000)


@given(width=sides, height=sides)
def test_nothing_is_made_of_something_smaller(width, height):
    """A parent shows all of the child, and at its size or more."""
    source = Size(width, height)
    targets = vk.PROFILE_LADDER.plan(source)
    steps = cascade(source, targets)
    assert sorted(step.target.letter for step in steps) == sorted(
        one.letter for one in targets
    )
    for index, step in enumerate(steps):
        above = source if step.parent is None else steps[step.parent].target.size
        assert Crop(step.region.x, step.region.y, step.region.size).is_inside(above)
        if step.parent is not None:
            assert step.parent < index
            parent = steps[step.parent].target
            scale = parent.size.width / parent.crop.size.width
            assert step.target.crop.size.width * scale >= step.target.size.width - 1e-6


def test_a_small_crop_is_made_of_the_source():
    """A square chosen in a large picture keeps the source's detail."""
    source = Size(4000, 3000)
    crops = {vk.SQUARE_CROP: Crop(100, 100, Size(300, 300))}
    found = parents(source, vk.PROFILE_LADDER.plan(source, crops))
    assert found["b"] is None
    assert found["e"] is not None


def test_a_neighbour_is_used_before_the_source():
    """Where nothing is 1.8 times as large, the largest at hand will do."""
    ladder = Ladder((Rung("a", Size(1000, 1000)), Rung("b", Size(900, 900))))
    assert parents(Size(4000, 4000), ladder.plan(Size(4000, 4000))) == {"a": None, "b": "a"}
    assert ENOUGH > 1


def test_a_cut_picture_is_no_parent_of_a_whole_one():
    """What the crop left out cannot be shown again."""
    ladder = Ladder((Rung("r", Size(1400, 1400), Fit.WIDTH), Rung("s", Size(500, 500))))
    assert parents(Size(3000, 1000), ladder.plan(Size(3000, 1000))) == {
        "r": None,
        "s": None,
    }


def test_what_was_enlarged_is_no_parent():
    """The sample of a tiny picture is larger than the picture, and blurred."""
    source = Size(16, 20)
    found = parents(source, [*vk.PHOTO_LADDER.plan(source), sample_of(source)])
    assert "" not in found.values()


@given(width=sides, height=sides, x=st.integers(0, 400), y=st.integers(0, 400))
def test_no_part_is_moved(width, height, x, y):
    """Each rendition's edges are within a tenth of its pixels of where they should be."""
    source = Size(width + 400, height + 400)
    crops = {vk.SQUARE_CROP: Crop(x, y, Size(min(width, height), min(width, height)))}
    steps = cascade(source, vk.PROFILE_LADDER.plan(source, crops))
    for step in steps:
        if step.parent is None:
            assert step.region == step.target.crop
            continue
        parent, region, target = steps[step.parent].target, step.region, step.target
        for start, length, crop_start, crop_length, made, shown, outer, size in (
            (region.x, region.size.width, target.crop.x, target.crop.size.width,
             parent.size.width, parent.crop.size.width, parent.crop.x, target.size.width),
            (region.y, region.size.height, target.crop.y, target.crop.size.height,
             parent.size.height, parent.crop.size.height, parent.crop.y,
             target.size.height),
        ):  # fmt: skip
            scale = made / shown
            for edge, wanted in (
                (start, crop_start),
                (start + length, crop_start + crop_length),
            ):
                miss = abs(edge - (wanted - outer) * scale) * size / (crop_length * scale)
                assert miss <= NEAR + 1e-9
