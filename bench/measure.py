"""What a process and its children cost: CPU time and the most memory."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

SETTLE = 0.005
"""Seconds that a contender has to tidy up after its answer, on its own account."""
TICK = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
MIB = 1024 * 1024


def tree(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    with suppress(OSError):
        for task in (PROC / str(pid) / "task").iterdir():
            children = (task / "children").read_text().split()
            found += [one for child in children for one in tree(int(child))]
    return found


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process tree, user and system, of ended children too."""
    return sum(_own(one) + _reaped(one) for one in tree(pid))


def peaks(pid: int) -> list[float]:
    """Return the largest resident size that each process of a tree ever had, in MiB."""
    return [_status(one, "VmHWM") / 1024 for one in tree(pid)]


def _own(pid: int) -> float:
    """Read the process's CPU clock; Linux makes its number from the process id."""
    with suppress(OSError):
        return time.clock_gettime((~pid << 3) | 2)
    return 0.0


def _reaped(pid: int) -> float:
    with suppress(OSError, IndexError):
        fields = (PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()
        return (int(fields[13]) + int(fields[14])) / TICK
    return 0.0


def _status(pid: int, name: str) -> int:
    with suppress(OSError):
        for line in (PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    return 0


@dataclass
class Samples:
    """One figure of one contender, round by round.

    Attributes:
        values: one for each round; contenders that are compared have the same rounds.
        peak: MiB, the sum over its processes.
    """

    values: list[float] = field(default_factory=list)
    peak: float = 0.0

    @property
    def middle(self) -> float:
        return median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        return min(self.values), max(self.values)

    def over(self, other: "Samples") -> float:
        """Return the median of the rounds' ratios: how many times *other* this is."""
        return median(a / b for a, b in zip(self.values, other.values, strict=True))

    def above(self, other: "Samples") -> float:
        """Return the median of the rounds' differences."""
        return median(a - b for a, b in zip(self.values, other.values, strict=True))


Table = Mapping[str, Samples]
"""Contenders' figures by their names."""


def turns(names: Sequence[str], rounds: int) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield each round's order: there and back, so that nobody is always first."""
    for number in range(rounds):
        yield number, names if number % 2 == 0 else names[::-1]
