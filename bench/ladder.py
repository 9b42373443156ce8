"""Ten sizes of a photograph, by everybody who can make them."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import fmean

from bench.contenders import Program, Thumbor
from bench.measure import SETTLE, Samples, turns
from bench.peers import Peers
from bench.shots import plan_for

PLANAR, PYVIPS, LIMIT = "threebath, planar", "threebath, pyvips", "C limit"
BARE = "threebath, without libturbojpeg"
PLANAR_POOL, BARE_POOL = f"{PLANAR}, sandboxed", f"{BARE}, sandboxed"
RECIPE, CASCADE = "sharp, documented recipe", "sharp, hand-written cascade"
TUNED = "sharp, cascade, plain Huffman"
OURS = {
    PLANAR: ("planar",),
    PLANAR_POOL: ("planar", "1"),
    PYVIPS: ("pyvips",),
    BARE: ("bare",),
    BARE_POOL: ("bare", "1"),
}

ONE_THREAD = {"VIPS_CONCURRENCY": "1"}

Runner = Program | Thumbor


@contextmanager
def opened(
    peers: Peers, scratch: Path, photos: Sequence[Path]
) -> Iterator[Mapping[str, Runner]]:
    """Start all contenders that are to be had; end them afterwards."""
    with ExitStack() as stack:

        def start(*command: str | Path, env: Mapping[str, str] | None = None) -> Program:
            log = scratch / "contenders.log"
            return stack.enter_context(Program(command, env, log=log))

        found: dict[str, Runner] = {}
        if limit := peers.limit():
            found[LIMIT] = start(limit)
        for name in OURS:
            found[name] = stack.enter_context(ours(name, scratch))
        if script := peers.node("sharp.mjs"):
            peers.node("ladder.mjs")
            found[CASCADE] = start("node", script, "cascade")
            found[TUNED] = start("node", script, "tuned")
            found[RECIPE] = start("node", script, "recipe")
        python = (sys.executable, "-m")
        found["pyvips, thumbnail per size"] = start(
            *python, "bench.programs.naive_vips", env=ONE_THREAD
        )
        found["Pillow, cascade"] = start(*python, "bench.programs.pillow", "cascade")
        found["Pillow, draft per size"] = start(*python, "bench.programs.pillow", "recipe")
        if thumbor := peers.thumbor():
            found["thumbor"] = stack.enter_context(Thumbor(thumbor, scratch, photos))
        yield found


def ours(name: str, scratch: Path) -> Program:
    """Start one of ours."""
    command = (sys.executable, "-m", "bench.programs.ours", *OURS[name])
    return Program(command, ONE_THREAD, log=scratch / "contenders.log")


def sandbox(scratch: Path, photos: Sequence[Path], rounds: int) -> dict[str, Samples]:
    """Compare our ladder with and without the sandbox, nobody else between the two."""
    with ours(PLANAR, scratch) as bare, ours(PLANAR_POOL, scratch) as pool:
        return compare({PLANAR: bare, PLANAR_POOL: pool}, scratch, photos, rounds)


def compare(
    runners: Mapping[str, Runner], scratch: Path, photos: Sequence[Path], rounds: int
) -> dict[str, Samples]:
    """Give every photograph to every contender in turn: CPU milliseconds of a ladder."""
    plans = {photo: plan_for(scratch, photo) for photo in photos}
    for runner in runners.values():
        runner.run(photos[0], plans[photos[0]])
    table = {name: Samples() for name in runners}
    for _, order in turns(list(runners), rounds):
        spent: dict[str, list[float]] = {name: [] for name in runners}
        for photo, plan in plans.items():
            for name in order:
                spent[name].append(_cost(runners[name], photo, plan))
        for name, costs in spent.items():
            table[name].values.append(fmean(costs) * 1000)
    for name, runner in runners.items():
        table[name].peak = runner.worker_peak()
    return table


def _cost(runner: Runner, photo: Path, plan: Path) -> float:
    before = runner.cpu()
    runner.run(photo, plan)
    time.sleep(SETTLE)
    return runner.cpu() - before


def scaling(scratch: Path, photo: Path, rounds: int, count: int) -> dict[str, Samples]:
    """Compare one worker with two, by the clock on the wall: photographs a second."""
    plan = plan_for(scratch, photo)
    table: dict[str, Samples] = {}
    command = (sys.executable, "-m", "bench.programs.ours", "planar")
    with Program([*command, "1"]) as one, Program([*command, "2"]) as two:
        pools = {"one worker": one, "two workers": two}
        for name, pool in pools.items():
            pool.run(photo, plan, 4)
            table[name] = Samples()
        for _, order in turns(list(pools), rounds):
            for name in order:
                started = time.perf_counter()
                pools[name].run(photo, plan, count)
                table[name].values.append(count / (time.perf_counter() - started))
                table[name].peak = pools[name].peak()
    return table
