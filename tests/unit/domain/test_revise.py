"""How a snapshot is made anew: versions, alarms, repeats; and what hastens a question, on a clock that may jump."""

from dataclasses import replace

from builders import NOON, PRICE, fact, payment, said
from wasl.domain.evidence import Evidence, Verdict, Voice
from wasl.domain.money import Money
from wasl.domain.outcome import State
from wasl.domain.revise import HASTEN_MS, hastened, heard, revise, unpaid
from wasl.domain.time import HOUR_MS, MINUTE_MS, Instant

LATER = Instant(NOON + 5)


def test_one_question_a_minute_is_hastened() -> None:
    """A flood hastens one; a minute later the next."""
    assert HASTEN_MS == MINUTE_MS
    first = hastened(payment(), now=NOON)
    assert hastened(first, now=NOON) == first
    assert first.hastened_at == NOON
    assert hastened(first, now=Instant(NOON + HASTEN_MS - 1)) == first
    assert hastened(first, now=Instant(NOON + HASTEN_MS)).hastened_at == NOON + HASTEN_MS


def test_a_clock_that_is_set_back_hastens_again() -> None:
    """What was hastened while the clock ran hours ahead is no reason to wait for hours."""
    ahead = hastened(payment(), now=Instant(NOON + 3 * HOUR_MS))
    assert hastened(ahead, now=NOON).hastened_at == NOON
    assert hastened(ahead, now=Instant(NOON + 3 * HOUR_MS - 1)).hastened_at == NOON + 3 * HOUR_MS - 1


def test_nothing_new_makes_no_version_and_wakes_nobody() -> None:
    """Only the next question is set, at the pace that is asked for."""
    before = payment(asked_at=NOON)
    after = revise(before, now=LATER, watch_ms=7 * MINUTE_MS)
    assert after == replace(before, ask_at=Instant(NOON + 7 * MINUTE_MS))
    assert revise(before, now=LATER).ask_at == NOON + MINUTE_MS


def test_a_new_outcome_is_a_new_version_to_be_told_at_once() -> None:
    """With the time at which it was made."""
    known = payment(evidence=(said(),), version=3, ask_at=NOON)
    after = revise(known, now=LATER)
    assert (after.outcome.state, after.version, after.updated_at, after.tell_at) == (State.PAID, 4, LATER, LATER)
    assert after.ask_at is None


def test_a_telling_under_way_keeps_its_turn() -> None:
    """A new version of a store that is not reached waits with the one before it, and its failures count on."""
    soon = Instant(NOON + HOUR_MS)
    after = revise(payment(evidence=(said(),), tell_at=soon, tell_failures=4), now=LATER)
    assert (after.tell_at, after.tell_failures) == (soon, 4)


def test_a_parked_telling_goes_on_with_a_new_version() -> None:
    """From its beginning, whatever alarm was left."""
    for alarm in (None, Instant(NOON + HOUR_MS)):
        after = revise(payment(evidence=(said(),), tell_at=alarm, tell_failures=82, parked="HTTP 500"), now=LATER)
        assert (after.tell_at, after.tell_failures, after.parked) == (LATER, 0, "")


def at(piece: Evidence, when: int) -> Evidence:
    """The same, heard at another time."""
    return replace(piece, first_heard_at=Instant(when), last_heard_at=Instant(when))


def test_a_repeat_is_counted_where_it_stands() -> None:
    """The first time stays, the last is the latest of both, in either order; details join, and the others stay."""
    first, other = said(fact(code="1")), said(fact(verdict=Verdict.DECLINED))
    last = said(fact("TST2"))
    known = payment(evidence=(other, first, last))
    again = heard(known, at(said(fact(code="2")), LATER))
    counted = replace(first, fact=fact(code="2"), heard=2, last_heard_at=LATER)
    assert again.evidence == (other, counted, last)
    assert heard(again, first).evidence == (other, replace(counted, heard=3), last)


def test_another_voice_or_another_fact_is_added() -> None:
    """Each voice is evidence of its own."""
    known = payment(evidence=(said(),))
    ipn, late = said(voice=Voice.IPN), said(fact(verdict=Verdict.REVERSED))
    assert heard(heard(known, ipn), late).evidence == (said(), ipn, late)


def test_a_payment_nobody_has_spoken_of_is_open_over_nothing() -> None:
    """In the currency of its amount."""
    outcome, nothing = unpaid(PRICE), Money(0, PRICE.currency)
    assert (outcome.state, outcome.concerns) == (State.OPEN, ())
    assert {outcome.captured, outcome.refunded, outcome.moved, outcome.authorized} == {nothing}
