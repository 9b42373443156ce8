"""VK over stores in memory, with its ready-made world."""

import pytest
from tests.dialects.vk.lab import build


@pytest.fixture
async def vk(tmp_path):
    async with build(tmp_path) as lab:
        yield lab
