"""The token bucket, on a clock that only sleeping moves."""

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.errors import GatewayUnavailable, Misconfigured
from wasl.gateway.pace import WAIT_S_MAX, Pace


class Time:
    """A clock that the test moves; sleepers are noted and never wait."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Note it."""
        self.slept.append(seconds)


def pace(time: Time, *, rate_per_s: float = 4, burst: int = 5) -> Pace:
    """A bucket on this clock, with an interval that binary numbers hold exactly."""
    return Pace(clock=time, sleep=time.sleep, rate_per_s=rate_per_s, burst=burst)


async def test_a_burst_goes_through_and_the_rest_waits_in_order() -> None:
    """Five at once, then one every 250 milliseconds."""
    time = Time()
    bucket = pace(time)
    await asyncio.gather(*(bucket.turn() for _ in range(8)))
    assert time.slept == [0.25, 0.5, 0.75]


async def test_silence_fills_the_bucket_and_no_further() -> None:
    """An hour of silence does not buy an hour's questions."""
    time = Time()
    bucket = pace(time)
    for _ in range(5):
        await bucket.turn()
    time.now += 3_600
    for _ in range(6):
        await bucket.turn()
    assert time.slept == [0.25]


async def test_whoever_would_wait_too_long_is_told_at_once() -> None:
    """The queue is bounded by time, and its length is no secret."""
    time = Time()
    bucket = pace(time, rate_per_s=1, burst=1)
    for _ in range(int(WAIT_S_MAX) + 1):
        await bucket.turn()
    with pytest.raises(GatewayUnavailable) as caught:
        await bucket.turn()
    assert caught.value.retry_after_s == pytest.approx(WAIT_S_MAX + 1)


async def test_the_one_who_was_turned_away_takes_no_turn() -> None:
    """Or the queue would never get shorter."""
    time = Time()
    bucket = pace(time, rate_per_s=1, burst=1)
    for _ in range(int(WAIT_S_MAX) + 1):
        await bucket.turn()
    for _ in range(10):
        with pytest.raises(GatewayUnavailable):
            await bucket.turn()
    time.now += 2
    await bucket.turn()
    assert time.slept[-1] == pytest.approx(WAIT_S_MAX - 1)


@pytest.mark.parametrize("rate_per_s", [0, -1, float("nan")])
def test_a_pace_is_above_nothing(rate_per_s: float) -> None:
    """A setting that lets nobody ask is a mistake, and is said at once."""
    with pytest.raises(Misconfigured):
        Pace(rate_per_s=rate_per_s)


@given(st.lists(st.floats(0, 2), min_size=1, max_size=60), st.integers(1, 8), st.floats(0.5, 50))
def test_no_window_holds_more_than_the_burst_and_the_rate(gaps: list[float], burst: int, rate_per_s: float) -> None:
    """However the questions come, what goes out in any stretch of time is bounded."""
    time = Time()
    bucket = pace(time, rate_per_s=rate_per_s, burst=burst)
    sent: list[float] = []

    async def play() -> None:
        for gap in gaps:
            time.now += gap
            before = len(time.slept)
            await bucket.turn()
            sent.append(time.now + sum(time.slept[before:]))

    asyncio.run(play())
    for (i, start), (j, end) in itertools.combinations(enumerate(sent), 2):
        assert j - i + 1 <= burst + (end - start) * rate_per_s + 1e-6
