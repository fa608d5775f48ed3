"""The allowance: a rate with a burst, for each name, on a clock that may jump."""

from builders import NOON
from wasl.domain.time import HOUR_MS, SECOND_MS, Instant
from wasl.engine.allowance import NAMES_MAX, Allowance


def taken(allowance: Allowance, name: str, now: int, tries: int = 100) -> int:
    return sum(allowance.take(name, Instant(now)) for _ in range(tries))


def test_a_burst_and_then_the_rate_for_each_name() -> None:
    """One name's flood costs no other name anything."""
    allowance = Allowance(per_s=5, burst=20)
    assert taken(allowance, "a", NOON) == 20
    assert taken(allowance, "b", NOON) == 20
    assert taken(allowance, "a", NOON + SECOND_MS) == 5
    assert taken(allowance, "a", NOON + HOUR_MS) == 20


def test_a_clock_that_is_set_back_costs_nothing_for_long() -> None:
    """What was used while the clock ran hours ahead does not forbid anything until then."""
    allowance = Allowance(per_s=5, burst=20)
    assert taken(allowance, "a", NOON + 3 * HOUR_MS) == 20
    assert taken(allowance, "a", NOON) == 20
    assert taken(allowance, "a", NOON + SECOND_MS) == 5


def test_names_are_forgotten_before_memory_is_full() -> None:
    """The names used longest ago go first."""
    allowance = Allowance(per_s=5, burst=1)
    assert allowance.take("first", NOON)
    for number in range(NAMES_MAX):
        allowance.take(str(number), NOON)
    assert allowance.take("first", NOON)
    assert not allowance.take(str(NAMES_MAX - 1), NOON)
