"""The ledger port on top of a driver: one implementation for both databases."""

import base64
import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Select, func, literal, or_, select, tuple_

from wasl.domain.evidence import Evidence, Voice
from wasl.domain.outcome import Concern, State
from wasl.domain.payment import Payment, PaymentId
from wasl.domain.store import Store, StoreId
from wasl.domain.time import Instant
from wasl.engine.ports import (
    Alert,
    ByPayment,
    Change,
    Comparison,
    Delivery,
    Forgery,
    Lease,
    PaymentFilter,
    PaymentKey,
    PaymentPage,
    Receipt,
    Telling,
)
from wasl.ledger import codec, leases, transact
from wasl.ledger import statements as sql
from wasl.ledger.driver import Driver
from wasl.ledger.schema import evidence, forgeries, payments, stores
from wasl.ledger.seal import Seal
from wasl.ledger.statements import Step, Steps
from wasl.ledger.store_codec import profile_key, store_from, store_row
from wasl.ledger.transact import EVIDENCE_PURPOSE, Scribe

LIST_MAX: Final = 200
BIGINT_MAX: Final = 2**63 - 1
FORGERIES_MAX: Final = 1_000  # kept for each store: the ones heard last


class DurableLedger:
    """Implements `engine.ports.Ledger`; what each method promises is said there."""

    def __init__(self, driver: Driver, scribe: Scribe) -> None:
        self._driver = driver
        self._scribe = scribe

    @property
    def _seal(self) -> Seal:
        return self._scribe.seal

    # ---------------------------------------------------------------- payments

    async def amend(self, key: PaymentKey, change: Change) -> Payment | None:
        """See the port."""
        return await self._driver.amend(key, change)

    async def shelve(self, store_id: StoreId, piece: Evidence) -> None:
        """See the port."""
        await self._driver.write(lambda: transact.shelve(store_id, piece, self._scribe))

    async def shelved(self, store_id: StoreId, *, since: Instant, limit: int) -> Sequence[Evidence]:
        """See the port."""
        nobody = (evidence.c.store_id == store_id, evidence.c.payment_id.is_(None), evidence.c.last_heard_at >= since)
        said = (column for column in evidence.columns if column.name != "sealed")
        query = select(*said).where(*nobody).order_by(evidence.c.last_heard_at.desc(), evidence.c.evidence_id)
        return [codec.evidence_from(row) for row in await self._driver.select(query.limit(limit))]

    async def payment(self, key: PaymentKey) -> Payment | None:
        """See the port."""
        found = await self._driver.read(lambda: transact.find([key], lock=False))
        return found[0] if found else None

    async def payment_by_return(self, store_id: StoreId, return_key: str) -> Payment | None:
        """See the port."""
        found = await self._driver.read(lambda: _by_return(store_id, return_key))
        return found[0] if found else None

    async def payments(self, store_id: StoreId, only: PaymentFilter, cursor: str | None, limit: int) -> PaymentPage:
        """See the port."""
        limit = min(limit, LIST_MAX)
        rows = await self._driver.select(_listing(store_id, only, cursor, limit + 1))
        keys = [ByPayment(store_id, PaymentId(row[1])) for row in rows[:limit]]
        found = {p.payment_id: p for p in await self._driver.read(lambda: transact.find(keys, lock=False))}
        last = rows[limit - 1] if len(rows) > limit else None
        return PaymentPage(
            items=tuple(found[key.payment_id] for key in keys if key.payment_id in found),
            next_cursor=_cursor(last[0], last[1]) if last else None,
        )

    async def raw_evidence(self, store_id: StoreId, payment_id: PaymentId) -> Sequence[bytes]:
        """See the port."""
        rows = await self._driver.read(lambda: _rows(sql.SEALED, store_id, payment_id))
        return [self._seal.open(bytes(row[1]), EVIDENCE_PURPOSE) for row in rows]

    async def deliveries(self, store_id: StoreId, payment_id: PaymentId) -> Sequence[Delivery]:
        """See the port."""
        rows = await self._driver.read(lambda: _rows(sql.VERSIONS, store_id, payment_id))
        return [
            Delivery(
                version=row[2],
                state=State(row[3]),
                concern=Concern(row[4]),
                created_at=Instant(row[5]),
                tries=row[6],
                told_at=row[7],
                note=row[8],
                status=row[9],
            )
            for row in rows
        ]

    # ------------------------------------------------------- asking and telling

    async def lease_asks(
        self, *, now: Instant, until: Instant, limit: int, besides: Sequence[StoreId] = ()
    ) -> Sequence[Lease]:
        """See the port."""
        return await self._driver.write(lambda: leases.lease_asks(now=now, until=until, limit=limit, besides=besides))

    async def spare_question(self, store_id: StoreId, *, now: Instant) -> Instant:
        """See the port."""
        return await self._driver.write(lambda: leases.spare_question(store_id, now=now))

    async def reserve_auto_refund(
        self, store_id: StoreId, cause: str, amount: int, *, ceiling: int, since: Instant, now: Instant
    ) -> bool:
        """See the port."""
        return await self._driver.write(
            lambda: leases.reserve_auto_refund(store_id, cause, amount, ceiling=ceiling, since=since, now=now)
        )

    async def claim_reconcile(self, *, now: Instant, before: Instant, unless: Instant) -> Comparison | None:
        """See the port."""
        rows = await self._driver.write(lambda: _answered(Step(sql.CLAIM_RECONCILE, [(now, before, unless)])))
        return Comparison(store_id=StoreId(rows[0][0]), since=Instant(rows[0][1])) if rows else None

    async def record_reconcile(self, store_id: StoreId, began: Instant) -> None:
        """See the port."""
        await self._driver.write(lambda: _one_step(Step(sql.RECONCILED, [(store_id, began)])))

    async def mend_clock(self, now: Instant) -> bool:
        """See the port."""
        return await self._driver.write(lambda: leases.mend_clock(now))

    async def lease_tells(
        self, *, now: Instant, until: Instant, limit: int, besides: Sequence[StoreId] = ()
    ) -> Sequence[Lease]:
        """See the port."""
        return await self._driver.write(lambda: leases.lease_tells(now=now, until=until, limit=limit, besides=besides))

    async def postpone_ask(self, lease: Lease, ask_at: Instant) -> None:
        """See the port."""
        values = (lease.store_id, lease.payment_id, lease.until, ask_at)
        await self._driver.write(lambda: _one_step(Step(sql.POSTPONE_ASK, [values])))

    async def telling(self, lease: Lease, *, in_order: bool) -> Telling | None:
        """See the port."""
        return await self._driver.read(lambda: transact.next_telling(lease, in_order=in_order))

    async def nothing_to_tell(self, lease: Lease) -> None:
        """See the port."""
        values = (lease.store_id, lease.payment_id, lease.until)
        await self._driver.write(lambda: _one_step(Step(sql.NOTHING_TO_TELL, [values])))

    async def record_receipt(self, lease: Lease, telling: Telling, receipt: Receipt, *, now: Instant) -> None:
        """See the port."""
        await self._driver.write(lambda: transact.told(lease, telling, receipt, now=now))

    async def record_failure(
        self, lease: Lease, telling: Telling, note: str, *, now: Instant, tell_at: Instant | None
    ) -> None:
        """See the port."""
        await self._driver.write(lambda: transact.not_told(lease, telling, note, now=now, tell_at=tell_at))

    async def retell(self, store_id: StoreId, payment_id: PaymentId, *, now: Instant) -> bool:
        """See the port."""
        rows = await self._driver.write(lambda: _answered(Step(sql.RETELL, [(store_id, payment_id, now)])))
        return bool(rows)

    async def raise_alert(self, store_id: StoreId, payment_id: PaymentId | None, cause: str, *, now: Instant) -> None:
        """See the port."""
        row = codec.alert_row(store_id, payment_id, cause, now)
        await self._driver.write(lambda: _one_step(Step(sql.PUT_ALERTS, [row])))

    async def lease_alerts(
        self, *, now: Instant, until: Instant, limit: int, besides: Sequence[StoreId] = ()
    ) -> Sequence[Alert]:
        """See the port."""
        return await self._driver.write(lambda: leases.lease_alerts(now=now, until=until, limit=limit, besides=besides))

    async def record_alert(self, alert: Alert, note: str, *, sent_at: Instant | None, send_at: Instant | None) -> None:
        """See the port."""
        values = (alert.store_id, alert.cause, alert.until, send_at, sent_at, note)
        await self._driver.write(lambda: _one_step(Step(sql.ALERT_SENT, [values])))

    async def keep_forgery(self, forgery: Forgery) -> None:
        """See the port."""
        claim = forgery.claim
        said = (forgery.voice.value, forgery.reason.value, claim.cart_id, claim.tran_ref)
        values = (forgery.store_id, forgery.digest, *said, forgery.at)
        await self._driver.write(lambda: _kept_forgery(forgery.store_id, values))

    async def forgeries(self, store_id: StoreId) -> Sequence[Forgery]:
        """See the port."""
        query = select(forgeries).where(forgeries.c.store_id == store_id).order_by(forgeries.c.last_at.desc())
        return [codec.forgery_from(row) for row in await self._driver.select(query)]

    # ------------------------------------------------------------------ stores

    async def store(self, store_id: StoreId) -> Store | None:
        """See the port."""
        rows = await self._driver.read(lambda: _answered(Step(sql.STORE, [(store_id,)])))
        return store_from(rows[0], self._seal) if rows else None

    async def store_by_key(self, api_key_digest: str) -> Store | None:
        """See the port."""
        present = stores.c.archived_at.is_(None)
        rows = await self._driver.select(select(stores).where(stores.c.api_key_digest == api_key_digest, present))
        return store_from(rows[0], self._seal) if rows else None

    async def sharing(self, store: Store, *, archived: bool = False) -> Sequence[Store]:
        """See the port."""
        profile = profile_key(store.profile)
        query = select(stores).where(stores.c.profile == profile, stores.c.store_id != store.store_id)
        return await self._stores(query, archived=archived)

    async def stores(self, *, archived: bool = False) -> Sequence[Store]:
        """See the port."""
        return await self._stores(select(stores).order_by(stores.c.created_at), archived=archived)

    async def _stores(self, query: Select[Any], *, archived: bool) -> Sequence[Store]:
        chosen = query if archived else query.where(stores.c.archived_at.is_(None))
        return [store_from(row, self._seal) for row in await self._driver.select(chosen)]

    async def add_store(self, store: Store, api_key_digest: str) -> None:
        """See the port."""
        if await self.store(store.store_id) is not None:
            raise ValueError(f"a store {store.store_id} exists already")
        row = store_row(store, api_key_digest, self._seal)
        await self._driver.write(lambda: _one_step(Step(sql.PUT_STORES, [row])))

    async def change_store(self, store: Store) -> None:
        """See the port."""
        row = store_row(store, "", self._seal)
        await self._driver.write(lambda: _one_step(Step(sql.CHANGE_STORE, [row])))

    async def untold(self, limit: int) -> Sequence[Payment]:
        """See the port."""
        query = select(payments.c.store_id, payments.c.payment_id).where(payments.c.version > payments.c.told)
        return await self._payments(query.order_by(payments.c.tell_at, payments.c.updated_at).limit(limit))

    async def watched(self, limit: int) -> Sequence[Payment]:
        """See the port."""
        query = select(payments.c.store_id, payments.c.payment_id).where(payments.c.ask_at.is_not(None))
        return await self._payments(query.order_by(payments.c.created_at.desc()).limit(limit))

    async def _payments(self, query: Select[Any]) -> Sequence[Payment]:
        keys = [ByPayment(StoreId(row[0]), PaymentId(row[1])) for row in await self._driver.select(query)]
        found = await self._driver.read(lambda: transact.find(keys, lock=False))
        order = {(key.store_id, key.payment_id): place for place, key in enumerate(keys)}
        return sorted(found, key=lambda payment: order[payment.store_id, payment.payment_id])

    async def last_voice(self, store_id: StoreId) -> Instant | None:
        """See the port."""
        inbound = evidence.c.voice.in_([Voice.CALLBACK.value, Voice.IPN.value])
        query = select(func.max(evidence.c.last_heard_at)).where(evidence.c.store_id == store_id, inbound)
        found = (await self._driver.select(query))[0][0]
        return None if found is None else Instant(found)

    async def ping(self) -> None:
        """See the port."""
        await self._driver.select(select(stores.c.store_id).limit(1))

    async def close(self) -> None:
        """See the port."""
        await self._driver.close()


def _by_return(store_id: StoreId, return_key: str) -> Steps[list[Payment]]:
    rows = yield Step(sql.PAYMENT_OF_RETURN, [(store_id, return_key)])
    keys = [ByPayment(StoreId(row[0]), PaymentId(row[2])) for row in rows]
    return (yield from transact.find(keys, lock=False))


def _rows(statement: sql.Statement, store_id: StoreId, payment_id: PaymentId) -> Steps[sql.Rows]:
    return (yield Step(statement, [(store_id, payment_id)]))


def _one_step(step: Step) -> Steps[None]:
    yield step


def _kept_forgery(store_id: StoreId, values: codec.Row) -> Steps[None]:
    yield Step(sql.FORGERY, [values])
    yield Step(sql.FORGET_FORGERIES, [(store_id, FORGERIES_MAX)])


def _answered(step: Step) -> Steps[sql.Rows]:
    return (yield step)


def _listing(store_id: StoreId, only: PaymentFilter, cursor: str | None, limit: int) -> Select[Any]:
    """Newest change first, by key rather than by offset, so that a deep page costs what the first one does."""
    key = (payments.c.updated_at, payments.c.payment_id)
    query = select(*key).where(payments.c.store_id == store_id)
    if only.order_id is not None:
        query = query.where(payments.c.order_id == only.order_id)
    if only.state is not None:
        query = query.where(payments.c.state == only.state.value)
    if only.concern is not None:
        query = query.where(payments.c.concern == only.concern.value)
    if only.attention:
        query = query.where(or_(payments.c.concern != "none", payments.c.parked != "", payments.c.state == "held"))
    if only.unsettled:
        query = query.where(or_(payments.c.ask_at.is_not(None), payments.c.version > payments.c.told))
    if only.updated_since is not None:
        query = query.where(payments.c.updated_at >= only.updated_since)
    if cursor is not None:
        query = query.where(tuple_(*key) < tuple_(*map(literal, _position(cursor))))
    return query.order_by(*(column.desc() for column in key)).limit(limit)


def _cursor(updated_at: int, payment_id: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([updated_at, payment_id]).encode()).decode().rstrip("=")


def _position(cursor: str) -> tuple[int, str]:
    """Where a page begins; raises ValueError for what `_cursor` never made, which no database should have to see."""
    try:
        updated_at, payment_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, RecursionError):
        updated_at, payment_id = None, None
    if (
        isinstance(updated_at, int)
        and 0 <= updated_at <= BIGINT_MAX
        and isinstance(payment_id, str)
        and payment_id.isascii()
        and payment_id.isprintable()
    ):
        return updated_at, payment_id
    raise ValueError("this cursor was never given out; begin again without one")
