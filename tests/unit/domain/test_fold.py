"""The money law, by example and by enumeration."""

import itertools
from collections.abc import Iterable
from dataclasses import replace

import pytest

from builders import NOON, PRICE, SAR, attempt, fact, payment, said
from wasl.domain.evidence import CartId, Closing, ClosingReason, Evidence, Fact, Kind, TranRef, Verdict, Voice
from wasl.domain.fold import fold
from wasl.domain.money import Currency, Money
from wasl.domain.outcome import Concern, Outcome, State
from wasl.domain.payment import Answer, Attempt
from wasl.domain.revise import heard
from wasl.domain.time import MINUTE_MS, Instant

HALF = Money(2895, SAR)
KWD = Currency.of("KWD")
SECOND_CART = CartId("t-1042-2")


def refund(ref: str, of: str = "TST1", money: Money = PRICE, **changes: object) -> Fact:
    """Money given back."""
    values: dict[str, object] = {"kind": Kind.REFUND, "previous_ref": TranRef(of), "amount": money, "moved": money}
    return fact(ref, **{**values, **changes})


def auth(ref: str = "TST1", **changes: object) -> Fact:
    """Money reserved, not taken."""
    return fact(ref, **{"kind": Kind.AUTH, **changes})


def capture(ref: str, money: Money = PRICE, of: str = "TST1") -> Fact:
    """Part or all of a reservation taken."""
    return fact(ref, kind=Kind.CAPTURE, previous_ref=TranRef(of), amount=money, moved=money)


def released(ref: str, money: Money = PRICE, kind: Kind = Kind.VOID) -> Fact:
    """Part or all of a reservation let go."""
    return fact(ref, kind=kind, previous_ref=TranRef("TST1"), amount=money, moved=money)


def outcome_of(*facts: Fact, attempts: tuple[Attempt, ...] = (), **changes: object) -> Outcome:
    """The fold of these facts, each said once."""
    return fold(payment(*attempts, evidence=tuple(said(one) for one in facts), **changes))


CATALOGUE: dict[str, tuple[tuple[Fact, ...], State, tuple[Concern, ...]]] = {
    "nothing heard": ((), State.OPEN, ()),
    "a sale of the exact amount": ((fact(),), State.PAID, ()),
    "declined": ((fact(verdict=Verdict.DECLINED),), State.FAILED, ()),
    "an error": ((fact(verdict=Verdict.ERROR),), State.FAILED, ()),
    "cancelled by the buyer": ((fact(verdict=Verdict.CANCELED),), State.CANCELED, ()),
    "expired at the gateway": ((fact(verdict=Verdict.EXPIRED),), State.EXPIRED, ()),
    "the bank did not answer": ((fact(verdict=Verdict.UNANSWERED),), State.OPEN, ()),
    "no answer, then approved": ((fact(verdict=Verdict.UNANSWERED), fact()), State.PAID, ()),
    "no answer, then declined": ((fact(verdict=Verdict.UNANSWERED), fact(verdict=Verdict.DECLINED)), State.FAILED, ()),
    "an unknown letter": ((fact(verdict=Verdict.UNRECOGNIZED),), State.OPEN, (Concern.UNRECOGNIZED,)),
    "an unknown letter that a query explains": ((fact(verdict=Verdict.UNRECOGNIZED), fact()), State.PAID, ()),
    "a card check is no payment": ((fact(kind=Kind.REGISTER),), State.VOIDED, ()),
    "decline, then another transaction of the cart": ((fact(verdict=Verdict.DECLINED), fact("TST2")), State.PAID, ()),
    "held": ((auth(verdict=Verdict.HELD),), State.HELD, ()),
    "held, then captured in the dashboard": ((auth(verdict=Verdict.HELD), capture("TST2")), State.PAID, ()),
    "held, then captured in part": ((auth(verdict=Verdict.HELD), capture("TST2", HALF)), State.PARTIALLY_CAPTURED, ()),
    "held, then let go": ((auth(verdict=Verdict.HELD), released("TST2")), State.VOIDED, ()),
    "authorised": ((auth(),), State.AUTHORIZED, ()),
    "authorised and captured": ((auth(), capture("TST2")), State.PAID, ()),
    "captured in part": ((auth(), capture("TST2", HALF)), State.PARTIALLY_CAPTURED, ()),
    "captured in two parts": ((auth(), capture("TST2", HALF), capture("TST3", HALF)), State.PAID, ()),
    "a capture that is reported as a sale": (
        (auth(), fact("TST2", previous_ref=TranRef("TST1"), amount=HALF, moved=HALF)),
        State.PARTIALLY_CAPTURED,
        (),
    ),
    "authorised and voided": ((auth(), released("TST2")), State.VOIDED, ()),
    "authorised, half released": ((auth(), released("TST2", HALF, Kind.RELEASE)), State.AUTHORIZED, ()),
    "captured in part, the rest released": (
        (auth(), capture("TST2", HALF), released("TST3", HALF, Kind.RELEASE)),
        State.PARTIALLY_CAPTURED,
        (),
    ),
    "an authorisation that was voided": ((auth(verdict=Verdict.REVERSED),), State.VOIDED, ()),
    "a sale that was voided": ((fact(), fact(verdict=Verdict.REVERSED)), State.VOIDED, ()),
    "a sale with a void of its own": ((fact(), released("TST2")), State.VOIDED, ()),
    "fully refunded": ((fact(), refund("TST2")), State.REFUNDED, ()),
    "refunded in part": ((fact(), refund("TST2", money=HALF)), State.PARTIALLY_REFUNDED, ()),
    "refunded in two parts": ((fact(), refund("TST2", money=HALF), refund("TST3", money=HALF)), State.REFUNDED, ()),
    "a refund of the captured part": (
        (auth(), capture("TST2", HALF), refund("TST3", of="TST2", money=HALF)),
        State.REFUNDED,
        (),
    ),
    "a refund that waits": ((fact(), refund("TST2", verdict=Verdict.PENDING)), State.PAID, ()),
    "a refund that was refused": ((fact(), refund("TST2", verdict=Verdict.ERROR)), State.PAID, ()),
    "a refund on hold": ((fact(), refund("TST2", verdict=Verdict.HELD)), State.PAID, ()),
    "a refund of what nobody knows": (
        (refund("TST2", of="TST9"),),
        State.OPEN,
        (Concern.UNRECOGNIZED,),
    ),
    "a deferred method waits": (
        (fact(kind=Kind.PAYMENT_REQUEST, verdict=Verdict.PENDING, code="234320012565"),),
        State.PENDING,
        (),
    ),
    "a deferred method is paid": (
        (
            fact(kind=Kind.PAYMENT_REQUEST, verdict=Verdict.PENDING, code="234320012565"),
            fact("TST9", previous_ref=TranRef("TST1"), code="234320012565"),
        ),
        State.PAID,
        (),
    ),
    "a deferred method expires": (
        (
            fact(kind=Kind.PAYMENT_REQUEST, verdict=Verdict.PENDING),
            fact(kind=Kind.PAYMENT_REQUEST, verdict=Verdict.EXPIRED),
        ),
        State.EXPIRED,
        (),
    ),
    "a card discount lowers what moved": ((fact(moved=HALF),), State.PAID, ()),
    "a discounted sale refunded": ((fact(moved=HALF), refund("TST2", money=HALF)), State.REFUNDED, ()),
    "less than the order": ((fact(amount=HALF, moved=HALF),), State.OPEN, (Concern.AMOUNT_MISMATCH,)),
    "more moved than the cart": ((fact(moved=Money(9999, SAR)),), State.OPEN, (Concern.AMOUNT_MISMATCH,)),
    "nothing moved": ((fact(moved=Money(0, SAR)),), State.OPEN, (Concern.AMOUNT_MISMATCH,)),
    "an amount nobody can read": ((fact(amount=None),), State.OPEN, (Concern.AMOUNT_MISMATCH,)),
    "another currency": (
        (fact(amount=Money(5790, KWD), moved=Money(5790, KWD)),),
        State.OPEN,
        (Concern.CURRENCY_MISMATCH,),
    ),
    "one transaction, two amounts": ((fact(), fact(amount=HALF, moved=HALF)), State.OPEN, (Concern.CONTRADICTED,)),
    "one transaction, two carts": ((fact(), fact(cart_id=SECOND_CART)), State.OPEN, (Concern.CONTRADICTED,)),
    "one transaction, sale and authorisation": ((fact(), auth()), State.AUTHORIZED, ()),
    "a held sale that turned into an authorisation": (
        (fact(verdict=Verdict.HELD), auth(verdict=Verdict.HELD)),
        State.HELD,
        (),
    ),
    "paid twice on one cart": ((fact(), fact("TST2")), State.PAID, (Concern.PAID_TWICE,)),
    "paid twice, once refunded": ((fact(), fact("TST2"), refund("TST3", of="TST2")), State.PAID, ()),
}


def orders(facts: tuple[Fact, ...]) -> Iterable[list[Evidence]]:
    """Every order of *facts*, and every order with each one said again, by another voice or the same."""
    pieces = [said(one) for one in facts]
    yield from (list(order) for order in itertools.permutations(pieces))
    if len(pieces) <= 3:
        for again in range(len(pieces)):
            for voice in (Voice.CALLBACK, Voice.QUERY):
                repeated = [*pieces, replace(pieces[again], voice=voice)]
                yield from (list(order) for order in itertools.permutations(repeated))


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_order_of_a_history_gives_its_outcome(name: str) -> None:
    """Order and repetition change nothing, and the outcome is the law's."""
    facts, state, concerns = CATALOGUE[name]
    seen: set[Outcome] = set()
    for order in orders(facts):
        gathered = payment()
        for piece in order:
            gathered = heard(gathered, piece)
        seen.add(fold(gathered))
    assert len(seen) == 1
    (outcome,) = seen
    assert (outcome.state, outcome.concerns) == (state, concerns)


def test_paid_shows_what_was_approved_and_refunded_what_was_given_back() -> None:
    """C and R of the money law, and the money that really moved."""
    discounted = outcome_of(fact(moved=HALF), refund("TST2", money=Money(100, SAR)))
    assert (str(discounted.captured), str(discounted.moved), str(discounted.refunded)) == ("57.90", "28.95", "1.00")
    assert discounted.state is State.PARTIALLY_REFUNDED


def test_mismatched_money_is_shown_and_stays_out() -> None:
    """It is never guessed to be the order's, and a refund of it takes it away again."""
    shown = outcome_of(fact(amount=HALF, moved=HALF))
    assert (shown.captured.minor, shown.unmatched) == (0, (HALF,))
    assert outcome_of(fact(amount=HALF, moved=HALF), refund("TST2", money=HALF)).unmatched == ()


def test_a_decline_of_the_second_page_never_unpays_the_first() -> None:
    """Negative news of one attempt says nothing about another."""
    second = attempt(2)
    paid = outcome_of(fact(), fact("TST2", cart_id=SECOND_CART, verdict=Verdict.DECLINED), attempts=(attempt(), second))
    assert paid.state is State.PAID


def test_two_pages_both_paid_are_paid_twice() -> None:
    """The second payment is never silent."""
    twice = outcome_of(fact(), fact("TST2", cart_id=SECOND_CART), attempts=(attempt(), attempt(2)))
    assert (twice.state, twice.concerns, str(twice.captured)) == (State.PAID, (Concern.PAID_TWICE,), "115.80")


def test_an_open_page_keeps_a_declined_order_open() -> None:
    """Failed is said only when no attempt is open."""
    declined = fact(verdict=Verdict.DECLINED)
    assert outcome_of(declined, attempts=(attempt(), attempt(2))).state is State.OPEN
    assert outcome_of(declined, attempts=(attempt(), attempt(2, answer=Answer.LOST))).state is State.OPEN


def test_the_last_attempt_says_how_it_ended() -> None:
    """Cancelled after declined is cancelled; the attempts' own order counts, not that of hearing."""
    both = (
        fact(verdict=Verdict.DECLINED),
        fact("TST2", cart_id=SECOND_CART, verdict=Verdict.CANCELED),
    )
    assert outcome_of(*both, attempts=(attempt(), attempt(2))).state is State.CANCELED
    assert outcome_of(*reversed(both), attempts=(attempt(), attempt(2))).state is State.CANCELED


def test_money_after_a_closing_is_paid_and_late() -> None:
    """Late money is paid money with a concern, and money from before the closing has none."""
    closing = Closing(attempt=1, reason=ClosingReason.EXPIRED, at=Instant(NOON + 30 * MINUTE_MS))
    assert outcome_of(closings=(closing,)).state is State.EXPIRED
    late = outcome_of(fact(at=Instant(NOON + 31 * MINUTE_MS)), closings=(closing,))
    assert (late.state, late.concerns) == (State.PAID, (Concern.PAID_LATE,))
    assert outcome_of(fact(at=Instant(NOON + 29 * MINUTE_MS)), closings=(closing,)).concerns == ()
    assert outcome_of(fact(at=None), closings=(closing,)).concerns == (Concern.PAID_LATE,)


def test_a_store_that_cancelled_is_not_told_that_it_expired() -> None:
    """Closings keep their reason."""
    closing = Closing(attempt=1, reason=ClosingReason.CANCELED_BY_STORE, at=NOON)
    assert outcome_of(closings=(closing,)).state is State.CANCELED


def test_test_money_never_pays_a_live_order() -> None:
    """A test reference on a live store is unrecognised; on a test store it counts."""
    live = outcome_of(fact("TST2600000001"), live=True)
    assert (live.state, live.concerns, live.captured.minor) == (State.OPEN, (Concern.UNRECOGNIZED,), 0)
    assert outcome_of(fact("PTE2600000001"), live=True).state is State.PAID


def test_money_on_a_superseded_page_is_a_mismatch() -> None:
    """The order's amount changed while unpaid: the old page's money fits nothing any more."""
    old = attempt(amount=HALF)
    outcome = outcome_of(fact(amount=HALF, moved=HALF), attempts=(old, attempt(2)))
    assert (outcome.state, outcome.concerns, outcome.unmatched) == (State.OPEN, (Concern.AMOUNT_MISMATCH,), (HALF,))


def test_the_return_proves_nothing() -> None:
    """A browser that says paid leaves the payment open."""
    claim = fact(kind=Kind.UNSTATED, amount=None, moved=None)
    assert fold(payment(evidence=(said(claim, voice=Voice.RETURN),))).state is State.OPEN


def test_the_number_to_quote_is_the_last_that_waits() -> None:
    """A buyer who asked for a second number is shown the second."""
    first = fact(kind=Kind.PAYMENT_REQUEST, verdict=Verdict.PENDING, code="111", method="SADAD", at=NOON)
    later = Instant(NOON + MINUTE_MS)
    second = fact("TST2", kind=Kind.PAYMENT_REQUEST, verdict=Verdict.PENDING, code="222", method="Aman", at=later)
    instructions = outcome_of(second, first).instructions
    assert instructions is not None
    assert (instructions.method, instructions.reference) == ("Aman", "222")


def test_facts_of_one_payment_do_not_depend_on_other_carts() -> None:
    """Money on a cart that is no attempt of this payment is a mismatch, not a payment."""
    stray = outcome_of(fact(cart_id=CartId("someone-else")))
    assert (stray.state, stray.concerns) == (State.OPEN, (Concern.AMOUNT_MISMATCH,))
