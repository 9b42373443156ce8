"""OK over stores in memory, with its ready-made world and a second application."""

import pytest
from tests.dialects.ok.lab import build


@pytest.fixture
async def ok(tmp_path):
    async with build(tmp_path) as lab:
        yield lab
