"""The life of assets and receipts, in SQL: each move is one conditional UPDATE."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    delete,
    insert,
    or_,
    select,
    text,
    update,
)

from threebath.adapters.sql.database import Database
from threebath.adapters.sql.publish import publish
from threebath.adapters.sql.rows import (
    asset_of,
    asset_values,
    receipt_of,
    receipt_values,
    select_assets,
    select_receipts,
    stored_of,
)
from threebath.adapters.sql.tables import assets
from threebath.adapters.sql.tables import receipts as receipt_rows
from threebath.core.errors import Expired
from threebath.core.library import Asset, AssetState, Photo
from threebath.core.tickets import Receipt
from threebath.service.ports import Publication, StoredAsset

_UNPUBLISHED = (AssetState.RECEIVING, AssetState.ACCEPTED)
_REMOVED = (AssetState.SWEEPING, AssetState.DELETED)


_IDS: BindParameter[str] = bindparam("ids", expanding=True)

_BEGIN = insert(assets)
_ACCEPT = (
    update(assets)
    .where(assets.c.id.in_(_IDS), assets.c.state == AssetState.RECEIVING)
    .values(state=AssetState.ACCEPTED)
)
_STORE = insert(receipt_rows)
_ABANDON = (
    update(assets)
    .where(assets.c.id.in_(_IDS), assets.c.state.in_(_UNPUBLISHED))
    .values(state=AssetState.SWEEPING)
)
_FORGET = delete(assets).where(
    assets.c.id == bindparam("its"), assets.c.state.in_(_REMOVED)
)

_RECEIPTS = select_receipts().where(
    receipt_rows.c.id.in_(_IDS), assets.c.state != AssetState.SWEEPING
)
_RECEIPTS_IN = select_receipts().where(
    receipt_rows.c.ticket_id == bindparam("ticket"),
    receipt_rows.c.slot == bindparam("slot"),
    assets.c.state != AssetState.SWEEPING,
)
_ASSET = select_assets().where(assets.c.id == bindparam("id"))
_ASSETS = (
    select_assets()
    .where(assets.c.id > bindparam("after"))
    .order_by(assets.c.id)
    .limit(bindparam("most"))
)

# The first condition is literal, so that the partial index serves the query.
_STALE = (
    select(assets.c.id)
    .where(
        text("state <> 'published'"),
        or_(assets.c.state.in_(_REMOVED), assets.c.expires_at < bindparam("before")),
    )
    .order_by(assets.c.expires_at, assets.c.id)
    .limit(bindparam("most"))
)
_TAKEN = (
    select_assets()
    .where(assets.c.id.in_(_IDS), assets.c.state.in_(_REMOVED))
    .order_by(assets.c.expires_at, assets.c.id)
)


@dataclass(frozen=True, slots=True)
class SqlCatalog:
    """`Catalog` in a database."""

    database: Database

    async def begin(self, asset: Asset, expires_at: datetime) -> None:
        row = {
            **asset_values(asset),
            "state": AssetState.RECEIVING,
            "expires_at": expires_at,
        }
        await self.database.change(_BEGIN, **row)

    async def accept(self, receipts: Sequence[Receipt]) -> None:
        if receipts:
            await self.database.write(lambda connection: _accept(connection, receipts))

    async def abandon(self, asset_ids: Sequence[str]) -> None:
        if asset_ids:
            await self.database.change(_ABANDON, ids=asset_ids)

    async def receipts(self, ids: Sequence[str]) -> list[Receipt]:
        rows = await self.database.few(_RECEIPTS, ids=ids)
        found = {row.id: receipt_of(row) for row in rows}
        if not found.keys() >= {*ids}:
            raise Expired
        return [found[one] for one in ids]

    async def receipts_in(self, ticket_id: str, slot: str) -> list[Receipt]:
        rows = await self.database.few(_RECEIPTS_IN, ticket=ticket_id, slot=slot)
        return [receipt_of(row) for row in rows]

    async def publish(
        self, publications: Sequence[Publication], now: datetime
    ) -> list[Photo]:
        return await self.database.write(
            lambda connection: publish(connection, publications, now)
        )

    async def asset(self, asset_id: str) -> StoredAsset | None:
        row = await self.database.first(_ASSET, id=asset_id)
        return row and stored_of(row)

    async def claim_stale(self, before: datetime, limit: int) -> list[Asset]:
        return await self.database.write(
            lambda connection: _claim_stale(connection, before, limit)
        )

    async def forget(self, asset_id: str) -> None:
        await self.database.change(_FORGET, its=asset_id)

    async def assets(self, after: str, limit: int) -> list[StoredAsset]:
        rows = await self.database.rows(_ASSETS, after=after, most=limit)
        return [stored_of(row) for row in rows]

    async def check(self) -> None:
        await self.database.check()
        await self.database.first(select(assets.c.id).limit(1))


def _accept(connection: Connection, receipts: Sequence[Receipt]) -> None:
    ids = [one.asset.id for one in receipts]
    if connection.execute(_ACCEPT, {"ids": ids}).rowcount != len(ids):
        raise Expired
    connection.execute(_STORE, [receipt_values(one) for one in receipts])


def _claim_stale(connection: Connection, before: datetime, limit: int) -> list[Asset]:
    ids = connection.execute(_STALE, {"before": before, "most": limit}).scalars().all()
    connection.execute(_ABANDON, {"ids": ids})
    return [asset_of(row) for row in connection.execute(_TAKEN, {"ids": ids})]
