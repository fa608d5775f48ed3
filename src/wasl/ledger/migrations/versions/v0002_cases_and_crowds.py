"""Decisions name cases, payments carry metadata. Indexes for whom to ask first, what to look at, what follows what."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_CAME_BACK = sa.text("returned_at > COALESCE(asked_at, 0)")
_ASKED_ABOUT = sa.text("ask_at IS NOT NULL")
_TO_LOOK_AT = sa.text("concern != 'none' OR parked != '' OR state = 'held'")


def upgrade() -> None:
    op.create_index("payments_returned", "payments", ["ask_at"], sqlite_where=_CAME_BACK, postgresql_where=_CAME_BACK)
    op.create_index(
        "payments_youngest",
        "payments",
        [sa.text("created_at DESC")],
        sqlite_where=_ASKED_ABOUT,
        postgresql_where=_ASKED_ABOUT,
    )
    op.add_column("payments", sa.Column("metadata", sa.Text(), nullable=False, server_default="{}"))
    op.execute("ALTER TABLE decisions RENAME COLUMN refs TO causes")
    op.create_index("evidence_of_transaction", "evidence", ["store_id", "tran_ref"])
    op.drop_index("payments_to_look_at", "payments")
    op.create_index(
        "payments_to_look_at",
        "payments",
        ["store_id", "updated_at", "payment_id"],
        sqlite_where=_TO_LOOK_AT,
        postgresql_where=_TO_LOOK_AT,
    )
