"""When the gateway is asked: often while a page lives, ever more rarely after, and never without end."""

from dataclasses import replace

import pytest

from builders import NOON, SAR, attempt, fact, payment, said
from wasl.domain.evidence import CartId, Closing, ClosingReason, Decision, Fact, Kind, Ruling, TranRef, Verdict
from wasl.domain.fold import fold
from wasl.domain.money import CURRENCIES, Money
from wasl.domain.outcome import State
from wasl.domain.payment import Payment
from wasl.domain.revise import revise
from wasl.domain.schedule import WATCH_MS, aging_authorizations, asked_about, closings_due, long_held, next_ask
from wasl.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Instant

END = NOON + 20 * MINUTE_MS
REQUEST = fact(kind=Kind.PAYMENT_REQUEST, verdict=Verdict.PENDING)
HELD = fact(kind=Kind.AUTH, verdict=Verdict.HELD)
ODD = fact(amount=Money(1, SAR), moved=Money(1, SAR))


def fading(days: int) -> list[int]:
    """Hourly for a day, then every six hours, until *days* are over."""
    return [n * HOUR_MS for n in range(1, 24)] + [n * 6 * HOUR_MS for n in range(4, 4 * days)]


def asked(start: Payment, *, watch_ms: int = WATCH_MS) -> list[int]:
    """The points at which a payment of which nothing more is heard is asked about, until it never is again."""
    points, current = [], start
    while (due := next_ask(current, watch_ms=watch_ms)) is not None:
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
    assert points == [*fading(10), 10 * DAY_MS + 20 * MINUTE_MS]
    assert closings_due(current, now=Instant(NOON + points[-1] - 1)) == ()
    ended = replace(current, closings=closings_due(current, now=Instant(NOON + points[-1])))
    assert fold(ended).state is State.EXPIRED


@pytest.mark.parametrize(
    "piece",
    [
        HELD,
        fact(kind=Kind.AUTH),
        ODD,
        fact(amount=Money(5790, CURRENCIES["KWD"])),
    ],
)
def test_what_only_people_end_is_watched_for_a_year_and_never_called_over(piece: Fact) -> None:
    """A risk review, an authorisation, money that fits nothing: four times a day for a month, then once a week."""
    waiting = payment(evidence=(said(piece),))
    assert asked(waiting) == [*fading(30), *(days * DAY_MS for days in range(30, 365, 7))]
    assert closings_due(waiting, now=Instant(NOON + 90 * DAY_MS)) == ()


def test_a_refund_under_way_is_watched_from_when_it_was_heard_of() -> None:
    """However old the payment is."""
    month = Instant(NOON + 40 * DAY_MS)
    refund = fact("TST2", kind=Kind.REFUND, verdict=Verdict.PENDING, previous_ref=TranRef("TST1"))
    current = payment(evidence=(said(), said(refund, at=month)), asked_at=month)
    assert next_ask(current) == month + HOUR_MS
    declined = fact("TST3", verdict=Verdict.DECLINED)
    older = replace(current, evidence=(*current.evidence, said(replace(refund, at=NOON)), said(declined, at=month + 9)))
    assert next_ask(older) == month + HOUR_MS


def test_each_page_is_watched_from_its_own_news() -> None:
    """What was heard of the second page later leaves the first page's rhythm as it was."""
    later = Instant(NOON + 2 * DAY_MS + 30 * MINUTE_MS)
    second = fact("TST2", kind=Kind.AUTH, cart_id=CartId("t-1042-2"))
    both = payment(attempt(), attempt(2), evidence=(said(HELD), said(second, at=later)), asked_at=later)
    assert [asked_about(both), next_ask(both)] == [both.attempts, later + HOUR_MS]
    assert next_ask(replace(both, asked_at=Instant(later + DAY_MS))) == NOON + 3 * DAY_MS + 6 * HOUR_MS


def test_what_a_person_has_decided_is_not_watched_any_more() -> None:
    """Odd money that was accepted: its page ends like one nobody paid on."""
    odd = payment(evidence=(said(fact(amount=Money(1, SAR), moved=Money(1, SAR))),))
    causes = fold(odd).causes
    decided = replace(odd, decisions=(Decision(ruling=Ruling.ACCEPTED, causes=causes, note="", by="Ali", at=NOON),))
    assert asked(decided) == asked(payment())
    ended = replace(decided, closings=closings_due(decided, now=Instant(NOON + DAY_MS)))
    assert (fold(odd).state, fold(ended).state, fold(ended).concerns) == (State.OPEN, State.EXPIRED, ())


@pytest.mark.parametrize("verdict", [Verdict.APPROVED, Verdict.DECLINED])
def test_a_refund_of_decided_money_keeps_no_page_open(verdict: Verdict) -> None:
    """Odd money that was given back, or not, and then accepted: its page ends like one that nobody used."""
    refund = replace(ODD, tran_ref=TranRef("TST2"), kind=Kind.REFUND, verdict=verdict, previous_ref=ODD.tran_ref)
    causes = (f"amount_mismatch {ODD.tran_ref}",)
    decision = Decision(ruling=Ruling.ACCEPTED, causes=causes, note="", by="ali", at=NOON)
    before = payment(evidence=(said(ODD), said(refund)), decisions=(decision,))
    (closing,) = closings_due(before, now=Instant(END + 30 * SECOND_MS))
    assert fold(replace(before, closings=(closing,))).state is State.EXPIRED


@pytest.mark.parametrize("verdict", [Verdict.UNANSWERED, Verdict.UNRECOGNIZED])
def test_what_nobody_knows_is_asked_about_for_three_days(verdict: Verdict) -> None:
    """The bank did not answer, or nobody understands the word: money may have moved, so it is a question.

    As often as a live page, and besides at growing distances from its beginning, however rarely pages are asked about.
    """
    unknown = payment(evidence=(said(fact(verdict=verdict)),))
    assert asked(unknown)[:9] == [n * MINUTE_MS for n in range(1, 10)]
    minutes = (1, 2, 5, 10, 20.5, 30, 50, 120, 140, 240, 260, 1440, 1460, 4320, 4340)
    assert asked(unknown, watch_ms=30 * DAY_MS) == [minute * MINUTE_MS for minute in minutes]
    end = Instant(END + 3 * DAY_MS)
    assert closings_due(unknown, now=Instant(end - 1)) == ()
    assert len(closings_due(unknown, now=end)) == 1


def test_a_restart_goes_on_where_it_was() -> None:
    """The next question follows from what is recorded, not from how long a process has run."""
    current = revise(payment(asked_at=Instant(NOON + 7 * MINUTE_MS)), now=Instant(NOON + 8 * HOUR_MS))
    assert current.ask_at == NOON + 8 * MINUTE_MS


def test_money_that_fits_nothing_is_not_called_over_with_what_nobody_knows() -> None:
    """One page, an unanswered charge and an odd amount: a person decides first."""
    both = payment(evidence=(said(ODD), said(fact("TST2", verdict=Verdict.UNANSWERED))))
    assert closings_due(both, now=Instant(NOON + 90 * DAY_MS)) == ()


def test_test_money_on_a_live_store_waits_for_a_person() -> None:
    """It is watched like money that fits nothing."""
    waiting = payment(evidence=(said(),), live=True)
    assert next_ask(replace(waiting, asked_at=Instant(NOON + 3 * DAY_MS))) == NOON + 3 * DAY_MS + 6 * HOUR_MS
    assert closings_due(waiting, now=Instant(NOON + 90 * DAY_MS)) == ()


def test_an_attempt_is_called_over_once() -> None:
    """What was closed is not closed again."""
    over = payment(attempt(), attempt(2), closings=(Closing(attempt=1, reason=ClosingReason.EXPIRED, at=NOON),))
    assert [closing.attempt for closing in closings_due(over, now=Instant(NOON + DAY_MS))] == [2]


def test_a_payment_is_asked_about_from_its_first_millisecond() -> None:
    """What happened at its birth is a reason to ask; what a clock that was ahead put before it is none."""
    born = payment(returned_at=NOON)
    assert next_ask(born) == NOON
    assert next_ask(payment(hastened_at=Instant(NOON - 1))) == NOON + MINUTE_MS
    paid = payment(evidence=(said(),), hastened_at=NOON)
    assert asked_about(paid) == paid.attempts
    assert asked_about(replace(paid, hastened_at=Instant(NOON - 1))) == ()


def test_what_was_hastened_is_asked_about_at_once() -> None:
    """Also of a payment that is settled: somebody claims to know more."""
    now = Instant(NOON + 5 * MINUTE_MS + 7)
    assert next_ask(payment(asked_at=Instant(NOON + 5 * MINUTE_MS), hastened_at=now)) == now
    paid = payment(evidence=(said(),), asked_at=NOON, hastened_at=now)
    assert (next_ask(paid), asked_about(paid)) == (now, paid.attempts)
    assert asked_about(replace(paid, asked_at=now)) == ()


def test_nothing_is_asked_about_for_ever() -> None:
    """A page whose last point is over is left out of a query."""
    assert asked_about(payment(asked_at=Instant(END + 72 * HOUR_MS - 1))) == payment().attempts
    over = (Closing(attempt=1, reason=ClosingReason.EXPIRED, at=Instant(END + 30 * SECOND_MS)),)
    assert asked_about(payment(asked_at=Instant(END + 72 * HOUR_MS), closings=over)) == ()


def test_a_return_hastens_only_what_it_can_be_about() -> None:
    """A buyer who came back before the second page was opened was not there; money that is proved needs no hurry."""
    back = Instant(NOON + 5 * MINUTE_MS + SECOND_MS)
    asked_at = Instant(NOON + 5 * MINUTE_MS)
    assert next_ask(payment(evidence=(said(),), returned_at=back, asked_at=asked_at)) is None
    second = attempt(2, opened_at=Instant(back + 1), expires_at=Instant(back + 20 * MINUTE_MS))
    after_it = payment(second, returned_at=back, asked_at=asked_at)
    assert next_ask(after_it) == back + 1 + MINUTE_MS
    same = payment(replace(second, opened_at=back), returned_at=back, asked_at=asked_at)
    assert next_ask(same) == back
    reserved = payment(evidence=(said(fact(kind=Kind.AUTH)),), returned_at=back, asked_at=asked_at)
    assert next_ask(reserved) == back


def test_a_number_that_was_paid_is_asked_about_once_more() -> None:
    """Under its own reference it waits for ever; its money is proved, so only the end of its life is looked at."""
    paid = payment(evidence=(said(REQUEST), said(fact("TST9", previous_ref=TranRef("TST1")))))
    assert asked(paid) == [10 * DAY_MS + 20 * MINUTE_MS]


def test_a_stray_transaction_belongs_to_no_page() -> None:
    """Money on a cart that is none of ours keeps no page from ending."""
    stray = payment(evidence=(said(fact("TST7", cart_id=CartId("elsewhere"))),))
    assert asked(stray) == asked(payment())


def test_a_hold_is_long_after_so_many_days() -> None:
    """Counted from the gateway's own time, or from the payment's if it says none; other transactions are not held."""
    held = payment(evidence=(said(replace(HELD, at=Instant(NOON + 7))), said(fact("TST2", kind=Kind.AUTH))))
    assert long_held(held, days=3, now=Instant(NOON + 6 + 3 * DAY_MS)) == ()
    assert long_held(held, days=3, now=Instant(NOON + 7 + 3 * DAY_MS)) == ("TST1",)
    assert long_held(held, days=3, now=Instant(NOON + 9 * DAY_MS)) == ("TST1",)
    untimed = payment(evidence=(said(replace(HELD, at=None)),))
    assert long_held(untimed, days=2, now=Instant(NOON + 2 * DAY_MS - 1)) == ()
    assert long_held(untimed, days=2, now=Instant(NOON + 2 * DAY_MS)) == ("TST1",)


@pytest.mark.parametrize("kind", [Kind.CAPTURE, Kind.RELEASE, Kind.VOID])
def test_an_authorisation_that_is_used_up_is_asked_about_no_more(kind: Kind) -> None:
    """Captured or let go as a whole nothing can come of it; of a part of it, something still can."""
    reserved = fact(kind=Kind.AUTH)
    whole = fact("TST2", kind=kind, previous_ref=TranRef("TST1"))
    part = replace(whole, amount=Money(100, SAR), moved=Money(100, SAR))
    assert asked(payment(evidence=(said(reserved), said(whole)))) == []
    assert len(asked(payment(evidence=(said(reserved), said(part))))) > 100


@pytest.mark.requirement("R38")
def test_an_authorisation_that_grows_old_is_named_until_it_is_captured_or_let_go() -> None:
    """From the day the merchant chose; a bank drops it silently some time after."""
    authorized = said(fact(kind=Kind.AUTH, at=NOON))
    old = payment(evidence=(authorized,))
    assert aging_authorizations(old, days=4, now=Instant(NOON + 4 * DAY_MS - 1)) == ()
    assert aging_authorizations(old, days=4, now=Instant(NOON + 4 * DAY_MS)) == ("TST1",)
    captured = fact("TST2", kind=Kind.CAPTURE, previous_ref=TranRef("TST1"))
    assert (
        aging_authorizations(
            replace(old, evidence=(authorized, said(captured))), days=4, now=Instant(NOON + 9 * DAY_MS)
        )
        == ()
    )
    untimed = payment(evidence=(said(fact(kind=Kind.AUTH, at=None)),))
    assert aging_authorizations(untimed, days=1, now=Instant(NOON + DAY_MS)) == ("TST1",)


def test_a_page_that_a_decision_leaves_without_end_is_asked_about_once_more() -> None:
    """Odd money was accepted long after its page had ended: somebody has to call that page expired."""
    decision = Decision(ruling=Ruling.ACCEPTED, causes=(f"amount_mismatch {ODD.tran_ref}",), note="", by="ali", at=NOON)
    long_after = Instant(END + 20 * DAY_MS)
    odd = payment(evidence=(said(ODD),), decisions=(decision,), asked_at=long_after)
    assert next_ask(odd) == long_after + 1
    ended = replace(odd, closings=closings_due(odd, now=Instant(long_after + 1)), asked_at=Instant(long_after + 1))
    assert (fold(ended).state, next_ask(ended)) == (State.EXPIRED, None)


def test_what_a_question_may_end_is_asked_about_beside_a_page_that_lives() -> None:
    """Or the old page would be due again at once, and for ever, while only the new one is asked about."""
    long_after = Instant(END + 20 * DAY_MS)
    decision = Decision(
        ruling=Ruling.ACCEPTED, causes=(f"amount_mismatch {ODD.tran_ref}",), note="", by="ali", at=long_after
    )
    lives = attempt(2, opened_at=long_after, expires_at=Instant(long_after + 20 * MINUTE_MS))
    both = payment(attempt(), lives, evidence=(said(ODD),), decisions=(decision,), asked_at=Instant(long_after + 1))
    assert [one.number for one in asked_about(both)] == [1, 2]
    ended = replace(both, closings=closings_due(both, now=Instant(long_after + 2)), asked_at=Instant(long_after + 2))
    assert [one.number for one in asked_about(ended)] == [2]
    assert next_ask(ended) == long_after + MINUTE_MS
