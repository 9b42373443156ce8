"""For tests of threebath and of what is built on it: fakes, and contracts for adapters.

`threebath.testing.memory` has the ports as fakes in memory; `threebath.testing.contracts`
has, for each port, what an adapter must do, as a suite for pytest (which only that part
imports).
"""

from threebath.testing.memory import (
    Memory,
    MemoryAccounts,
    MemoryBlobs,
    MemoryCatalog,
    MemoryLibrary,
    MemoryRegistry,
)
from threebath.testing.renderer import ToyRenderer, toy

__all__ = [
    "Memory",
    "MemoryAccounts",
    "MemoryBlobs",
    "MemoryCatalog",
    "MemoryLibrary",
    "MemoryRegistry",
    "ToyRenderer",
    "toy",
]
