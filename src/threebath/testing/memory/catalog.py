"""The life of assets and receipts, in memory."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from threebath.core.errors import (
    AlbumFull,
    AlbumNotFound,
    Expired,
    Spent,
    StoreFailed,
    TooManyPending,
)
from threebath.core.library import Album, Asset, AssetState, Photo, PhotoState
from threebath.core.tickets import Receipt
from threebath.service.ports import Publication, StoredAsset
from threebath.testing.memory.rows import Rows

_UNPUBLISHED = {AssetState.RECEIVING, AssetState.ACCEPTED}
_REMOVED = {AssetState.SWEEPING, AssetState.DELETED}


@dataclass(frozen=True, slots=True)
class MemoryCatalog:
    """`Catalog` over *rows*."""

    rows: Rows

    async def begin(self, asset: Asset, expires_at: datetime) -> None:
        if asset.id in self.rows.assets:
            raise StoreFailed
        self.rows.assets[asset.id] = StoredAsset(
            asset=asset, state=AssetState.RECEIVING, expires_at=expires_at
        )

    async def accept(self, receipts: Sequence[Receipt]) -> None:
        ids = [one.asset.id for one in receipts]
        if len({*ids}) < len(ids) or not all(
            self._state(one) is AssetState.RECEIVING for one in ids
        ):
            raise Expired
        if any(one.id in self.rows.receipts for one in receipts):
            raise StoreFailed
        for one in receipts:
            self._move(one.asset.id, AssetState.ACCEPTED)
            self.rows.receipts[one.id] = one

    async def abandon(self, asset_ids: Sequence[str]) -> None:
        for one in asset_ids:
            if self._state(one) in _UNPUBLISHED:
                self._move(one, AssetState.SWEEPING)

    async def receipts(self, ids: Sequence[str]) -> list[Receipt]:
        return [self._receipt(one) for one in ids]

    async def receipts_in(self, ticket_id: str, slot: str) -> list[Receipt]:
        return [
            one
            for one in self.rows.receipts.values()
            if (one.ticket_id, one.slot) == (ticket_id, slot)
            and self._state(one.asset.id) is not AssetState.SWEEPING
        ]

    async def publish(
        self, publications: Sequence[Publication], now: datetime
    ) -> list[Photo]:
        fresh = {
            one.receipt.id: one
            for one in publications
            if not self._is_published(one.receipt)
        }
        filled = self._filled_albums(fresh.values(), now)
        self._check_pending(fresh.values())
        self._check_slots(fresh.values())
        self.rows.albums.update((one.id, one) for one in filled)
        for one in fresh.values():
            self._publish(one, now)
        photos = [self.rows.published[one.receipt.id] for one in publications]
        return [self.rows.photos[one] for one in photos]

    async def asset(self, asset_id: str) -> StoredAsset | None:
        row = self.rows.assets.get(asset_id)
        photos = self.rows.photos.values()
        photo = next((one for one in photos if one.asset.id == asset_id), None)
        if row is None or photo is None:
            return row
        return replace(row, photo_state=photo.state, owner_id=photo.owner_id)

    async def claim_stale(self, before: datetime, limit: int) -> list[Asset]:
        stale = [
            row
            for row in self.rows.assets.values()
            if row.state in _REMOVED
            or (row.state in _UNPUBLISHED and row.expires_at < before)
        ]
        stale.sort(key=lambda row: (row.expires_at, row.asset.id))
        await self.abandon([row.asset.id for row in stale[:limit]])
        return [row.asset for row in stale[:limit]]

    async def forget(self, asset_id: str) -> None:
        if self._state(asset_id) not in _REMOVED:
            return
        del self.rows.assets[asset_id]
        for receipt in [*self.rows.receipts.values()]:
            if receipt.asset.id == asset_id:
                del self.rows.receipts[receipt.id]

    async def assets(self, after: str, limit: int) -> list[StoredAsset]:
        ids = sorted(one for one in self.rows.assets if one > after)[:limit]
        return [row for one in ids if (row := await self.asset(one))]

    async def check(self) -> None:
        """Return: memory always answers."""

    def _state(self, asset_id: str) -> AssetState | None:
        row = self.rows.assets.get(asset_id)
        return row.state if row is not None else None

    def _move(self, asset_id: str, state: AssetState) -> None:
        self.rows.assets[asset_id] = replace(self.rows.assets[asset_id], state=state)

    def _receipt(self, receipt_id: str) -> Receipt:
        receipt = self.rows.receipts.get(receipt_id)
        if receipt is None or self._state(receipt.asset.id) is AssetState.SWEEPING:
            raise Expired
        return receipt

    def _is_published(self, receipt: Receipt) -> bool:
        state = self._state(self._receipt(receipt.id).asset.id)
        if state is AssetState.DELETED:
            raise Spent
        return state is AssetState.PUBLISHED

    def _check_slots(self, fresh: Iterable[Publication]) -> None:
        taken = {
            (one.ticket_id, one.slot)
            for one in self.rows.receipts.values()
            if one.exclusive and one.id in self.rows.published
        }
        for one in (one.receipt for one in fresh if one.receipt.exclusive):
            if (one.ticket_id, one.slot) in taken:
                raise Spent
            taken.add((one.ticket_id, one.slot))

    def _filled_albums(self, fresh: Iterable[Publication], now: datetime) -> list[Album]:
        wanted = Counter(one.receipt.destination.album_id for one in fresh)
        filled = []
        for album_id, count in wanted.items():
            if album_id is None:
                continue
            album = self.rows.albums.get(album_id)
            if album is None:
                raise AlbumNotFound
            if album.size + count > album.capacity:
                raise AlbumFull(album.capacity)
            filled.append(replace(album, size=album.size + count, updated_at=now))
        return filled

    def _check_pending(self, fresh: Iterable[Publication]) -> None:
        joining = [one for one in fresh if one.state is PhotoState.PENDING]
        waiting = Counter(
            (one.kind.partition(".")[0], one.owner_id, one.app_id)
            for one in self.rows.photos.values()
            if one.state is PhotoState.PENDING
        )
        waiting.update(one.queue for one in joining)
        for one in joining:
            if one.max_pending and waiting[one.queue] > one.max_pending:
                raise TooManyPending(one.max_pending)

    def _publish(self, publication: Publication, now: datetime) -> None:
        self.rows.last_photo += 1
        receipt = publication.receipt
        photo = Photo(
            id=self.rows.last_photo,
            kind=receipt.kind,
            place=receipt.destination.place,
            owner_id=receipt.destination.owner_id,
            album_id=receipt.destination.album_id,
            app_id=receipt.app_id,
            actor_id=receipt.actor_id,
            asset=receipt.asset,
            caption=publication.caption,
            created_at=now,
            access_key=publication.access_key,
            state=publication.state,
            extra=publication.extra,
        )
        self._move(receipt.asset.id, AssetState.PUBLISHED)
        self.rows.photos[photo.id] = photo
        self.rows.published[receipt.id] = photo.id
        self.rows.show(photo)
