"""Bytes by key, in memory."""

import os
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, field

from threebath.core.errors import StoreFailed

_CHUNK = 64 * 1024
_SOUND = re.compile(r"[\w-]+(?:[./][\w-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class MemoryBlobs:
    """`Blobs` in a dict; *failing* holds keys whose put fails, to see what follows."""

    stored: dict[str, bytes] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)

    async def put(self, key: str, content: bytes) -> None:
        await self.put_many({key: content})

    async def put_many(self, contents: Mapping[str, bytes]) -> None:
        if not self.failing.isdisjoint(map(_sound, contents)):
            raise StoreFailed
        self.stored.update(contents)

    async def put_file(self, key: str, source: int, length: int) -> None:
        await self.put(key, os.pread(source, length, 0))

    async def size(self, key: str) -> int | None:
        content = self.stored.get(_sound(key))
        return None if content is None else len(content)

    async def read(
        self, key: str, start: int = 0, stop: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        content = self.stored[_sound(key)][start:stop]
        for at in range(0, len(content), _CHUNK):
            yield content[at : at + _CHUNK]

    async def delete(self, key: str) -> None:
        self.stored.pop(_sound(key), None)

    async def keys(self) -> AsyncIterator[str]:
        for key in [*self.stored]:
            yield key

    async def check(self) -> None:
        """Return: memory can always be written to."""


def _sound(key: str) -> str:
    if not _SOUND.fullmatch(key):
        message = f"not a blob's key: {key!r}"
        raise ValueError(message)
    return key
