"""The life of assets and receipts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from threebath.core.library import Asset, AssetState, Photo, PhotoState
from threebath.core.tickets import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What a commit says about one receipt.

    Attributes:
        max_pending: photos of its owner, application and network that may be PENDING at
            most, if this one will be; 0 for any number.
    """

    receipt: Receipt
    access_key: str
    caption: str = ""
    state: PhotoState = PhotoState.VISIBLE
    extra: Mapping[str, str] = field(default_factory=dict)
    max_pending: int = 0

    @property
    def queue(self) -> tuple[str, int, int]:
        """Whose pending photos it joins: network, owner and application."""
        network = self.receipt.kind.partition(".")[0]
        return network, self.receipt.destination.owner_id, self.receipt.app_id


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAsset:
    """An asset's row: what media and sweep look at."""

    asset: Asset
    state: AssetState
    expires_at: datetime
    photo_state: PhotoState | None = None
    owner_id: int = 0


class Catalog(Protocol):
    """The life of assets and receipts; each move is one conditional UPDATE."""

    async def begin(self, asset: Asset, expires_at: datetime) -> None:
        """Record *asset* as RECEIVING, with its keys, before its first blob is put."""
        ...

    async def accept(self, receipts: Sequence[Receipt]) -> None:
        """Move the receipts' assets to ACCEPTED and store the receipts: all, or none.

        Raises:
            Expired: an asset is no longer RECEIVING (the sweep took it).
        """
        ...

    async def abandon(self, asset_ids: Sequence[str]) -> None:
        """Move RECEIVING or ACCEPTED assets to SWEEPING; others stay as they are."""
        ...

    async def receipts(self, ids: Sequence[str]) -> list[Receipt]:
        """Return stored receipts in the order of *ids*.

        Raises:
            Expired: one was never stored, or has been swept away.
        """
        ...

    async def receipts_in(self, ticket_id: str, slot: str) -> list[Receipt]:
        """Return the stored receipts of one slot of a ticket, in no order.

        What was swept away is left out.
        """
        ...

    async def publish(
        self, publications: Sequence[Publication], now: datetime
    ) -> list[Photo]:
        """Publish the receipts' assets: all, or none; a repeat returns the same photos.

        One transaction: assets to PUBLISHED, photos in, album sizes up (never over an
        album's capacity, however many race), no more PENDING than ``max_pending``, main
        photos replaced as `rule_of` says.

        Raises:
            Expired: a receipt's asset was swept.
            Spent: its photo was deleted since, or it is exclusive and another receipt of
                the same ticket and slot was published first.
            AlbumNotFound: the album is gone.
            AlbumFull: an album has no room for them.
            TooManyPending: they have, but too many would wait.
        """
        ...

    async def asset(self, asset_id: str) -> StoredAsset | None:
        """Return an asset's row, or None."""
        ...

    async def claim_stale(self, before: datetime, limit: int) -> list[Asset]:
        """Take what the sweep must remove, moving it to SWEEPING first.

        That is: RECEIVING and ACCEPTED assets whose ``expires_at`` is before *before*,
        and all that are SWEEPING or DELETED already. At most *limit*, oldest first.
        """
        ...

    async def forget(self, asset_id: str) -> None:
        """Drop the row of a SWEEPING or DELETED asset, whose blobs are gone.

        Its receipts go with it, and the row of a deleted photo.
        """
        ...

    async def assets(self, after: str, limit: int) -> list[StoredAsset]:
        """Page through all rows in the order of their id; for `doctor`."""
        ...

    async def check(self) -> None:
        """Raise `StoreFailed` unless the database answers and is safe (fsync on)."""
        ...
