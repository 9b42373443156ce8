"""Send many files to one destination: in groups, in parallel, each with its verdict."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import PurePath
from typing import Any, Generic, TypedDict, TypeVar

from threebath.client.checks import check
from threebath.client.errors import (
    ClientError,
    FileProblem,
    NetworkError,
    NotPosted,
    Uncertain,
    UploadRefused,
)
from threebath.client.files import Sendable, look_at
from threebath.client.flow import Flow, Saved
from threebath.client.journal import FileId, Journal, Note, identify
from threebath.client.progress import Listener, Progress, Stage, Track, ignore

R = TypeVar("R")

CUT_OFF = (
    "an earlier run was cut off while this was being saved; it may be there: "
    "look, and send it again only if it is not"
)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[R]):
    """What became of one file: exactly one of ``note`` and ``error`` is there.

    Attributes:
        path: the file as it was given; its name where it came from memory.
        note: the id and address at the network.
        value: the typed result; ``None`` if the file was saved in an earlier run.
    """

    path: str
    stage: Stage
    note: Note | None = None
    value: R | None = None
    error: ClientError | None = None


@dataclass(frozen=True, slots=True)
class Batch(Generic[R]):
    """The outcomes of all files, in the order in which they were given."""

    outcomes: tuple[Outcome[R], ...]

    @property
    def values(self) -> tuple[R, ...]:
        """The results of the files that were saved."""
        return tuple(one.value for one in self.outcomes if one.value is not None)

    @property
    def failed(self) -> tuple[Outcome[R], ...]:
        """The files that were not saved, each with its error."""
        return tuple(one for one in self.outcomes if one.error is not None)

    def check(self) -> tuple[R, ...]:
        """Return the results; raise the first error if there is one."""
        for one in self.failed:
            if one.error is not None:
                raise one.error
        return self.values


class Options(TypedDict, total=False):
    """How a batch is sent.

    Attributes:
        tell: is told every step of every file.
        done: is given each outcome as soon as there is one, with the file's place.
        parallel: groups under way at a time; 3 by default.
        journal: makes it go on where an earlier run stopped.
        again: send even what the journal knows as saved, or perhaps saved.
        checked: whether files are checked against the limits before sending.
    """

    tell: Listener
    done: Callable[[int, Outcome[Any]], None]
    parallel: int
    journal: Journal | None
    again: bool
    checked: bool


class Sender(Generic[R]):
    """Sends files by one flow; see `Options`."""

    def __init__(
        self,
        flow: Flow[R],
        *,
        tell: Listener = ignore,
        done: Callable[[int, Outcome[R]], None] = lambda _, __: None,
        parallel: int = 3,
        journal: Journal | None = None,
        again: bool = False,
        checked: bool = True,
    ) -> None:
        self._flow = flow
        self._tell = tell
        self._done = done
        self._places = asyncio.Semaphore(parallel)
        self._journal = journal
        self._again = again
        self._checked = checked
        self._outcomes: dict[int, Outcome[R]] = {}

    async def send(self, given: Sequence[Sendable]) -> Batch[R]:
        """Send the files; what fails is in the outcomes, not raised."""
        looked = [await self._look(index, one) for index, one in enumerate(given)]
        tracks = [track for track in looked if track]
        if self._flow.whole and len(tracks) < len(given):
            self._fail(
                _Group.of(tracks), NotPosted("another file of the same post cannot be sent")
            )
            tracks = []
        tracks = await self._resume(tracks)
        size = len(tracks) if self._flow.whole else self._flow.group
        async with asyncio.TaskGroup() as group:
            for start in range(0, len(tracks), max(1, size)):
                group.create_task(self._in_turn(tracks[start : start + size]))
        return Batch(tuple(self._outcomes[index] for index in sorted(self._outcomes)))

    async def _look(self, index: int, given: Sendable) -> Track | None:
        path = _path(given)
        try:
            source = await look_at(given)
            if self._checked:
                check(source, self._flow.limits)
        except ClientError as error:
            name = PurePath(path).name
            self._tell(Progress(index, name, Stage.FAILED, 0, 0, str(error)))
            self._settle(index, Outcome(path, Stage.FAILED, error=error))
            return None
        return Track(source, index, self._tell)

    async def _resume(self, tracks: Sequence[Track]) -> list[Track]:
        """Finish what an earlier run left open; return what is still to be sent."""
        if self._journal is None or self._again:
            return list(tracks)
        by_path = {identify(track.source).path: track for track in tracks}
        for claim in self._journal.claims:
            held = [by_path.get(file.path) for file in claim.files]
            if any(held):
                await self._finish(_Group(claim.files, held, claim.id), claim.claim)
        return [
            one
            for one in tracks
            if one.index not in self._outcomes and not await self._is_known(one)
        ]

    async def _finish(self, group: "_Group", claim: dict[str, Any]) -> None:
        if not self._flow.repeatable or self._flow.late:
            group.committing = True
            self._fail(group, Uncertain(CUT_OFF))
            return
        try:
            await self._commit(group, claim)
        except NetworkError as error:
            if not error.harmless:
                self._fail(group, error)
                return
            for one in group.held:  # nothing was saved of it; so it is sent anew
                one.enter(Stage.RETRYING, str(error))
        except ClientError as error:
            self._fail(group, error)

    async def _is_known(self, track: Track) -> bool:
        note = await self._journal.known(track.source) if self._journal else None
        if note is None:
            return False
        self._end(track, Outcome(_path(track.source), Stage.KNOWN, note))
        return True

    async def _in_turn(self, tracks: Sequence[Track]) -> None:
        async with self._places:
            await self._send_group(tracks)

    async def _send_group(self, tracks: Sequence[Track]) -> None:
        group = _Group.of(tracks)
        try:
            if self._flow.late:
                tracks[-1].before_end = partial(self._claim, group, {})
            claim = await self._flow.receive(tracks)
            if not self._flow.late:
                await self._claim(group, claim)
            await self._commit(group, claim)
        except (UploadRefused, FileProblem) as error:
            if len(tracks) == 1 or self._flow.whole:
                self._fail(group, error)
                return
            for one in tracks:  # one by one shows which it was, and saves the others
                await self._send_group([one])
        except ClientError as error:
            self._fail(group, error)

    async def _claim(self, group: "_Group", claim: dict[str, Any]) -> None:
        if self._journal is not None and not group.id:
            files = [identify(one.source, one.sha256) for one in group.held]
            group.id = await self._journal.claim(files, claim)

    async def _commit(self, group: "_Group", claim: dict[str, Any]) -> None:
        group.committing = True
        for one in group.held:
            one.enter(Stage.SAVING)
        try:
            saved = await self._flow.commit(claim, group.held)
        except ClientError as error:
            if self._journal is not None and group.id and error.harmless:
                await self._journal.drop(group.id)
            raise
        if len(saved) != len(group.files):
            told = f"{len(group.files)} files were sent and {len(saved)} saved"
            raise Uncertain(f"{told}; it is not said which")
        if self._journal is not None and group.id:
            await self._journal.saved(group.id, _done(group.ids, saved))
        for track, result in zip(group.tracks, saved, strict=True):
            if track is None:
                continue
            if isinstance(result, ClientError):
                self._fail(_Group.of([track]), result)
            else:
                self._keep(track, result)

    def _keep(self, track: Track, result: Saved[R]) -> None:
        note = Note(result.id, result.url)
        path = _path(track.source)
        self._end(track, Outcome(path, Stage.SAVED, note, result.value))

    def _fail(self, group: "_Group", error: ClientError) -> None:
        uncertain = group.committing and not error.harmless
        stage = Stage.UNCERTAIN if uncertain else Stage.FAILED
        for track in group.held:
            self._end(track, Outcome(_path(track.source), stage, error=error))

    def _end(self, track: Track, outcome: Outcome[R]) -> None:
        note = outcome.note
        told = str(outcome.error or "") if note is None else note.url or note.id
        track.enter(outcome.stage, told)
        self._settle(track.index, outcome)

    def _settle(self, index: int, outcome: Outcome[R]) -> None:
        self._outcomes[index] = outcome
        self._done(index, outcome)


async def send_one(flow: Flow[R], file: Sendable, tell: Listener = ignore) -> R:
    """Send one file; raise what goes wrong."""
    (result,) = (await Sender(flow, tell=tell).send([file])).check()
    return result


def _path(given: Sendable) -> str:
    if isinstance(given, str | PathLike):
        return str(given)
    return str(getattr(given, "path", given.name))


def _done(
    ids: Sequence[FileId], saved: Sequence[Saved[R] | ClientError]
) -> list[tuple[FileId, Note]]:
    """List what was saved, for the journal."""
    return [
        (file, Note(one.id, one.url))
        for file, one in zip(ids, saved, strict=True)
        if not isinstance(one, ClientError)
    ]


@dataclass(slots=True)
class _Group:
    """Files that are claimed together.

    Attributes:
        tracks: for each of the files the one who follows it, if it is of this run.
        id: of the claim in the journal.
        committing: from here on an error may mean that they are saved.
    """

    files: Sequence[FileId]
    tracks: Sequence[Track | None]
    id: str = ""
    committing: bool = False

    @classmethod
    def of(cls, tracks: Sequence[Track]) -> "_Group":
        return cls([identify(one.source) for one in tracks], tracks)

    @property
    def held(self) -> list[Track]:
        return [one for one in self.tracks if one is not None]

    @property
    def ids(self) -> list[FileId]:
        """The files, with their digests as far as they are known."""
        return [
            identify(track.source, track.sha256 or file.sha256) if track else file
            for file, track in zip(self.files, self.tracks, strict=True)
        ]
