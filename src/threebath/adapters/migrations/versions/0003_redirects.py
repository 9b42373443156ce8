"""Where an application may have people sent back to; receipts by their ticket."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the column and the index."""
    redirects = sa.Column("redirects", sa.JSON, nullable=False, server_default="[]")
    op.add_column("applications", redirects)
    op.create_index("receipts_by_ticket_id", "receipts", ["ticket_id"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("receipts_by_ticket_id", "receipts")
    op.drop_column("applications", "redirects")
