"""Whether shop, gateway and ledger say the same about one order, and what to do where they do not. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wasl.domain.evidence import Evidence, Fact, Kind, Verdict, Voice
from wasl.domain.fold import fold
from wasl.domain.money import Money
from wasl.domain.outcome import Concern, Outcome, State
from wasl.domain.payment import Payment
from wasl.domain.revise import heard
from wasl.domain.time import Instant
from wasl.domain.transaction import Transaction

# The whole price was taken, and something of it was kept: the shop has to count the order as paid.
PAID_STATES: Final = frozenset({State.PAID, State.PARTIALLY_REFUNDED})
# Nobody has taken money: a shop that counts the order as paid would deliver for nothing.
UNPAID_STATES: Final = frozenset(State) - PAID_STATES - {State.PARTIALLY_CAPTURED, State.REFUNDED}
_TAKING: Final = frozenset({Kind.SALE, Kind.CAPTURE})
_PAID_OTHERWISE: Final = "Was it paid in another way? If not, do not deliver, and set the order back in the shop."
_AMOUNTS: Final = (Concern.AMOUNT_MISMATCH, Concern.CURRENCY_MISMATCH, Concern.PAID_TWICE)


class Difference(StrEnum):
    """What can differ."""

    MONEY_UNHEARD = "money_unheard"  # the gateway took or holds money that the ledger has not heard of
    RETURN_UNHEARD = "return_unheard"  # a refund or void at the gateway that the ledger has not heard of
    NEWS_UNHEARD = "news_unheard"  # anything else the gateway knows better; no money has moved
    AMOUNTS_DIFFER = "amounts_differ"
    PAID_NOT_IN_SHOP = "paid_not_in_shop"
    PAID_IN_SHOP_ONLY = "paid_in_shop_only"
    SHOP_BEHIND = "shop_behind"
    NO_SUCH_ORDER = "no_such_order"
    UNKNOWN_CART = "unknown_cart"
    SNAPSHOT = "snapshot"  # what the ledger shows does not follow from its evidence
    NOT_COMPARED = "not_compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One difference: in plain words, with what to do about it and the money that may be lost by it."""

    difference: Difference
    sentence: str
    advice: str
    at_risk: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopOrder:
    """An order as its shop knows it. `wanted` is the status policy asks for there; empty where it asks for none.

    `paid` says whether the shop counts the order as paid; None where its status does not say.
    """

    status: str
    wanted: str
    paid: bool | None
    amount: Money


def informed(payment: Payment, stated: Iterable[Fact], *, now: Instant) -> Outcome:
    """What the evidence proves together with what the gateway states. Time alone closes nothing here."""
    for fact in stated:
        payment = heard(payment, Evidence(voice=Voice.QUERY, fact=fact, first_heard_at=now, last_heard_at=now))
    return fold(payment)


def within_ledger(payment: Payment) -> tuple[Finding, ...]:
    """Whether the ledger agrees with itself."""
    proved = fold(payment)
    if proved == payment.outcome:
        return ()
    sentence = f"The ledger shows: {_told(payment.outcome)}. Its evidence proves: {_told(proved)}."
    advice = f"Nothing is told of this: look at `wasl payment explain {payment.payment_id}` and report it."
    risk = max(payment.outcome.captured, proved.captured, key=lambda money: money.minor)
    return (Finding(difference=Difference.SNAPSHOT, sentence=sentence, advice=advice, at_risk=risk),)


def with_gateway(payment: Payment, truth: Outcome) -> tuple[Finding, ...]:
    """What the gateway knows and the ledger does not, and what it took that is not the order's amount."""
    known = fold(payment)
    return (*_unheard(payment, known, truth), *_other_amounts(payment, truth))


def with_shop(payment: Payment, truth: Outcome, order: ShopOrder | None) -> tuple[Finding, ...]:
    """What shop and ledger say differently. *order* is None if the shop has no such order."""
    if order is None:
        return _without_order(payment, truth)
    returned = Money(max(0, truth.captured.minor - truth.refunded.minor), payment.amount.currency)
    # A return lowers the order's total in some shops, by just what went back.
    if order.amount != payment.amount and not (truth.refunded.minor and order.amount == returned):
        return (_edited(payment, truth, order),)
    state, behind = payment.outcome.state, payment.told < payment.version
    if order.wanted == order.status:
        return ()
    if state in PAID_STATES and (order.paid is False or (behind and not order.paid)):
        return (_not_paid_there(payment, order, behind=behind),)
    if truth.state in UNPAID_STATES and order.paid:
        return (_paid_only_there(payment, truth, order),)
    if behind and (order.wanted or payment.parked):
        sentence = f"The shop has {order.status} and has not heard of {state.value}: {_why_untold(payment)}."
        return (_finding(Difference.SHOP_BEHIND, sentence, _retell_advice(payment), _nothing(payment)),)
    if truth.state is State.REFUNDED and order.wanted and order.paid:
        return (_paid_only_there(payment, truth, order),)
    return ()


def of_nobody(transaction: Transaction, nothing: Money) -> Finding:
    """A transaction of a cart that belongs to no payment; *nothing* is zero in the store's currency."""
    taken = transaction.kind in _TAKING and transaction.verdict is Verdict.APPROVED
    money = transaction.moved or transaction.amount or nothing
    sentence = (
        f"The gateway states {transaction.kind.value} {transaction.tran_ref}, {transaction.verdict.value},"
        f" {_shown(money)}, for cart {transaction.cart_id or '(none)'}, which belongs to no order here."
    )
    advice = "Find out at the gateway who paid for what; then deliver by hand, or refund it there."
    return _finding(Difference.UNKNOWN_CART, sentence, advice, money if taken else nothing)


def of_no_payment(order: ShopOrder) -> Finding:
    """An order that its shop counts as paid through Wasl, for which nobody ever asked for a payment here."""
    sentence = f"The shop has {order.status}, as if it were paid, but no payment was ever begun for this order."
    return _finding(Difference.PAID_IN_SHOP_ONLY, sentence, _PAID_OTHERWISE, order.amount)


def not_compared(nothing: Money, reason: str) -> Finding:
    """One side did not answer; *nothing* is zero in the currency of what was to be compared."""
    advice = "Compare again later; if it stays so, see `wasl doctor`."
    return _finding(Difference.NOT_COMPARED, f"not compared: {reason}", advice, nothing)


def shown_state(outcome: Outcome) -> str:
    """A state with its money in a few characters: `paid 57.90`."""
    return f"{outcome.state.value} {outcome.captured if outcome.captured.minor else ''}".strip()


def _unheard(payment: Payment, known: Outcome, truth: Outcome) -> tuple[Finding, ...]:
    if truth == known:
        return ()
    sentence = f"The gateway says: {_told(truth)}. The ledger has: {_told(known)}."
    taken = (
        _more(truth.captured, known.captured)
        or _more(truth.authorized, known.authorized)
        or _more_unmatched(truth, known)
    )
    returned = (
        _more(truth.refunded, known.refunded) or _more(known.captured, truth.captured) or _more_unmatched(known, truth)
    )
    if taken:
        kind, risk = Difference.MONEY_UNHEARD, taken
    elif returned:
        kind, risk = Difference.RETURN_UNHEARD, returned
    else:
        kind, risk = Difference.NEWS_UNHEARD, _nothing(payment)
    advice = f"`wasl reconcile --mend` or `wasl payment query {payment.payment_id}` records it."
    return (_finding(kind, sentence, advice, risk),)


def _other_amounts(payment: Payment, truth: Outcome) -> tuple[Finding, ...]:
    """Open cases of money that is not the order's amount; a person's decision closes them."""
    if not any(concern in truth.concerns for concern in _AMOUNTS):
        return ()
    excess = _more(Money(truth.captured.minor - truth.refunded.minor, payment.amount.currency), payment.amount)
    odd = (*((excess,) if excess else ()), *truth.unmatched) or (_nothing(payment),)
    took = " and ".join(_shown(money) for money in (truth.captured, *truth.unmatched) if money.minor)
    sentence = f"The order is over {_shown(payment.amount)}, the gateway took {took or 'nothing that fits'}."
    advice = f"Refund what is too much, or keep it: `wasl payment resolve --accept {payment.payment_id}`."
    return (_finding(Difference.AMOUNTS_DIFFER, sentence, advice, odd[0]),)


def _without_order(payment: Payment, truth: Outcome) -> tuple[Finding, ...]:
    """An order without money may be deleted by anybody."""
    kept = max(0, truth.captured.minor - truth.refunded.minor, truth.authorized.minor)
    if not kept:
        return ()
    sentence = f"The shop does not know this order. Its payment: {_told(truth)}."
    advice = "Find out what became of the order there; then deliver it, or refund the money."
    return (_finding(Difference.NO_SUCH_ORDER, sentence, advice, Money(kept, payment.amount.currency)),)


def _edited(payment: Payment, truth: Outcome, order: ShopOrder) -> Finding:
    sentence = f"The shop has the order over {_shown(order.amount)}, its payment is over {_shown(payment.amount)}."
    advice = "The order was edited after its payment began: collect or refund the difference, or set it back there."
    return _finding(Difference.AMOUNTS_DIFFER, sentence, advice, truth.captured)


def _not_paid_there(payment: Payment, order: ShopOrder, *, behind: bool) -> Finding:
    outcome = payment.outcome
    kept = Money(max(0, outcome.captured.minor - outcome.refunded.minor), payment.amount.currency)
    if behind and order.wanted:
        why, advice = _why_untold(payment), _retell_advice(payment)
    elif not order.wanted:
        why = "your settings name no status for this"
        advice = "Choose one in the store's settings, or set the order by hand; accept late money by `resolve`."
    else:
        why = "it was told and has been changed there since"
        advice = f"If nobody meant that, set the order to {order.wanted} in the shop. Wasl does not touch it."
    sentence = f"The order is paid, but the shop has {order.status}: {why}."
    return _finding(Difference.PAID_NOT_IN_SHOP, sentence, advice, kept)


def _paid_only_there(payment: Payment, truth: Outcome, order: ShopOrder) -> Finding:
    sentence = f"The shop has {order.status}, as if it were paid, but no evidence proves it: {_told(truth)}."
    return _finding(Difference.PAID_IN_SHOP_ONLY, sentence, _PAID_OTHERWISE, payment.amount)


def _why_untold(payment: Payment) -> str:
    if payment.parked:
        return f"telling it waits for a person ({payment.parked})"
    tries = f" after {payment.tell_failures} failed tries" if payment.tell_failures else ""
    return f"it has not been told yet{tries}"


def _retell_advice(payment: Payment) -> str:
    what = "Look at the order there, then" if payment.parked else "Let it be told now:"
    return f"{what} `wasl reconcile --mend` or `wasl delivery retry {payment.payment_id}`."


def _finding(difference: Difference, sentence: str, advice: str, at_risk: Money) -> Finding:
    return Finding(difference=difference, sentence=sentence, advice=advice, at_risk=at_risk)


def _more(one: Money, other: Money) -> Money | None:
    """What *one* exceeds *other* by, if it does; both are in one currency."""
    return Money(one.minor - other.minor, one.currency) if one.minor > other.minor else None


def _more_unmatched(one: Outcome, other: Outcome) -> Money | None:
    """The same for money that fits no page, in the first currency in which it does."""
    sums = {money.currency: money for money in other.unmatched}
    excesses = (_more(money, sums.get(money.currency, Money(0, money.currency))) for money in one.unmatched)
    return next((excess for excess in excesses if excess), None)


def _nothing(payment: Payment) -> Money:
    return Money(0, payment.amount.currency)


def _shown(money: Money) -> str:
    return f"{money} {money.currency.code}"


def _told(outcome: Outcome) -> str:
    """A state with every amount behind it: `paid, 57.90 SAR taken`."""
    amounts: Sequence[tuple[Money, str]] = (
        (outcome.captured, "taken"),
        (outcome.refunded, "given back"),
        (outcome.authorized, "authorised"),
        *((money, "that fits no page") for money in outcome.unmatched),
    )
    parts = [f"{_shown(money)} {what}" for money, what in amounts if money.minor]
    return ", ".join((outcome.state.value, *parts))
