"""Workers shared by the tests of rendering."""

import pytest

from threebath.render.pool import RenderPool
from threebath.render.settings import RenderSettings


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
async def pool(anyio_backend):  # noqa: ARG001 - has anyio run the fixture
    async with RenderPool(RenderSettings(workers=1)) as pool:
        yield pool
