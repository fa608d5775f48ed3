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


_OF_NOBODY = sa.text("payment_id IS NULL")
# A decision was about transactions, whatever was the matter with them: so it decided all of these cases.
_CASES = ("contradicted", "currency_mismatch", "amount_mismatch", "paid_twice", "paid_late", "unrecognized")


def _name_cases() -> None:
    table = sa.table("decisions", *(sa.column(name) for name in ("store_id", "payment_id", "at", "causes")))
    connection = op.get_bind()
    for store_id, payment_id, at, refs in connection.execute(sa.select(table)).fetchall():
        causes = "\n".join(f"{case} {refs}" for case in _CASES)
        key = (table.c.store_id == store_id, table.c.payment_id == payment_id, table.c.at == at)
        connection.execute(sa.update(table).where(*key).values(causes=causes))


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
    op.create_index(
        "evidence_following_nobody",
        "evidence",
        ["store_id", "previous_ref"],
        sqlite_where=_OF_NOBODY,
        postgresql_where=_OF_NOBODY,
    )
    op.execute("ALTER TABLE decisions RENAME COLUMN refs TO causes")
    _name_cases()
    op.create_index("evidence_of_transaction", "evidence", ["store_id", "tran_ref"])
    op.drop_index("payments_to_look_at", "payments")
    op.create_index(
        "payments_to_look_at",
        "payments",
        ["store_id", "updated_at", "payment_id"],
        sqlite_where=_TO_LOOK_AT,
        postgresql_where=_TO_LOOK_AT,
    )
