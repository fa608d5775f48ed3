"""The money law: the outcome is a pure function of the order, its attempts and the set of what was heard."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from wasl.domain.evidence import FOLLOW_UPS, Closing, ClosingReason, Kind, TranRef, Verdict
from wasl.domain.money import Currency, Money
from wasl.domain.outcome import Concern, Instructions, Outcome, State
from wasl.domain.payment import Attempt, Payment, PaymentId
from wasl.domain.time import Instant
from wasl.domain.transaction import Transaction, transactions
from wasl.domain.weigh import MISMATCHED, Role, Weighed, weigh

# What raises a case, gravest first, and the concern it is. Old and test money are cases of their own kind: what was
# decided about a transaction that nobody understood says nothing about money that turns out to be one of these.
_CASES: Final = {
    "contradicted": Concern.CONTRADICTED,
    "currency_mismatch": Concern.CURRENCY_MISMATCH,
    "amount_mismatch": Concern.AMOUNT_MISMATCH,
    "paid_twice": Concern.PAID_TWICE,
    "paid_late": Concern.PAID_LATE,
    "old_money": Concern.UNRECOGNIZED,
    "test_money": Concern.UNRECOGNIZED,
    "unrecognized": Concern.UNRECOGNIZED,
}
_CASE_OF: Final = {
    Role.CONTRADICTED: "contradicted",
    Role.CURRENCY_DIFFERS: "currency_mismatch",
    Role.AMOUNT_DIFFERS: "amount_mismatch",
    Role.OLD_MONEY: "old_money",
    Role.TEST_MONEY: "test_money",
    Role.UNRECOGNIZED: "unrecognized",
}
WEIGHINGS_MAX: Final = 1_024
# Both halves of an entry are set at once, so that threads may share it.
_weighings: Final[dict[PaymentId, tuple[tuple[object, ...], tuple[Weighed, ...]]]] = {}
_DECIDED: Final = (Role.ENDED, Role.WAS_VOIDED, Role.AUTHORIZES, Role.HOLDS, Role.TAKES, Role.CARD_CHECK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The sums of one sale, or of one authorisation with what acted on it, in minor units of the payment's currency.

    `taken` is approved sales and captures as the cart states them, `moved` the same in money that really moved, and
    `undone` what was voided of it. `authorized` and `reserved` are the same two for authorisations, and `returned` is
    what was let go of them.
    """

    taken: int
    moved: int
    undone: int
    refunded: int
    authorized: int
    reserved: int
    returned: int
    held: bool
    was_voided: bool

    @property
    def captured(self) -> int:
        """C of the money law: what was taken and not voided. Voiding all that moved leaves nothing of the claim."""
        return max(0, self.taken - self.undone) if self.undone < self.moved else 0

    @property
    def kept(self) -> int:
        """N of the money law. A full refund of a discounted sale leaves nothing of the claim."""
        return max(0, self.captured - self.refunded) if self.refunded + self.undone < self.moved else 0

    @property
    def live_authorization(self) -> int:
        """What may still be captured."""
        return max(0, self.authorized - self.taken - self.returned) if self.returned < self.reserved else 0

    @property
    def live_hold(self) -> bool:
        """Whether funds are held that nobody has taken or let go."""
        return self.held and not self.taken and not self.returned


def fold(payment: Payment) -> Outcome:
    """What the evidence proves about *payment*. Order and repetition make no difference. Never raises on data."""
    weighed = weighed_evidence(payment)
    families = _families(weighed)
    currency = payment.amount.currency
    kept = sum(family.kept for family in families.values())
    raised = _raised(payment, weighed, families, kept)
    return Outcome(
        state=_state(payment, weighed, families, kept),
        concerns=tuple(dict.fromkeys(_CASES[case] for case in raised)),
        causes=tuple(" ".join((case, *refs)) for case, refs in raised.items()),
        captured=Money(sum(f.captured for f in families.values()), currency),
        refunded=Money(sum(f.refunded for f in families.values()), currency),
        moved=Money(sum(f.moved for f in families.values()), currency),
        authorized=Money(sum(f.live_authorization for f in families.values()), currency),
        unmatched=_unmatched(weighed),
        instructions=_instructions(weighed),
        tran_ref=_settling_ref(weighed),
    )


def weighed_evidence(payment: Payment) -> tuple[Weighed, ...]:
    """Every transaction of *payment* with the part it plays: what `explain` shows and the fold adds up.

    What was weighed last of a payment is remembered with all it depends on: most questions find nothing new.
    """
    facts = tuple(piece.fact for piece in payment.evidence)
    inputs = (facts, payment.attempts, payment.decisions, payment.amount, payment.live)
    last = _weighings.get(payment.payment_id)
    if last is not None and last[0] == inputs:
        return last[1]
    weighed = _weighed(payment)
    if len(_weighings) >= WEIGHINGS_MAX:
        _weighings.clear()
    _weighings[payment.payment_id] = (inputs, weighed)
    return weighed


def _weighed(payment: Payment) -> tuple[Weighed, ...]:
    weighed = weigh(transactions(payment.evidence), amount=payment.amount, live=payment.live, attempts=payment.attempts)
    decided = decided_cases(payment)
    if not decided:
        return weighed
    return tuple(replace(w, settled=(_CASE_OF.get(w.role, ""), w.transaction.tran_ref) in decided) for w in weighed)


def watched_evidence(payment: Payment) -> tuple[Weighed, ...]:
    """The same without authorisations that are wholly captured or let go: nothing more can come of these."""
    weighed = weighed_evidence(payment)
    if not any(one.role is Role.AUTHORIZES for one in weighed):
        return weighed
    over = {root for root, family in _families(weighed).items() if not family.live_authorization}
    return tuple(w for w in weighed if w.role is not Role.AUTHORIZES or w.family not in over)


def live_authorizations(payment: Payment) -> Mapping[TranRef, int]:
    """What may still be captured of each authorisation, in minor units of the payment's currency."""
    return {root: family.live_authorization for root, family in _families(weighed_evidence(payment)).items()}


def live_holds(payment: Payment) -> frozenset[TranRef]:
    """The transactions under review that nobody has taken money of or let go."""
    return frozenset(root for root, family in _families(weighed_evidence(payment)).items() if family.live_hold)


def decided_cases(payment: Payment) -> frozenset[tuple[str, str]]:
    """The cases that a person has decided, each with one of its transactions."""
    causes = (cause.split(" ") for decision in payment.decisions for cause in decision.causes)
    return frozenset((case, ref) for case, *refs in causes for ref in refs)


def _families(weighed: tuple[Weighed, ...]) -> Mapping[TranRef, Family]:
    """The counted families: those whose first transaction is not itself mismatched."""
    refused = {w.family for w in weighed if w.transaction.tran_ref == w.family and w.role in MISMATCHED}
    return {root: _family(group) for root, group in _grouped(weighed).items() if root not in refused}


def _grouped(weighed: Iterable[Weighed]) -> Mapping[TranRef, list[Weighed]]:
    members: dict[TranRef, list[Weighed]] = defaultdict(list)
    for one in weighed:
        members[one.family].append(one)
    return members


def _family(group: Iterable[Weighed]) -> Family:
    stated: dict[Role, int] = defaultdict(int)
    moved: dict[Role, int] = defaultdict(int)
    for one in group:
        stated[one.role] += one.transaction.amount.minor if one.transaction.amount else 0
        moved[one.role] += one.transaction.moved.minor if one.transaction.moved else 0
    return Family(
        taken=stated[Role.TAKES],
        moved=moved[Role.TAKES],
        undone=moved[Role.UNDOES],
        refunded=moved[Role.REFUNDS],
        authorized=stated[Role.AUTHORIZES],
        reserved=moved[Role.AUTHORIZES],
        returned=moved[Role.RETURNS_HOLD],
        held=Role.HOLDS in stated,
        was_voided=bool({Role.WAS_VOIDED, Role.CARD_CHECK} & stated.keys()),
    )


def _state(payment: Payment, weighed: tuple[Weighed, ...], families: Mapping[TranRef, Family], kept: int) -> State:
    """Sums decide where money moved; elsewhere the attempts do, the most hopeful first."""
    captured = sum(family.captured for family in families.values())
    refunded = sum(family.refunded for family in families.values())
    if captured:
        if kept <= 0:
            return State.REFUNDED
        if kept >= payment.amount.minor:
            return State.PAID
        return State.PARTIALLY_REFUNDED if refunded else State.PARTIALLY_CAPTURED
    if any(family.live_authorization for family in families.values()):
        return State.AUTHORIZED
    if any(family.live_hold for family in families.values()):
        return State.HELD
    if _has_role(weighed, Role.WAITS) and _still_pending(payment, weighed):
        return State.PENDING
    if any(_undecided(attempt, payment, weighed) for attempt in payment.attempts) or not payment.attempts:
        return State.OPEN
    if any(f.was_voided or f.undone or f.returned for f in families.values()):
        return State.VOIDED
    return _ending(payment, weighed)


def _has_role(weighed: Iterable[Weighed], *roles: Role) -> bool:
    return any(one.role in roles for one in weighed)


def _is_of(one: Weighed, attempt: Attempt) -> bool:
    return one.attempt is not None and one.attempt.number == attempt.number


def _still_pending(payment: Payment, weighed: Iterable[Weighed]) -> bool:
    """Whether a payment request waits on an attempt that Wasl has not closed."""
    closed = {closing.attempt for closing in payment.closings}
    return any(w.role is Role.WAITS and (w.attempt is None or w.attempt.number not in closed) for w in weighed)


def _undecided(attempt: Attempt, payment: Payment, weighed: Iterable[Weighed]) -> bool:
    """Whether money may still come, or has come and is not understood, on this attempt."""
    mine = [w for w in weighed if _is_of(w, attempt) and w.transaction.kind not in FOLLOW_UPS and not w.settled]
    if _has_role(mine, *MISMATCHED, Role.TEST_MONEY):
        return True
    if any(closing.attempt == attempt.number for closing in payment.closings):
        return False
    return _has_role(mine, Role.UNKNOWN, Role.UNRECOGNIZED) or not _has_role(mine, *_DECIDED)


def _ending(payment: Payment, weighed: Iterable[Weighed]) -> State:
    """How the last attempt ended. A gateway's own word goes before our closing of the same attempt."""
    last = max(payment.attempts, key=lambda attempt: attempt.number)
    verdicts = {
        w.transaction.verdict
        for w in weighed
        if _is_of(w, last) and w.role is Role.ENDED and w.transaction.kind not in FOLLOW_UPS
    }
    reasons = {closing.reason for closing in payment.closings if closing.attempt == last.number}
    if verdicts & {Verdict.DECLINED, Verdict.ERROR}:
        return State.FAILED
    if Verdict.CANCELED in verdicts:
        return State.CANCELED
    if Verdict.EXPIRED in verdicts or reasons == {ClosingReason.EXPIRED}:
        return State.EXPIRED
    return State.CANCELED


def _raised(
    payment: Payment, weighed: tuple[Weighed, ...], families: Mapping[TranRef, Family], kept: int
) -> Mapping[str, tuple[TranRef, ...]]:
    """Every case with the transactions that raise it, gravest first, less what a person has decided."""
    bound = [w for w in weighed if _binds(w, families)]
    live = sum(family.live_authorization for family in families.values())
    too_much_back = {root for root, family in families.items() if family.refunded + family.undone > family.moved}
    begun_at = {w.transaction.tran_ref: w.transaction.at for w in weighed}
    raised = {case: [w for w in weighed if _CASE_OF.get(w.role) == case] for case in _CASES}
    raised["amount_mismatch"] += [w for w in weighed if w.role is Role.REFUNDS and w.family in too_much_back]
    raised["paid_twice"] = bound if kept + live > payment.amount.minor else []
    raised["paid_late"] = [w for w in bound if _late(w, begun_at.get(w.family), payment.closings)]
    raised["unrecognized"] += [w for w in weighed if w.transaction.unclear]
    decided = decided_cases(payment)
    return {
        case: tuple(w.transaction.tran_ref for w in found)
        for case, found in raised.items()
        if any((case, w.transaction.tran_ref) not in decided for w in found)
    }


def _binds(one: Weighed, families: Mapping[TranRef, Family]) -> bool:
    """Whether this transaction keeps a buyer's money: taken and not given back, or reserved and not let go."""
    family = families.get(one.family)
    if family is None:
        return False
    if one.role is Role.TAKES:
        return family.kept > 0
    return one.role is Role.AUTHORIZES and family.live_authorization > 0


def _late(one: Weighed, begun_at: Instant | None, closings: Iterable[Closing]) -> bool:
    """Whether this money came after its attempt was closed. Money that states no time cannot prove it was not.

    A capture is as late as the authorisation it takes from.
    """
    at = begun_at if begun_at is not None else one.transaction.at
    return one.attempt is not None and any(
        closing.attempt == one.attempt.number and (at is None or at > closing.at) for closing in closings
    )


def _unmatched(weighed: tuple[Weighed, ...]) -> tuple[Money, ...]:
    """Money that was taken and fits no attempt, less what was given back of it, one sum per currency."""
    sums: dict[Currency, int] = defaultdict(int)
    for root, group in _grouped(weighed).items():
        whole = any(w.transaction.tran_ref == root and w.role in MISMATCHED for w in group)
        for one in group:
            money = one.transaction.moved or one.transaction.amount
            if money is not None and one.transaction.verdict is Verdict.APPROVED and (whole or one.role in MISMATCHED):
                sums[money.currency] += _direction(one) * money.minor
    return tuple(Money(minor, c) for c, minor in sorted(sums.items(), key=lambda s: s[0].code) if minor > 0)


def _direction(one: Weighed) -> int:
    """+1 for money taken, -1 for money given back, 0 for what moves none."""
    if one.transaction.kind in (Kind.SALE, Kind.CAPTURE):
        return 1
    return -1 if one.transaction.kind is Kind.REFUND or one.role is Role.UNDOES else 0


def _instructions(weighed: Iterable[Weighed]) -> Instructions | None:
    """The number to quote of the last payment request that still waits."""
    waiting = [w.transaction for w in weighed if w.role is Role.WAITS and w.transaction.code]
    if not waiting:
        return None
    last = max(waiting, key=_in_time)
    return Instructions(method=last.method, reference=last.code)


def _settling_ref(weighed: Iterable[Weighed]) -> TranRef | None:
    """The first transaction that took counted money: the one a shop shows beside its order."""
    taking = [w.transaction for w in weighed if w.role is Role.TAKES]
    return min(taking, key=_in_time).tran_ref if taking else None


def _in_time(transaction: Transaction) -> tuple[bool, Instant | None, TranRef]:
    """By the gateway's time, then by reference; one that states no time comes before all."""
    return (transaction.at is not None, transaction.at, transaction.tran_ref)
