"""Captures, voids and refunds: intents beside their payment, and the operation that a transaction was asked for by."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Both have defaults, so that a process of the version before goes on writing meanwhile.
    op.add_column("payments", sa.Column("operations", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("evidence", sa.Column("operation", sa.Text(), nullable=False, server_default=""))
