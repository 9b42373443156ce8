"""Posts that are one, however often they are asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the column and the index."""
    once = sa.Column("once", sa.Text, nullable=False, server_default="")
    op.add_column("posts", once)
    partly = sa.text("once <> ''")
    op.create_index(
        "posts_one_once",
        "posts",
        ["network", "owner_id", "once"],
        unique=True,
        sqlite_where=partly,
        postgresql_where=partly,
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("posts_one_once", "posts")
    op.drop_column("posts", "once")
