"""Workers that can be told to misbehave."""

from datetime import timedelta
from pathlib import Path

import pytest

from threebath.render.pool import RenderPool
from threebath.render.settings import RenderSettings

HOOK = Path(__file__).parent / "misbehave.py"


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
async def pool(anyio_backend):  # noqa: ARG001 - has anyio run the fixture
    settings = RenderSettings(
        workers=2, deadline=timedelta(seconds=3), patience=timedelta(minutes=1), hook=HOOK
    )
    async with RenderPool(settings) as pool:
        yield pool


@pytest.fixture
async def fresh():
    """One worker that has not seen a file yet."""
    async with RenderPool(RenderSettings(workers=1)) as pool:
        yield pool
