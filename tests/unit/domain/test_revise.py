"""What hastens a question: at most once a minute, on a clock that may jump."""

from builders import NOON, payment
from wasl.domain.revise import HASTEN_MS, hastened
from wasl.domain.time import HOUR_MS, Instant


def test_one_question_a_minute_is_hastened() -> None:
    """A flood hastens one; a minute later the next."""
    first = hastened(payment(), now=NOON)
    assert first.hastened_at == NOON
    assert hastened(first, now=Instant(NOON + HASTEN_MS - 1)) == first
    assert hastened(first, now=Instant(NOON + HASTEN_MS)).hastened_at == NOON + HASTEN_MS


def test_a_clock_that_is_set_back_hastens_again() -> None:
    """What was hastened while the clock ran hours ahead is no reason to wait for hours."""
    ahead = hastened(payment(), now=Instant(NOON + 3 * HOUR_MS))
    assert hastened(ahead, now=NOON).hastened_at == NOON
