"""What the dialects share."""

import pytest
from starlette.requests import Request

from threebath.dialects.base import announced


@pytest.mark.parametrize(
    ("told", "length"),
    [("0", 0), ("17", 17), ("007", 7), ("1" * 18, int("1" * 18)), ("1" * 5000, 0),
     ("-1", 0), ("1.5", 0), ("", 0), ("x", 0)],
)  # fmt: skip
def test_a_bodys_length_is_what_its_head_says(told, length):
    """Nonsense, which other servers than ours may let in, is none."""
    scope = {"type": "http", "headers": [(b"content-length", told.encode())]}
    assert announced(Request(scope)) == length
    assert announced(Request({"type": "http", "headers": []})) == 0
