"""Files of a VK album come in the order of their numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threebath.multipart import by_suffix


@pytest.mark.parametrize(
    ("names", "sorted_names"),
    [
        ("", ""),
        ("file2 file1", "file1 file2"),
        ("file10 file2 file1", "file1 file2 file10"),
        ("file0 file2 file1", "file0 file1 file2"),
        ("b2 a10 c1", "c1 b2 a10"),
        ("file2 photo file1", "file1 photo file2"),
        ("photo data file", "photo data file"),
        ("file02 file1 file002", "file1 file02 file002"),
        (f"f{'9' * 5000} f1", f"f1 f{'9' * 5000}"),
        ("f٣ f2 f1", "f٣ f1 f2"),
    ],
    ids=lambda one: one[:30],
)
def test_numbers_decide_and_the_rest_stays(names, sorted_names):
    """Numeric order, not alphabetic; a name without a number keeps its place."""
    names = names.split()

    assert [names[at] for at in by_suffix(names)] == sorted_names.split()


def test_equal_names_keep_the_order_in_which_they_came():
    """A client that calls every file the same means them in order."""
    assert by_suffix(["file1", "file1", "file0", "file1"]) == (2, 0, 1, 3)
    assert by_suffix(["", "", ""]) == (0, 1, 2)


@given(st.lists(st.from_regex(r"[ab]?[0-9]{0,3}", fullmatch=True)))
def test_nothing_is_lost_or_doubled(names):
    """The order is a permutation, and a second time changes nothing."""
    order = by_suffix(names)

    assert sorted(order) == list(range(len(names)))
    assert by_suffix([names[at] for at in order]) == tuple(range(len(names)))
