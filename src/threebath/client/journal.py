"""What was sent already: kept on disk, so that an interrupted batch goes on.

A journal is a file of lines, one JSON object each, only ever appended to and fsynced
after each. ``claim`` is written when files were received but are not yet saved, ``saved``
for each file that was, ``drop`` when a claim was refused for good. A process may die at
any byte: a half line at the end is cut off when the journal is next opened.
"""

import asyncio
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path
from typing import Any

from threebath.client.errors import JournalBroken, JournalBusy, JournalFailed
from threebath.client.files import LocalFile, Source


@dataclass(frozen=True, slots=True)
class FileId:
    """What a file is known by: its place and its content.

    Attributes:
        sha256: of the bytes that were sent.
    """

    path: str
    size: int
    mtime_ns: int
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What is known about a saved file: its id and its address at the network."""

    id: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """Files that were received together, and what saving them takes."""

    id: str
    files: tuple[FileId, ...]
    claim: dict[str, Any]


def identify(source: Source, sha256: str = "") -> FileId:
    """Return what *source* is known by; bytes from memory have no path, so are not."""
    if not isinstance(source, LocalFile):
        return FileId("", source.size, 0, sha256)
    path = str(source.path.resolve())
    return FileId(path, source.size, source.mtime_ns, sha256)


class Journal:
    """The journal of one destination, locked for this process while it is open.

    Raises:
        JournalBusy: another process has it open.
        JournalBroken: it is not a journal.
        JournalFailed: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = _open(path)
        self._lock = asyncio.Lock()
        self._saved: dict[str, tuple[FileId, Note]] = {}
        self._claims: dict[str, Claim] = {}
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._load()
        except BlockingIOError as error:
            self._file.close()
            raise JournalBusy(f"another process is writing {path}") from error
        except (ValueError, KeyError, TypeError) as error:
            self._file.close()
            raise JournalBroken(f"{path} is not a journal: {error!r}") from error

    @property
    def claims(self) -> Sequence[Claim]:
        """What was received and perhaps saved: nobody was left to write it down."""
        return tuple(self._claims.values())

    def close(self) -> None:
        """Close the file, which gives up the lock."""
        self._file.close()

    async def known(self, source: Source) -> Note | None:
        """Return what is known of *source* if exactly this content was saved from there."""
        now = identify(source)
        if now.path not in self._saved:
            return None
        then, note = self._saved[now.path]
        if now.size != then.size:
            return None
        if now.mtime_ns != then.mtime_ns:
            found = await asyncio.to_thread(_digest, Path(now.path))
            return note if found == then.sha256 else None
        return note

    async def claim(self, files: Sequence[FileId], claim: dict[str, Any]) -> str:
        """Write down that *files* were received; return the claim's id."""
        made = Claim(secrets.token_hex(8), tuple(files), claim)
        listed = [asdict(one) for one in files]
        await self._append({"do": "claim", "id": made.id, "files": listed, "claim": claim})
        self._claims[made.id] = made
        return made.id

    async def saved(self, claim: str, done: Sequence[tuple[FileId, Note]]) -> None:
        """Write down that all files of a claim were saved."""
        listed = [{"file": asdict(file), "note": asdict(note)} for file, note in done]
        await self._append({"do": "saved", "id": claim, "files": listed})
        self._keep(claim, done)

    async def drop(self, claim: str) -> None:
        """Write down that a claim came to nothing, so its files may be sent again."""
        await self._append({"do": "drop", "id": claim})
        self._claims.pop(claim, None)

    def _keep(self, claim: str, done: Sequence[tuple[FileId, Note]]) -> None:
        self._claims.pop(claim, None)
        self._saved.update({file.path: (file, note) for file, note in done if file.path})

    async def _append(self, line: dict[str, object]) -> None:
        async with self._lock:
            try:
                await asyncio.shield(asyncio.to_thread(self._write, line))
            except OSError as error:
                told = f"{self._path} cannot be written: {error.strerror}"
                raise JournalFailed(told) from error

    def _write(self, line: dict[str, object]) -> None:
        text = json.dumps(line, ensure_ascii=True, separators=(",", ":"))
        left, start = memoryview(text.encode() + b"\n"), self._file.tell()
        try:
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError:
            with suppress(OSError):  # half a line would spoil the next
                self._file.seek(start)
                self._file.truncate()
            raise

    def _load(self) -> None:
        text = self._file.read()
        whole = text.rfind(b"\n") + 1
        self._file.truncate(whole)
        self._file.seek(whole)
        for line in text[:whole].splitlines():
            self._take(json.loads(line))

    def _take(self, line: dict[str, Any]) -> None:
        match line["do"]:
            case "claim":
                files = tuple(FileId(**one) for one in line["files"])
                self._claims[line["id"]] = Claim(line["id"], files, line["claim"])
            case "saved":
                done = [
                    (FileId(**one["file"]), Note(**one["note"])) for one in line["files"]
                ]
                self._keep(line["id"], done)
            case "drop":
                self._claims.pop(line["id"], None)
            case other:
                raise ValueError(other)


def _open(path: Path) -> FileIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise JournalFailed(f"{path} cannot be opened: {error.strerror}") from error
    return FileIO(number, "r+b")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
