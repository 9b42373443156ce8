"""The ports as honest fakes in memory: they hold state and keep the contracts."""

from dataclasses import dataclass, field

from threebath.testing.memory.accounts import MemoryAccounts
from threebath.testing.memory.blobs import MemoryBlobs
from threebath.testing.memory.catalog import MemoryCatalog
from threebath.testing.memory.library import MemoryLibrary
from threebath.testing.memory.registry import MemoryRegistry
from threebath.testing.memory.rows import FIRST_PHOTO, Rows

__all__ = [
    "FIRST_PHOTO",
    "Memory",
    "MemoryAccounts",
    "MemoryBlobs",
    "MemoryCatalog",
    "MemoryLibrary",
    "MemoryRegistry",
    "Rows",
]


@dataclass(frozen=True, slots=True)
class Memory:
    """All stores at once, over the same rows: ``Memory().catalog``."""

    rows: Rows = field(default_factory=Rows)
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)

    @property
    def catalog(self) -> MemoryCatalog:
        return MemoryCatalog(self.rows)

    @property
    def library(self) -> MemoryLibrary:
        return MemoryLibrary(self.rows)

    @property
    def accounts(self) -> MemoryAccounts:
        return MemoryAccounts(self.rows)

    @property
    def registry(self) -> MemoryRegistry:
        return MemoryRegistry(self.rows)
