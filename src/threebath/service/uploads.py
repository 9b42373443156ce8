"""The three steps of an upload, for any dialect."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from time import perf_counter
from typing import TypeGuard

from threebath.core.errors import (
    FileRejected,
    ForeignAlbum,
    MissingParameter,
    NoFile,
    TooManyFiles,
    UploadError,
    WrongAlbum,
    WrongKind,
    WrongOwner,
    WrongSlot,
)
from threebath.core.kinds import UploadKind
from threebath.core.library import Asset, Photo, PhotoState
from threebath.core.places import rule_of
from threebath.core.tickets import Caller, Destination, Receipt, Ticket
from threebath.service.ingest import Ingest
from threebath.service.ports import (
    Accounts,
    Catalog,
    Clock,
    Form,
    Library,
    Observer,
    Part,
    Publication,
)
from threebath.service.spool import Spool, SpoolRoom, fill

SIDE_BY_SIDE = 6
"""Files of one request that are rendered at a time: a hundred photos must not fill the
renderer's queue, where others wait too."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of the files of one request, each list in the order of the body."""

    receipts: tuple[Receipt, ...]
    refused: tuple[FileRejected, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What a save call says about one receipt.

    Attributes:
        slot: the photo that the caller means; "" if the wire does not say.
        to: where it goes, where that is the commit's to say and not the ticket's: the
            same upload can become an album's photo or part of a post.
        max_pending: see `Publication`.
    """

    receipt_id: str
    caption: str = ""
    slot: str = ""
    to: Destination | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    max_pending: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """Where a save call believes the photos go; None where the wire does not say."""

    owner_id: int | None = None
    album_id: int | None = None

    def check(self, to: Destination) -> None:
        """Raise `WrongOwner` or `WrongAlbum` if the receipts were made for another."""
        if self.owner_id is not None and self.owner_id != to.owner_id:
            raise WrongOwner(to.owner_id, self.owner_id)
        if self.album_id is not None and self.album_id != to.album_id:
            raise WrongAlbum(to.album_id, self.album_id)


@dataclass(frozen=True, slots=True)
class _File:
    """A file that arrived: spooled, or refused while it did.

    Attributes:
        named: the ticket, not the form, gave the slot its name.
    """

    spool: Spool
    slot: str
    named: bool
    filename: str
    refusal: FileRejected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadService:
    """Issue a ticket, receive files against it, commit the receipts."""

    accounts: Accounts
    library: Library
    catalog: Catalog
    ingest: Ingest
    room: SpoolRoom
    observer: Observer
    clock: Clock
    ticket_life: timedelta = timedelta(days=1)

    async def issue(
        self,
        caller: Caller,
        kind: UploadKind,
        to: Destination,
        *,
        slots: Sequence[str] = (),
        options: Mapping[str, str] | None = None,
    ) -> Ticket:
        """Give *caller* leave to upload files of *kind* that will go *to*.

        Raises:
            PermissionDenied: the kind needs a permission that was not granted.
            AccessDenied: the caller may not write there.
            AlbumNotFound, ForeignAlbum: the album is not there, or not the owner's.
        """
        caller.check_may(kind.needs)
        await self.accounts.authorise(caller, to)
        if rule_of(to.place).in_album:
            await self._check_album(kind, to)
        expires_at = (self.clock() + self.ticket_life).replace(microsecond=0)
        return Ticket(
            id=secrets.token_hex(16),
            kind=kind.name,
            app_id=caller.app_id,
            actor_id=caller.actor_id,
            destination=to,
            expires_at=expires_at,
            slots=tuple(slots),
            options=dict(options or {}),
        )

    async def _check_album(self, kind: UploadKind, to: Destination) -> None:
        if to.album_id is None:
            raise MissingParameter("album_id")
        album = await self.library.album(to.album_id)
        if album.owner_id != to.owner_id or album.network != kind.network:
            raise ForeignAlbum(to.album_id, to.owner_id)

    async def receive(
        self,
        ticket: Ticket,
        kind: UploadKind,
        form: Form,
        slots: Sequence[str] = (),
        *,
        expected: int = 0,
    ) -> Received:
        """Take the files that came with *ticket*.

        All of them, or none; a `partial` kind keeps the good ones. Empty file inputs (no
        name and no bytes) are passed over.

        Args:
            slots: names for the files, in their order; the fields' own names otherwise.
            expected: bytes that the form was announced to have; 0 where nothing was said.

        Raises:
            Expired: the ticket is stale.
            BadBody: the form cannot be read.
            FileRejected: a file is not acceptable, or there are too many or none.
            Unavailable: a store or the sandbox failed.
        """
        ticket.check_fresh(self.clock())
        if ticket.kind != kind.name:
            raise WrongKind(ticket.kind, kind.name)
        with ExitStack() as open_spools:
            files = await self._spool(form, kind, slots, expected, open_spools)
            if not files:
                raise NoFile
            chosen = {**form.fields, **ticket.options}
            options = {name: chosen[name] for name in kind.options if chosen.get(name)}
            ticket = replace(ticket, options={**ticket.options, **options})
            made = await self._make_all(files, ticket, kind, options)
        return await self._accept(made, kind)

    async def _spool(
        self,
        form: Form,
        kind: UploadKind,
        slots: Sequence[str],
        expected: int,
        stack: ExitStack,
    ) -> list[_File]:
        started = perf_counter()
        files: list[_File] = []
        # How long each of several files will be, nobody has said.
        length = expected if kind.limits.max_files == 1 else 0
        async for part in form.files():
            with ExitStack() as own:
                spool = own.enter_context(self.room.open(length))
                named = len(files) < len(slots)
                slot = slots[len(files)] if named else part.name
                refusal = await self._fill(spool, part, kind)
                if not spool.length and not part.filename:
                    continue
                if len(files) == (len(slots) or kind.limits.max_files):
                    raise TooManyFiles(len(files))
                files.append(_File(spool, slot, named, part.filename, refusal))
                stack.enter_context(own.pop_all())
        self.observer.stage("spool", perf_counter() - started)
        return files

    async def _fill(
        self, spool: Spool, part: Part, kind: UploadKind
    ) -> FileRejected | None:
        try:
            await fill(spool, part.chunks(), kind.limits.max_bytes)
        except FileRejected as refusal:
            if spool.length and not kind.partial:
                self.observer.upload(kind.name, refusal.slug, spool.length)
                raise
            return refusal
        return None

    async def _make_all(
        self,
        files: Sequence[_File],
        ticket: Ticket,
        kind: UploadKind,
        options: Mapping[str, str],
    ) -> list[Receipt | FileRejected]:
        """Render and store the files, some of them side by side.

        All of them come to an end, so that after a failure of ours it is known what to
        drop.
        """
        turns = asyncio.Semaphore(SIDE_BY_SIDE)

        async def make(file: _File) -> Receipt | FileRejected:
            async with turns:
                return await self._make(file, ticket, kind, options)

        done = await asyncio.gather(*map(make, files), return_exceptions=True)
        failures = [one for one in done if _is_ours(one)]
        made = [one for one in done if isinstance(one, Receipt | FileRejected)]
        if failures:
            await self._drop([one for one in made if isinstance(one, Receipt)])
            raise failures[0]
        return made

    async def _make(
        self,
        file: _File,
        ticket: Ticket,
        kind: UploadKind,
        options: Mapping[str, str],
    ) -> Receipt | FileRejected:
        try:
            if file.refusal:
                raise file.refusal
            rendered = await self.ingest.render(file.spool, kind, options, file.filename)
        except UploadError as error:
            self.observer.upload(kind.name, error.slug, file.spool.length)
            if isinstance(error, FileRejected):
                return error
            raise
        asset = await self.ingest.store(file.spool, rendered, kind, ticket.expires_at)
        return _receipt(ticket, file, asset)

    async def _accept(
        self, made: Sequence[Receipt | FileRejected], kind: UploadKind
    ) -> Received:
        receipts = tuple(one for one in made if isinstance(one, Receipt))
        refused = tuple(one for one in made if isinstance(one, FileRejected))
        if refused and not (kind.partial and receipts):
            await self._drop(receipts)
            raise refused[0]
        await self.catalog.accept(receipts)
        for one in receipts:
            self.observer.upload(kind.name, "accepted", one.asset.bytes)
        return Received(receipts, refused)

    async def _drop(self, receipts: Sequence[Receipt]) -> None:
        await self.catalog.abandon([one.asset.id for one in receipts])

    async def commit(
        self,
        caller: Caller,
        kinds: Sequence[UploadKind],
        commits: Sequence[Commit],
        *,
        claim: Claim | None = None,
        state: PhotoState = PhotoState.VISIBLE,
    ) -> list[Photo]:
        """Publish what the receipts stand for; a repeated call changes nothing.

        Args:
            kinds: what the call is for; receipts of other kinds are refused.
            claim: what the call says about where the photos go.

        Raises:
            Expired, Spent: a receipt was swept away, or its photo deleted.
            Mismatch: a receipt is for another kind, user, application, place or slot.
            AccessDenied: the caller may no longer write there.
            AlbumFull, TooManyPending: there is no room for them.
        """
        started = perf_counter()
        receipts = await self.catalog.receipts([one.receipt_id for one in commits])
        names = {kind.name: kind for kind in kinds}
        for receipt, said in zip(receipts, commits, strict=True):
            receipt.check_for(caller, names)
            (claim or Claim()).check(receipt.destination)
            if said.slot and said.slot != receipt.slot:
                raise WrongSlot(receipt.slot, said.slot)
        receipts = [
            replace(receipt, destination=said.to or receipt.destination)
            for receipt, said in zip(receipts, commits, strict=True)
        ]
        for to in {one.destination for one in receipts}:
            await self.accounts.authorise(caller, to)
        publications = [
            Publication(
                receipt=receipt,
                access_key=secrets.token_hex(9),
                caption=said.caption,
                state=state,
                max_pending=said.max_pending,
                extra={**_remembered(receipt, names[receipt.kind]), **said.extra},
            )
            for receipt, said in zip(receipts, commits, strict=True)
        ]
        photos = await self.catalog.publish(publications, self.clock())
        self.observer.stage("commit", perf_counter() - started)
        return photos


def _remembered(receipt: Receipt, kind: UploadKind) -> dict[str, str]:
    return {name: receipt.options[name] for name in kind.remembers & set(receipt.options)}


def _receipt(ticket: Ticket, file: _File, asset: Asset) -> Receipt:
    return Receipt(
        id=secrets.token_hex(16),
        ticket_id=ticket.id,
        kind=ticket.kind,
        app_id=ticket.app_id,
        actor_id=ticket.actor_id,
        destination=ticket.destination,
        slot=file.slot,
        exclusive=file.named,
        asset=asset,
        expires_at=ticket.expires_at,
        options=ticket.options,
    )


def _is_ours(outcome: object) -> TypeGuard[BaseException]:
    return isinstance(outcome, BaseException) and not isinstance(outcome, FileRejected)
