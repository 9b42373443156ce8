"""Bytes by key, in memory."""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field

from threebath.core.errors import StoreFailed

_CHUNK = 64 * 1024
_SOUND = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


@dataclass(frozen=True, slots=True)
class MemoryBlobs:
    """`Blobs` in a dict; *failing* holds keys whose put fails, to see what follows."""

    stored: dict[str, bytes] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)

    async def put(self, key: str, content: bytes) -> None:
        if not _SOUND.fullmatch(key) or ".." in key:
            message = f"{key!r} is no key of a blob"
            raise ValueError(message)
        if key in self.failing:
            raise StoreFailed
        self.stored[key] = content

    async def size(self, key: str) -> int | None:
        content = self.stored.get(key)
        return None if content is None else len(content)

    async def read(
        self, key: str, start: int = 0, stop: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        content = self.stored[key][start:stop]
        for at in range(0, len(content), _CHUNK):
            yield content[at : at + _CHUNK]

    async def delete(self, key: str) -> None:
        self.stored.pop(key, None)

    async def keys(self) -> AsyncIterator[str]:
        for key in [*self.stored]:
            yield key

    async def check(self) -> None:
        """Return: memory can always be written to."""
