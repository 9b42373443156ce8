"""The tables. Who may change a row, and when, is in docs/data.md.

Rows that many nodes race for are guarded here and nowhere else: by a unique index, or by
a check that one UPDATE carries in its WHERE.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Table,
    text,
)

from threebath.adapters.sql.types import Moment, Number, Words

FIRST_PHOTO = 456_239_017
"""The first photo's id, of the length that clients know from vk.com."""

LAST_PHOTO = 2**31 - 1
"""Clients of VK keep a photo's id in 32 bits."""

_LAST_NUMBER = 2**63 - 1

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
        "uq": "%(table_name)s_one_%(column_0_N_name)s",
        "ck": "%(table_name)s_%(constraint_name)s",
        "fk": "%(table_name)s_%(column_0_name)s",
        "pk": "%(table_name)s_key",
    }
)


def _number(name: str, *rest: ForeignKey) -> Column[int]:
    return Column(name, Number, *rest, nullable=False)


def _words(name: str) -> Column[str]:
    return Column(name, Words, nullable=False)


def _one_where(name: str, *columns: str, where: str) -> Index:
    """Return a unique index of the rows for which *where* holds."""
    partly = text(where)
    return Index(name, *columns, unique=True, sqlite_where=partly, postgresql_where=partly)


applications = Table(
    "applications",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("key", Words, nullable=False, unique=True),
    _words("secret"),
    _words("title"),
    _number("community_id"),
    Column("addresses", JSON, nullable=False),
    Column("redirects", JSON, nullable=False, server_default="[]"),
)

users = Table(
    "users",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    _words("first_name"),
    _words("last_name"),
    _words("screen_name"),
    Column("screen_key", Words, nullable=False, index=True),
    _number("main_photo_id"),
)

communities = Table(
    "communities",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    _words("name"),
    _words("screen_name"),
    Column("screen_key", Words, nullable=False, index=True),
    _number("main_photo_id"),
)

admins = Table(
    "admins",
    metadata,
    Column("community_id", Number, primary_key=True, autoincrement=False),
    Column("user_id", Number, primary_key=True, autoincrement=False),
)

chats = Table(
    "chats",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    _words("title"),
    _number("admin_id"),
    Column("members", JSON, nullable=False),
    _number("main_photo_id"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("hash", Words, primary_key=True),
    _words("kind"),
    Column("app_id", Number, nullable=False, index=True),
    _number("user_id"),
    _number("community_id"),
    Column("permissions", JSON, nullable=False),
    Column("expires_at", Moment, index=True),
    _words("secret"),
    Column("last_call", Words, nullable=False, server_default=""),
)

codes = Table(
    "codes",
    metadata,
    Column("hash", Words, primary_key=True),
    Column("app_id", Number, nullable=False, index=True),
    _number("user_id"),
    _number("community_id"),
    Column("permissions", JSON, nullable=False),
    Column("life", Number),
    Column("own_secret", Boolean, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

grants = Table(
    "grants",
    metadata,
    Column("app_id", Number, primary_key=True, autoincrement=False),
    Column("user_id", Number, primary_key=True, autoincrement=False),
    Column("permission", Words, primary_key=True),
)

albums = Table(
    "albums",
    metadata,
    Column("id", Number, Identity(start=1, maxvalue=_LAST_NUMBER), primary_key=True),
    _words("network"),
    _number("owner_id"),
    _words("title"),
    _words("description"),
    _number("capacity"),
    _number("size"),
    _number("default_for"),
    Column("extra", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    CheckConstraint("size >= 0 AND size <= capacity", name="never_overfull"),
    Index(None, "owner_id", "network", "id"),
    _one_where(
        "albums_one_default",
        "network",
        "owner_id",
        "default_for",
        where="default_for <> 0",
    ),
    sqlite_autoincrement=True,
)

assets = Table(
    "assets",
    metadata,
    Column("id", Words, primary_key=True),
    _words("state"),
    _words("format"),
    _number("bytes"),
    _words("sha256"),
    _number("width"),
    _number("height"),
    Column("facts", JSON, nullable=False),
    Column("renditions", JSON, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index(
        "assets_unpublished",
        "expires_at",
        "id",
        sqlite_where=text("state <> 'published'"),
        postgresql_where=text("state <> 'published'"),
    ),
)

receipts = Table(
    "receipts",
    metadata,
    Column("id", Words, primary_key=True),
    Column("ticket_id", Words, nullable=False, index=True),
    _words("kind"),
    _number("app_id"),
    _number("actor_id"),
    _words("place"),
    _number("owner_id"),
    Column("album_id", Number),
    _words("slot"),
    Column("exclusive", Boolean, nullable=False),
    Column("options", JSON, nullable=False),
    Column(
        "asset_id",
        Words,
        ForeignKey("assets.id", ondelete="CASCADE"),
        nullable=False,
        unique=True,
    ),
    Column("expires_at", Moment, nullable=False),
    Column("photo_id", Number),
    _one_where(
        "receipts_one_of_a_slot",
        "ticket_id",
        "slot",
        where="exclusive AND photo_id IS NOT NULL",
    ),
)

photos = Table(
    "photos",
    metadata,
    Column(
        "id", Number, Identity(start=FIRST_PHOTO, maxvalue=LAST_PHOTO), primary_key=True
    ),
    Column("asset_id", Words, ForeignKey("assets.id"), nullable=False, unique=True),
    _words("network"),
    _words("kind"),
    _words("place"),
    _number("owner_id"),
    Column("album_id", Number, ForeignKey("albums.id")),
    _number("app_id"),
    _number("actor_id"),
    _words("caption"),
    Column("created_at", Moment, nullable=False),
    _words("access_key"),
    _words("state"),
    Column("extra", JSON, nullable=False),
    Index(None, "album_id", "id"),
    Index(None, "owner_id", "network", "id"),
    Index(None, "owner_id", "network", "place", "id"),
    sqlite_autoincrement=True,
)

tags = Table(
    "tags",
    metadata,
    Column("id", Number, Identity(start=1, maxvalue=_LAST_NUMBER), primary_key=True),
    Column("photo_id", Number, nullable=False, index=True),
    Column("user_id", Number, nullable=False, index=True),
    _words("text"),
    _number("x"),
    _number("y"),
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

posts = Table(
    "posts",
    metadata,
    Column("id", Number, Identity(start=1, maxvalue=_LAST_NUMBER), primary_key=True),
    _words("network"),
    _number("owner_id"),
    _number("actor_id"),
    _words("text"),
    Column("attachments", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("once", Words, nullable=False, server_default=""),
    Index(None, "owner_id", "network", "id"),
    _one_where("posts_one_once", "network", "owner_id", "once", where="once <> ''"),
    sqlite_autoincrement=True,
)

messages = Table(
    "messages",
    metadata,
    Column("id", Number, Identity(start=1, maxvalue=_LAST_NUMBER), primary_key=True),
    _number("peer_id"),
    _number("actor_id"),
    _words("text"),
    Column("attachments", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    _number("random_id"),
    _one_where(
        "messages_one_random_id",
        "actor_id",
        "peer_id",
        "random_id",
        where="random_id <> 0",
    ),
    sqlite_autoincrement=True,
)
