"""Time is whole milliseconds, and is shown in UTC."""

from wasl.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Instant, after, rfc3339


def test_the_units_are_what_they_are_called() -> None:
    """Everything else is written in them."""
    assert (SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS) == (1_000, 60_000, 3_600_000, 86_400_000)


def test_an_instant_is_shown_to_the_millisecond_in_utc() -> None:
    """With leading zeros, whatever the zone of the machine."""
    assert rfc3339(Instant(0)) == "1970-01-01T00:00:00.000Z"
    assert rfc3339(after(Instant(1_795_508_013_000), 7)) == "2026-11-24T08:13:33.007Z"
