"""The tables. Every primary key begins with the store, so that the same schema distributes by store unchanged.

Points in time are Unix milliseconds, money is minor units beside its currency, both in 64 bits on either database.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    or_,
)

metadata = MetaData()

stores = Table(
    "stores",
    metadata,
    Column("store_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("settings", Text, nullable=False),  # JSON without a secret in it
    Column("secrets", LargeBinary, nullable=False),  # sealed JSON
    Column("profile", Text, nullable=False),  # gateway and profile: stores that share it share its budget of questions
    Column("questions_per_s", Float, nullable=False),
    Column("asked_until", BigInteger, nullable=False),  # the questions asked so far use the budget up to here
    Column("api_key_digest", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("archived_at", BigInteger),
    Column("reconciled_at", BigInteger, nullable=False, server_default="0"),  # when the last whole comparison began
    Column("reconciling_at", BigInteger, nullable=False, server_default="0"),  # when the one under way did
    PrimaryKeyConstraint("store_id", name="stores_pk"),
    Index("stores_by_key", "api_key_digest"),
    Index("stores_by_profile", "profile"),
)

payments = Table(
    "payments",
    metadata,
    Column("store_id", Text, nullable=False),
    Column("payment_id", Text, nullable=False),
    Column("order_id", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("return_url", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("concern", Text, nullable=False),
    Column("outcome", Text, nullable=False),  # JSON: the last fold, whole
    Column("returned_at", BigInteger),
    Column("asked_at", BigInteger),
    Column("ask_at", BigInteger),
    Column("asking", BigInteger),
    Column("hastened_at", BigInteger),
    Column("told", Integer, nullable=False),
    Column("tell_at", BigInteger),
    Column("tell_failures", Integer, nullable=False),
    Column("parked", Text, nullable=False),
    Column("metadata", Text, nullable=False, server_default="{}"),  # JSON, the store's own
    Column("operations", Text, nullable=False, server_default="[]"),  # JSON: few payments have any
    PrimaryKeyConstraint("store_id", "payment_id", name="payments_pk"),
    UniqueConstraint("store_id", "order_id", name="one_payment_per_order"),
    Index("payments_newest", "store_id", "updated_at", "payment_id"),
)
# Partial: a settled payment is in neither, so that a million of them cost a waking worker nothing.
Index("payments_to_ask", payments.c.ask_at, sqlite_where=payments.c.ask_at.is_not(None),
      postgresql_where=payments.c.ask_at.is_not(None))  # fmt: skip
_came_back = payments.c.returned_at > func.coalesce(payments.c.asked_at, 0)
_to_look_at = or_(payments.c.concern != "none", payments.c.parked != "", payments.c.state == "held")
# Where more are due than can be asked about: those whose buyer came back, and the youngest.
Index("payments_returned", payments.c.ask_at, sqlite_where=_came_back, postgresql_where=_came_back)
Index("payments_youngest", payments.c.created_at.desc(), sqlite_where=payments.c.ask_at.is_not(None),
      postgresql_where=payments.c.ask_at.is_not(None))  # fmt: skip
Index("payments_to_look_at", payments.c.store_id, payments.c.updated_at, payments.c.payment_id,
      sqlite_where=_to_look_at,
      postgresql_where=_to_look_at)  # fmt: skip
Index("payments_to_tell", payments.c.tell_at, sqlite_where=payments.c.tell_at.is_not(None),
      postgresql_where=payments.c.tell_at.is_not(None))  # fmt: skip

attempts = Table(
    "attempts",
    metadata,
    Column("store_id", Text, nullable=False),
    Column("payment_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("cart_id", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("return_key", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("answer", Text, nullable=False),
    Column("tran_ref", Text),
    Column("redirect_url", Text),
    PrimaryKeyConstraint("store_id", "payment_id", "number", name="attempts_pk"),
    UniqueConstraint("store_id", "cart_id", name="one_attempt_per_cart"),
    UniqueConstraint("store_id", "return_key", name="one_attempt_per_return"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("store_id", Text, nullable=False),
    Column("evidence_id", LargeBinary, nullable=False),  # digest of the voice and the fact: a repeat is the same row
    Column("payment_id", Text),  # null: nobody knows this cart yet
    Column("cart_id", Text, nullable=False),
    Column("voice", Text, nullable=False),
    Column("tran_ref", Text, nullable=False),
    Column("previous_ref", Text),
    Column("kind", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("amount", BigInteger),
    Column("currency", Text),
    Column("moved", BigInteger),
    Column("moved_currency", Text),
    Column("at", BigInteger),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("first_heard_at", BigInteger, nullable=False),
    Column("last_heard_at", BigInteger, nullable=False),
    Column("heard", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # the first bytes this fact came in, encrypted
    Column("operation", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("store_id", "evidence_id", name="evidence_once"),
    Index("evidence_of_payment", "store_id", "payment_id"),
    Index("evidence_of_transaction", "store_id", "tran_ref"),
)
Index("evidence_of_nobody", evidence.c.store_id, evidence.c.cart_id, sqlite_where=evidence.c.payment_id.is_(None),
      postgresql_where=evidence.c.payment_id.is_(None))  # fmt: skip

Index("evidence_following_nobody", evidence.c.store_id, evidence.c.previous_ref,
      sqlite_where=evidence.c.payment_id.is_(None), postgresql_where=evidence.c.payment_id.is_(None))  # fmt: skip

closings = Table(
    "closings",
    metadata,
    Column("store_id", Text, nullable=False),
    Column("payment_id", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("store_id", "payment_id", "attempt", "reason", name="closings_pk"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("store_id", Text, nullable=False),
    Column("payment_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("ruling", Text, nullable=False),
    Column("causes", Text, nullable=False),  # the cases it is about, one a line
    Column("note", Text, nullable=False),
    Column("by", Text, nullable=False),
    PrimaryKeyConstraint("store_id", "payment_id", "at", name="decisions_pk"),
)

# What claimed to be the gateway's word and was not: no body, a capped number, so that a flood costs little.
forgeries = Table(
    "forgeries",
    metadata,
    Column("store_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("voice", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("cart_id", Text, nullable=False),
    Column("tran_ref", Text, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("heard", Integer, nullable=False),
    PrimaryKeyConstraint("store_id", "digest", name="forgeries_pk"),
)

# What a person is told of, once per cause.
alerts = Table(
    "alerts",
    metadata,
    Column("store_id", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("payment_id", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("send_at", BigInteger),
    Column("tries", Integer, nullable=False),
    Column("sent_at", BigInteger),
    Column("note", Text, nullable=False),
    PrimaryKeyConstraint("store_id", "cause", name="one_alert_per_cause"),
)
Index("alerts_to_send", alerts.c.send_at, sqlite_where=alerts.c.send_at.is_not(None),
      postgresql_where=alerts.c.send_at.is_not(None))  # fmt: skip

# Money that went back without a person, each case once: what a store's daily ceiling is kept by.
auto_refunds = Table(
    "auto_refunds",
    metadata,
    Column("store_id", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("store_id", "cause", name="one_auto_refund_per_cause"),
    Index("auto_refunds_latest", "store_id", "at"),
)

versions = Table(
    "versions",
    metadata,
    Column("store_id", Text, nullable=False),
    Column("payment_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("concern", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # what the store is told, as it was at this version
    Column("created_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("told_at", BigInteger),
    Column("note", Text, nullable=False),
    Column("status", Text, nullable=False),
    PrimaryKeyConstraint("store_id", "payment_id", "version", name="versions_pk"),
)
