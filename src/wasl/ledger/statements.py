"""Every SQL statement of the hot path, by name, for both databases.

A statement takes many rows at once: SQLite reads them from one JSON text or runs `executemany`, PostgreSQL unnests one
array per column. So a batch of notifications costs a fixed number of statements, whatever its size.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import BigInteger, Boolean, Float, Integer, LargeBinary, Table, Text

from wasl.ledger import schema

Rows = Sequence[Sequence[Any]]  # as drivers take and hand them; codec.py is where they get types
T = TypeVar("T")
Steps = Generator["Step", Rows, T]
"""A transaction as a generator: it yields steps and is sent their rows, so that one text runs on either database."""


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One named statement, equal only to itself.

    *columns* are the PostgreSQL types of its input rows, in order; none, where it takes one row's values by position.
    *joined*: the rows are a relation that the statement joins, and what it answers are rows.
    """

    name: str
    columns: tuple[str, ...]
    sqlite: str
    postgres: str
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A statement with the rows it is run for."""

    statement: Statement
    rows: Rows


_TYPES: Final = {
    Text: "text",
    BigInteger: "bigint",
    Integer: "integer",
    Float: "double precision",
    Boolean: "boolean",
    LargeBinary: "bytea",
}


def _joined(name: str, keys: str, body: str, *, postgres_suffix: str = "", sqlite_suffix: str = "") -> Statement:
    """A statement over the relation `k` of input rows. *keys* lists `column type` pairs."""
    pairs = [pair.split() for pair in keys.split(", ")]
    names = ", ".join(column for column, _ in pairs)
    types = tuple(kind for _, kind in pairs)
    fields = ", ".join(f"json_extract(value, '$[{i}]')" for i in range(len(pairs)))
    arrays = ", ".join(f"${i}::{kind}[]" for i, kind in enumerate(types, start=1))
    return Statement(
        name=name,
        columns=types,
        sqlite=f"WITH k({names}) AS (SELECT {fields} FROM json_each(?)) {body}{sqlite_suffix}",  # noqa: S608  constant texts
        postgres=f"WITH k({names}) AS (SELECT * FROM unnest({arrays})) {body}{postgres_suffix}",  # noqa: S608  constant texts
        joined=True,
    )


def _writing(name: str, table: Table, *, updates: str = "", also: str = "") -> Statement:
    """An insert of whole rows. Where a row exists its *updates* columns are replaced, or nothing if there are none."""
    columns = [column.name for column in table.columns]
    types = tuple(_TYPES[type(column.type)] for column in table.columns)
    key = ", ".join(column.name for column in table.primary_key.columns)
    replaced = ", ".join((*(f"{column} = excluded.{column}" for column in updates.split()), *filter(None, [also])))
    conflict = f"ON CONFLICT ({key}) DO " + (f"UPDATE SET {replaced}" if updates else "NOTHING")
    into = f"INSERT INTO {table.name} ({', '.join(columns)})"
    marks = ", ".join("?" * len(columns))
    arrays = ", ".join(f"${i}::{kind}[]" for i, kind in enumerate(types, start=1))
    return Statement(
        name=name,
        columns=types,
        sqlite=f"{into} VALUES ({marks}) {conflict}",
        postgres=f"{into} SELECT * FROM unnest({arrays}) {conflict}",  # noqa: S608  names from the schema
    )


def _plain(name: str, sql: str) -> Statement:
    """One row in, parameters by position; `?n` is written `$n` for PostgreSQL."""
    return Statement(name, (), sql, sql.replace("?", "$"))


def _columns(table: Table, alias: str, without: str = "") -> str:
    return ", ".join(f"{alias}.{column.name}" for column in table.columns if column.name not in without.split())


# ------------------------------------------------------------- finding payments

PAYMENTS_OF_CARTS: Final = _joined(
    "payments_of_carts",
    "store_id text, cart_id text",
    "SELECT k.store_id, k.cart_id, a.payment_id FROM k JOIN attempts a USING (store_id, cart_id)",
)
PAYMENTS_OF_ORDERS: Final = _joined(
    "payments_of_orders",
    "store_id text, order_id text",
    "SELECT k.store_id, k.order_id, p.payment_id FROM k JOIN payments p USING (store_id, order_id)",
)
PAYMENTS_OF_REFS: Final = _joined(
    "payments_of_refs",
    "store_id text, tran_ref text",
    "SELECT DISTINCT k.store_id, k.tran_ref, e.payment_id FROM k JOIN evidence e USING (store_id, tran_ref)"
    " WHERE e.payment_id IS NOT NULL",
)
STORE: Final = _joined(
    "store",
    "store_id text",
    f"SELECT {_columns(schema.stores, 's')} FROM k JOIN stores s USING (store_id)",  # noqa: S608  names from the schema
)
PAYMENT_OF_RETURN: Final = _joined(
    "payment_of_return",
    "store_id text, return_key text",
    "SELECT k.store_id, k.return_key, a.payment_id FROM k JOIN attempts a USING (store_id, return_key)",
)

# ------------------------------------------------------------- reading them whole

_BY_PAYMENT: Final = "store_id text, payment_id text"
_PAYMENT: Final = (
    f"SELECT {_columns(schema.payments, 'p')} FROM k JOIN payments p USING (store_id, payment_id)"  # noqa: S608  names from the schema
    " ORDER BY p.store_id, p.payment_id"
)
PAYMENTS: Final = _joined("payments", _BY_PAYMENT, _PAYMENT)
PAYMENTS_LOCKED: Final = _joined("payments_locked", _BY_PAYMENT, _PAYMENT, postgres_suffix=" FOR UPDATE OF p")
ATTEMPTS: Final = _joined(
    "attempts",
    _BY_PAYMENT,
    f"SELECT {_columns(schema.attempts, 'a')} FROM k JOIN attempts a USING (store_id, payment_id) ORDER BY a.number",  # noqa: S608  names from the schema
)
EVIDENCE: Final = _joined(
    "evidence",
    _BY_PAYMENT,
    f"SELECT {_columns(schema.evidence, 'e', 'sealed')} FROM k JOIN evidence e USING (store_id, payment_id)"  # noqa: S608  names from the schema
    " ORDER BY e.first_heard_at, e.evidence_id",
)
CLOSINGS: Final = _joined(
    "closings",
    _BY_PAYMENT,
    f"SELECT {_columns(schema.closings, 'c')} FROM k JOIN closings c USING (store_id, payment_id)"  # noqa: S608  names from the schema
    " ORDER BY c.at, c.attempt, c.reason",  # several are recorded at one moment
)
DECISIONS: Final = _joined(
    "decisions",
    _BY_PAYMENT,
    f"SELECT {_columns(schema.decisions, 'd')} FROM k JOIN decisions d USING (store_id, payment_id) ORDER BY d.at",  # noqa: S608  names from the schema
)
SEALED: Final = _joined(
    "sealed",
    _BY_PAYMENT,
    "SELECT e.evidence_id, e.sealed FROM k JOIN evidence e USING (store_id, payment_id)"
    " ORDER BY e.first_heard_at, e.evidence_id",
)
VERSIONS: Final = _joined(
    "versions",
    _BY_PAYMENT,
    f"SELECT {_columns(schema.versions, 'v', 'body')} FROM k JOIN versions v USING (store_id, payment_id)"  # noqa: S608  names from the schema
    " ORDER BY v.version",
)

# ------------------------------------------------------------- writing

PUT_PAYMENTS: Final = _writing(
    "put_payments",
    schema.payments,
    updates="amount currency live return_url language updated_at version state concern outcome returned_at asked_at"
    " ask_at asking hastened_at told tell_at tell_failures parked metadata operations",
)
PUT_ATTEMPTS: Final = _writing(
    "put_attempts",
    schema.attempts,
    updates="cart_id amount currency return_key opened_at expires_at answer tran_ref redirect_url",
)
PUT_EVIDENCE: Final = _writing(
    "put_evidence",
    schema.evidence,
    updates="payment_id previous_ref at code message method last_heard_at heard operation",
)
PUT_CLOSINGS: Final = _writing("put_closings", schema.closings)
PUT_DECISIONS: Final = _writing("put_decisions", schema.decisions)
PUT_ALERTS: Final = _writing("put_alerts", schema.alerts)
PUT_AUTO_REFUND: Final = _writing("put_auto_refund", schema.auto_refunds)
PUT_STORES: Final = _writing("put_stores", schema.stores)
CHANGE_STORE: Final = _writing(
    "change_store", schema.stores, updates="name settings secrets profile questions_per_s archived_at"
)
# One more of the same forgery is counted. A store keeps a bounded number: the ones heard last.
FORGERY: Final = _joined(
    "forgery",
    "store_id text, digest text, voice text, reason text, cart_id text, tran_ref text, at bigint",
    "INSERT INTO forgeries (store_id, digest, voice, reason, cart_id, tran_ref, first_at, last_at, heard)"
    " SELECT k.store_id, k.digest, k.voice, k.reason, k.cart_id, k.tran_ref, k.at, k.at, 1 FROM k WHERE true"
    " ON CONFLICT (store_id, digest) DO UPDATE SET last_at = excluded.last_at, heard = forgeries.heard + 1",
)
FORGET_FORGERIES: Final = _plain(
    "forget_forgeries",
    "DELETE FROM forgeries WHERE store_id = ?1 AND digest IN (SELECT digest FROM forgeries WHERE store_id = ?1"
    " ORDER BY last_at DESC, digest LIMIT 1000000 OFFSET ?2)",
)
PUT_VERSIONS: Final = _writing("put_versions", schema.versions)
SHELVE: Final = _writing("shelve", schema.evidence, updates="last_heard_at", also="heard = evidence.heard + 1")
ADOPT: Final = _joined(
    "adopt",
    "store_id text, cart_id text, payment_id text",
    "UPDATE evidence SET payment_id = k.payment_id FROM k WHERE evidence.store_id = k.store_id"
    " AND evidence.cart_id = k.cart_id AND evidence.payment_id IS NULL RETURNING evidence.evidence_id",
)

# A follow-up under a cart of its own that came before the transaction it follows.
ADOPT_FOLLOWERS: Final = _joined(
    "adopt_followers",
    "store_id text, tran_ref text, payment_id text",
    "UPDATE evidence SET payment_id = k.payment_id FROM k WHERE evidence.store_id = k.store_id"
    " AND evidence.previous_ref = k.tran_ref AND evidence.payment_id IS NULL"
    " AND evidence.kind IN ('capture', 'void', 'release', 'refund') RETURNING evidence.evidence_id",
)

# ------------------------------------------------------------- alarms and deliveries


def _due_asks(name: str, order: str, only: str = "", *, ask_at: str = "p.ask_at") -> Statement:
    """Payments to ask about that nobody is asking about. In: now, limit."""
    sql = (
        "SELECT p.store_id, p.payment_id FROM payments p"  # noqa: S608  constant texts
        f" WHERE {ask_at} <= ?1 AND (p.asking IS NULL OR p.asking <= ?1){only} ORDER BY {order} LIMIT ?2"
    )
    return Statement(name, (), sql, sql.replace("?", "$") + " FOR UPDATE OF p SKIP LOCKED")


_CAME_BACK: Final = "p.returned_at > COALESCE(p.asked_at, 0)"
# Payments whose buyer came back since the last answer go first, then the youngest. While few are due they are sorted;
# where many are, an index for either kind is read instead, so that a look costs the same however many wait.
DUE_ASKS: Final = _due_asks("due_asks", f"CASE WHEN {_CAME_BACK} THEN 0 ELSE 1 END, p.created_at DESC")
RETURNED_ASKS: Final = _due_asks("returned_asks", "p.ask_at", f" AND {_CAME_BACK}")
# The plus keeps the planner from the index on `ask_at`, which would have to be sorted.
YOUNGEST_ASKS: Final = _due_asks("youngest_asks", "p.created_at DESC", " AND p.ask_at IS NOT NULL", ask_at="+p.ask_at")
CROWD: Final = _plain("crowd", "SELECT count(*) FROM (SELECT 1 FROM payments p WHERE p.ask_at <= ?1 LIMIT ?2) AS due")
# A store's budget of questions, and how many stores share the profile it belongs to.
BUDGETS: Final = _joined(
    "budgets",
    "store_id text",
    "SELECT s.store_id, s.questions_per_s, s.asked_until, COALESCE(c.sharing, 1) FROM k JOIN stores s USING (store_id)"
    " LEFT JOIN (SELECT o.profile, count(*) AS sharing FROM stores o WHERE o.archived_at IS NULL AND o.profile IN"
    " (SELECT t.profile FROM k JOIN stores t USING (store_id)) GROUP BY o.profile) c ON c.profile = s.profile"
    " ORDER BY s.store_id",
    postgres_suffix=" FOR UPDATE OF s",
)
# Amounts are added in the program: a sum of 64-bit numbers has another type on either database.
AUTO_REFUNDS: Final = _plain(
    "auto_refunds", "SELECT cause, amount FROM auto_refunds WHERE store_id = ?1 AND (at > ?2 OR cause = ?3)"
)
# One store whose comparison is due, and nobody else's for a while. In: now, compared before, begun before.
CLAIM_RECONCILE: Final = Statement(
    "claim_reconcile",
    (),
    "UPDATE stores SET reconciling_at = ?1 WHERE store_id = (SELECT store_id FROM stores WHERE archived_at IS NULL"
    " AND reconciled_at <= ?2 AND reconciling_at <= ?3 ORDER BY reconciled_at LIMIT 1)"
    " RETURNING store_id, reconciled_at",
    "UPDATE stores SET reconciling_at = $1 WHERE store_id = (SELECT store_id FROM stores WHERE archived_at IS NULL"
    " AND reconciled_at <= $2 AND reconciling_at <= $3 ORDER BY reconciled_at LIMIT 1 FOR UPDATE SKIP LOCKED)"
    " RETURNING store_id, reconciled_at",
)
RECONCILED: Final = _plain("reconciled", "UPDATE stores SET reconciled_at = ?2 WHERE store_id = ?1")
SPEND: Final = _joined(
    "spend",
    "store_id text, asked_until bigint",
    "UPDATE stores SET asked_until = k.asked_until FROM k WHERE stores.store_id = k.store_id",
)
LEASE_ASKS: Final = _joined(
    "lease_asks",
    "store_id text, payment_id text, until bigint",
    "UPDATE payments SET asking = k.until FROM k"
    " WHERE payments.store_id = k.store_id AND payments.payment_id = k.payment_id",
)
DEFER_ASKS: Final = _joined(
    "defer_asks",
    "store_id text, payment_id text, ask_at bigint",
    "UPDATE payments SET ask_at = k.ask_at FROM k"
    " WHERE payments.store_id = k.store_id AND payments.payment_id = k.payment_id",
)
POSTPONE_ASK: Final = _plain(
    "postpone_ask",
    "UPDATE payments SET ask_at = ?4, asking = NULL WHERE store_id = ?1 AND payment_id = ?2 AND asking = ?3",
)
LEASE_ALERTS: Final = Statement(
    "lease_alerts",
    (),
    "UPDATE alerts SET send_at = ?2 WHERE (store_id, cause) IN ("
    "SELECT store_id, cause FROM alerts WHERE send_at <= ?1"
    " AND store_id NOT IN (SELECT value FROM json_each(?4)) ORDER BY send_at LIMIT ?3)"
    " RETURNING store_id, cause, payment_id, tries, created_at",
    "UPDATE alerts a SET send_at = $2 FROM (SELECT store_id, cause FROM alerts WHERE send_at <= $1"
    " AND store_id NOT IN (SELECT json_array_elements_text($4::json))"
    " ORDER BY send_at LIMIT $3 FOR UPDATE SKIP LOCKED) d"
    " WHERE a.store_id = d.store_id AND a.cause = d.cause"
    " RETURNING a.store_id, a.cause, a.payment_id, a.tries, a.created_at",
)
ALERT_SENT: Final = _plain(
    "alert_sent",
    "UPDATE alerts SET tries = tries + 1, send_at = ?4, sent_at = ?5, note = ?6"
    " WHERE store_id = ?1 AND cause = ?2 AND send_at = ?3",
)
LEASE_TELLS: Final = Statement(
    "lease_tells",
    (),
    "UPDATE payments SET tell_at = ?2 WHERE (store_id, payment_id) IN ("
    "SELECT store_id, payment_id FROM payments WHERE tell_at <= ?1"
    " AND store_id NOT IN (SELECT value FROM json_each(?4)) ORDER BY tell_at LIMIT ?3)"
    " RETURNING store_id, payment_id",
    "UPDATE payments p SET tell_at = $2 FROM (SELECT store_id, payment_id FROM payments WHERE tell_at <= $1"
    " AND store_id NOT IN (SELECT json_array_elements_text($4::json))"
    " ORDER BY tell_at LIMIT $3 FOR UPDATE SKIP LOCKED) d"
    " WHERE p.store_id = d.store_id AND p.payment_id = d.payment_id RETURNING p.store_id, p.payment_id",
)
# After a clock ran ahead: everything that was put off is due now. `?1` is now.
BUDGETS_AHEAD: Final = _plain(
    "budgets_ahead",
    "SELECT count(*) FROM stores s WHERE s.asked_until > ?1 AND s.asked_until > ?1"
    " + 1000 / s.questions_per_s * (SELECT count(*) FROM stores o WHERE o.profile = s.profile)",
)
MEND_ASKS: Final = _plain(
    "mend_asks",
    "UPDATE payments SET ask_at = ?1, asking = NULL, asked_at = CASE WHEN asked_at > ?1 THEN ?1 ELSE asked_at END"
    " WHERE ask_at > ?1 OR asking > ?1 OR asked_at > ?1",
)
MEND_TELLS: Final = _plain("mend_tells", "UPDATE payments SET tell_at = ?1 WHERE tell_at > ?2")
MEND_ALERTS: Final = _plain("mend_alerts", "UPDATE alerts SET send_at = ?1 WHERE send_at > ?1")
MEND_BUDGETS: Final = _plain("mend_budgets", "UPDATE stores SET asked_until = ?1 WHERE asked_until > ?1")
NEXT_VERSION: Final = _plain(
    "next_version",
    "SELECT v.version, v.body FROM versions v JOIN payments p USING (store_id, payment_id)"
    " WHERE v.store_id = ?1 AND v.payment_id = ?2 AND v.version > p.told ORDER BY v.version LIMIT 1",
)
LATEST_VERSION: Final = _plain(
    "latest_version",
    "SELECT v.version, v.body FROM versions v JOIN payments p USING (store_id, payment_id)"
    " WHERE v.store_id = ?1 AND v.payment_id = ?2 AND v.version > p.told ORDER BY v.version DESC LIMIT 1",
)
NOTHING_TO_TELL: Final = _plain(
    "nothing_to_tell",
    "UPDATE payments SET tell_at = NULL WHERE store_id = ?1 AND payment_id = ?2 AND tell_at = ?3 AND told >= version",
)
# A version that arrived while its predecessor was being told is told at once; the comparison with `tell_at` is the
# fence: whoever lost the lease changes nothing.
TOLD: Final = _plain(
    "told",
    "UPDATE payments SET told = ?4, tell_failures = 0, tell_at = CASE WHEN version > ?4 THEN CAST(?5 AS BIGINT) END"
    " WHERE store_id = ?1 AND payment_id = ?2 AND tell_at = ?3 RETURNING told",
)
VERSION_TOLD: Final = _plain(
    "version_told",
    "UPDATE versions SET tries = tries + CASE WHEN version = ?3 THEN 1 ELSE 0 END, told_at = ?4, note = ?5, status = ?6"
    " WHERE store_id = ?1 AND payment_id = ?2 AND version <= ?3 AND told_at IS NULL",
)
NOT_TOLD: Final = _plain(
    "not_told",
    "UPDATE payments SET tell_failures = tell_failures + 1, tell_at = ?4, parked = ?5"
    " WHERE store_id = ?1 AND payment_id = ?2 AND tell_at = ?3 RETURNING version",
)
RETELL: Final = _plain(
    "retell",
    "UPDATE payments SET tell_at = ?3, parked = '' WHERE store_id = ?1 AND payment_id = ?2 AND version > told"
    " RETURNING version",
)
VERSION_NOT_TOLD: Final = _plain(
    "version_not_told",
    "UPDATE versions SET tries = tries + 1, note = ?4 WHERE store_id = ?1 AND payment_id = ?2 AND version = ?3",
)
