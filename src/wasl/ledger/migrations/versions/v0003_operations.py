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
    for name in ("reconciled_at", "reconciling_at"):
        op.add_column("stores", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE stores SET reconciled_at = created_at")
    op.create_table(
        "auto_refunds",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "cause", name="one_auto_refund_per_cause"),
    )
    op.create_index("auto_refunds_latest", "auto_refunds", ["store_id", "at"])
