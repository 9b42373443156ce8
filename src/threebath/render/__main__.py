"""Time the ladder on this machine: ``python -m threebath.render PHOTO...``.

Prints, for each file and engine, the milliseconds of computing that a ladder takes in
a worker without a sandbox, and then through a pool: the difference is what the
sandbox and the way there and back cost.
"""

import asyncio
import resource
import sys
import time
from pathlib import Path
from statistics import median

from threebath.core.networks.vk import ALBUM
from threebath.render.darkroom import ENGINES, Opener, develop
from threebath.render.engines.vips import open_vips
from threebath.render.job import Job
from threebath.render.pool import RenderPool
from threebath.render.sandbox import memfd
from threebath.render.settings import RenderSettings
from threebath.render.worker import keep_memory

ROUNDS = 7
JOB = Job(limits=ALBUM.limits, ladder=ALBUM.ladder)


def main() -> None:
    """Time every file that is named on the command line."""
    keep_memory()
    for name in sys.argv[1:]:
        content = Path(name).read_bytes()
        both: dict[str, tuple[Opener, ...]] = {"fast": ENGINES, "vips": (open_vips,)}
        figures = {name: _in_the_open(content, engines) for name, engines in both.items()}
        figures["pool"] = asyncio.run(_in_a_pool(content))
        told = "  ".join(f"{name} {ms:6.1f} ms" for name, ms in figures.items())
        sys.stdout.write(f"{Path(name).name:28} {told}\n")


def _in_the_open(content: bytes, engines: tuple[Opener, ...]) -> float:
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        develop(content, JOB, engines)
        spent.append(time.process_time() - start)
    return 1000 * median(spent)


async def _in_a_pool(content: bytes) -> float:
    """Count the parent's and the worker's computing, the worker's start left out."""
    source = memfd.new("photo")
    memfd.write(source, [content])
    spent = []
    for rounds in (1, 1 + ROUNDS):
        before = _spent()
        async with RenderPool(RenderSettings(workers=1)) as pool:
            for _ in range(rounds):
                await pool.render(source, len(content), ALBUM, {})
        spent.append(_spent() - before)
    return 1000 * (spent[1] - spent[0]) / ROUNDS


def _spent() -> float:
    ours = resource.getrusage(resource.RUSAGE_SELF)
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ours.ru_utime + ours.ru_stime + theirs.ru_utime + theirs.ru_stime


if __name__ == "__main__":
    main()
