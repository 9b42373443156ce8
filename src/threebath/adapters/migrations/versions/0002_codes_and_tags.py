"""Codes that wait for somebody to sign in, the latest call of a session, tags of photos."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and the column."""
    last_call = sa.Column("last_call", sa.Text, nullable=False, server_default="")
    op.add_column("tokens", last_call)
    op.create_table(
        "codes",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("app_id", NUMBER, nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("community_id", NUMBER, nullable=False),
        sa.Column("permissions", sa.JSON, nullable=False),
        sa.Column("life", NUMBER),
        sa.Column("own_secret", sa.Boolean, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="codes_key"),
    )
    op.create_index("codes_by_app_id", "codes", ["app_id"])
    op.create_index("codes_by_expires_at", "codes", ["expires_at"])
    op.create_table(
        "tags",
        sa.Column("id", NUMBER, sa.Identity(start=1, maxvalue=2**63 - 1), nullable=False),
        sa.Column("photo_id", NUMBER, nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("x", NUMBER, nullable=False),
        sa.Column("y", NUMBER, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="tags_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("tags_by_photo_id", "tags", ["photo_id"])
    op.create_index("tags_by_user_id", "tags", ["user_id"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("tags")
    op.drop_table("codes")
    op.drop_column("tokens", "last_call")
