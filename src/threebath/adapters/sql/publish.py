"""Publishing, as one transaction.

Rows are locked in one order everywhere (assets by id, then albums by id, then owners), so
that two publications that overlap wait for each other and never deadlock.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from threebath.adapters.sql.rows import photo_of, photo_values, select_photos
from threebath.adapters.sql.tables import (
    albums,
    assets,
    communities,
    photos,
    receipts,
    users,
)
from threebath.core.errors import (
    AlbumFull,
    AlbumNotFound,
    Expired,
    Spent,
    TooManyPending,
)
from threebath.core.library import AssetState, Photo, PhotoState
from threebath.core.places import Place, rule_of
from threebath.core.tickets import Receipt
from threebath.service.ports import Publication


async def publish(
    connection: AsyncConnection, publications: Sequence[Publication], now: datetime
) -> list[Photo]:
    """Do what `Catalog.publish` says, inside the transaction of *connection*."""
    by_asset = {one.receipt.asset.id: one for one in publications}
    fresh = [
        by_asset[one]
        for one in sorted(by_asset)
        if await _take(connection, by_asset[one].receipt)
    ]
    await _fill_albums(connection, fresh, now)
    await _check_pending(connection, fresh)
    for one in (one for one in by_asset.values() if one in fresh):
        await _show(connection, one, now)
    query = select_photos().where(photos.c.asset_id.in_(by_asset))
    made = {row.asset_id: photo_of(row) for row in await connection.execute(query)}
    return [made[one.receipt.asset.id] for one in publications]


async def set_main(connection: AsyncConnection, owner_id: int, photo_id: int) -> None:
    """Make a photo its owner's main one."""
    table = users if owner_id > 0 else communities
    await connection.execute(
        update(table).where(table.c.id == abs(owner_id)).values(main_photo_id=photo_id)
    )


async def show_as_main(
    connection: AsyncConnection, place: Place, owner_id: int, photo_id: int
) -> None:
    """Make a photo its owner's main one, if its place says so."""
    if rule_of(place).becomes_main:
        await set_main(connection, owner_id, photo_id)


async def _take(connection: AsyncConnection, receipt: Receipt) -> bool:
    """Move the asset to PUBLISHED; return False if an earlier call did so."""
    of_receipt = select(receipts.c.asset_id).where(receipts.c.id == receipt.id)
    mine = assets.c.id == of_receipt.scalar_subquery()
    move = (
        update(assets)
        .where(mine, assets.c.state == AssetState.ACCEPTED)
        .values(state=AssetState.PUBLISHED)
    )
    if (await connection.execute(move)).rowcount:
        return True
    state = (await connection.execute(select(assets.c.state).where(mine))).scalar()
    if state == AssetState.DELETED:
        raise Spent
    if state != AssetState.PUBLISHED:
        raise Expired
    return False


async def _fill_albums(
    connection: AsyncConnection, fresh: Collection[Publication], now: datetime
) -> None:
    wanted = Counter(
        one.receipt.destination.album_id
        for one in fresh
        if one.receipt.destination.album_id is not None
    )
    for album_id, count in sorted(wanted.items()):
        grow = (
            update(albums)
            .where(albums.c.id == album_id, albums.c.size + count <= albums.c.capacity)
            .values(size=albums.c.size + count, updated_at=now)
        )
        if not (await connection.execute(grow)).rowcount:
            query = select(albums.c.capacity).where(albums.c.id == album_id)
            capacity = (await connection.execute(query)).scalar()
            raise AlbumNotFound if capacity is None else AlbumFull(capacity)


async def _check_pending(
    connection: AsyncConnection, fresh: Collection[Publication]
) -> None:
    """Raise `TooManyPending` if a limited queue has no room; each has one who counts."""
    limits = {
        one.queue: one.max_pending
        for one in fresh
        if one.max_pending and one.state is PhotoState.PENDING
    }
    wanted = Counter(one.queue for one in fresh if one.state is PhotoState.PENDING)
    for owner_id in sorted({owner_id for _, owner_id, _ in limits}):
        table = users if owner_id > 0 else communities
        hold = select(table.c.id).where(table.c.id == abs(owner_id)).with_for_update()
        await connection.execute(hold)
    for queue, most in limits.items():
        network, owner_id, app_id = queue
        waiting = select(func.count()).where(
            photos.c.network == network,
            photos.c.owner_id == owner_id,
            photos.c.app_id == app_id,
            photos.c.state == PhotoState.PENDING,
        )
        held: int = (await connection.execute(waiting)).scalar_one()
        if held + wanted[queue] > most:
            raise TooManyPending(most)


async def _show(
    connection: AsyncConnection, publication: Publication, now: datetime
) -> None:
    row = {**photo_values(publication), "created_at": now}
    receipt = publication.receipt
    new = insert(photos).values(row).returning(photos.c.id)
    photo_id: int = (await connection.execute(new)).scalar_one()
    spend = update(receipts).where(receipts.c.id == receipt.id).values(photo_id=photo_id)
    try:
        await connection.execute(spend)
    except IntegrityError as rival:
        raise Spent from rival
    if publication.state is PhotoState.VISIBLE:
        to = receipt.destination
        await show_as_main(connection, to.place, to.owner_id, photo_id)
