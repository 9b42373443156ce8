"""Workers come and go; who uploads does not notice."""

import asyncio
import time
from datetime import timedelta

import pytest

from pictures import KIND, encoded, opened, render, scene
from threebath.core.errors import Busy, RendererFailed
from threebath.core.kinds import Format
from threebath.render.crew import STARTS_PER_SECOND
from threebath.render.line import Line
from threebath.render.pool import RenderPool
from threebath.render.queue import LEAST, Queue
from threebath.render.settings import RenderSettings

SMALL = encoded(scene(64, 48), quality=85)


def pids(pool):
    return {line.process.pid for line in (*pool._crew._idle, *pool._crew._busy)}


async def test_the_paranoid_get_a_fresh_worker_for_each_file():
    """With one file per worker, no process ever sees two pictures."""
    async with RenderPool(RenderSettings(workers=1, files_per_worker=1)) as pool:
        seen = set()
        for _ in range(3):
            async with pool._crew.worker() as line:
                seen.add(line.process.pid)
        assert len(seen) == 3
        assert (await render(pool, SMALL)).images


async def test_a_worker_is_replaced_after_its_files():
    """What a library leaks, it leaks for a bounded number of files."""
    async with RenderPool(RenderSettings(workers=1, files_per_worker=2)) as pool:
        first = pids(pool)
        await render(pool, SMALL)
        assert pids(pool) == first
        await render(pool, SMALL)
        await render(pool, SMALL)
        assert not pids(pool) & first


async def test_more_files_than_workers_wait_their_turn(pool):
    """Twenty at once through one worker: all are rendered."""
    done = await asyncio.gather(*(render(pool, SMALL) for _ in range(20)))
    assert len({one.images[0].content for one in done}) == 1


async def test_who_waits_too_long_is_told():
    """Nobody waits for ever: after a time it is Busy."""
    settings = RenderSettings(workers=1, patience=timedelta(seconds=0.4))
    async with RenderPool(settings) as pool, pool._crew.worker():
        started = time.monotonic()
        with pytest.raises(Busy):
            await render(pool, SMALL)
        assert 0.3 < time.monotonic() - started < 3


async def test_who_gives_up_waiting_leaves_no_trace():
    """A worker that comes free goes to the next in line, not to the one who left."""
    async with RenderPool(RenderSettings(workers=1)) as pool:
        async with pool._crew.worker():
            gone = asyncio.create_task(render(pool, SMALL))
            stays = asyncio.create_task(render(pool, SMALL))
            await asyncio.sleep(0.05)
            gone.cancel()
        assert (await stays).images
        assert (await render(pool, SMALL)).images


async def test_pools_do_not_know_each_other():
    """Every web process has workers of its own."""
    async with RenderPool(RenderSettings(workers=1)) as one:
        async with RenderPool(RenderSettings(workers=1)) as other:
            assert not pids(one) & pids(other)
            await asyncio.gather(render(one, SMALL), render(other, SMALL))
        assert (await render(one, SMALL)).images


async def test_closing_ends_every_process():
    """Nothing is left running, whatever it was doing."""
    pool = RenderPool(RenderSettings(workers=2))
    await pool.start()
    lines: list[Line] = list(pool._crew._idle)
    await pool.close()
    assert all(line.process.poll() is not None for line in lines)
    with pytest.raises(RendererFailed):
        await render(pool, SMALL)


async def test_deaths_do_not_become_a_storm_of_births():
    """However fast workers die, only so many are started in a second."""
    async with RenderPool(RenderSettings(workers=1)) as pool:
        started = time.monotonic()
        for _ in range(STARTS_PER_SECOND + 2):
            await pool._crew._pause()
        assert time.monotonic() - started > 0.9


def test_a_queue_counts_what_a_file_may_be():
    """Small files count for a megapixel, large ones for no more than is allowed."""
    queue = Queue(3 * LEAST)
    with queue.place(10, LEAST * 50):
        assert queue.pixels == LEAST
        with queue.place(LEAST * 100, LEAST * 2):
            assert queue.pixels == 3 * LEAST
            with pytest.raises(Busy), queue.place(1, LEAST):
                pass
    assert queue.pixels == 0


async def test_a_file_larger_than_the_queue_is_taken_alone():
    """A bound that is set too low slows down, and locks nobody out."""
    queue = Queue(1)
    with queue.place(100, 10):
        assert queue.pixels == LEAST


async def test_a_spool_that_is_cut_short_is_our_fault(pool):
    """The client did nothing wrong if the bytes are not where they were put."""
    with opened(SMALL) as fd, pytest.raises(RendererFailed):
        await pool.render(fd, len(SMALL) + 1, KIND, {})
    with pytest.raises(RendererFailed):
        await pool.transcode(fd, len(SMALL), Format.WEBP)
    assert (await render(pool, SMALL)).images


async def test_where_a_spool_cannot_be_opened_again_it_is_copied(pool, monkeypatch):
    """Not every system has a folder of the descriptors that are open."""
    monkeypatch.setattr("threebath.render.pool.DESCRIPTORS", "/no/such/folder")
    with opened(SMALL) as fd:
        assert (await pool.render(fd, len(SMALL), KIND, {})).images
        with pytest.raises(RendererFailed):
            await pool.render(fd, len(SMALL) + 1, KIND, {})
    with pytest.raises(RendererFailed):
        await pool.render(fd, len(SMALL), KIND, {})
