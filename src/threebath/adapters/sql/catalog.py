"""The life of assets and receipts, in SQL: each move is one conditional UPDATE."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, text, update

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
        async with self.database.write() as connection:
            await connection.execute(insert(assets).values(row))

    async def accept(self, receipts: Sequence[Receipt]) -> None:
        if not receipts:
            return
        ids = [one.asset.id for one in receipts]
        move = (
            update(assets)
            .where(assets.c.id.in_(ids), assets.c.state == AssetState.RECEIVING)
            .values(state=AssetState.ACCEPTED)
        )
        async with self.database.write() as connection:
            if (await connection.execute(move)).rowcount != len(ids):
                raise Expired
            rows = [receipt_values(one) for one in receipts]
            await connection.execute(insert(receipt_rows), rows)

    async def abandon(self, asset_ids: Sequence[str]) -> None:
        move = (
            update(assets)
            .where(assets.c.id.in_(asset_ids), assets.c.state.in_(_UNPUBLISHED))
            .values(state=AssetState.SWEEPING)
        )
        if asset_ids:
            async with self.database.write() as connection:
                await connection.execute(move)

    async def receipts(self, ids: Sequence[str]) -> list[Receipt]:
        query = select_receipts().where(
            receipt_rows.c.id.in_(ids), assets.c.state != AssetState.SWEEPING
        )
        async with self.database.read() as connection:
            found = {row.id: receipt_of(row) for row in await connection.execute(query)}
        if not found.keys() >= {*ids}:
            raise Expired
        return [found[one] for one in ids]

    async def receipts_in(self, ticket_id: str, slot: str) -> list[Receipt]:
        query = select_receipts().where(
            receipt_rows.c.ticket_id == ticket_id,
            receipt_rows.c.slot == slot,
            assets.c.state != AssetState.SWEEPING,
        )
        async with self.database.read() as connection:
            return [receipt_of(row) for row in await connection.execute(query)]

    async def publish(
        self, publications: Sequence[Publication], now: datetime
    ) -> list[Photo]:
        async with self.database.write() as connection:
            return await publish(connection, publications, now)

    async def asset(self, asset_id: str) -> StoredAsset | None:
        query = select_assets().where(assets.c.id == asset_id)
        async with self.database.read() as connection:
            row = (await connection.execute(query)).first()
        return row and stored_of(row)

    async def claim_stale(self, before: datetime, limit: int) -> list[Asset]:
        # The first condition is literal, so that the partial index serves the query.
        stale = (
            select(assets.c.id)
            .where(
                text("state <> 'published'"),
                or_(assets.c.state.in_(_REMOVED), assets.c.expires_at < before),
            )
            .order_by(assets.c.expires_at, assets.c.id)
            .limit(limit)
        )
        async with self.database.write() as connection:
            ids = (await connection.execute(stale)).scalars().all()
            move = (
                update(assets)
                .where(assets.c.id.in_(ids), assets.c.state.in_(_UNPUBLISHED))
                .values(state=AssetState.SWEEPING)
            )
            await connection.execute(move)
            taken = select_assets().where(
                assets.c.id.in_(ids), assets.c.state.in_(_REMOVED)
            )
            ordered = taken.order_by(assets.c.expires_at, assets.c.id)
            return [asset_of(row) for row in await connection.execute(ordered)]

    async def forget(self, asset_id: str) -> None:
        drop = delete(assets).where(assets.c.id == asset_id, assets.c.state.in_(_REMOVED))
        async with self.database.write() as connection:
            await connection.execute(drop)

    async def assets(self, after: str, limit: int) -> list[StoredAsset]:
        query = select_assets().where(assets.c.id > after)
        page = query.order_by(assets.c.id).limit(limit)
        async with self.database.read() as connection:
            return [stored_of(row) for row in await connection.execute(page)]

    async def check(self) -> None:
        await self.database.check()
        async with self.database.read() as connection:
            await connection.execute(select(assets.c.id).limit(1))
