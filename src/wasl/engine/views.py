"""What interfaces show: a payment, its evidence and its deliveries as plain, typed values, the same everywhere.

Field names are the contract's. Amounts are decimal texts in their currency's decimals, times are RFC 3339 in UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from wasl.domain.evidence import Evidence, Kind
from wasl.domain.fold import live_holds, weighed_evidence
from wasl.domain.money import Money
from wasl.domain.operating import HELD, operation_states
from wasl.domain.operation import Operation, OperationKind, OperationState
from wasl.domain.outcome import Concern, State
from wasl.domain.paying import attempt_states, live_page
from wasl.domain.payment import Attempt, Payment
from wasl.domain.store import AutoRefund, LateMoney, Receiver, Store
from wasl.domain.time import DAY_MS, Instant, after, rfc3339
from wasl.domain.weigh import Role
from wasl.engine.ports import Delivery

LAPSES_DAYS = (15, 30)  # an acquirer drops a held authorisation silently in between (PayTabs reference §3.6)
HASTENS = "hastens"  # the part of what proves no money: it only makes Wasl ask sooner


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyView:
    """An amount in a currency that is not the payment's."""

    amount: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionsView:
    """What the buyer must quote, where the payment waits for a deferred method."""

    method: str
    reference: str
    expires_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    """One hosted page; its address only while it can be paid on."""

    cart_id: str
    tran_ref: str | None
    state: State
    redirect_url: str | None
    expires_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationView:
    """A capture, void or refund. `target` is the transaction it acts on, `note` what the gateway said to a refusal."""

    id: str
    kind: OperationKind
    amount: str
    currency: str
    state: OperationState
    tran_ref: str | None
    target: str
    reason: str
    note: str
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldView:
    """Money under risk review: how long, why, how much, and until when somebody has to decide it at the gateway.

    Between `lapses_from` and `lapses_by` the acquirer lets it go without a word (PayTabs reference §3.6).
    """

    payment_id: str
    order_id: str
    tran_ref: str
    amount: str
    currency: str
    reason: str
    held_at: str
    days: int
    lapses_from: str
    lapses_by: str
    steps: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    """A payment, in `GET /v1/payments` and in every webhook.

    `paid` is what was approved, `moved` what really moved (a card discount lowers it), `unmatched` money that fits no
    attempt, in the payment's own currency; money of other currencies stands in `unmatched_other`.
    """

    id: str
    order_id: str
    state: State
    concern: Concern
    concerns: tuple[Concern, ...]
    amount: str
    currency: str
    paid: str
    refunded: str
    moved: str
    authorized: str
    unmatched: str
    unmatched_other: tuple[MoneyView, ...]
    tran_ref: str | None
    version: int
    redirect_url: str | None
    instructions: InstructionsView | None
    attempts: tuple[AttemptView, ...]
    operations: tuple[OperationView, ...]
    metadata: dict[str, Any]
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceView:
    """One piece of evidence and the part it plays.

    `proved` says whether it may prove money: a return is authentic, but states no amount.
    """

    voice: str
    kind: str
    status: str
    amount: str | None
    currency: str | None
    moved: str | None
    tran_ref: str
    previous_tran_ref: str | None
    cart_id: str
    code: str
    message: str
    method: str
    transaction_time: str | None
    first_heard_at: str
    last_heard_at: str
    heard: int
    proved: bool
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """One version, and what became of telling the store."""

    version: int
    state: State
    concern: Concern
    created_at: str
    tries: int
    told_at: str | None
    note: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreView:
    """A store's settings, without a secret."""

    store_id: str
    name: str
    platform: str
    gateway_url: str
    profile_id: int
    currency: str
    store_url: str
    webhook_url: str
    alert_url: str
    cart_prefix: str
    status_map: dict[str, str]
    tran_type: str
    page_minutes: int
    theme_id: int | None
    methods: tuple[str, ...]
    hide_shipping: bool
    alt_currency: str
    language: str
    late_money: LateMoney
    hold_days: int
    questions_per_s: float
    auto_refund: tuple[AutoRefund, ...]
    auto_refund_ceiling: str
    auth_days: int
    notify: tuple[Receiver, ...]
    live: bool
    created_at: str
    archived_at: str | None


def payment_view(payment: Payment, *, now: Instant) -> PaymentView:
    """A payment as it is shown at *now*, which decides whether its page still lives."""
    outcome, currency = payment.outcome, payment.amount.currency
    page, states = live_page(payment, now=now), attempt_states(payment)
    unmatched = {money.currency.code: money for money in outcome.unmatched}
    own = unmatched.pop(currency.code, Money(0, currency))
    return PaymentView(
        id=payment.payment_id,
        order_id=payment.order_id,
        state=outcome.state,
        concern=outcome.concern,
        concerns=outcome.concerns,
        amount=str(payment.amount),
        currency=currency.code,
        paid=str(outcome.captured),
        refunded=str(outcome.refunded),
        moved=str(outcome.moved),
        authorized=str(outcome.authorized),
        unmatched=str(own),
        unmatched_other=tuple(MoneyView(amount=str(m), currency=m.currency.code) for m in unmatched.values()),
        tran_ref=outcome.tran_ref,
        version=payment.version,
        redirect_url=page.redirect_url if page else None,
        instructions=_instructions_view(payment),
        attempts=tuple(_attempt_view(attempt, states[attempt.number], page) for attempt in payment.attempts),
        operations=operations_view(payment),
        metadata=msgspec.json.decode(payment.metadata),
        created_at=rfc3339(payment.created_at),
        updated_at=rfc3339(payment.updated_at),
    )


def _instructions_view(payment: Payment) -> InstructionsView | None:
    told = payment.outcome.instructions
    if told is None or payment.outcome.state is not State.PENDING:
        return None
    return InstructionsView(method=told.method, reference=told.reference, expires_at=None)


def _attempt_view(attempt: Attempt, state: State, page: Attempt | None) -> AttemptView:
    return AttemptView(
        cart_id=attempt.cart_id,
        tran_ref=attempt.tran_ref,
        state=state,
        redirect_url=attempt.redirect_url if attempt is page else None,
        expires_at=rfc3339(attempt.expires_at),
    )


def evidence_view(payment: Payment) -> tuple[PieceView, ...]:
    """Every piece of evidence, oldest first, with the part it plays in the outcome."""
    roles = {w.transaction.tran_ref: w.role.value for w in weighed_evidence(payment)}
    return tuple(_piece_view(piece, roles.get(piece.fact.tran_ref, HASTENS)) for piece in payment.evidence)


def _piece_view(piece: Evidence, role: str) -> PieceView:
    fact = piece.fact
    states_money = fact.kind is not Kind.UNSTATED
    return PieceView(
        voice=piece.voice.value,
        kind=fact.kind.value,
        status=fact.verdict.value,
        amount=str(fact.amount) if fact.amount else None,
        currency=fact.amount.currency.code if fact.amount else None,
        moved=str(fact.moved) if fact.moved else None,
        tran_ref=fact.tran_ref,
        previous_tran_ref=fact.previous_ref,
        cart_id=fact.cart_id,
        code=fact.code,
        message=fact.message,
        method=fact.method,
        transaction_time=rfc3339(fact.at) if fact.at is not None else None,
        first_heard_at=rfc3339(piece.first_heard_at),
        last_heard_at=rfc3339(piece.last_heard_at),
        heard=piece.heard,
        proved=states_money,
        role=role if states_money else HASTENS,
    )


def deliveries_view(deliveries: Sequence[Delivery]) -> tuple[DeliveryView, ...]:
    """What the store was told of each version, and what it answered."""
    return tuple(
        DeliveryView(
            version=delivery.version,
            state=delivery.state,
            concern=delivery.concern,
            created_at=rfc3339(delivery.created_at),
            tries=delivery.tries,
            told_at=rfc3339(delivery.told_at) if delivery.told_at is not None else None,
            note=delivery.note,
            status=delivery.status,
        )
        for delivery in deliveries
    )


def held_view(payment: Payment, *, now: Instant) -> tuple[HeldView, ...]:
    """Every transaction of *payment* that is under review, oldest first."""
    live = live_holds(payment)
    holding = [w.transaction for w in weighed_evidence(payment) if w.role is Role.HOLDS and w.family in live]
    return tuple(
        HeldView(
            payment_id=payment.payment_id,
            order_id=payment.order_id,
            tran_ref=one.tran_ref,
            amount=str(one.moved or one.amount or payment.amount),
            currency=(one.moved or one.amount or payment.amount).currency.code,
            reason=f"{one.message} ({one.code})" if one.code else one.message,
            held_at=rfc3339(at),
            days=max(0, now - at) // DAY_MS,
            lapses_from=rfc3339(after(at, LAPSES_DAYS[0] * DAY_MS)),
            lapses_by=rfc3339(after(at, LAPSES_DAYS[1] * DAY_MS)),
            steps=HELD,
        )
        for at, one in sorted(((t.at or payment.created_at, t) for t in holding), key=lambda pair: pair[0])
    )


def operations_view(payment: Payment) -> tuple[OperationView, ...]:
    """Everything that was asked for with this payment's money, oldest first."""
    return tuple(operation_view(one, state) for one, state in operation_states(payment))


def operation_view(operation: Operation, state: OperationState) -> OperationView:
    """One operation as it is shown."""
    return OperationView(
        id=operation.operation_id,
        kind=operation.kind,
        amount=str(operation.amount),
        currency=operation.amount.currency.code,
        state=state,
        tran_ref=operation.tran_ref,
        target=operation.target,
        reason=operation.reason,
        note=operation.note,
        created_at=rfc3339(operation.requested_at),
    )


def store_view(store: Store) -> StoreView:
    """A store as it is shown to itself and to whoever runs the service."""
    return StoreView(
        store_id=store.store_id,
        name=store.name,
        platform=store.platform,
        gateway_url=store.profile.base_url,
        profile_id=store.profile.profile_id,
        currency=store.currency.code,
        store_url=store.store_url,
        webhook_url=store.webhook_url,
        alert_url=store.alert_url,
        cart_prefix=store.cart_prefix,
        status_map={state.value: status for state, status in store.status_map.items()},
        tran_type=store.tran_type,
        page_minutes=store.page_minutes,
        theme_id=store.theme_id,
        methods=store.methods,
        hide_shipping=store.hide_shipping,
        alt_currency=store.alt_currency,
        language=store.language,
        late_money=store.late_money,
        hold_days=store.hold_days,
        questions_per_s=store.questions_per_s,
        auto_refund=store.auto_refund,
        auto_refund_ceiling=str(Money(store.auto_refund_ceiling, store.currency)),
        auth_days=store.auth_days,
        notify=store.notify,
        live=store.live,
        created_at=rfc3339(store.created_at),
        archived_at=rfc3339(store.archived_at) if store.archived_at is not None else None,
    )
