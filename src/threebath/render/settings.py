"""What an operator decides about rendering."""

import os
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from threebath.core.kinds import MIB, Format


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderSettings:
    """How many workers there are, and what each may use.

    Attributes:
        workers: processes; 0 for as many as there are processors.
        memory: bytes of address space of one worker.
        deadline: for one file, by the clock on the wall.
        patience: for which a file waits for a worker before the caller is told `Busy`.
        files_per_worker: files after which a worker is replaced; 1 for the paranoid.
        queue_pixels: pixels that may wait for a worker before callers are told `Busy`.
        transcoders: workers that may be busy with variants at a time; 0 for half of them.
        allow_unsandboxed: start, with a warning, where the system lacks a lock.
        disabled: formats that are refused although a kind allows them.
        planar: use libturbojpeg where the system has it; without, it costs twice as much.
        hook: for tests alone: a module whose ``before(data)`` a worker calls.
    """

    workers: int = 0
    memory: int = 2048 * MIB
    deadline: timedelta = timedelta(seconds=20)
    patience: timedelta = timedelta(seconds=20)
    files_per_worker: int = 200
    queue_pixels: int = 500_000_000
    transcoders: int = 0
    allow_unsandboxed: bool = False
    disabled: AbstractSet[Format] = field(default_factory=frozenset)
    planar: bool = True
    hook: Path | None = None

    @property
    def processes(self) -> int:
        """How many workers to keep."""
        return self.workers or os.cpu_count() or 1

    @property
    def transcodings(self) -> int:
        """How many workers may be busy with variants at a time."""
        return self.transcoders or max(1, self.processes // 2)
