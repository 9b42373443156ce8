"""The page about bodies says what the code does."""

from dataclasses import fields
from pathlib import Path

import pytest

from threebath.multipart import CALL, FormLimits

PAGE = Path(__file__).parents[2] / "docs" / "multipart.md"


@pytest.mark.parametrize("cap", [one.name for one in fields(FormLimits)])
def test_the_caps_table_is_true(cap):
    """Each cap has a row with its values."""
    form, call = (getattr(one, cap) for one in (FormLimits(max_bytes=0), CALL))
    told = "the caller's" if cap == "max_bytes" else f"{form:,}"

    assert f"| `{cap}` | {told} | {call:,} |" in PAGE.read_text()
