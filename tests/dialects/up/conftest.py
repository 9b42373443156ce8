"""UP over stores in memory, with its ready-made world."""

import pytest
from tests.dialects.up.lab import build


@pytest.fixture
async def up(tmp_path):
    async with build(tmp_path) as lab:
        yield lab
