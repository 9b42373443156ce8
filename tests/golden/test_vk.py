"""Transcripts of VK's kinds: what is asked and answered in three steps, field by field.

``THREEBATH_GOLDEN=write`` writes them anew; a look at the difference is then the review.
"""

import json
import os
import re
from pathlib import Path

import pytest
from tests.dialects.vk.conftest import vk  # noqa: F401 - a fixture
from tests.dialects.vk.samples import SAMPLES

from threebath.dialects.vk.kinds import ROWS

FOLDER = Path(__file__).parent / "vk"

NUMBERED = re.compile(r"(.+_)?id|pid")
GIVEN = {"owner_id", "user_id", "admin_id", "album_id", "group_id", "category_id"}
TIMES = {"date", "created", "updated", "expires_at", "adding_date"}
TEXTS = (
    (re.compile(r"ticket=[\w-]+"), "ticket=<ticket>"),
    (re.compile(r'"[0-9a-f]{10}:'), '"<10 hex>:'),
    (re.compile(r'"[0-9a-f]{1,6}","[0-9a-f]{11}"'), '"<volume>","<secret>"'),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<32 hex>"),
    (re.compile(r"\b[0-9a-f]{18}\b"), "<18 hex>"),
    (re.compile(r"(?<![\w-])[\w-]{55,}(?![\w-])"), "<sealed>"),
)


def placed(value, key=""):
    """Put placeholders where ids, times and signatures stand; their type stays."""
    if isinstance(value, dict):
        return {name: placed(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [placed(one) for one in value]
    if key in TIMES:
        return f"<time, {type(value).__name__}>"
    if NUMBERED.fullmatch(key) and key not in GIVEN:
        return f"<id, {type(value).__name__}>"
    if isinstance(value, str) and value.startswith("{"):
        return json.dumps(placed(json.loads(value)), separators=(",", ":"))
    if isinstance(value, str):
        for form, shown in TEXTS:
            value = form.sub(shown, value)
    return value


def transcript(row, steps):
    """Write down one use of a kind."""
    sample = SAMPLES[row.kind.name]
    told = [
        {"call": row.issue, "token": sample.token, "with": sample.asked},
        {"answer": steps.issued},
        {"upload": row.file.format(n=1), "file name": sample.filename},
        {"answer": steps.reply},
    ]
    if row.commit:
        told += [
            {"call": row.commit, "token": sample.token, "with": steps.sent},
            {"answer": steps.saved},
        ]
    return placed(told)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
async def test_a_kind_answers_as_it_always_has(vk, row):  # noqa: F811 - the fixture
    """Every field, in its order, with its type."""
    found = transcript(row, await vk.three_steps(row))
    path = FOLDER / f"{row.kind.name.removeprefix('vk.')}.json"
    if os.environ.get("THREEBATH_GOLDEN") == "write":
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    kept = json.loads(path.read_text())
    assert json.dumps(found) == json.dumps(kept)


def test_there_is_a_transcript_of_each_kind_and_no_other():
    """A kind without one is not shown; one without a kind is stale."""
    names = {path.stem for path in FOLDER.glob("*.json")}
    assert names == {name.removeprefix("vk.") for name in ROWS}
