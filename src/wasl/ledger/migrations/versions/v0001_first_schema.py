"""The first schema: stores, payments with what was heard of them, and what stores were told."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("send_at", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "cause", name="one_alert_per_cause"),
    )
    op.create_index(
        "alerts_to_send",
        "alerts",
        ["send_at"],
        sqlite_where=sa.text("send_at IS NOT NULL"),
        postgresql_where=sa.text("send_at IS NOT NULL"),
    )
    op.create_table(
        "attempts",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cart_id", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("return_key", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("tran_ref", sa.Text(), nullable=True),
        sa.Column("redirect_url", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "payment_id", "number", name="attempts_pk"),
        sa.UniqueConstraint("store_id", "cart_id", name="one_attempt_per_cart"),
        sa.UniqueConstraint("store_id", "return_key", name="one_attempt_per_return"),
    )
    op.create_table(
        "closings",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "payment_id", "attempt", "reason", name="closings_pk"),
    )
    op.create_table(
        "decisions",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ruling", sa.Text(), nullable=False),
        sa.Column("refs", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "payment_id", "at", name="decisions_pk"),
    )
    op.create_table(
        "evidence",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("evidence_id", sa.LargeBinary(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("cart_id", sa.Text(), nullable=False),
        sa.Column("voice", sa.Text(), nullable=False),
        sa.Column("tran_ref", sa.Text(), nullable=False),
        sa.Column("previous_ref", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("moved", sa.BigInteger(), nullable=True),
        sa.Column("moved_currency", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("first_heard_at", sa.BigInteger(), nullable=False),
        sa.Column("last_heard_at", sa.BigInteger(), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "evidence_id", name="evidence_once"),
    )
    op.create_index(
        "evidence_of_nobody",
        "evidence",
        ["store_id", "cart_id"],
        sqlite_where=sa.text("payment_id IS NULL"),
        postgresql_where=sa.text("payment_id IS NULL"),
    )
    op.create_index("evidence_of_payment", "evidence", ["store_id", "payment_id"])
    op.create_table(
        "forgeries",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("voice", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cart_id", sa.Text(), nullable=False),
        sa.Column("tran_ref", sa.Text(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "digest", name="forgeries_pk"),
    )
    op.create_table(
        "payments",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("return_url", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("concern", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("returned_at", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("ask_at", sa.BigInteger(), nullable=True),
        sa.Column("asking", sa.BigInteger(), nullable=True),
        sa.Column("hastened_at", sa.BigInteger(), nullable=True),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("tell_at", sa.BigInteger(), nullable=True),
        sa.Column("tell_failures", sa.Integer(), nullable=False),
        sa.Column("parked", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "payment_id", name="payments_pk"),
        sa.UniqueConstraint("store_id", "order_id", name="one_payment_per_order"),
    )
    op.create_index("payments_newest", "payments", ["store_id", "updated_at", "payment_id"])
    op.create_index(
        "payments_to_ask",
        "payments",
        ["ask_at"],
        sqlite_where=sa.text("ask_at IS NOT NULL"),
        postgresql_where=sa.text("ask_at IS NOT NULL"),
    )
    op.create_index(
        "payments_to_look_at",
        "payments",
        ["store_id", "updated_at", "payment_id"],
        sqlite_where=sa.text("concern != 'none' OR parked != ''"),
        postgresql_where=sa.text("concern != 'none' OR parked != ''"),
    )
    op.create_index(
        "payments_to_tell",
        "payments",
        ["tell_at"],
        sqlite_where=sa.text("tell_at IS NOT NULL"),
        postgresql_where=sa.text("tell_at IS NOT NULL"),
    )
    op.create_table(
        "stores",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("questions_per_s", sa.Float(), nullable=False),
        sa.Column("asked_until", sa.BigInteger(), nullable=False),
        sa.Column("api_key_digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("archived_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", name="stores_pk"),
    )
    op.create_index("stores_by_key", "stores", ["api_key_digest"])
    op.create_index("stores_by_profile", "stores", ["profile"])
    op.create_table(
        "versions",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("concern", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "payment_id", "version", name="versions_pk"),
    )


def downgrade() -> None:
    op.drop_table("versions")
    op.drop_table("stores")
    op.drop_table("payments")
    op.drop_table("forgeries")
    op.drop_table("evidence")
    op.drop_table("decisions")
    op.drop_table("closings")
    op.drop_table("attempts")
    op.drop_table("alerts")
