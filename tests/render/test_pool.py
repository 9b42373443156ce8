"""The pool: pictures in, ladders out, and nothing is shared between files."""

import os

import pytest

from pictures import KIND, encoded, photo, render, scene
from threebath.core.errors import Busy, EmptyFile, FormatNotAllowed, RendererFailed
from threebath.core.kinds import Format
from threebath.core.ladder import Size
from threebath.render.pool import RenderPool
from threebath.render.settings import RenderSettings


async def test_a_photo_becomes_the_ladder_of_its_kind(pool):
    """Every rung of the plan is there, in its order, at its exact size."""
    made = await render(pool, photo())

    plan = KIND.ladder.plan(Size(1200, 900))
    assert made.format is Format.JPEG
    assert made.size == Size(1200, 900)
    assert [(one.letter, one.size) for one in made.images] == [
        (one.letter, one.size) for one in plan
    ]


@pytest.mark.parametrize("form", ["PNG", "GIF", "BMP", "WEBP", "AVIF"])
async def test_every_format_is_taken(pool, form):
    """What a browser can show can be uploaded."""
    made = await render(pool, encoded(scene(640, 480), form))

    assert made.format.name == form
    assert {one.letter for one in made.images} == set("smxyopqr")


async def test_nothing_is_an_empty_file(pool):
    """No bytes are told from wrong bytes."""
    with pytest.raises(EmptyFile):
        await render(pool, b"")


async def test_a_format_can_be_switched_off_while_it_runs(pool):
    """A hole in one decoder costs one format, not the service."""
    pool.refuse([Format.GIF])
    try:
        with pytest.raises(FormatNotAllowed):
            await render(pool, encoded(scene(64, 48), "GIF"))
    finally:
        pool.refuse([])
    assert await render(pool, encoded(scene(64, 48), "GIF"))


async def test_a_dead_worker_is_replaced():
    """Whoever comes after a killed worker does not notice."""
    async with RenderPool(RenderSettings(workers=1)) as pool:
        (line,) = pool._crew._idle
        os.kill(line.process.pid, 9)
        line.process.wait()
        with pytest.raises(RendererFailed):
            await pool.check()
        assert await render(pool, photo())
        await pool.check()


async def test_a_full_queue_says_so():
    """More than the bound does not wait: the caller is told to try again."""
    async with RenderPool(RenderSettings(workers=1, queue_pixels=1)) as pool:
        with pool._queue.place(10, 100), pytest.raises(Busy):
            await render(pool, photo())
        assert await render(pool, photo())
