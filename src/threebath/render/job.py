"""What a worker is asked for, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from threebath.core.kinds import Format, Limits
from threebath.core.ladder import Crop, Ladder, Size
from threebath.core.library import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to make of a file, and under which limits."""

    limits: Limits
    ladder: Ladder
    crops: Mapping[str, Crop] = field(default_factory=dict)
    disabled: frozenset[Format] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of it: JPEGs in the order of the plan."""

    format: Format
    size: Size
    images: tuple[tuple[str, Size, bytes], ...]
    facts: Mapping[str, Fact]
