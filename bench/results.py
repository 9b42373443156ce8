"""What a run has found, and whether it is what was wanted."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bench import ladder, services
from bench.measure import Samples, Table


def number(value: float) -> str:
    """Write a figure: three digits that count, and never a power of ten.

    >>> number(1023.4), number(80.51), number(2.345)
    ('1023', '80.5', '2.35')
    """
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


@dataclass(frozen=True)
class Section:
    """One comparison.

    Attributes:
        unit: of the figures.
        base: the contender that the ratios are to.
        more_is_better: for rates.
        note: what one must know to read it.
    """

    title: str
    unit: str
    base: str
    table: Table
    note: str = ""
    more_is_better: bool = False

    def ratio(self, name: str) -> float | None:
        """Return how many times the base's figure a contender's is."""
        base = self.table.get(self.base)
        return self.table[name].over(base) if base else None

    def ordered(self) -> list[tuple[str, Samples]]:
        """Return the contenders, the best first."""
        rows = self.table.items()
        return sorted(rows, key=lambda row: row[1].middle, reverse=self.more_is_better)


@dataclass(frozen=True)
class Target:
    """One thing to reach; *found* is None where a peer is missing."""

    name: str
    wanted: str
    found: float | None
    at_most: float | None = None
    at_least: float | None = None

    @property
    def reached(self) -> bool | None:
        if self.found is None:
            return None
        low = self.at_least is None or self.found >= self.at_least
        return low and (self.at_most is None or self.found <= self.at_most)


@dataclass
class Results:
    """All sections of a run, by their key."""

    sections: dict[str, Section] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def targets(self) -> list[Target]:
        """Judge every figure that the sections allow."""
        found = self.sections
        return [
            *(_ladder(found["ladder 12"].table, "12 Mpx") if "ladder 12" in found else ()),
            *(_sandbox(found["sandbox"].table) if "sandbox" in found else ()),
            *(_large(found["ladder 48"].table) if "ladder 48" in found else ()),
            *(_upload(found["upload"].table) if "upload" in found else ()),
            *(_scaling(found["scaling"].table) if "scaling" in found else ()),
            *(_ingest(found["ingest"].table) if "ingest" in found else ()),
        ]


def _over(table: Table, one: str, other: str) -> float | None:
    if one in table and other in table:
        return table[one].over(table[other])
    return None


def _ladder(table: Table, size: str) -> Iterator[Target]:
    ours = ladder.PLANAR
    limit = _over(table, ours, ladder.LIMIT)
    yield Target(f"ladder {size}, x C limit", "≤ 1.35", limit, at_most=1.35)
    recipe = _over(table, ladder.RECIPE, ours)
    yield Target("sharp's recipe costs x ours", "≥ 4.5", recipe, at_least=4.5)
    cascade = _over(table, ladder.CASCADE, ours)
    yield Target("sharp's cascade costs x ours", "≥ 1.8", cascade, at_least=1.8)
    pyvips = _over(table, ladder.PYVIPS, ladder.LIMIT)
    yield Target("pyvips engine, x C limit", "≤ 1.9", pyvips, at_most=1.9)


def _sandbox(table: Table) -> Iterator[Target]:
    more = table[ladder.PLANAR_POOL].above(table[ladder.PLANAR])
    yield Target("sandbox, ms more for a file", "≤ 3", more, at_most=3)


def _large(table: Table) -> Iterator[Target]:
    limit = _over(table, ladder.PLANAR, ladder.LIMIT)
    yield Target("ladder 48 Mpx, x C limit", "≤ 1.35", limit, at_most=1.35)
    peak = max(table[ladder.PLANAR].peak, table[ladder.PLANAR_POOL].peak)
    yield Target("ladder 48 Mpx, MiB at the peak", "≤ 250", peak, at_most=250)


def _upload(table: Table) -> Iterator[Target]:
    whole = _over(table, services.OURS, services.ALONE)
    yield Target("whole upload, x the ladder", "≤ 1.25", whole, at_most=1.25)
    recipe = _over(table, services.RECIPE, services.OURS)
    name = "express, multer, sharp as documented cost x ours"
    yield Target(name, "≥ 4", recipe, at_least=4)


def _scaling(table: Table) -> Iterator[Target]:
    two = table["two workers"].over(table["one worker"])
    yield Target("two workers, x one", "≥ 1.8", two, at_least=1.8)


def _ingest(table: Table) -> Iterator[Target]:
    for told, row in ("", services.OURS), (", without the SHA-256", services.BARE):
        tus = _over(table, services.TUS, row)
        yield Target(f"ingest{told}: @tus/server costs x ours", "≥ 2", tus, at_least=2)
    peak = table[services.OURS].peak
    yield Target("ingest of 200 MB, MiB at the peak", "≤ 100", peak, at_most=100)
