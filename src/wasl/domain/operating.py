"""What may be done with a payment's money, and what became of what was asked. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wasl.domain.evidence import FAILED, CartId, Kind, TranRef, Verdict
from wasl.domain.fold import decided_cases, live_authorizations, live_holds, weighed_evidence
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
PENDING_MS: Final = 14 * DAY_MS  # "hours to several working days" (§3.5); then somebody should ask PayTabs
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
    """Operations that were looked for and not found, or that wait for very long: a person has to find out."""
    asked_at = payment.asked_at or payment.created_at
    limits = {OperationState.UNKNOWN: LOOKED_FOR_MS[3], OperationState.PENDING: PENDING_MS}
    return tuple(
        one
        for one, state in operation_states(payment)
        if state in limits and asked_at >= (one.submitted_at or asked_at) + limits[state]
    )


def plan(
    payment: Payment, kind: OperationKind, amount: Money | None, *, target: TranRef | None = None
) -> Plan | NotAllowed:
    """What *kind* would act on. *amount* None means all that is left; *target* chooses among several transactions.

    What is under way counts as done: two people at once can never give back more than was taken.
    """
    if len(payment.operations) >= OPERATIONS_MAX:
        return NotAllowed(reason=f"this payment has had {OPERATIONS_MAX} operations; go on in the gateway's dashboard")
    if amount is not None and amount.minor <= 0:
        return NotAllowed(reason="the amount must be more than zero")
    weighed = weighed_evidence(payment)
    planned: Plan | NotAllowed
    match kind:
        case OperationKind.REFUND:
            planned = _refund(payment, weighed, amount, target)
        case OperationKind.CAPTURE:
            planned = _on_authorization(payment, weighed, amount, target, verb="captured")
        case OperationKind.VOID:
            planned = _on_authorization(payment, weighed, amount, target, verb="let go")
    held = isinstance(planned, NotAllowed) and bool(live_holds(payment))
    return NotAllowed(reason=HELD) if held else planned


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
    named: bool = False  # only for whoever names it

    def fits(self, target: TranRef | None) -> bool:
        """Whether this is the one that was named, or one of those that need no name."""
        return not self.named if target is None else self.transaction.tran_ref == target


def _refund(
    payment: Payment, weighed: Sequence[Weighed], amount: Money | None, target: TranRef | None
) -> Plan | NotAllowed:
    rooms = [room for room in _refundable(payment, weighed) if room.fits(target)]
    if not rooms:
        what = "no money was taken that could be refunded" if target is None else f"{target} took no money"
        return NotAllowed(reason=what)
    return _chosen([room for room in rooms if room.left.minor > 0], amount, "refunded")


def _refundable(payment: Payment, weighed: Sequence[Weighed]) -> Iterator[_Room]:
    """What took money, the latest first: of an order that was paid twice, the second payment goes back.

    What was given back counts against the transaction it names, against all of its family, and, where nobody can tell
    what it belongs to, against everything. Money that fits no page is among these only for whoever names it.
    """
    reserved = _reserved(payment, OperationKind.REFUND)
    taking = [w for w in weighed if w.role is Role.TAKES or (w.role in MISMATCHED and _took(w.transaction))]
    back = [w for w in weighed if _gives_back(w, payment)]
    names, families = {w.transaction.tran_ref for w in taking}, {w.family for w in taking}
    strays = sum(_moved(w) for w in back if w.transaction.previous_ref not in names and w.family not in families)
    for one in sorted(taking, key=lambda w: (w.role is Role.TAKES, w.transaction.at or 0), reverse=True):
        money = one.transaction.moved or one.transaction.amount
        if money is None:
            continue
        ref = one.transaction.tran_ref
        kin = [w for w in taking if w.family == one.family]
        kin_refs = {w.transaction.tran_ref for w in kin}
        of_kin = [w for w in back if w.family == one.family or w.transaction.previous_ref in kin_refs]
        own = money.minor - reserved.get(ref, 0)
        own -= sum(_moved(w) for w in back if w.transaction.previous_ref == ref)
        together = sum(_moved(w) for w in kin) - sum(reserved.get(kin_ref, 0) for kin_ref in kin_refs)
        together -= sum(_moved(w) for w in of_kin)
        left = max(0, min(own, together) - strays)
        yield _Room(
            transaction=one.transaction,
            cart_id=_cart(one),
            left=Money(left, money.currency),
            named=one.role is not Role.TAKES,
        )


def _cart(one: Weighed) -> CartId:
    """The attempt's own, under which a query finds what was done; of money that fits no page, the one it came on."""
    return one.attempt.cart_id if one.attempt is not None else one.transaction.cart_id


def _moved(one: Weighed) -> int:
    money = one.transaction.moved or one.transaction.amount
    return money.minor if money is not None else 0


def _took(transaction: Transaction) -> bool:
    return transaction.verdict is Verdict.APPROVED and transaction.kind in (Kind.SALE, Kind.CAPTURE)


def _gives_back(one: Weighed, payment: Payment) -> bool:
    """Money that went back, or waits for somebody to let it; less what an operation under way reserves already."""
    if one.role in (Role.REFUNDS, Role.UNDOES):
        return True
    if one.transaction.kind is not Kind.REFUND or one.transaction.verdict in FAILED:
        return False
    ours = {operation.tran_ref for operation in payment.operations} | {None}
    # A refund made in the dashboard may carry the description of the capture it acts on, and with it that one's id.
    named = {it.operation_id for it in payment.operations if it.kind is OperationKind.REFUND}
    return one.transaction.tran_ref not in ours and one.transaction.operation not in named


def _on_authorization(
    payment: Payment, weighed: Sequence[Weighed], amount: Money | None, target: TranRef | None, *, verb: str
) -> Plan | NotAllowed:
    reserved = _reserved(payment, OperationKind.CAPTURE, OperationKind.VOID)
    live = live_authorizations(payment)
    rooms = [
        _Room(
            transaction=one.transaction,
            cart_id=_cart(one),
            left=Money(max(0, live.get(one.family, 0) - reserved.get(one.family, 0)), payment.amount.currency),
        )
        for one in weighed
        if one.role is Role.AUTHORIZES and target in (None, one.transaction.tran_ref)
    ]
    if not rooms:
        return NotAllowed(reason=f"there is no authorisation that could be {verb}")
    return _chosen([room for room in rooms if room.left.minor > 0], amount, verb)


def _reserved(payment: Payment, *kinds: OperationKind) -> Mapping[TranRef, int]:
    """What operations will take of each transaction if they come to something, or took without saying of which."""
    sums: dict[TranRef, int] = {}
    found = transactions(payment.evidence) if payment.operations else {}
    for one, state in operation_states(payment):
        if one.kind not in kinds:
            continue
        became = _transaction_of(one, found)
        unsaid = became is not None and (became.previous_ref != one.target or became.moved is None)
        if state in UNDER_WAY or (state is OperationState.APPROVED and unsaid):
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
    """What refunding these cases gives back: all of it, but of an order paid twice what is too much.

    Of each only what is still an open case: what a person has accepted stays.
    """
    weighed = {one.transaction.tran_ref: one for one in weighed_evidence(payment)}
    raised = {(case, ref) for cause in payment.outcome.causes for case, *refs in [cause.split(" ")] for ref in refs}
    still = raised - decided_cases(payment)
    found: dict[TranRef, OperationKind] = {}
    for cause in causes:
        case, *refs = cause.split(" ")
        concerned = [weighed[TranRef(ref)] for ref in refs if ref in weighed and (case, ref) in still]
        chosen = _too_many(payment, concerned) if case == Concern.PAID_TWICE else concerned
        for one in chosen:
            if one.role is Role.AUTHORIZES:
                found[one.transaction.tran_ref] = OperationKind.VOID
            elif _took(one.transaction):
                found[one.transaction.tran_ref] = OperationKind.REFUND
    return tuple((kind, ref) for ref, kind in found.items())


def _too_many(payment: Payment, bound: Iterable[Weighed]) -> Iterator[Weighed]:
    """The latest of what keeps a buyer's money, as long as the whole price is still kept without it."""
    latest_first = sorted(bound, key=lambda w: (w.transaction.at or 0, w.transaction.tran_ref), reverse=True)
    kept = payment.outcome.captured.minor - payment.outcome.refunded.minor + payment.outcome.authorized.minor
    for one in latest_first:
        minor = one.transaction.amount.minor if one.transaction.amount else 0
        if kept - minor >= payment.amount.minor:
            kept -= minor
            yield one
