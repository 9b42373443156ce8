"""Every test here has a service of its own."""

import pytest
from tests.service import house as houses


@pytest.fixture
async def house(tmp_path):
    return await houses.build(tmp_path)
