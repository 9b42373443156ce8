"""Large files are read while they are sent."""

import os

import pytest
from tests.client.sink import Sink
from tests.client.weigh import sparse, weigh

MOST = 80_000_000


async def _check(folder, size):
    path = sparse(folder, size)
    async with Sink() as sink:
        found = await weigh("ours", path, sink)
        received = [length for what, _, length in sink.events if what == "received"]
    assert size < received[0] < size + 1000
    assert found["peak"] < MOST


async def test_300_megabytes_in_constant_memory(tmp_path):
    """The peak of the whole process, Python and libraries included."""
    await _check(tmp_path, 300_000_000)


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("THREEBATH_LARGE"),
    reason="takes half a minute: set THREEBATH_LARGE=1, or run python -m bench.client",
)
async def test_5_gigabytes_in_the_same_memory(tmp_path):
    """A video as large as VK takes them."""
    await _check(tmp_path, 5_000_000_000)
