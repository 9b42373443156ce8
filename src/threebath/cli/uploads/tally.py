"""What became of the files so far, in numbers."""

import time
from collections import Counter
from dataclasses import dataclass, field

from rich.filesize import decimal

from threebath.client.batch import Outcome
from threebath.client.progress import Progress, Stage

WORDS = {
    Stage.SAVED: "saved",
    Stage.KNOWN: "saved before",
    Stage.FAILED: "failed",
    Stage.UNCERTAIN: "uncertain",
}


@dataclass
class Tally:
    """Counts the files of one run."""

    files: int
    target: str
    stages: dict[int, Stage] = field(default_factory=dict)
    sent: dict[int, int] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def step(self, step: Progress) -> None:
        """Count the bytes that were sent."""
        if step.stage in {Stage.SENDING, Stage.WAITING}:
            self.sent[step.index] = step.sent

    def end(self, index: int, outcome: Outcome[object]) -> None:
        """Count a file that came to its end."""
        self.stages[index] = outcome.stage

    @property
    def counts(self) -> dict[str, int]:
        """How many are saved, saved before, failed, uncertain, not sent."""
        found = Counter(self.stages.values())
        done = {word: found[stage] for stage, word in WORDS.items()}
        return {**done, "not sent": self.files - sum(done.values())}

    @property
    def bytes(self) -> int:
        return sum(self.sent.values())

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    @property
    def rate(self) -> int:
        """Bytes a second."""
        return int(self.bytes / max(self.seconds, 0.001))

    @property
    def sentence(self) -> str:
        """The counts in words, with the bytes and their rate."""
        told = ", ".join(
            f"{number} {word}" for word, number in self.counts.items() if number
        )
        if not self.bytes:
            return told
        took = f"{decimal(self.bytes)} in {self.seconds:.1f} s"
        return f"{told}; {took} ({decimal(self.rate)}/s)"
