"""Points in time are whole Unix milliseconds, so that both databases and every process mean the same one."""

from datetime import UTC, datetime
from typing import Final, NewType

Instant = NewType("Instant", int)
"""Milliseconds since 1970-01-01T00:00:00Z."""

SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60 * SECOND_MS
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS


def after(start: Instant, milliseconds: int) -> Instant:
    """The instant *milliseconds* later than *start*."""
    return Instant(start + milliseconds)


def rfc3339(instant: Instant) -> str:
    """`2026-11-24T08:13:33.120Z`, as every interface of Wasl shows times."""
    seconds, milliseconds = divmod(instant, SECOND_MS)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds:03d}Z"
