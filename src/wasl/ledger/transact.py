"""Transactions as generators of steps: what is read, decided and written, without a word of any driver."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from wasl.domain.evidence import Evidence
from wasl.domain.payment import Payment
from wasl.domain.store import StoreId
from wasl.domain.time import Instant
from wasl.engine.ports import ByCart, ByOrder, ByPayment, ByTransaction, Change, Lease, PaymentKey, Receipt, Telling
from wasl.ledger import codec
from wasl.ledger import statements as sql
from wasl.ledger.seal import Seal
from wasl.ledger.statements import Rows, Step, Steps

EVIDENCE_PURPOSE: Final = "evidence"
T = TypeVar("T")
_Id = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Scribe:
    """How payments are put into rows: what seals their bytes, and what a store will be told of a version."""

    seal: Seal
    describe: Callable[[Payment], bytes]


@dataclass(slots=True)
class Amendment:
    """One change waiting for its transaction, and what came of it: a payment, None, or the change's own exception."""

    key: PaymentKey
    change: Change
    result: Payment | None = None
    error: Exception | None = None


@dataclass(slots=True)
class _Draft:
    """The payments of one batch, as they were read and as they now are."""

    before: dict[_Id, Payment] = field(default_factory=dict)
    now: dict[_Id, Payment] = field(default_factory=dict)
    by_order: dict[_Id, _Id] = field(default_factory=dict)
    by_cart: dict[_Id, _Id] = field(default_factory=dict)
    by_ref: dict[_Id, _Id] = field(default_factory=dict)
    versions: list[Payment] = field(default_factory=list)

    def find(self, key: PaymentKey) -> Payment | None:
        match key:
            case ByPayment(store_id, payment_id):
                return self.now.get((store_id, payment_id))
            case ByOrder(store_id, order_id):
                return self._at(self.by_order.get((store_id, order_id)))
            case ByCart(store_id, cart_id):
                return self._at(self.by_cart.get((store_id, cart_id)))
            case ByTransaction(store_id, tran_ref):
                return self._at(self.by_ref.get((store_id, tran_ref)))

    def change(self, payment: Payment) -> None:
        """Put the result of a change; each version it passes through is one the store will hear of."""
        before = self.now.get((payment.store_id, payment.payment_id))
        if before is not None and payment.version != before.version:
            self.versions.append(payment)
        self.put(payment)

    def put(self, payment: Payment) -> None:
        identity = (payment.store_id, payment.payment_id)
        self.now[identity] = payment
        self.by_order[payment.store_id, payment.order_id] = identity
        for attempt in payment.attempts:
            self.by_cart[payment.store_id, attempt.cart_id] = identity
        for piece in payment.evidence:
            self.by_ref[payment.store_id, piece.fact.tran_ref] = identity

    def _at(self, identity: _Id | None) -> Payment | None:
        return None if identity is None else self.now.get(identity)


def amend(batch: Sequence[Amendment], scribe: Scribe) -> Steps[None]:
    """Apply a whole batch in one transaction; several changes of one payment see each other, in order.

    A change that raises fails alone: its payment stays as the changes before it left it.
    """
    draft = _Draft()
    for payment in (yield from find([one.key for one in batch], lock=True)):
        draft.put(payment)
    draft.before = dict(draft.now)
    for one in batch:
        try:
            one.result, one.error = one.change(draft.find(one.key)), None
        except Exception as error:  # noqa: BLE001  handed to the one who asked, see Amendment
            one.result, one.error = None, error
            continue
        if one.result is not None:
            draft.change(one.result)
    yield from _write(draft, scribe)


def find(keys: Iterable[PaymentKey], *, lock: bool) -> Steps[list[Payment]]:
    """Read payments whole, in the order of their ids so that two transactions never wait for each other."""
    ids: set[_Id] = set()
    carts, orders, refs = set[_Id](), set[_Id](), set[_Id]()
    for key in keys:
        match key:
            case ByPayment(store_id, payment_id):
                ids.add((store_id, payment_id))
            case ByOrder(store_id, order_id):
                orders.add((store_id, order_id))
            case ByCart(store_id, cart_id):
                carts.add((store_id, cart_id))
            case ByTransaction(store_id, tran_ref):
                refs.add((store_id, tran_ref))
    by_other = ((sql.PAYMENTS_OF_CARTS, carts), (sql.PAYMENTS_OF_ORDERS, orders), (sql.PAYMENTS_OF_REFS, refs))
    for statement, wanted in by_other:
        if wanted:
            found = yield Step(statement, sorted(wanted))
            ids.update((row[0], row[2]) for row in found)
    if not ids:
        return []
    wanted_ids = sorted(ids)
    payments = yield Step(sql.PAYMENTS_LOCKED if lock else sql.PAYMENTS, wanted_ids)
    attempts = _by_payment((yield Step(sql.ATTEMPTS, wanted_ids)))
    evidence = _by_payment((yield Step(sql.EVIDENCE, wanted_ids)), column=2)
    closings = _by_payment((yield Step(sql.CLOSINGS, wanted_ids)))
    decisions = _by_payment((yield Step(sql.DECISIONS, wanted_ids)))
    return [
        codec.payment_from(
            row,
            attempts=attempts[row[0], row[1]],
            evidence=evidence[row[0], row[1]],
            closings=closings[row[0], row[1]],
            decisions=decisions[row[0], row[1]],
        )
        for row in payments
    ]


def _by_payment(rows: Rows, column: int = 1) -> Mapping[_Id, list[codec.Row]]:
    grouped: dict[_Id, list[codec.Row]] = defaultdict(list)
    for row in rows:
        grouped[row[0], row[column]].append(row)
    return grouped


def _write(draft: _Draft, scribe: Scribe) -> Steps[None]:
    """Write the difference between what was read and what is now; a row that did not change is not touched."""
    rows: dict[sql.Statement, list[codec.Row]] = defaultdict(list)
    for identity, now in sorted(draft.now.items()):
        before = draft.before.get(identity)
        if now is not before:
            row = codec.payment_row(now)
            if before is None or row != codec.payment_row(before):
                rows[sql.PUT_PAYMENTS].append(row)
            for statement, new in _added(now, before, scribe.seal):
                rows[statement].append(new)
    rows[sql.PUT_VERSIONS] = [_version_row(payment, scribe) for payment in draft.versions]
    for statement, values in rows.items():
        if values:
            yield Step(statement, values)


def _added(now: Payment, before: Payment | None, seal: Seal) -> Iterator[tuple[sql.Statement, codec.Row]]:
    """Every row that the change of one payment adds or replaces, beside the payment's own."""
    for attempt in _new(now.attempts, before.attempts if before else ()):
        yield sql.PUT_ATTEMPTS, codec.attempt_row(now, attempt)
        yield sql.ADOPT, (now.store_id, attempt.cart_id, now.payment_id)
    for evidence in _new(now.evidence, before.evidence if before else ()):
        yield sql.PUT_EVIDENCE, _evidence_row(now, evidence, seal)
        yield sql.ADOPT_FOLLOWERS, (now.store_id, evidence.fact.tran_ref, now.payment_id)
    for closing in _new(now.closings, before.closings if before else ()):
        yield sql.PUT_CLOSINGS, codec.closing_row(now, closing)
    for decision in _new(now.decisions, before.decisions if before else ()):
        yield sql.PUT_DECISIONS, codec.decision_row(now, decision)
    for cause in _new(now.outcome.causes, before.outcome.causes if before else ()):
        yield sql.PUT_ALERTS, codec.alert_row(now.store_id, now.payment_id, cause, now.updated_at)


def _new(now: tuple[T, ...], before: tuple[T, ...]) -> list[T]:
    """What was added or is no longer as it was."""
    return [one for one in now if one not in before]


def _evidence_row(payment: Payment, evidence: Evidence, seal: Seal) -> codec.Row:
    """A repeat keeps the bytes that were sealed first, so nothing is sealed for it again."""
    sealed = seal.seal(evidence.raw, EVIDENCE_PURPOSE) if evidence.raw else b""
    return codec.evidence_row(payment.store_id, payment.payment_id, evidence, sealed)


def _version_row(payment: Payment, scribe: Scribe) -> codec.Row:
    return (
        payment.store_id,
        payment.payment_id,
        payment.version,
        payment.outcome.state.value,
        payment.outcome.concern.value,
        scribe.describe(payment),
        payment.updated_at,
        0,
        None,
        "",
        "",
    )


def shelve(store_id: StoreId, evidence: Evidence, scribe: Scribe) -> Steps[None]:
    """Keep evidence for a cart nobody knows."""
    sealed = scribe.seal.seal(evidence.raw, EVIDENCE_PURPOSE)
    yield Step(sql.SHELVE, [codec.evidence_row(store_id, None, evidence, sealed)])


def next_telling(held: Lease, *, in_order: bool) -> Steps[Telling | None]:
    """What to tell under this lease."""
    statement = sql.NEXT_VERSION if in_order else sql.LATEST_VERSION
    rows = yield Step(statement, [(held.store_id, held.payment_id)])
    found = yield from find([ByPayment(held.store_id, held.payment_id)], lock=False)
    if not rows or not found:
        return None
    return Telling(payment=found[0], version=rows[0][0], body=bytes(rows[0][1]))


def told(held: Lease, telling: Telling, receipt: Receipt, *, now: Instant) -> Steps[None]:
    """The store has taken this version and all before it."""
    key = (held.store_id, held.payment_id)
    fenced = yield Step(sql.TOLD, [(*key, held.until, telling.version, now)])
    if fenced:
        yield Step(sql.VERSION_TOLD, [(*key, telling.version, now, receipt.note, receipt.status)])


def not_told(held: Lease, telling: Telling, note: str, *, now: Instant, tell_at: Instant | None) -> Steps[None]:
    """Telling failed; None parks it for a person, who is alerted."""
    key = (held.store_id, held.payment_id)
    fenced = yield Step(sql.NOT_TOLD, [(*key, held.until, tell_at, "" if tell_at is not None else note)])
    if not fenced:
        return
    yield Step(sql.VERSION_NOT_TOLD, [(*key, telling.version, note)])
    if tell_at is None and fenced[0][0] > telling.payment.version:
        yield Step(sql.RETELL, [(*key, now)])  # news came while this was being told, so the telling goes on with it
    elif tell_at is None:
        yield Step(sql.PUT_ALERTS, [codec.alert_row(*key, f"parked {telling.version}", now)])
