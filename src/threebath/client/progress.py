"""How far each file is: what a caller is told, and who keeps count."""

import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from threebath.client.files import Source


class Stage(StrEnum):
    """What is happening to a file; a file ends in one of the last four."""

    QUEUED = "queued"
    ADDRESS = "getting an address"
    SENDING = "sending"
    WAITING = "waiting for the answer"
    SAVING = "saving"
    RETRYING = "trying again"
    SAVED = "saved"
    KNOWN = "saved before"
    FAILED = "failed"
    UNCERTAIN = "uncertain"

    @property
    def is_final(self) -> bool:
        return self in {Stage.SAVED, Stage.KNOWN, Stage.FAILED, Stage.UNCERTAIN}


@dataclass(frozen=True, slots=True)
class Progress:
    """One step forward of one file.

    Attributes:
        index: the file's place among those given.
        sent: bytes of the file that were handed to the network so far.
        size: bytes of the file; 0 while that is not known.
        note: why, where there is a reason: an error's text, a pause.
    """

    index: int
    name: str
    stage: Stage
    sent: int
    size: int
    note: str = ""


Listener = Callable[[Progress], None]
"""Takes each step; called in the event loop's thread, so it must be quick."""


def ignore(_: Progress) -> None:
    """Listen to nothing."""


async def _nothing() -> None:
    pass


class Track:
    """Follows one file and tells a listener.

    Attributes:
        sha256: of the bytes sent, in hex, once all were.
        before_end: is awaited before the end of a body that holds this file: the last
            moment at which the other side certainly has nothing yet.
    """

    def __init__(self, source: Source, index: int = 0, tell: Listener = ignore) -> None:
        self.source = source
        self.index = index
        self.stage = Stage.QUEUED
        self.sent = 0
        self.sha256 = ""
        self.before_end: Callable[[], Awaitable[None]] = _nothing
        self._hash = hashlib.sha256()
        self._tell = tell

    def enter(self, stage: Stage, note: str = "") -> None:
        """Say that the file is at *stage* now."""
        self.stage = stage
        self._tell(
            Progress(self.index, self.source.name, stage, self.sent, self.source.size, note)
        )

    def begin(self) -> None:
        """Say that the file is sent from its first byte, for the first time or again."""
        self.sent = 0
        self._hash = hashlib.sha256()
        self.enter(Stage.SENDING)

    def took(self, chunk: bytes) -> None:
        """Count a chunk that was handed to the network."""
        self.sent += len(chunk)
        self._hash.update(chunk)
        if self.sent >= self.source.size:
            self.sha256 = self._hash.hexdigest()
            self.enter(Stage.WAITING)
        else:
            self.enter(Stage.SENDING)


def enter_all(tracks: Iterable[Track], stage: Stage, note: str = "") -> None:
    """Say that files which go together are all at *stage* now."""
    for track in tracks:
        track.enter(stage, note)
