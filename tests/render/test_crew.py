"""Workers come and go; who uploads does not notice."""

import asyncio
import errno
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest

from pictures import KIND, encoded, opened, render, scene
from threebath.core.errors import Busy, RendererFailed, StoreFailed
from threebath.core.kinds import Format
from threebath.render.crew import STARTS_PER_SECOND
from threebath.render.line import Line, open_line
from threebath.render.pool import RenderPool
from threebath.render.queue import LEAST, Queue
from threebath.render.settings import RenderSettings

SMALL = encoded(scene(64, 48), quality=85)


def pids(pool):
    return {line.process.pid for line in (*pool._crew._idle, *pool._crew._busy)}


def open_files():
    return len([*Path("/proc/self/fd").iterdir()])


async def test_the_paranoid_get_a_fresh_worker_for_each_file():
    """With one file per worker, no process ever sees two pictures."""
    async with RenderPool(RenderSettings(workers=1, files_per_worker=1)) as pool:
        seen = set()
        for _ in range(3):
            async with pool._crew.worker() as line:
                seen.add(line.process.pid)
        assert len(seen) == 3
        assert (await render(pool, SMALL)).images


async def test_the_paranoid_do_not_get_a_crowd():
    """A successor may start before its time, the successor's successor may not."""
    settings = RenderSettings(workers=1, files_per_worker=1)
    async with RenderPool(settings) as pool:
        most = 0

        async def take():
            nonlocal most
            async with pool._crew.worker():
                await asyncio.sleep(0.5)
                most = max(most, pool._crew._living())

        await asyncio.gather(*(take() for _ in range(8)))
        assert most == 2


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


async def test_a_shortage_that_is_over_is_over():
    """No descriptors, no room for a process: for that moment there are fewer workers."""
    shortage = True

    async def start(settings):
        if shortage:
            raise RendererFailed("a worker cannot be started: Too many open files")
        return await open_line(settings)

    async with RenderPool(RenderSettings(workers=1)) as pool:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("threebath.render.crew.open_line", start)
            patch.setattr("threebath.render.crew.PATIENCE", 0.05)
            (line,) = pool._crew._idle
            line.process.kill()
            await asyncio.sleep(0.3)
            with pytest.raises(RendererFailed):
                await pool.check()
            shortage = False
            assert (await render(pool, SMALL)).images


@pytest.mark.parametrize(
    ("name", "module"), [("socketpair", "socket"), ("Popen", "subprocess")]
)
async def test_a_worker_that_cannot_be_started_leaves_nothing(name, module, monkeypatch):
    """The reason is told; sockets and the tray are closed."""

    def refuse(*_, **__):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(f"threebath.render.line.{module}.{name}", refuse)
    before = open_files()
    with pytest.raises(RendererFailed, match="Too many open files"):
        await open_line(RenderSettings(workers=1))
    assert open_files() == before


async def test_a_spool_that_cannot_be_opened_costs_no_worker(pool):
    """It is not the workers' fault that the server has no descriptor left."""

    def refuse(_):
        raise OSError(errno.EMFILE, "Too many open files")

    before = pids(pool)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("threebath.render.pool._reopened", refuse)
        with opened(SMALL) as fd, pytest.raises(StoreFailed):
            await pool.render(fd, len(SMALL), KIND, {})
    assert pids(pool) == before


async def test_closing_tells_those_who_wait_or_work():
    """Each upload under way ends at once, with an error of ours; no process stays."""
    pool = RenderPool(RenderSettings(workers=1))
    await pool.start()
    (line,) = pool._crew._idle
    line.process.send_signal(signal.SIGSTOP)
    tasks = [asyncio.create_task(render(pool, SMALL)) for _ in range(3)]
    await asyncio.sleep(0.1)
    async with asyncio.timeout(5):
        await pool.close()
        done = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(one) for one in done} == {RendererFailed}
    assert line.process.poll() is not None
    assert not pool._crew._births | pool._crew._ends


async def test_closing_ends_a_worker_that_is_promised():
    """Even one that its next user has not come to take."""
    pool = RenderPool(RenderSettings(workers=1))
    await pool.start()
    (line,) = pool._crew._idle
    async with pool._crew.worker():
        waiting = asyncio.create_task(render(pool, SMALL))
        await asyncio.sleep(0.05)
    await pool.close()
    assert line.process.poll() is not None
    with pytest.raises(RendererFailed):
        await waiting


async def test_a_start_that_is_given_up_leaves_no_process(monkeypatch):
    """Neither those that were ready nor those that were not."""
    started = []

    async def slowly(settings):
        line = await open_line(settings)
        started.append(line)
        await asyncio.sleep(60 * (len(started) > 1))
        return line

    monkeypatch.setattr("threebath.render.crew.open_line", slowly)
    starting = asyncio.create_task(RenderPool(RenderSettings(workers=2)).start())
    async with asyncio.timeout(20):
        while len(started) < 2:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert started[0].process.poll() is not None
    await started[1].close()


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
        for _ in range(STARTS_PER_SECOND + 1):
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
    with pytest.raises(StoreFailed):
        await pool.transcode(fd, len(SMALL), Format.WEBP)
    assert (await render(pool, SMALL)).images


async def test_where_a_spool_cannot_be_opened_again_it_is_copied(pool, monkeypatch):
    """Not every system has a folder of the descriptors that are open."""
    monkeypatch.setattr("threebath.render.pool.DESCRIPTORS", "/no/such/folder")
    with opened(SMALL) as fd:
        assert (await pool.render(fd, len(SMALL), KIND, {})).images
        with pytest.raises(StoreFailed):
            await pool.render(fd, len(SMALL) + 1, KIND, {})
    with pytest.raises(StoreFailed):
        await pool.render(fd, len(SMALL), KIND, {})
