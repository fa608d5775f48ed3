"""What a buyer may do now."""

from dataclasses import replace

import pytest

from builders import NOON, attempt, fact, payment, said
from wasl.domain.evidence import Fact, Kind, Verdict
from wasl.domain.fold import fold
from wasl.domain.outcome import State
from wasl.domain.paying import ANSWER_AWAITED_MS, Next, attempt_states, live_page, next_page
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


def test_a_page_about_to_end_is_not_handed_out() -> None:
    """A buyer could not finish on it."""
    almost = Instant(NOON + 19 * MINUTE_MS + SECOND_MS)
    assert live_page(payment(), now=almost) is None
    assert next_page(payment(), now=almost) is Next.NEW_PAGE


def test_whoever_asks_first_is_waited_for_and_then_given_up() -> None:
    """An answer that nobody recorded in time is lost, and the next attempt opens."""
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
