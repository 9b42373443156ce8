"""Rows of the tables to core values, and back."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Select, select

from threebath.adapters.sql.tables import assets, photos, receipts
from threebath.core.kinds import Format
from threebath.core.ladder import Size
from threebath.core.library import (
    Album,
    Asset,
    AssetState,
    Chat,
    Community,
    Message,
    Photo,
    PhotoState,
    Post,
    Rendition,
    Tag,
    User,
)
from threebath.core.places import Place
from threebath.core.tickets import Application, Caller, Destination, Receipt, TokenKind
from threebath.service.ports import CodeDraft, Publication, StoredAsset, TokenDraft

AnyRow = Row[Any]
Values = dict[str, object]

_ASSET = tuple(column.label(f"asset_{column.name}") for column in assets.c)


def select_photos() -> Select[Any]:
    """Select what `photo_of` reads."""
    own = [one for one in photos.c if one is not photos.c.asset_id]
    return select(*own, *_ASSET).join(assets, photos.c.asset_id == assets.c.id)


def select_receipts() -> Select[Any]:
    """Select what `receipt_of` reads."""
    own = [one for one in receipts.c if one is not receipts.c.asset_id]
    return select(*own, *_ASSET).join(assets, receipts.c.asset_id == assets.c.id)


def select_assets() -> Select[Any]:
    """Select what `stored_of` and `asset_of` read."""
    seen = (photos.c.state.label("photo_state"), photos.c.owner_id)
    beside = photos.c.asset_id == assets.c.id
    return select(*_ASSET, *seen).outerjoin_from(assets, photos, beside)


def asset_of(row: AnyRow) -> Asset:
    return Asset(
        id=row.asset_id,
        format=Format(row.asset_format),
        bytes=row.asset_bytes,
        sha256=row.asset_sha256,
        size=Size(row.asset_width, row.asset_height),
        renditions=tuple(
            Rendition(letter=letter, size=Size(width, height), bytes=length, key=key)
            for letter, width, height, length, key in row.asset_renditions
        ),
        facts=row.asset_facts,
    )


def asset_values(asset: Asset) -> Values:
    return {
        "id": asset.id,
        "format": asset.format,
        "bytes": asset.bytes,
        "sha256": asset.sha256,
        "width": asset.size.width,
        "height": asset.size.height,
        "renditions": [
            [one.letter, one.size.width, one.size.height, one.bytes, one.key]
            for one in asset.renditions
        ],
        "facts": dict(asset.facts),
    }


def stored_of(row: AnyRow) -> StoredAsset:
    return StoredAsset(
        asset=asset_of(row),
        state=AssetState(row.asset_state),
        expires_at=row.asset_expires_at,
        photo_state=row.photo_state and PhotoState(row.photo_state),
        owner_id=row.owner_id or 0,
    )


def receipt_of(row: AnyRow) -> Receipt:
    return Receipt(
        id=row.id,
        ticket_id=row.ticket_id,
        kind=row.kind,
        app_id=row.app_id,
        actor_id=row.actor_id,
        destination=Destination(Place(row.place), row.owner_id, row.album_id),
        slot=row.slot,
        exclusive=row.exclusive,
        asset=asset_of(row),
        expires_at=row.expires_at,
        options=row.options,
    )


def receipt_values(receipt: Receipt) -> Values:
    return {
        "id": receipt.id,
        "ticket_id": receipt.ticket_id,
        "kind": receipt.kind,
        "app_id": receipt.app_id,
        "actor_id": receipt.actor_id,
        "place": receipt.destination.place,
        "owner_id": receipt.destination.owner_id,
        "album_id": receipt.destination.album_id,
        "slot": receipt.slot,
        "exclusive": receipt.exclusive,
        "options": dict(receipt.options),
        "asset_id": receipt.asset.id,
        "expires_at": receipt.expires_at,
    }


def photo_of(row: AnyRow) -> Photo:
    return Photo(
        id=row.id,
        kind=row.kind,
        place=Place(row.place),
        owner_id=row.owner_id,
        album_id=row.album_id,
        app_id=row.app_id,
        actor_id=row.actor_id,
        asset=asset_of(row),
        caption=row.caption,
        created_at=row.created_at,
        access_key=row.access_key,
        state=PhotoState(row.state),
        extra=row.extra,
    )


def photo_values(publication: Publication) -> Values:
    receipt = publication.receipt
    return {
        "asset_id": receipt.asset.id,
        "network": receipt.kind.partition(".")[0],
        "kind": receipt.kind,
        "place": receipt.destination.place,
        "owner_id": receipt.destination.owner_id,
        "album_id": receipt.destination.album_id,
        "app_id": receipt.app_id,
        "actor_id": receipt.actor_id,
        "caption": publication.caption,
        "access_key": publication.access_key,
        "state": publication.state,
        "extra": dict(publication.extra),
    }


def album_of(row: AnyRow) -> Album:
    return Album(**row._asdict())


def post_of(row: AnyRow) -> Post:
    return Post(
        id=row.id,
        network=row.network,
        owner_id=row.owner_id,
        actor_id=row.actor_id,
        text=row.text,
        attachments=tuple(row.attachments),
        created_at=row.created_at,
    )


def post_values(post: Post) -> Values:
    return {
        "network": post.network,
        "owner_id": post.owner_id,
        "actor_id": post.actor_id,
        "text": post.text,
        "attachments": list(post.attachments),
        "created_at": post.created_at,
    }


def message_of(row: AnyRow) -> Message:
    return Message(
        id=row.id,
        peer_id=row.peer_id,
        actor_id=row.actor_id,
        text=row.text,
        attachments=tuple(row.attachments),
        created_at=row.created_at,
    )


def message_values(message: Message, random_id: int) -> Values:
    return {
        "peer_id": message.peer_id,
        "actor_id": message.actor_id,
        "text": message.text,
        "attachments": list(message.attachments),
        "created_at": message.created_at,
        "random_id": random_id,
    }


def application_of(row: AnyRow) -> Application:
    lists = {"addresses": tuple(row.addresses), "redirects": tuple(row.redirects)}
    return Application(**row._asdict() | lists)


def user_of(row: AnyRow) -> User:
    return User(**_without_key(row))


def community_of(row: AnyRow) -> Community:
    return Community(**_without_key(row))


def screen_key(name: str) -> str:
    """Return what is compared of a screen name."""
    return name.casefold()


def chat_of(row: AnyRow) -> Chat:
    return Chat(**{**row._asdict(), "members": tuple(row.members)})


def caller_of(rows: Sequence[AnyRow]) -> Caller:
    """Read a token's rows: one for each permission granted for good, or one in all."""
    row = rows[0]
    granted = frozenset(one.permission for one in rows if one.permission is not None)
    return Caller(
        app_id=row.app_id,
        user_id=row.user_id,
        community_id=row.community_id,
        kind=TokenKind(row.kind),
        permissions=granted.union(row.permissions),
        secret=row.secret,
    )


def token_values(draft: TokenDraft) -> Values:
    return {
        "kind": draft.kind,
        "app_id": draft.app_id,
        "user_id": draft.user_id,
        "community_id": draft.community_id,
        "permissions": sorted(draft.permissions),
        "expires_at": draft.expires_at,
        "secret": draft.secret,
    }


def code_of(row: AnyRow) -> CodeDraft:
    return CodeDraft(
        code="",
        app_id=row.app_id,
        user_id=row.user_id,
        community_id=row.community_id,
        permissions=frozenset(row.permissions),
        life=None if row.life is None else timedelta(seconds=row.life),
        own_secret=row.own_secret,
        expires_at=row.expires_at,
    )


def code_values(draft: CodeDraft) -> Values:
    return {
        "app_id": draft.app_id,
        "user_id": draft.user_id,
        "community_id": draft.community_id,
        "permissions": sorted(draft.permissions),
        "life": None if draft.life is None else int(draft.life.total_seconds()),
        "own_secret": draft.own_secret,
        "expires_at": draft.expires_at,
    }


def tag_of(row: AnyRow) -> Tag:
    return Tag(**{name: one for name, one in row._asdict().items() if name != "id"})


def _without_key(row: AnyRow) -> dict[str, Any]:
    return {name: one for name, one in row._asdict().items() if name != "screen_key"}
