"""What may be done with a payment's money, and what became of what was asked. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wasl.domain.evidence import FAILED, CartId, Kind, TranRef, Verdict
from wasl.domain.fold import live_authorizations, weighed_evidence
from wasl.domain.money import Currency, Money
from wasl.domain.operation import Operation, OperationKind, OperationState, Reply
from wasl.domain.outcome import Concern
from wasl.domain.payment import Payment
from wasl.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Instant, after
from wasl.domain.transaction import Transaction, transactions
from wasl.domain.weigh import MISMATCHED, Role, Weighed

OPERATIONS_MAX: Final = 200
# The gateway takes the same cart, amount and currency within two minutes for a repeat (PayTabs reference §2.7).
REPEATS_MAX: Final = 3
REPEAT_MS: Final = 2 * MINUTE_MS + 5 * SECOND_MS
# An answer that nobody recorded this long after the gateway was asked is lost: its asker was killed.
ANSWER_LOST_MS: Final = MINUTE_MS
# When to look for what an unanswered operation has become, after it was submitted; then it is for a person alone.
LOOKED_FOR_MS: Final = (
    10 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 6 * HOUR_MS, DAY_MS, 3 * DAY_MS,
)  # fmt: skip
UNDER_WAY: Final = frozenset(
    {OperationState.REQUESTED, OperationState.SUBMITTED, OperationState.PENDING, OperationState.UNKNOWN}
)
_DESCRIBED: Final = {
    OperationKind.CAPTURE: frozenset({Kind.CAPTURE, Kind.SALE}),  # some captures are stated as a sale (§10.6)
    OperationKind.VOID: frozenset({Kind.VOID, Kind.RELEASE}),
    OperationKind.REFUND: frozenset({Kind.REFUND}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An operation that the payment, as it is now, allows: on which transaction, for how much."""

    target: TranRef
    cart_id: CartId
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAllowed:
    """Why it is not allowed, in words for a merchant, with what to do instead where there is something."""

    reason: str


def operation_states(payment: Payment) -> tuple[tuple[Operation, OperationState], ...]:
    """Every operation with what is known of it, in the order in which they were asked for."""
    if not payment.operations:
        return ()
    found = transactions(payment.evidence)
    return tuple((one, _state(one, _transaction_of(one, found), payment)) for one in payment.operations)


def due_operations(payment: Payment, *, now: Instant) -> tuple[Operation, ...]:
    """Those the gateway can be asked for now. One whose transaction is known has happened after all."""
    waiting = [one for one, state in operation_states(payment) if state is OperationState.REQUESTED]
    return tuple(one for one in waiting if one.submitted_at is None and one.due_at <= now)


def operation_points(payment: Payment, cart_id: CartId) -> Iterator[Instant]:
    """When to look at the gateway for an operation on this cart whose answer nobody has seen."""
    for one, state in operation_states(payment):
        unseen = state in (OperationState.SUBMITTED, OperationState.UNKNOWN)
        if unseen and one.cart_id == cart_id and one.submitted_at is not None:
            yield from (after(one.submitted_at, offset) for offset in LOOKED_FOR_MS)


def next_submission(payment: Payment) -> Instant | None:
    """When the next of the operations that wait is due; None if none waits."""
    waiting = [one for one, state in operation_states(payment) if state is OperationState.REQUESTED]
    return min((one.due_at for one in waiting), default=None)


def lost_for_good(payment: Payment) -> tuple[Operation, ...]:
    """Operations that were looked for and not found: only a person can find out what became of them."""
    asked_at = payment.asked_at or payment.created_at
    return tuple(
        one
        for one, state in operation_states(payment)
        if state is OperationState.UNKNOWN and asked_at >= (one.submitted_at or asked_at) + LOOKED_FOR_MS[2]
    )


def plan(
    payment: Payment, kind: OperationKind, amount: Money | None, *, target: TranRef | None = None
) -> Plan | NotAllowed:
    """What *kind* would act on. *amount* None means all that is left; *target* chooses among several transactions.

    What is under way counts as done: two people at once can never give back more than was taken.
    """
    if len(payment.operations) >= OPERATIONS_MAX:
        return NotAllowed(reason=f"this payment has had {OPERATIONS_MAX} operations; go on in the gateway's dashboard")
    weighed = weighed_evidence(payment)
    if any(one.role is Role.HOLDS for one in weighed):
        return NotAllowed(reason=HELD)
    if amount is not None and amount.minor <= 0:
        return NotAllowed(reason="the amount must be more than zero")
    match kind:
        case OperationKind.REFUND:
            return _refund(payment, weighed, amount, target)
        case OperationKind.CAPTURE:
            return _on_authorization(payment, weighed, amount, target, verb="captured")
        case OperationKind.VOID:
            return _on_authorization(payment, weighed, amount, target, verb="let go")


HELD: Final = (
    "the gateway holds this payment for review and refuses everything meanwhile: in PayTabs' dashboard open"
    " Transactions, the transaction, then Capture to accept it or Release to refuse; the result arrives here by itself"
)


def submission_due(payment: Payment, cart_id: CartId, amount: Money, *, now: Instant) -> Instant:
    """When the gateway will not take this for a repeat of an equal operation on the same cart."""
    equal = (one for one in payment.operations if (one.cart_id, one.amount) == (cart_id, amount))
    return max([now, *(after(one.submitted_at or one.due_at, REPEAT_MS) for one in equal)])


def _state(one: Operation, found: Transaction | None, payment: Payment) -> OperationState:
    """Evidence goes before the answer: what is stated of its transaction cannot be undone by a lost or late word."""
    if found is not None and found.verdict in (Verdict.APPROVED, Verdict.REVERSED):
        return OperationState.APPROVED
    if found is not None and found.verdict in FAILED:
        return OperationState.REFUSED
    if found is not None and found.verdict is not Verdict.UNANSWERED:
        return OperationState.PENDING
    if one.reply is Reply.REFUSED:
        return OperationState.REFUSED
    if one.submitted_at is None:
        return OperationState.REQUESTED
    asked_at = payment.asked_at if payment.asked_at is not None else payment.created_at
    if one.reply is not Reply.NONE or asked_at >= one.submitted_at + ANSWER_LOST_MS:
        return OperationState.UNKNOWN
    return OperationState.SUBMITTED


def _transaction_of(one: Operation, found: Mapping[TranRef, Transaction]) -> Transaction | None:
    """The transaction it became: by the reference it was answered, else by its own id in the description."""
    if one.tran_ref is not None and one.tran_ref in found:
        return found[one.tran_ref]
    named = (t for t in found.values() if t.operation == one.operation_id and t.kind in _DESCRIBED[one.kind])
    return max(named, key=lambda t: (t.verdict is Verdict.APPROVED, t.tran_ref), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """A transaction, and how much of it may still be acted on."""

    transaction: Transaction
    cart_id: CartId
    left: Money


def _refund(
    payment: Payment, weighed: Sequence[Weighed], amount: Money | None, target: TranRef | None
) -> Plan | NotAllowed:
    rooms = [room for room in _refundable(payment, weighed) if target is None or room.transaction.tran_ref == target]
    if not rooms:
        what = "no money was taken that could be refunded" if target is None else f"{target} took no money"
        return NotAllowed(reason=what)
    return _chosen([room for room in rooms if room.left.minor > 0], amount, "refunded")


def _refundable(payment: Payment, weighed: Sequence[Weighed]) -> Iterator[_Room]:
    """What took money, the latest first: of an order that was paid twice, the second payment goes back.

    Money that fits no page is among them only for whoever names it, and then in its own currency.
    """
    reserved = _reserved(payment, OperationKind.REFUND)
    taking = [w for w in weighed if w.role is Role.TAKES or (w.role in MISMATCHED and _took(w.transaction))]
    for one in sorted(taking, key=lambda w: (w.role is Role.TAKES, w.transaction.at or 0), reverse=True):
        transaction = one.transaction
        moved = transaction.moved or transaction.amount
        if moved is None:
            continue
        given_back = sum(
            w.transaction.moved.minor
            for w in weighed
            if w.transaction.previous_ref == transaction.tran_ref and _gives_back(w) and w.transaction.moved
        )
        unclaimed = _unclaimed_under_way(payment, weighed, transaction)
        left = moved.minor - given_back - unclaimed - reserved.get(transaction.tran_ref, 0)
        yield _Room(transaction=transaction, cart_id=transaction.cart_id, left=Money(max(0, left), moved.currency))


def _took(transaction: Transaction) -> bool:
    return transaction.verdict is Verdict.APPROVED and transaction.kind in (Kind.SALE, Kind.CAPTURE)


def _gives_back(one: Weighed) -> bool:
    return one.role in (Role.REFUNDS, Role.UNDOES) or (
        one.transaction.kind is Kind.REFUND and one.transaction.verdict is Verdict.APPROVED
    )


def _unclaimed_under_way(payment: Payment, weighed: Iterable[Weighed], target: Transaction) -> int:
    """Refunds under way that were not asked for here: made in the dashboard, and awaiting somebody."""
    ours = {one.tran_ref for one in payment.operations} | {None}
    named = {one.operation_id for one in payment.operations}
    return sum(
        w.transaction.moved.minor
        for w in weighed
        if w.role is Role.UNDER_WAY
        and w.transaction.previous_ref == target.tran_ref
        and w.transaction.tran_ref not in ours
        and w.transaction.operation not in named
        and w.transaction.moved
    )


def _on_authorization(
    payment: Payment, weighed: Sequence[Weighed], amount: Money | None, target: TranRef | None, *, verb: str
) -> Plan | NotAllowed:
    reserved = _reserved(payment, OperationKind.CAPTURE, OperationKind.VOID)
    live = live_authorizations(payment)
    rooms = [
        _Room(
            transaction=one.transaction,
            cart_id=one.transaction.cart_id,
            left=Money(max(0, live.get(one.family, 0) - reserved.get(one.family, 0)), payment.amount.currency),
        )
        for one in weighed
        if one.role is Role.AUTHORIZES and target in (None, one.transaction.tran_ref)
    ]
    if not rooms:
        return NotAllowed(reason=f"there is no authorisation that could be {verb}")
    return _chosen([room for room in rooms if room.left.minor > 0], amount, verb)


def _reserved(payment: Payment, *kinds: OperationKind) -> Mapping[TranRef, int]:
    """What operations under way will take of each transaction, if they come to something."""
    sums: dict[TranRef, int] = {}
    for one, state in operation_states(payment):
        if state in UNDER_WAY and one.kind in kinds:
            sums[one.target] = sums.get(one.target, 0) + one.amount.minor
    return sums


def _chosen(rooms: Sequence[_Room], amount: Money | None, verb: str) -> Plan | NotAllowed:
    """The first transaction with room for the whole amount: one operation acts on one transaction."""
    if not rooms:
        return NotAllowed(reason=f"nothing is left that could be {verb}: it is done or under way already")
    currency = rooms[0].left.currency
    if amount is None:
        if len(rooms) > 1:
            return NotAllowed(reason=f"there are several transactions; say how much is to be {verb}")
        amount = rooms[0].left
    fitting = [room for room in rooms if room.left.currency == amount.currency and room.left.minor >= amount.minor]
    if not fitting:
        return NotAllowed(reason=_too_much(rooms, currency, verb))
    return Plan(target=fitting[0].transaction.tran_ref, cart_id=fitting[0].cart_id, amount=amount)


def _too_much(rooms: Sequence[_Room], currency: Currency, verb: str) -> str:
    largest = max((room.left.minor for room in rooms if room.left.currency == currency), default=0)
    several = " at once; the money was taken in parts" if len(rooms) > 1 else ""
    return f"at most {Money(largest, currency)} {currency.code} can be {verb}{several}"


def follow_up_kind(payment: Payment, operation: Operation) -> Kind:
    """What the gateway calls it. Letting go a part of an authorisation, or what a capture left of it, is a release."""
    if operation.kind is not OperationKind.VOID:
        return {OperationKind.CAPTURE: Kind.CAPTURE, OperationKind.REFUND: Kind.REFUND}[operation.kind]
    target = transactions(payment.evidence).get(operation.target)
    whole = target is not None and target.amount == operation.amount
    return Kind.VOID if whole else Kind.RELEASE


def to_give_back(payment: Payment, causes: Iterable[str]) -> tuple[tuple[OperationKind, TranRef], ...]:
    """What refunding these cases gives back: all of it, but of an order paid twice what is too much."""
    weighed = {one.transaction.tran_ref: one for one in weighed_evidence(payment)}
    found: dict[TranRef, OperationKind] = {}
    for cause in causes:
        case, *refs = cause.split(" ")
        concerned = [weighed[TranRef(ref)] for ref in refs if ref in weighed]
        chosen = _too_many(payment, concerned) if case == Concern.PAID_TWICE else concerned
        for one in chosen:
            if one.role is Role.AUTHORIZES:
                found[one.transaction.tran_ref] = OperationKind.VOID
            elif _took(one.transaction):
                found[one.transaction.tran_ref] = OperationKind.REFUND
    return tuple((kind, ref) for ref, kind in found.items())


def _too_many(payment: Payment, bound: Iterable[Weighed]) -> Iterator[Weighed]:
    """The latest of the transactions that keep a buyer's money, until no more than the price is kept."""
    latest_first = sorted(bound, key=lambda w: (w.transaction.at or 0, w.transaction.tran_ref), reverse=True)
    kept = payment.outcome.captured.minor - payment.outcome.refunded.minor + payment.outcome.authorized.minor
    for one in latest_first:
        if kept <= payment.amount.minor:
            return
        kept -= one.transaction.amount.minor if one.transaction.amount else 0
        yield one
