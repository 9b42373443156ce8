"""The first tables.

A migration stands for itself: it imports nothing of the tables' present definition, which
moves on.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

FIRST_PHOTO = 456_239_017
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

Columns = list[sa.Column[Any]]


def upgrade() -> None:
    """Make all tables."""
    _make_accounts()
    _make_people()
    _make_albums()
    _make_assets()
    _make_photos()
    _make_talk()
    if op.get_bind().dialect.name == "sqlite":
        first = f"INSERT INTO sqlite_sequence VALUES ('photos', {FIRST_PHOTO - 1})"  # noqa: S608 - a constant
        op.execute(first)


def _make_accounts() -> None:
    op.create_table(
        "applications",
        _key("id"),
        *_words("key", "secret", "title"),
        *_numbers("community_id"),
        _json("addresses"),
        sa.UniqueConstraint("key", name="applications_one_key"),
    )
    op.create_table(
        "tokens",
        sa.Column("hash", sa.Text, primary_key=True),
        *_words("kind", "secret"),
        *_numbers("app_id", "user_id", "community_id"),
        _json("permissions"),
        sa.Column("expires_at", sa.BigInteger),
    )
    op.create_index("tokens_by_app_id", "tokens", ["app_id"])
    op.create_table(
        "grants",
        _key("app_id"),
        _key("user_id"),
        sa.Column("permission", sa.Text, primary_key=True),
    )


def _make_people() -> None:
    op.create_table(
        "users",
        _key("id"),
        *_words("first_name", "last_name", "screen_name", "screen_key"),
        *_numbers("main_photo_id"),
    )
    op.create_index("users_by_screen_key", "users", ["screen_key"])
    op.create_table(
        "communities",
        _key("id"),
        *_words("name", "screen_name", "screen_key"),
        *_numbers("main_photo_id"),
    )
    op.create_index("communities_by_screen_key", "communities", ["screen_key"])
    op.create_table("admins", _key("community_id"), _key("user_id"))
    op.create_table(
        "chats",
        _key("id"),
        *_words("title"),
        *_numbers("admin_id", "main_photo_id"),
        _json("members"),
    )


def _make_albums() -> None:
    op.create_table(
        "albums",
        _counted(),
        *_words("network", "title", "description"),
        *_numbers("owner_id", "capacity", "size", "default_for"),
        *_moments("created_at", "updated_at"),
        _json("extra"),
        sa.CheckConstraint("size >= 0 AND size <= capacity", op.f("albums_never_overfull")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "albums_by_owner_id_network_id", "albums", ["owner_id", "network", "id"]
    )
    default = ["network", "owner_id", "default_for"]
    _index_some("albums_one_default", "albums", default, "default_for <> 0")


def _make_assets() -> None:
    op.create_table(
        "assets",
        sa.Column("id", sa.Text, primary_key=True),
        *_words("state", "format", "sha256"),
        *_numbers("bytes", "width", "height"),
        *_moments("expires_at"),
        _json("facts"),
        _json("renditions"),
    )
    unpublished = "state <> 'published'"
    sweep = ["expires_at", "id"]
    _index_some("assets_unpublished", "assets", sweep, unpublished, unique=False)
    op.create_table(
        "receipts",
        sa.Column("id", sa.Text, primary_key=True),
        *_words("ticket_id", "kind", "place", "slot", "asset_id"),
        *_numbers("app_id", "actor_id", "owner_id"),
        *_moments("expires_at"),
        _json("options"),
        sa.Column("exclusive", sa.Boolean, nullable=False),
        sa.Column("album_id", NUMBER),
        sa.Column("photo_id", NUMBER),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["assets.id"], "receipts_asset_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("asset_id", name="receipts_one_asset_id"),
    )
    shown = "exclusive AND photo_id IS NOT NULL"
    _index_some("receipts_one_of_a_slot", "receipts", ["ticket_id", "slot"], shown)


def _make_photos() -> None:
    op.create_table(
        "photos",
        _counted(FIRST_PHOTO, most=2**31 - 1),
        *_words("asset_id", "network", "kind", "place", "caption", "access_key", "state"),
        *_numbers("owner_id", "app_id", "actor_id"),
        *_moments("created_at"),
        _json("extra"),
        sa.Column("album_id", NUMBER),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], "photos_asset_id"),
        sa.ForeignKeyConstraint(["album_id"], ["albums.id"], "photos_album_id"),
        sa.UniqueConstraint("asset_id", name="photos_one_asset_id"),
        sqlite_autoincrement=True,
    )
    for columns in (
        ["album_id", "id"],
        ["owner_id", "network", "id"],
        ["owner_id", "network", "place", "id"],
    ):
        op.create_index(f"photos_by_{'_'.join(columns)}", "photos", columns)


def _make_talk() -> None:
    op.create_table(
        "posts",
        _counted(),
        *_words("network", "text"),
        *_numbers("owner_id", "actor_id"),
        *_moments("created_at"),
        _json("attachments"),
        sqlite_autoincrement=True,
    )
    op.create_index("posts_by_owner_id_network_id", "posts", ["owner_id", "network", "id"])
    op.create_table(
        "messages",
        _counted(),
        *_words("text"),
        *_numbers("peer_id", "actor_id", "random_id"),
        *_moments("created_at"),
        _json("attachments"),
        sqlite_autoincrement=True,
    )
    said = ["actor_id", "peer_id", "random_id"]
    _index_some("messages_one_random_id", "messages", said, "random_id <> 0")


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, NUMBER, primary_key=True, autoincrement=False)


def _counted(start: int = 1, most: int = 2**63 - 1) -> sa.Column[int]:
    return sa.Column(
        "id", NUMBER, sa.Identity(start=start, maxvalue=most), primary_key=True
    )


def _words(*names: str) -> Columns:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _numbers(*names: str) -> Columns:
    return [sa.Column(name, NUMBER, nullable=False) for name in names]


def _moments(*names: str) -> Columns:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON, nullable=False)


def _index_some(
    name: str, table: str, columns: list[str], where: str, *, unique: bool = True
) -> None:
    """Make an index of the rows for which *where* holds."""
    partly = sa.text(where)
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=partly,
        postgresql_where=partly,
    )
