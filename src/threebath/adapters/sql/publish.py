"""Publishing, as one transaction.

Rows are locked in one order everywhere (assets by id, then albums by id, then owners), so
that two publications that overlap wait for each other and never deadlock.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

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

_BY_RECEIPT = assets.c.id == (
    select(receipts.c.asset_id)
    .where(receipts.c.id == bindparam("receipt"))
    .scalar_subquery()
)
_TAKE = (
    update(assets)
    .where(_BY_RECEIPT, assets.c.state == AssetState.ACCEPTED)
    .values(state=AssetState.PUBLISHED)
)
_STATE = select(assets.c.state).where(_BY_RECEIPT)
_GROW = (
    update(albums)
    .where(
        albums.c.id == bindparam("album"),
        albums.c.size + bindparam("more") <= albums.c.capacity,
    )
    .values(size=albums.c.size + bindparam("more"), updated_at=bindparam("now"))
)
_CAPACITY = select(albums.c.capacity).where(albums.c.id == bindparam("album"))
_SHOW = insert(photos).returning(photos.c.id)
_SPEND = (
    update(receipts)
    .where(receipts.c.id == bindparam("receipt"))
    .values(photo_id=bindparam("photo"))
)
_MADE = select_photos().where(photos.c.asset_id.in_(bindparam("ids", expanding=True)))
_MAIN_OF = {
    table: update(table)
    .where(table.c.id == bindparam("owner"))
    .values(main_photo_id=bindparam("photo"))
    for table in (users, communities)
}


def publish(
    connection: Connection, publications: Sequence[Publication], now: datetime
) -> list[Photo]:
    """Do what `Catalog.publish` says, inside the transaction of *connection*."""
    by_asset = {one.receipt.asset.id: one for one in publications}
    fresh = [
        by_asset[one]
        for one in sorted(by_asset)
        if _take(connection, by_asset[one].receipt)
    ]
    _fill_albums(connection, fresh, now)
    _check_pending(connection, fresh)
    for one in (one for one in by_asset.values() if one in fresh):
        _show(connection, one, now)
    rows = connection.execute(_MADE, {"ids": [*by_asset]})
    made = {row.asset_id: photo_of(row) for row in rows}
    return [made[one.receipt.asset.id] for one in publications]


def set_main(connection: Connection, owner_id: int, photo_id: int) -> None:
    """Make a photo its owner's main one."""
    table = users if owner_id > 0 else communities
    connection.execute(_MAIN_OF[table], {"owner": abs(owner_id), "photo": photo_id})


def show_as_main(
    connection: Connection, place: Place, owner_id: int, photo_id: int
) -> None:
    """Make a photo its owner's main one, if its place says so."""
    if rule_of(place).becomes_main:
        set_main(connection, owner_id, photo_id)


def _take(connection: Connection, receipt: Receipt) -> bool:
    """Move the asset to PUBLISHED; return False if an earlier call did so."""
    mine = {"receipt": receipt.id}
    if connection.execute(_TAKE, mine).rowcount:
        return True
    state = connection.execute(_STATE, mine).scalar()
    if state == AssetState.DELETED:
        raise Spent
    if state != AssetState.PUBLISHED:
        raise Expired
    return False


def _fill_albums(
    connection: Connection, fresh: Collection[Publication], now: datetime
) -> None:
    wanted = Counter(
        one.receipt.destination.album_id
        for one in fresh
        if one.receipt.destination.album_id is not None
    )
    for album_id, count in sorted(wanted.items()):
        grown = {"album": album_id, "more": count, "now": now}
        if not connection.execute(_GROW, grown).rowcount:
            capacity = connection.execute(_CAPACITY, {"album": album_id}).scalar()
            raise AlbumNotFound if capacity is None else AlbumFull(capacity)


def _check_pending(connection: Connection, fresh: Collection[Publication]) -> None:
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
        connection.execute(hold)
    for queue, most in limits.items():
        network, owner_id, app_id = queue
        waiting = select(func.count()).where(
            photos.c.network == network,
            photos.c.owner_id == owner_id,
            photos.c.app_id == app_id,
            photos.c.state == PhotoState.PENDING,
        )
        held: int = connection.execute(waiting).scalar_one()
        if held + wanted[queue] > most:
            raise TooManyPending(most)


def _show(connection: Connection, publication: Publication, now: datetime) -> None:
    row = {**photo_values(publication), "created_at": now}
    receipt = publication.receipt
    photo_id: int = connection.execute(_SHOW, row).scalar_one()
    try:
        connection.execute(_SPEND, {"receipt": receipt.id, "photo": photo_id})
    except IntegrityError as rival:
        raise Spent from rival
    if publication.state is PhotoState.VISIBLE:
        to = receipt.destination
        show_as_main(connection, to.place, to.owner_id, photo_id)
