"""When the gateway is asked: often while a page lives, ever more rarely after, and never without end."""

import itertools
from dataclasses import replace

import pytest

from builders import NOON, SAR, attempt, fact, payment, said
from wasl.domain.evidence import ClosingReason, Decision, Fact, Kind, Ruling, TranRef, Verdict
from wasl.domain.fold import fold
from wasl.domain.money import CURRENCIES, Money
from wasl.domain.outcome import State
from wasl.domain.payment import Payment
from wasl.domain.revise import revise
from wasl.domain.schedule import asked_about, closings_due, next_ask
from wasl.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Instant

END = NOON + 20 * MINUTE_MS
REQUEST = fact(kind=Kind.PAYMENT_REQUEST, verdict=Verdict.PENDING)


def asked(start: Payment) -> list[int]:
    """The points at which a payment of which nothing more is heard is asked about, until it never is again."""
    points, current = [], start
    while (due := next_ask(current)) is not None:
        points.append(due - NOON)
        current = replace(current, asked_at=due)
        current = replace(current, closings=(*current.closings, *closings_due(current, now=due)))
        current = replace(current, outcome=fold(current))
        assert len(points) < 300
    return points


@pytest.mark.requirement("R5", "R11")
def test_a_silent_page_is_asked_about_every_minute_then_ever_more_rarely() -> None:
    """Every minute of its life, once after it, and five times in the three days that follow."""
    points = asked(payment())
    assert points[:19] == [n * MINUTE_MS for n in range(1, 20)]
    assert points[19:] == [
        20 * MINUTE_MS + 30 * SECOND_MS,
        *(20 * MINUTE_MS + offset for offset in (30 * MINUTE_MS, 2 * HOUR_MS, 4 * HOUR_MS, 24 * HOUR_MS, 72 * HOUR_MS)),
    ]


def test_an_unpaid_page_expires_only_after_a_last_query() -> None:
    """Until a query after its life has found nothing, nobody says expired."""
    before = payment()
    assert closings_due(before, now=Instant(END)) == ()
    (closing,) = closings_due(before, now=Instant(END + 30 * SECOND_MS))
    assert (closing.attempt, closing.reason) == (1, ClosingReason.EXPIRED)
    assert fold(replace(before, closings=(closing,))).state is State.EXPIRED


def test_a_paid_page_is_not_asked_about() -> None:
    """Money that is proved needs no more questions."""
    paid = payment(evidence=(said(),))
    assert next_ask(paid) is None
    assert asked_about(paid) == ()


def test_a_second_page_is_watched_although_the_first_is_paid() -> None:
    """Its money would be double money, so it is asked about like any other."""
    both = payment(attempt(), attempt(2), evidence=(said(),))
    assert [a.number for a in asked_about(both)] == [2]
    assert next_ask(both) is not None


def test_a_returning_buyer_hastens_the_question() -> None:
    """Asked at once, and again after 3, 10 and 30 seconds if the gateway did not know yet."""
    back = Instant(NOON + 5 * MINUTE_MS + 7 * SECOND_MS)
    current = payment(returned_at=back, asked_at=Instant(NOON + 5 * MINUTE_MS))
    points = []
    for _ in range(5):
        due = next_ask(current)
        assert due is not None
        points.append((due - back) // SECOND_MS)
        current = replace(current, asked_at=due)
    assert points == [0, 3, 10, 30, 53]


def test_a_page_is_watched_after_a_decline() -> None:
    """A page that lets the buyer try again may take money after it: asked about like one nobody has spoken of."""
    declined = payment(evidence=(said(fact(verdict=Verdict.DECLINED)),))
    assert asked(declined) == asked(payment())
    back = Instant(NOON + 5 * MINUTE_MS + SECOND_MS)
    returned = replace(declined, returned_at=back, asked_at=Instant(NOON + 5 * MINUTE_MS))
    assert next_ask(returned) == back


def test_a_deferred_payment_is_watched_for_days_and_then_ends() -> None:
    """Hourly, then four times a day, until it is called expired."""
    current = payment(evidence=(said(REQUEST),))
    points = asked(current)
    assert points[:24] == [n * HOUR_MS for n in range(1, 25)]
    assert points[-1] == 20 * MINUTE_MS + 10 * DAY_MS
    ended = replace(current, closings=closings_due(current, now=Instant(NOON + points[-1])))
    assert fold(ended).state is State.EXPIRED


@pytest.mark.parametrize(
    "piece",
    [
        fact(kind=Kind.AUTH, verdict=Verdict.HELD),
        fact(kind=Kind.AUTH),
        fact(amount=Money(1, SAR), moved=Money(1, SAR)),
        fact(amount=Money(5790, CURRENCIES["KWD"])),
    ],
)
def test_what_only_people_end_is_watched_for_a_year_and_never_called_over(piece: Fact) -> None:
    """A risk review, an authorisation, money that fits nothing: four times a day for a month, then once a week."""
    waiting = payment(evidence=(said(piece),))
    points = asked(waiting)
    assert len([point for point in points if 2 * DAY_MS < point <= 29 * DAY_MS]) == 27 * 4
    late = [point for point in points if point > 30 * DAY_MS]
    assert {after - before for before, after in itertools.pairwise(late)} == {7 * DAY_MS}
    assert late[-1] > 350 * DAY_MS
    assert closings_due(waiting, now=Instant(NOON + 90 * DAY_MS)) == ()


def test_a_refund_under_way_is_watched_from_when_it_was_heard_of() -> None:
    """However old the payment is."""
    month = Instant(NOON + 40 * DAY_MS)
    refund = fact("TST2", kind=Kind.REFUND, verdict=Verdict.PENDING, previous_ref=TranRef("TST1"))
    current = payment(evidence=(said(), said(refund, at=month)), asked_at=month)
    assert next_ask(current) == month + HOUR_MS


def test_what_a_person_has_decided_is_not_watched_any_more() -> None:
    """Odd money that was accepted: its page ends like one nobody paid on."""
    odd = payment(evidence=(said(fact(amount=Money(1, SAR), moved=Money(1, SAR))),))
    causes = fold(odd).causes
    decided = replace(odd, decisions=(Decision(ruling=Ruling.ACCEPTED, causes=causes, note="", by="Ali", at=NOON),))
    assert asked(decided) == asked(payment())
    ended = replace(decided, closings=closings_due(decided, now=Instant(NOON + DAY_MS)))
    assert (fold(odd).state, fold(ended).state, fold(ended).concerns) == (State.OPEN, State.EXPIRED, ())


def test_an_unanswered_bank_is_asked_about_for_three_days() -> None:
    """It may have taken the money: unknown is a question, not a failure."""
    unknown = payment(evidence=(said(fact(verdict=Verdict.UNANSWERED)),))
    points = asked(unknown)
    assert points[0] == MINUTE_MS
    assert points[-1] == 20 * MINUTE_MS + 3 * DAY_MS


def test_a_restart_goes_on_where_it_was() -> None:
    """The next question follows from what is recorded, not from how long a process has run."""
    current = revise(payment(asked_at=Instant(NOON + 7 * MINUTE_MS)), now=Instant(NOON + 8 * HOUR_MS))
    assert current.ask_at == NOON + 8 * MINUTE_MS
