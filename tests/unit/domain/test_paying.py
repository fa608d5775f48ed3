"""What a buyer may do now."""

from dataclasses import replace

import pytest

from builders import NOON, attempt, fact, payment, said
from unit.domain.stating import HALF, auth, capture, hold, number, refund
from wasl.domain.evidence import CartId, Closing, ClosingReason, Decision, Fact, Kind, Ruling, Verdict
from wasl.domain.fold import fold
from wasl.domain.outcome import State
from wasl.domain.paying import (
    ANSWER_AWAITED_MS,
    ATTEMPTS_MAX,
    PAGE_LIFE_MIN_MS,
    Next,
    attempt_states,
    is_unclear,
    live_page,
    next_page,
)
from wasl.domain.payment import Answer, Payment
from wasl.domain.time import MINUTE_MS, SECOND_MS, Instant


def knowing(*facts: Fact, of: Payment | None = None) -> Payment:
    """A payment that has heard these facts."""
    told = replace(of or payment(), evidence=tuple(said(one) for one in facts))
    return replace(told, outcome=fold(told))


@pytest.mark.parametrize(
    ("stated", "answer"),
    [
        ((), Next.SAME_PAGE),
        ((fact(),), Next.NONE),
        ((fact(), refund("TST2", money=HALF)), Next.NONE),
        ((fact(), refund("TST2")), Next.NONE),
        ((auth(), capture("TST2", HALF)), Next.NONE),
        ((fact(kind=Kind.AUTH),), Next.NONE),
        ((fact(kind=Kind.AUTH, verdict=Verdict.HELD),), Next.NONE),
        ((fact(verdict=Verdict.UNANSWERED),), Next.NONE),
        ((fact(verdict=Verdict.UNRECOGNIZED),), Next.NONE),
        ((fact(amount=None),), Next.NONE),
        ((fact(verdict=Verdict.DECLINED),), Next.NEW_PAGE),
        ((fact(verdict=Verdict.CANCELED),), Next.NEW_PAGE),
        ((fact(verdict=Verdict.EXPIRED),), Next.NEW_PAGE),
        ((fact(kind=Kind.PAYMENT_REQUEST, verdict=Verdict.PENDING),), Next.NEW_PAGE),
    ],
)
@pytest.mark.requirement("R10")
def test_one_page_at_a_time(stated: tuple[Fact, ...], answer: Next) -> None:
    """The same live page, the next attempt, or none while money is decided, held or unknown."""
    assert next_page(knowing(*stated), now=Instant(NOON + MINUTE_MS)) is answer


def test_an_order_without_a_page_gets_one() -> None:
    """The first wish of all."""
    assert next_page(payment(attempts=()), now=NOON) is Next.NEW_PAGE
    assert live_page(payment(attempts=()), now=NOON) is None


def test_a_page_of_another_amount_is_not_handed_out() -> None:
    """The order was changed: money on the old page would fit nothing."""
    assert live_page(payment(attempt(amount=HALF)), now=NOON) is None


def test_a_page_on_which_money_may_have_moved_is_not_handed_out() -> None:
    """The bank did not answer: whoever pays again may pay twice."""
    assert live_page(knowing(fact(verdict=Verdict.UNANSWERED)), now=NOON) is None


def test_a_page_about_to_end_is_not_handed_out() -> None:
    """A buyer could not finish on it in less than a minute."""
    assert PAGE_LIFE_MIN_MS == MINUTE_MS
    assert live_page(payment(), now=Instant(NOON + 19 * MINUTE_MS - 1)) == attempt()
    assert live_page(payment(), now=Instant(NOON + 19 * MINUTE_MS)) is None
    almost = Instant(NOON + 19 * MINUTE_MS + SECOND_MS)
    assert live_page(payment(), now=almost) is None
    assert next_page(payment(), now=almost) is Next.NEW_PAGE


def test_whoever_asks_first_is_waited_for_and_then_given_up() -> None:
    """An answer that nobody recorded in time is lost, and the next attempt opens."""
    assert ANSWER_AWAITED_MS == 15 * SECOND_MS
    asking = payment(attempt(answer=Answer.AWAITED, redirect_url=None))
    assert next_page(asking, now=Instant(NOON + ANSWER_AWAITED_MS - 1)) is Next.AWAIT
    assert next_page(asking, now=Instant(NOON + ANSWER_AWAITED_MS)) is Next.NEW_PAGE


@pytest.mark.parametrize("answer", [Answer.LOST, Answer.REFUSED])
def test_a_lost_or_refused_page_is_followed_by_the_next(answer: Answer) -> None:
    """Nobody can know the address of a lost page."""
    assert next_page(payment(attempt(answer=answer)), now=NOON) is Next.NEW_PAGE


def test_each_attempt_shows_its_own_state() -> None:
    """The first was declined, the second is open."""
    told = knowing(fact(verdict=Verdict.DECLINED), of=payment(attempt(), attempt(2)))
    assert list(attempt_states(told).values()) == [State.FAILED, State.OPEN]


@pytest.mark.parametrize(
    ("stated", "closed", "state"),
    [
        ((), False, State.OPEN),
        ((), True, State.EXPIRED),
        ((fact(),), True, State.PAID),
        ((fact(), refund("TST2", verdict=Verdict.DECLINED)), False, State.PAID),
        ((auth(),), False, State.AUTHORIZED),
        ((hold(),), False, State.HELD),
        ((number(),), False, State.PENDING),
        ((fact(verdict=Verdict.REVERSED),), False, State.VOIDED),
        ((fact(verdict=Verdict.DECLINED),), True, State.FAILED),
        ((fact(verdict=Verdict.ERROR),), False, State.FAILED),
        ((fact(verdict=Verdict.CANCELED),), False, State.CANCELED),
        ((fact(verdict=Verdict.EXPIRED),), False, State.EXPIRED),
        ((fact(verdict=Verdict.DECLINED), fact("TST2")), False, State.PAID),
        ((capture("TST2", verdict=Verdict.DECLINED),), False, State.OPEN),
        ((fact(cart_id=CartId("elsewhere")),), False, State.OPEN),
    ],
)
def test_a_page_shows_what_became_of_it(stated: tuple[Fact, ...], closed: bool, state: State) -> None:  # noqa: FBT001  a column of the table
    """Money first, then how it ended; what follows a payment, and other carts, say nothing about a page."""
    over = (Closing(attempt=1, reason=ClosingReason.EXPIRED, at=NOON),) if closed else ()
    assert attempt_states(knowing(*stated, of=payment(closings=over))) == {1: state}


@pytest.mark.parametrize(
    ("stated", "unclear", "after_closing"),
    [
        (fact(), False, False),
        (fact(verdict=Verdict.UNANSWERED), True, False),
        (fact(verdict=Verdict.UNRECOGNIZED), True, False),
        (fact(verdict=Verdict.UNANSWERED, cart_id=CartId("elsewhere")), True, True),
        (fact(amount=HALF, moved=HALF), True, True),
    ],
)
def test_what_may_be_money_is_unclear(stated: Fact, unclear: bool, after_closing: bool) -> None:  # noqa: FBT001  a column of the table
    """What nobody knows stops to matter with its page; money that fits nothing when a person has decided."""
    known = knowing(stated)
    closed = replace(known, closings=(Closing(attempt=1, reason=ClosingReason.EXPIRED, at=NOON),))
    assert (is_unclear(known), is_unclear(closed)) == (unclear, after_closing)


def test_money_that_a_person_has_decided_about_is_clear() -> None:
    """The buyer may pay again."""
    odd = knowing(fact(amount=HALF, moved=HALF))
    decision = Decision(ruling=Ruling.ACCEPTED, causes=odd.outcome.causes, note="", by="Mona", at=NOON)
    assert not is_unclear(replace(odd, decisions=(decision,)))


def test_no_order_has_more_pages_than_a_person_would_try() -> None:
    """A bound, and one that no buyer meets."""
    assert ATTEMPTS_MAX == 200
