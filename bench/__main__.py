"""``make bench``: measure everything, print it, write docs/benchmarks.md.

``make bench ARGS=--quick`` takes about two minutes and writes to build/bench instead.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import client, ladder, services
from bench.chart import chart
from bench.contenders import Failed
from bench.measure import PROC, Samples
from bench.peers import Peers
from bench.report import page, versions
from bench.results import Results, Section
from bench.shots import ROOT, shots

PARTS = ("ladder", "sandbox", "scaling", "upload", "ingest", "calls", "client")
DRAWN = ("ladder 12", "ladder 48", "upload", "ingest")


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How much is measured; everything runs at least once before."""

    classes: tuple[int, ...]
    rounds: int
    photos: int
    uploads: int
    mebibytes: int
    calls: int


FULL = Scale(classes=(12, 24, 48), rounds=9, photos=3, uploads=24, mebibytes=200, calls=400)
QUICK = Scale(classes=(12, 48), rounds=3, photos=1, uploads=8, mebibytes=200, calls=100)


@dataclass
class Bench:
    """A run: what is measured, and where."""

    scale: Scale
    peers: Peers
    scratch: Path
    results: Results

    def ladder(self) -> None:
        for megapixels in self.scale.classes:
            photos = shots(self.peers.folder / "shots", megapixels, self.scale.photos)
            with ladder.opened(self.peers, self.scratch, photos) as runners:
                rounds = max(1, self.scale.rounds * 24 // (12 + megapixels))
                table = ladder.compare(runners, self.scratch, photos, rounds)
            self.results.sections[f"ladder {megapixels}"] = Section(
                f"Ten sizes of {megapixels} Mpx",
                "CPU ms",
                ladder.LIMIT if ladder.LIMIT in table else ladder.PLANAR,
                table,
                "VK's ladder, JPEG q85 4:2:0. The peak is the largest process's.",
            )

    def sandbox(self) -> None:
        photos = shots(self.peers.folder / "shots", 12, self.scale.photos)
        self.results.sections["sandbox"] = Section(
            "What the sandbox costs",
            "CPU ms",
            ladder.PLANAR,
            ladder.sandbox(self.scratch, photos, 4 * self.scale.rounds),
            "The ladder of 12 Mpx again, by these two alone, in turns and more often: the "
            "difference is smaller than what a shared machine adds and takes away.",
        )

    def scaling(self) -> None:
        [photo] = shots(self.peers.folder / "shots", 12, 1)
        count = 4 * self.scale.photos
        table = ladder.scaling(self.scratch, photo, self.scale.rounds, count)
        self.results.sections["scaling"] = Section(
            "Workers",
            "photos/s",
            "one worker",
            table,
            "12 Mpx through the pool, by the clock on the wall.",
            more_is_better=True,
        )

    def upload(self) -> None:
        photos = shots(self.peers.folder / "shots", 12, self.scale.photos)
        count, rounds = self.scale.uploads, self.scale.rounds
        self.results.sections["upload"] = Section(
            "Whole upload of 12 Mpx, 8 connections",
            "CPU ms",
            services.OURS,
            services.uploads(self.peers, self.scratch, photos, rounds, count),
            "Ours is VK's three steps (address, upload, save), sandboxed, durable, on "
            "SQLite and local disk; the others take one request and keep no record. The "
            "peak is the sum over all processes, shared pages counted in each.",
        )

    def ingest(self) -> None:
        size, rounds = self.scale.mebibytes, self.scale.rounds
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            table = services.ingest(self.peers, Path(folder), size, rounds)
        self.results.sections["ingest"] = Section(
            f"{size} MiB in one request, to a file",
            "CPU ms/MiB",
            services.OURS,
            table,
            "On the disk of this machine; what the kernel does later, to write it out, is "
            "on nobody's account. Ours also computes the SHA-256, the others do not unless "
            "it says so; nginx does not look into the body. The limit does only what must "
            "be done, in a loop of three calls.",
        )

    def calls(self) -> None:
        rounds, count = self.scale.rounds, self.scale.calls
        self.results.sections["calls"] = Section(
            "Calls, 8 connections",
            "CPU ms",
            services.GET,
            services.calls(self.peers, self.scratch, rounds, count),
            "Get an upload address; save a photo, durably. express for scale: it signs "
            "an address and looks nothing up.",
        )

    def client(self) -> None:
        rows = asyncio.run(client.measure())
        table = {
            f"{row['client']}, {row['file, MB']} MB": Samples(
                [float(str(row["peak memory, MB"]))], float(str(row["peak memory, MB"]))
            )
            for row in rows
        }
        self.results.sections["client"] = Section(
            "Sending one large file",
            "MB at the peak",
            "vk_api, 300 MB",
            table,
            "Memory of the whole sending process; the file is sparse, the network a "
            "loopback that keeps nothing. `ours` is threebath.client.",
        )


def main(given: Sequence[str] | None = None) -> int:
    """Run what is asked for; what cannot be had is named and left out."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two minutes, not ten")
    parser.add_argument("--rounds", type=int, help="rounds of every comparison")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone")
    parser.add_argument("--offline", action="store_true", help="fetch no peers")
    parser.add_argument("--to", type=Path, help="folder to write the page into")
    asked = parser.parse_args(given)
    if not PROC.joinpath("self", "stat").exists():
        print("bench: reads Linux's /proc, and there is none", file=sys.stderr)
        return 2
    folder = ROOT / "build" / "bench"
    scale = QUICK if asked.quick else FULL
    if asked.rounds:
        scale = Scale(**{**vars(scale), "rounds": asked.rounds})
    whole = not asked.quick and not asked.only
    to = asked.to or (ROOT / "docs" if whole else folder)
    peers = Peers(folder, asked.offline)
    results = measured(scale, peers, asked.only or PARTS)
    arguments = " ".join(sys.argv[1:] if given is None else given)
    command = f"make bench ARGS='{arguments}'" if arguments else "make bench"
    text = page(results, versions(folder), command)
    to.mkdir(parents=True, exist_ok=True)
    (to / "benchmarks.md").write_text(text)
    drawn = [results.sections[one] for one in DRAWN if one in results.sections]
    (to / "benchmarks.svg").write_text(chart(drawn))
    print(text)
    return 0


def measured(scale: Scale, peers: Peers, parts: Sequence[str]) -> Results:
    """Measure some parts; one that fails is told and does not end the others."""
    scratch = services.fresh(peers.folder / "scratch")
    bench = Bench(scale, peers, scratch, Results())
    for part in parts:
        started = time.monotonic()
        measure: Callable[[], None] = getattr(bench, part)
        try:
            measure()
        except Failed as error:
            bench.results.missing[f"the part {part}"] = str(error)
        print(f"{part}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    bench.results.missing.update(bench.peers.missing)
    shutil.rmtree(scratch, ignore_errors=True)
    return bench.results


if __name__ == "__main__":
    sys.exit(main())
