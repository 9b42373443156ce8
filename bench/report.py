"""The results as a page: tables, what was to be reached, machine and date."""

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import distributions, version
from pathlib import Path

from bench.results import Results, Section, Target, number
from bench.shots import ROOT

INTRO = """\
Written by `make bench`; do not edit. A figure is **CPU time**, user and system, of the
contender's whole process tree: on a shared machine it is steadier than the clock on the
wall, and it is what one pays for. All contenders are alive at once and take turns, there
and back, round after round (A B C, C B A, …), after a round that is not counted. What is
shown is the median of the rounds, the least and the most, and the median of the rounds'
own ratios. Ours is bold.
"""
VERDICTS = {True: "yes", False: "**no**", None: "not measured"}


def page(results: Results, versions: str, command: str) -> str:
    """Write the whole page."""
    return "\n".join(
        [
            "# Benchmarks\n",
            INTRO,
            f"{machine()}. {datetime.now(UTC):%Y-%m-%d}, `{command}`.\n",
            f"{versions}\n",
            *_missing(results),
            "![The figures as bars](benchmarks.svg)\n",
            "## What was to be reached\n",
            *_targets(results.targets()),
            *(line for one in results.sections.values() for line in _section(one)),
        ]
    )


def machine() -> str:
    """Say what this ran on, without its name."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return (
        f"{cores} cores of {model}, {memory:.0f} GiB, {system}, Linux {platform.release()}"
    )


def versions(folder: Path) -> str:
    """Say which versions met."""
    told = [f"Python {platform.python_version()}"]
    told += [f"{one} {version(one)}" for one in ("pyvips", "pyvips-binary", "av", "pillow")]
    if node := shutil.which("node"):
        told.append(f"node {_said([node, '--version']).lstrip('v')}")
    told += _packages(folder / "node" / "node_modules")
    thumbor = folder / "thumbor" / "bin" / "thumbor"
    if thumbor.exists():
        told.append(
            _said([str(thumbor), "--version"]).partition(" (")[0].replace(" v", " ").lower()
        )
    told += [
        f"granian {one.version}"
        for one in distributions(path=[str(folder / "granian")])
        if one.name == "granian"
    ]
    return ", ".join(told) + "."


def _packages(modules: Path) -> Iterator[str]:
    for name in ("sharp", "express", "multer", "@tus/server"):
        path = modules / name / "package.json"
        if path.exists():
            yield f"{name} {json.loads(path.read_text())['version']}"


def _said(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip()


def _missing(results: Results) -> Iterator[str]:
    for name, why in results.missing.items():
        yield f"Not here: **{name}** ({why.replace(str(ROOT), '')}).\n"


def _targets(targets: Sequence[Target]) -> Iterator[str]:
    yield "| figure | wanted | found | reached |"
    yield "|---|--:|--:|---|"
    for one in targets:
        found = "-" if one.found is None else number(one.found)
        yield f"| {one.name} | {one.wanted} | {found} | {VERDICTS[one.reached]} |"
    yield ""


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.title}\n"
    if section.note:
        yield f"{section.note}\n"
    yield f"| | {section.unit} | least-most | x {section.base} | MiB at the peak |"
    yield "|---|--:|--:|--:|--:|"
    for name, samples in section.ordered():
        ratio = section.ratio(name)
        least, most = samples.spread
        cells = (
            f"**{name}**" if name.startswith("threebath") else name,
            number(samples.middle),
            f"{number(least)}-{number(most)}",
            "-" if ratio is None else f"{ratio:.2f}",
            f"{samples.peak:.0f}" if samples.peak else "-",
        )
        yield f"| {' | '.join(cells)} |"
    yield ""
