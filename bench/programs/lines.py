"""How a program is asked for ladders: a line in, a line out."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

Box = tuple[int, int, int, int]


class Step(NamedTuple):
    """One rendition: its parent's number (-1: the photograph), parts, size."""

    letter: str
    parent: int
    region: Box
    crop: Box
    size: tuple[int, int]


@dataclass(frozen=True)
class Plan:
    """What to make of a photograph of a size; `shots.write_plan` says how it is written."""

    width: int
    height: int
    steps: tuple[Step, ...]


def read_plan(path: str) -> Plan:
    """Read what `shots.write_plan` has written."""
    head, *rest = Path(path).read_text().splitlines()
    width, height, *_ = map(int, head.split())
    return Plan(width, height, tuple(map(_step, rest)))


def _step(line: str) -> Step:
    letter, *numbers = line.split()
    parent, a, b, c, d, e, f, g, h, width, height = map(int, numbers)
    return Step(letter, parent, (a, b, c, d), (e, f, g, h), (width, height))


def asked() -> Iterator[tuple[str, str, int]]:
    """Yield photograph, plan and how many times, until nobody asks any more."""
    for line in sys.stdin:
        photo, plan, *count = line.split()
        yield photo, plan, int(count[0]) if count else 1


def answer(ladder: Callable[[bytes, Plan], list[bytes]]) -> None:
    """Answer with the bytes that a ladder has."""
    for photo, plan, count in asked():
        for _ in range(count):
            made = ladder(Path(photo).read_bytes(), read_plan(plan))
        print(sum(map(len, made)), flush=True)
