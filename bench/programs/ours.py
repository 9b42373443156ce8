"""Our renderer: ``ours.py planar|pyvips|bare`` in this process, ``... WORKERS`` in a pool.

With *pyvips* a JPEG is decoded as other formats are; *bare* is a machine that has no
libturbojpeg to encode with, either.
"""

import asyncio
import os
import sys

from bench.programs.lines import Plan, answer, asked
from threebath.core.networks.vk import WALL
from threebath.render.darkroom import ENGINES, develop
from threebath.render.engines.turbojpeg import do_without
from threebath.render.engines.vips import open_vips
from threebath.render.job import Job
from threebath.render.pool import RenderPool
from threebath.render.settings import RenderSettings
from threebath.render.worker import keep_memory


def in_process(engine: str) -> None:
    """Do what a worker does, without the worker."""
    keep_memory()
    engines = ENGINES if engine == "planar" else (open_vips,)
    if engine == "bare":
        do_without()
    job = Job(limits=WALL.limits, ladder=WALL.ladder)

    def ladder(data: bytes, _plan: Plan) -> list[bytes]:
        return [jpeg for _, _, jpeg in develop(data, job, engines).images]

    answer(ladder)


async def in_pool(engine: str, workers: int) -> None:
    """Render as the server does."""
    settings = RenderSettings(workers=workers, planar=engine == "planar")
    async with RenderPool(settings) as pool:
        for photo, _, count in asked():  # the loop has nothing else to do
            jobs = (_rendered(pool, photo) for _ in range(count))
            print((await asyncio.gather(*jobs))[0], flush=True)


async def _rendered(pool: RenderPool, photo: str) -> int:
    fd = os.open(photo, os.O_RDONLY)
    try:
        made = await pool.render(fd, os.fstat(fd).st_size, WALL, {})
    finally:
        os.close(fd)
    return sum(len(image.content) for image in made.images)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        asyncio.run(in_pool(sys.argv[1], int(sys.argv[2])))
    else:
        in_process(sys.argv[1])
