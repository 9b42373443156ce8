"""What a person sees of a batch in a terminal: a bar for each file, and one for all."""

from pathlib import PurePath
from typing import Self

from rich.console import Console, Group
from rich.constrain import Constrain
from rich.filesize import decimal
from rich.live import Live
from rich.padding import Padding
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from threebath.cli.uploads.tally import Tally
from threebath.cli.uploads.views import printable
from threebath.client import progress as p
from threebath.client.batch import Outcome
from threebath.client.errors import FileProblem
from threebath.client.progress import Stage

MARKS = {
    Stage.SAVED: ("✓", "green"),
    Stage.KNOWN: ("=", "cyan"),
    Stage.FAILED: ("✗", "bold red"),
    Stage.UNCERTAIN: ("?", "bold yellow"),
}
SHORT = {
    Stage.QUEUED: "queued",
    Stage.ADDRESS: "address",
    Stage.SENDING: "sending",
    Stage.WAITING: "waiting",
    Stage.SAVING: "saving",
    Stage.RETRYING: "retrying",
}


SENT_SHARE = 0.9
"""How much of a file's way is behind it when it is sent, but not yet saved."""


class Amount(ProgressColumn):
    """Bytes sent so far."""

    def render(self, task: Task) -> Text:
        """Write them in a unit for people."""
        return Text(f"{decimal(task.fields['sent']):>8}", "bright_black")


class Bars:
    """A bar for each file under way; what is done moves up and stays."""

    def __init__(self, tally: Tally, console: Console) -> None:
        self._tally = tally
        self._console = console
        self._tasks: dict[int, TaskID] = {}
        self._shares: dict[int, float] = {}
        self._width = max(12, console.width * 2 // 5)
        self._files = self._columns()
        self._total = self._columns()
        self._all = self._total.add_task("", total=tally.files, stage="", sent=0)
        # A terminal writes ^C where its cursor is; in a full line that would wrap, and
        # the bars above it could not be found again.
        bars = Constrain(Group(self._files, self._total), console.width - 2)
        self._live = Live(bars, console=console, transient=True)

    def _columns(self) -> Progress:
        name = Column(width=self._width, no_wrap=True, overflow="ellipsis")
        return Progress(
            TextColumn("  {task.description}", table_column=name, markup=False),
            BarColumn(None, table_column=Column(ratio=1)),
            TextColumn("{task.percentage:>3.0f}%"),
            Amount(table_column=Column(width=8, no_wrap=True)),
            TextColumn(
                "{task.fields[stage]}", "bright_black", table_column=Column(width=10)
            ),
            console=self._console,
            expand=True,
        )

    def __enter__(self) -> Self:
        files = f"{self._tally.files} file{'' if self._tally.files == 1 else 's'}"
        self._console.print(Text.assemble((files, "bold"), f" to {self._tally.target}"))
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def step(self, step: p.Progress) -> None:
        """Move the file's bar."""
        if step.stage.is_final:
            return
        if step.index not in self._tasks:
            self._tasks[step.index] = self._files.add_task(
                printable(step.name), total=step.size, stage="", sent=0
            )
        self._files.update(
            self._tasks[step.index],
            completed=step.sent,
            sent=step.sent,
            stage=SHORT[step.stage],
        )
        self._shares[step.index] = SENT_SHARE * step.sent / step.size
        self._move_all()

    def outcome(self, index: int, outcome: Outcome[object]) -> None:
        """Take the bar away, and print what became of the file above the others."""
        if index in self._tasks:
            self._files.remove_task(self._tasks.pop(index))
        self._shares[index] = 1.0
        for line in self._lines(outcome):
            self._console.print(line)
        self._move_all()

    def end(self, advice: str) -> None:
        """Print what became of all."""
        counts = self._tally.counts
        good = counts["saved"] + counts["saved before"] == self._tally.files
        style = "bold green" if good else "bold yellow"
        self._console.print(Text(self._tally.sentence, style))
        if advice:
            self._console.print(Text(advice, "bright_black"))

    def _move_all(self) -> None:
        ended = len(self._tally.stages)
        self._total.update(
            self._all,
            description=f"{ended} of {self._tally.files} done",
            completed=sum(self._shares.values()),
            sent=self._tally.bytes,
            stage=f"{decimal(self._tally.rate)}/s",
        )

    def _lines(self, outcome: Outcome[object]) -> list[Text | Padding]:
        mark, style = MARKS[outcome.stage]
        name = Text(printable(PurePath(outcome.path).name))
        if outcome.note is None:
            error = outcome.error
            told = error.reason if isinstance(error, FileProblem) else str(error)
            line = Text.assemble((f"{mark} ", style), name)
            return [line, Padding(Text(printable(told), style), (0, 0, 0, 4))]
        name.truncate(self._width, overflow="ellipsis", pad=True)
        line = Text.assemble((f"{mark} ", style), name, " ", printable(outcome.note.id))
        url = printable(outcome.note.url)
        if line.cell_len + len(url) + 1 <= self._console.width:
            line.append(f" {url}", "bright_black")
        return [line]
