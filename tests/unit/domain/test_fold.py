"""The money law, by example; `test_catalogue` enumerates it."""

import gc
from dataclasses import replace
from typing import Any

import pytest

from builders import NOON, SAR, attempt, fact, payment, said
from unit.domain.histories import CATALOGUE
from unit.domain.stating import HALF, SECOND_CART, auth, capture, hold, number, refund, released
from wasl.domain.evidence import CartId, Closing, ClosingReason, Decision, Fact, Kind, Ruling, Verdict, Voice
from wasl.domain.fold import WEIGHINGS_MAX, fold, weighed_evidence
from wasl.domain.money import Money
from wasl.domain.outcome import Concern, Outcome, State
from wasl.domain.payment import Answer, Attempt, PaymentId
from wasl.domain.time import MINUTE_MS, Instant
from wasl.domain.weigh import Weighed


def accepted(*causes: str) -> Decision:
    """A person's word on these cases."""
    return Decision(ruling=Ruling.ACCEPTED, causes=causes, note="seen", by="Salma", at=NOON)


def outcome_of(*facts: Fact, attempts: tuple[Attempt, ...] = (), **changes: object) -> Outcome:
    """The fold of these facts, each said once."""
    return fold(payment(*attempts, evidence=tuple(said(one) for one in facts), **changes))


def test_paid_shows_what_was_approved_and_refunded_what_was_given_back() -> None:
    """C and R of the money law, and the money that really moved."""
    discounted = outcome_of(fact(moved=HALF), refund("TST2", money=Money(100, SAR)))
    assert (str(discounted.captured), str(discounted.moved), str(discounted.refunded)) == ("57.90", "28.95", "1.00")
    assert discounted.state is State.PARTIALLY_REFUNDED


@pytest.mark.requirement("R35")
def test_mismatched_money_is_shown_and_stays_out() -> None:
    """It is never guessed to be the order's, and a refund of it takes it away again."""
    shown = outcome_of(fact(amount=HALF, moved=HALF))
    assert (shown.captured.minor, shown.unmatched) == (0, (HALF,))
    assert outcome_of(fact(amount=HALF, moved=HALF), refund("TST2", money=HALF)).unmatched == ()


@pytest.mark.requirement("R19", "R23")
def test_a_decline_of_the_second_page_never_unpays_the_first() -> None:
    """Negative news of one attempt says nothing about another."""
    second = attempt(2)
    paid = outcome_of(fact(), fact("TST2", cart_id=SECOND_CART, verdict=Verdict.DECLINED), attempts=(attempt(), second))
    assert paid.state is State.PAID


@pytest.mark.requirement("R20")
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


@pytest.mark.requirement("R12")
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
    assert outcome_of(fact("SFT2600000001"), live=True) == replace(live, causes=("test_money SFT2600000001",))
    assert outcome_of(fact("PTE2600000001"), live=True).state is State.PAID


def test_money_on_a_superseded_page_is_a_mismatch() -> None:
    """The order's amount changed while unpaid: the old page's money fits nothing any more."""
    old = attempt(amount=HALF)
    outcome = outcome_of(fact(amount=HALF, moved=HALF), attempts=(old, attempt(2)))
    assert (outcome.state, outcome.concerns, outcome.unmatched) == (State.OPEN, (Concern.AMOUNT_MISMATCH,), (HALF,))


@pytest.mark.requirement("R39")
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


def test_each_case_names_what_raised_it() -> None:
    """Gravest first: what an alert is sent for once, and what a decision closes."""
    odd = fact("TST5", amount=HALF, moved=HALF)
    outcome = outcome_of(fact(), fact("TST2"), odd, fact("TST6", kind=Kind.UNRECOGNIZED))
    assert outcome.causes == ("amount_mismatch TST5", "paid_twice TST1 TST2", "unrecognized TST6")


def test_money_that_is_given_back_whole_is_not_double() -> None:
    """The one that is kept is bound, and the one that went back raises nothing any more."""
    outcome = outcome_of(fact(), fact("TST2"), fact("TST3"), refund("TST4", of="TST2"))
    assert outcome.causes == ("paid_twice TST1 TST3",)


def test_the_first_taking_stands_beside_the_order() -> None:
    """By the gateway's time, then by reference; one without a time comes before all."""
    later = Instant(NOON + 2 * MINUTE_MS)
    assert outcome_of(fact("TST1", at=later), fact("TST2"), fact("TST3")).tran_ref == "TST2"
    assert outcome_of(fact("TST2"), fact("TST9", at=None)).tran_ref == "TST9"
    assert outcome_of(fact(kind=Kind.AUTH)).tran_ref is None


def test_there_is_nothing_to_quote_where_nothing_waits_or_no_number_is_said() -> None:
    """A deferred method that was paid, or whose number is still to come."""
    request = fact(kind=Kind.PAYMENT_REQUEST, verdict=Verdict.PENDING, code="", at=None)
    assert outcome_of(fact()).instructions is None
    assert outcome_of(request).instructions is None
    numbered = [
        fact(f"TST{n}", kind=Kind.PAYMENT_REQUEST, verdict=Verdict.PENDING, code=str(n), at=None) for n in (7, 8)
    ]
    for stated in (numbered, numbered[::-1]):
        shown = outcome_of(*stated).instructions
        assert shown is not None
        assert shown.reference == "8"
    timed = outcome_of(replace(numbered[0], at=NOON), numbered[1]).instructions
    assert timed is not None
    assert timed.reference == "7"


def test_a_discounted_sale_of_which_all_that_moved_went_back_is_refunded() -> None:
    """Whether by a void of a part, or by a refund of the rest: nothing of the claim is left."""
    parts = (released("TST2", Money(1000, SAR)), refund("TST3", money=Money(1895, SAR)))
    outcome = outcome_of(fact(moved=HALF), *parts)
    assert (outcome.state, outcome.concerns) == (State.REFUNDED, ())
    assert outcome_of(fact(moved=HALF), parts[0], refund("TST3", money=Money(1894, SAR))).state is not State.REFUNDED


def test_a_held_sale_whose_capture_was_undone_is_over() -> None:
    """What was captured is not held any more, whatever became of it."""
    undone = outcome_of(hold(), capture("TST2"), released("TST3", of="TST2"))
    assert (undone.state, undone.captured.minor) == (State.VOIDED, 0)


def test_a_number_over_an_amount_that_nobody_can_read_waits_all_the_same() -> None:
    """What cannot be read exactly adds nothing, and breaks nothing."""
    assert outcome_of(number(amount=None, moved=None)).state is State.PENDING


def test_the_last_minor_unit_decides_whether_all_went_back() -> None:
    """One halala kept is a part kept, and binds a buyer's money as the whole does; so does one that is reserved."""
    all_but_one = Money(5789, SAR)
    given_back = refund("TST2", money=all_but_one)
    assert outcome_of(fact(), given_back).state is State.PARTIALLY_REFUNDED
    assert outcome_of(fact(), given_back, fact("TST3")).causes == ("paid_twice TST1 TST3",)
    assert outcome_of(auth(), released("TST2", all_but_one), fact("TST3")).causes == ("paid_twice TST1 TST3",)


def test_what_let_a_part_go_binds_nothing() -> None:
    """Of a reservation that was released in part the reservation alone is named."""
    outcome = outcome_of(auth(), released("TST2", Money(1000, SAR)), auth("TST3"))
    assert outcome.causes == ("paid_twice TST1 TST3",)


def test_an_order_without_a_page_is_open() -> None:
    """Nobody could pay it yet."""
    assert fold(payment(attempts=())).state is State.OPEN


def test_an_end_that_is_not_understood_is_none() -> None:
    """A type that this version does not know was declined: that the page's life was over is all that is certain."""
    over = (Closing(attempt=1, reason=ClosingReason.EXPIRED, at=NOON),)
    assert outcome_of(fact(kind=Kind.UNRECOGNIZED, verdict=Verdict.DECLINED), closings=over).state is State.EXPIRED


@pytest.mark.parametrize(
    "change",
    [
        {"evidence": (said(fact(amount=HALF, moved=HALF)),)},
        {"attempts": (attempt(amount=HALF),)},
        {"amount": HALF},
        {"live": True},
        {"decisions": (accepted("unrecognized TST2"),)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_payment_that_was_weighed_is_weighed_anew_when_it_is_another(change: dict[str, Any]) -> None:
    """Whatever its weights depend on: it folds like a payment that nobody has ever seen."""
    before = payment(evidence=(said(fact()), said(fact("TST2", kind=Kind.UNRECOGNIZED))))
    fold(before)
    after = replace(before, **change)
    weighed = weighed_evidence(after)
    assert weighed == weighed_evidence(replace(after, payment_id=PaymentId(f"pay_{next(iter(change))}")))
    assert weighed != weighed_evidence(before)


def test_what_is_remembered_of_payments_has_a_limit() -> None:
    """Of however many were weighed, only so many weighings are kept."""
    before = sum(type(one) is Weighed for one in gc.get_objects())
    for name in range(2 * WEIGHINGS_MAX):
        fold(payment(payment_id=PaymentId(f"pay_{name}"), evidence=(said(fact()),)))
    kept = sum(type(one) is Weighed for one in gc.get_objects()) - before
    assert kept <= WEIGHINGS_MAX


def test_what_our_closing_does_not_end() -> None:
    """Money that fits nothing and test money wait for a person; a number on a cart that is none of ours still waits."""
    over = (Closing(attempt=1, reason=ClosingReason.EXPIRED, at=NOON),)
    assert outcome_of(fact(amount=HALF, moved=HALF), closings=over).state is State.OPEN
    assert outcome_of(fact(), live=True, closings=over).state is State.OPEN
    assert outcome_of(number(cart_id=CartId("elsewhere")), closings=over).state is State.PENDING
    assert outcome_of(number(), closings=over).state is State.EXPIRED


@pytest.mark.parametrize(
    ("name", "causes"),
    [
        ("captured whole, and paid on the other page", ("paid_twice TST2 TST3",)),
        ("authorised on both pages", ("paid_twice TST1 TST2",)),
        ("paid, and authorised on the other page", ("paid_twice TST1 TST2",)),
        ("voided in part and refunded whole", ("amount_mismatch TST3",)),
        ("more given back than was taken", ("amount_mismatch TST2 TST3",)),
        ("late and twice", ("paid_twice TST1 TST2", "paid_late TST1 TST2")),
        ("money of last season, and the order paid", ("old_money TST1",)),
    ],
)
def test_a_case_names_the_transactions_that_raise_it(name: str, causes: tuple[str, ...]) -> None:
    """Those that bind the buyer's money or give back too much of it, and no other."""
    history = CATALOGUE[name]
    pieces = tuple(said(one) for one in history.facts)
    assert fold(payment(*history.attempts, evidence=pieces, closings=history.closings)).causes == causes
