"""Tokens by their expiry, so that the sweep finds the stale ones."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the index."""
    op.create_index("tokens_by_expires_at", "tokens", ["expires_at"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("tokens_by_expires_at", "tokens")
