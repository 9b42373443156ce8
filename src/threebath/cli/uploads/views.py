"""What a log or a program sees of a batch: lines."""

import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import PurePath
from typing import Protocol, Self

from rich.filesize import decimal

from threebath.cli.uploads.tally import Tally
from threebath.client.batch import Outcome
from threebath.client.errors import NetworkError
from threebath.client.progress import Progress, Stage

EVERY = 10.0
"""Seconds between two lines about a file that takes long."""


class View(Protocol):
    """Shows a batch; the tally is counted before it is shown."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def step(self, step: Progress) -> None:
        """Show one step of one file."""
        ...

    def outcome(self, index: int, outcome: Outcome[object]) -> None:
        """Show what became of one file."""
        ...

    def end(self, advice: str) -> None:
        """Show what became of all, and what to do next."""
        ...


class Lines:
    """A line for each file: for logs and pipes."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._told: dict[int, float] = {}

    def __enter__(self) -> Self:
        say(f"{self._tally.files} file(s) to {self._tally.target}")
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def step(self, step: Progress) -> None:
        """Say that a file is tried again, and now and then how far a long one is."""
        where = self._where(step.index, step.name)
        if step.stage is Stage.RETRYING:
            say(f"{where}: {step.stage}: {printable(step.note)}")
        elif step.stage is Stage.SENDING and step.size:
            now = time.monotonic()
            if now - self._told.setdefault(step.index, now) >= EVERY:
                self._told[step.index] = now
                share = step.sent * 100 // step.size
                say(f"{where}: {share} % of {decimal(step.size)}")

    def outcome(self, index: int, outcome: Outcome[object]) -> None:
        """Say what became of one file."""
        where = self._where(index, PurePath(outcome.path).name)
        note = outcome.note
        told = str(outcome.error) if note is None else f"{note.id} {note.url}".rstrip()
        say(f"{where}: {outcome.stage}: {printable(told)}")

    def end(self, advice: str) -> None:
        """Say what became of all."""
        say(self._tally.sentence)
        if advice:
            say(advice)

    def _where(self, index: int, name: str) -> str:
        return f"[{index + 1}/{self._tally.files}] {printable(name)}"


class JsonLines:
    """A JSON object for each file as it ends, and one for all: for programs."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def step(self, step: Progress) -> None:
        """Say nothing before the end."""

    def outcome(self, index: int, outcome: Outcome[object]) -> None:
        """Print what became of one file."""
        line: dict[str, object] = {"file": outcome.path, "result": outcome.stage.value}
        if outcome.note is not None:
            line |= asdict(outcome.note)
        if (error := outcome.error) is not None:
            line |= {"error": str(error), "slug": error.slug}
            if isinstance(error, NetworkError):
                line |= {"code": error.code, "reason": error.reason}
        say(json.dumps(line))

    def end(self, advice: str) -> None:
        """Print the counts."""
        tally = self._tally
        seconds = round(tally.seconds, 3)
        say(json.dumps({"summary": tally.counts, "bytes": tally.bytes, "seconds": seconds}))


def printable(text: str) -> str:
    """Show what others wrote without what would move the cursor or break a terminal."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text)


def say(text: str) -> None:
    """Print a line at once; if nobody reads any more, go on in silence."""
    try:
        print(text, flush=True)  # noqa: T201  # this is the command's output
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
