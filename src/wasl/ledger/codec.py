"""Rows to values and back, in one place. Column order is the schema's."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from wasl.domain.evidence import (
    CartId,
    Closing,
    ClosingReason,
    Decision,
    Evidence,
    Fact,
    Kind,
    Ruling,
    TranRef,
    Verdict,
    Voice,
)
from wasl.domain.money import CURRENCIES, Currency, Money
from wasl.domain.operation import Operation, OperationId, OperationKind, Reply
from wasl.domain.outcome import Concern, Instructions, Outcome, State
from wasl.domain.payment import Answer, Attempt, OrderId, Payment, PaymentId
from wasl.domain.store import StoreId
from wasl.domain.time import Instant
from wasl.engine.ports import Claim, Forgery, Refusal

# A payment is read whole, often twice in a row, and grows by one row at a time.
ROWS_REMEMBERED: Final = 4_096
OPERATIONS_REMEMBERED: Final = 64  # a text may have two hundred of them
Row = Sequence[Any]  # what a driver hands out; typed as soon as it is decoded here


class _Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """The snapshot's columns-in-one: amounts in minor units of the payment's own currency."""

    state: str
    concerns: tuple[str, ...] = ()
    captured: int = 0
    refunded: int = 0
    moved: int = 0
    authorized: int = 0
    unmatched: tuple[tuple[int, str], ...] = ()
    method: str = ""
    reference: str = ""
    tran_ref: str | None = None
    causes: tuple[str, ...] = ()


_outcome_decoder: Final = msgspec.json.Decoder(_Outcome)
_encoder: Final = msgspec.json.Encoder()


def outcome_text(outcome: Outcome) -> str:
    """The snapshot as JSON."""
    return _encoder.encode(
        _Outcome(
            state=outcome.state,
            concerns=tuple(outcome.concerns),
            captured=outcome.captured.minor,
            refunded=outcome.refunded.minor,
            moved=outcome.moved.minor,
            authorized=outcome.authorized.minor,
            unmatched=tuple((money.minor, money.currency.code) for money in outcome.unmatched),
            method=outcome.instructions.method if outcome.instructions else "",
            reference=outcome.instructions.reference if outcome.instructions else "",
            tran_ref=outcome.tran_ref,
            causes=outcome.causes,
        )
    ).decode()


@lru_cache(ROWS_REMEMBERED)
def outcome_from(text: str, currency: Currency) -> Outcome:
    """The snapshot back from JSON."""
    raw = _outcome_decoder.decode(text)
    return Outcome(
        state=State(raw.state),
        concerns=tuple(Concern(c) for c in raw.concerns),
        captured=Money(raw.captured, currency),
        refunded=Money(raw.refunded, currency),
        moved=Money(raw.moved, currency),
        authorized=Money(raw.authorized, currency),
        unmatched=tuple(Money(minor, CURRENCIES[code]) for minor, code in raw.unmatched),
        instructions=Instructions(method=raw.method, reference=raw.reference) if raw.reference else None,
        tran_ref=TranRef(raw.tran_ref) if raw.tran_ref else None,
        causes=raw.causes,
    )


class _Operation(msgspec.Struct, frozen=True, omit_defaults=True):
    """One operation among the others of its payment."""

    operation_id: str
    key: str
    kind: str
    amount: int
    currency: str
    target: str
    cart_id: str
    reason: str
    by: str
    requested_at: int
    due_at: int
    whole: bool = False
    submitted_at: int | None = None
    reply: str = "none"
    tran_ref: str | None = None
    repeats: int = 0
    note: str = ""


_operations_decoder: Final = msgspec.json.Decoder(tuple[_Operation, ...])
_NO_OPERATIONS: Final = "[]"


def operations_text(operations: tuple[Operation, ...]) -> str:
    """All operations of a payment as JSON, in their order."""
    if not operations:
        return _NO_OPERATIONS
    kept = [
        _Operation(
            operation_id=one.operation_id,
            key=one.key,
            kind=one.kind.value,
            amount=one.amount.minor,
            currency=one.amount.currency.code,
            target=one.target,
            cart_id=one.cart_id,
            reason=one.reason,
            by=one.by,
            requested_at=one.requested_at,
            due_at=one.due_at,
            whole=one.whole,
            submitted_at=one.submitted_at,
            reply=one.reply.value,
            tran_ref=one.tran_ref,
            repeats=one.repeats,
            note=one.note,
        )
        for one in operations
    ]
    return _encoder.encode(kept).decode()


@lru_cache(OPERATIONS_REMEMBERED)
def operations_from(text: str) -> tuple[Operation, ...]:
    """The operations back from JSON."""
    if text == _NO_OPERATIONS:
        return ()
    return tuple(
        Operation(
            operation_id=OperationId(one.operation_id),
            key=one.key,
            kind=OperationKind(one.kind),
            amount=Money(one.amount, CURRENCIES[one.currency]),
            target=TranRef(one.target),
            cart_id=CartId(one.cart_id),
            reason=one.reason,
            by=one.by,
            requested_at=Instant(one.requested_at),
            due_at=Instant(one.due_at),
            whole=one.whole,
            submitted_at=None if one.submitted_at is None else Instant(one.submitted_at),
            reply=Reply(one.reply),
            tran_ref=None if one.tran_ref is None else TranRef(one.tran_ref),
            repeats=one.repeats,
            note=one.note,
        )
        for one in _operations_decoder.decode(text)
    )


def payment_row(payment: Payment) -> Row:
    """One row of `payments`."""
    return (
        payment.store_id,
        payment.payment_id,
        payment.order_id,
        payment.amount.minor,
        payment.amount.currency.code,
        payment.live,
        payment.return_url,
        payment.language,
        payment.created_at,
        payment.updated_at,
        payment.version,
        payment.outcome.state.value,
        payment.outcome.concern.value,
        outcome_text(payment.outcome),
        payment.returned_at,
        payment.asked_at,
        payment.ask_at,
        payment.asking,
        payment.hastened_at,
        payment.told,
        payment.tell_at,
        payment.tell_failures,
        payment.parked,
        payment.metadata,
        operations_text(payment.operations),
    )


def payment_from(
    row: Row,
    *,
    attempts: Iterable[Row],
    evidence: Iterable[Row],
    closings: Iterable[Row],
    decisions: Iterable[Row],
) -> Payment:
    """One payment, whole, from its rows."""
    currency = CURRENCIES[row[4]]
    return Payment(
        store_id=StoreId(row[0]),
        payment_id=PaymentId(row[1]),
        order_id=OrderId(row[2]),
        amount=Money(row[3], currency),
        live=bool(row[5]),
        return_url=row[6],
        language=row[7],
        created_at=Instant(row[8]),
        updated_at=Instant(row[9]),
        version=row[10],
        outcome=outcome_from(row[13], currency),
        returned_at=row[14],
        asked_at=row[15],
        ask_at=row[16],
        asking=row[17],
        hastened_at=row[18],
        told=row[19],
        tell_at=row[20],
        tell_failures=row[21],
        parked=row[22],
        metadata=row[23],
        operations=operations_from(row[24]),
        attempts=tuple(attempt_from(a) for a in attempts),
        evidence=tuple(evidence_from(e) for e in evidence),
        closings=tuple(closing_from(c) for c in closings),
        decisions=tuple(decision_from(d) for d in decisions),
    )


def attempt_row(payment: Payment, attempt: Attempt) -> Row:
    """One row of `attempts`."""
    return (
        payment.store_id,
        payment.payment_id,
        attempt.number,
        attempt.cart_id,
        attempt.amount.minor,
        attempt.amount.currency.code,
        attempt.return_key,
        attempt.opened_at,
        attempt.expires_at,
        attempt.answer.value,
        attempt.tran_ref,
        attempt.redirect_url,
    )


@lru_cache(ROWS_REMEMBERED)
def attempt_from(row: tuple[Any, ...]) -> Attempt:
    """One attempt from its row."""
    return Attempt(
        number=row[2],
        cart_id=CartId(row[3]),
        amount=Money(row[4], CURRENCIES[row[5]]),
        return_key=row[6],
        opened_at=Instant(row[7]),
        expires_at=Instant(row[8]),
        answer=Answer(row[9]),
        tran_ref=TranRef(row[10]) if row[10] else None,
        redirect_url=row[11],
    )


def evidence_id(evidence: Evidence) -> bytes:
    """What makes evidence this evidence: the voice and the fact. A further body of one fact gives the same id."""
    fact = evidence.fact
    amounts = (f"{money.minor} {money.currency.code}" if money else "" for money in (fact.amount, fact.moved))
    parts = (evidence.voice.value, fact.tran_ref, fact.kind.value, fact.verdict.value, fact.cart_id, *amounts)
    return hashlib.sha256("\x00".join(parts).encode()).digest()[:16]


def evidence_row(store_id: StoreId, payment_id: PaymentId | None, evidence: Evidence, sealed: bytes) -> Row:
    """One row of `evidence`."""
    fact = evidence.fact
    return (
        store_id,
        evidence_id(evidence),
        payment_id,
        fact.cart_id,
        evidence.voice.value,
        fact.tran_ref,
        fact.previous_ref,
        fact.kind.value,
        fact.verdict.value,
        fact.amount.minor if fact.amount else None,
        fact.amount.currency.code if fact.amount else None,
        fact.moved.minor if fact.moved else None,
        fact.moved.currency.code if fact.moved else None,
        fact.at,
        fact.code,
        fact.message,
        fact.method,
        evidence.first_heard_at,
        evidence.last_heard_at,
        evidence.heard,
        sealed,
        fact.operation,
    )


@lru_cache(ROWS_REMEMBERED)
def evidence_from(row: tuple[Any, ...]) -> Evidence:
    """Evidence from its columns without `sealed`."""
    return Evidence(
        voice=Voice(row[4]),
        fact=_fact_from(tuple(row[3:17]), row[20]),
        first_heard_at=Instant(row[17]),
        last_heard_at=Instant(row[18]),
        heard=row[19],
    )


@lru_cache(ROWS_REMEMBERED)
def _fact_from(columns: tuple[Any, ...], operation: str) -> Fact:
    """A fact from its columns, which stay as they are when it is heard again: `cart_id` to `method`, with the voice."""
    cart_id, _, tran_ref, previous_ref, kind, verdict, amount, currency, moved, moved_currency, *details = columns
    at, code, message, method = details
    return Fact(
        cart_id=CartId(cart_id),
        tran_ref=TranRef(tran_ref),
        previous_ref=TranRef(previous_ref) if previous_ref else None,
        kind=Kind(kind),
        verdict=Verdict(verdict),
        amount=Money(amount, CURRENCIES[currency]) if currency else None,
        moved=Money(moved, CURRENCIES[moved_currency]) if moved_currency else None,
        at=at,
        code=code,
        message=message,
        method=method,
        operation=operation,
    )


def closing_row(payment: Payment, closing: Closing) -> Row:
    """One row of `closings`."""
    return (payment.store_id, payment.payment_id, closing.attempt, closing.reason.value, closing.at)


def closing_from(row: Row) -> Closing:
    """One closing from its row."""
    return Closing(attempt=row[2], reason=ClosingReason(row[3]), at=Instant(row[4]))


def decision_row(payment: Payment, decision: Decision) -> Row:
    """One row of `decisions`."""
    key = (payment.store_id, payment.payment_id, decision.at)
    return (*key, decision.ruling.value, "\n".join(decision.causes), decision.note, decision.by)


def decision_from(row: Row) -> Decision:
    """One decision from its row."""
    causes = tuple(row[4].split("\n"))
    return Decision(at=Instant(row[2]), ruling=Ruling(row[3]), causes=causes, note=row[5], by=row[6])


def alert_row(store_id: StoreId, payment_id: PaymentId | None, cause: str, now: Instant) -> Row:
    """One row of `alerts`, due at once."""
    return (store_id, f"{payment_id} {cause}" if payment_id else cause, payment_id or "", now, now, 0, None, "")


def forgery_from(row: Row) -> Forgery:
    """One shelved forgery from its row."""
    return Forgery(
        store_id=StoreId(row[0]),
        digest=row[1],
        voice=Voice(row[2]),
        reason=Refusal(row[3]),
        claim=Claim(cart_id=CartId(row[4]), tran_ref=TranRef(row[5])),
        at=Instant(row[7]),
    )
