"""Laws of the fold, searched for counter-examples among long random histories."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOON, PRICE, SAR, attempt, fact, payment, said
from wasl.domain.evidence import CartId, Closing, ClosingReason, Evidence, Kind, TranRef, Verdict, Voice
from wasl.domain.fold import fold
from wasl.domain.money import Currency, Money
from wasl.domain.outcome import Concern, State
from wasl.domain.payment import Payment
from wasl.domain.revise import heard, revise
from wasl.domain.time import MINUTE_MS, Instant

REFS = [TranRef(f"TST{n}") for n in range(1, 6)]
AMOUNTS = [PRICE, Money(2895, SAR), Money(1, SAR), Money(5790, Currency.of("KWD")), None]
ATTEMPTS = (attempt(), attempt(2), attempt(3))

facts = st.builds(
    fact,
    st.sampled_from(REFS),
    kind=st.sampled_from(Kind),
    verdict=st.sampled_from(Verdict),
    cart_id=st.sampled_from([CartId(a.cart_id) for a in ATTEMPTS]),
    amount=st.sampled_from(AMOUNTS),
    moved=st.sampled_from(AMOUNTS),
    previous_ref=st.none() | st.sampled_from(REFS),
    at=st.none() | st.integers(0, 90).map(lambda m: Instant(NOON + m * MINUTE_MS)),
    code=st.sampled_from(["", "G1", "305", "23432"]),
)
pieces = st.builds(said, facts, voice=st.sampled_from([Voice.CALLBACK, Voice.IPN, Voice.QUERY]))
closings = st.lists(
    st.builds(
        Closing,
        attempt=st.integers(1, 3),
        reason=st.sampled_from(ClosingReason),
        at=st.integers(20, 60).map(lambda m: Instant(NOON + m * MINUTE_MS)),
    ),
    max_size=3,
).map(tuple)


def told(history: list[Evidence], closed: tuple[Closing, ...]) -> Payment:
    """A payment that heard this history."""
    gathered = payment(*ATTEMPTS, closings=closed)
    for piece in history:
        gathered = heard(gathered, piece)
    return gathered


@settings(max_examples=400, deadline=None)
@given(history=st.lists(pieces, max_size=12), closed=closings, seed=st.integers(0, 2**32))
@pytest.mark.requirement("R25", "R26")
def test_order_and_repetition_change_nothing(history: list[Evidence], closed: tuple[Closing, ...], seed: int) -> None:
    """Shuffled, doubled and said by other voices, a history has one outcome."""
    shuffled = [*history, *history[: len(history) // 2]]
    random.Random(seed).shuffle(shuffled)
    assert fold(told(history, closed)) == fold(told(shuffled, closed))


@settings(max_examples=400, deadline=None)
@given(history=st.lists(pieces, max_size=12), closed=closings)
@pytest.mark.requirement("R35")
def test_paid_means_proved(history: list[Evidence], closed: tuple[Closing, ...]) -> None:
    """No payment is paid unless approved takings of exactly fitting attempts add up to its amount."""
    gathered = told(history, closed)
    outcome = fold(gathered)
    stated = [e.fact for e in gathered.evidence]
    proving = {
        f.tran_ref
        for f in stated
        if f.verdict is Verdict.APPROVED
        and f.kind in (Kind.SALE, Kind.CAPTURE)
        and f.amount
        and f.amount.currency == SAR
    }
    if outcome.state in (State.PAID, State.PARTIALLY_REFUNDED, State.REFUNDED, State.PARTIALLY_CAPTURED):
        assert proving
    if outcome.state is State.PAID:
        assert outcome.captured.minor >= PRICE.minor
    assert outcome.captured.minor >= 0
    assert outcome.authorized.minor >= 0


@settings(max_examples=300, deadline=None)
@given(history=st.lists(pieces, max_size=12), closed=closings)
def test_ended_is_said_only_when_nothing_is_open(history: list[Evidence], closed: tuple[Closing, ...]) -> None:
    """Failed, cancelled and expired need every attempt to have ended."""
    gathered = told(history, closed)
    outcome = fold(gathered)
    if outcome.state in (State.FAILED, State.CANCELED, State.EXPIRED):
        ended = {c.attempt for c in closed}
        heard_of = {e.fact.cart_id for e in gathered.evidence}
        assert all(a.number in ended or a.cart_id in heard_of for a in ATTEMPTS)
        assert outcome.captured.minor == 0


@settings(max_examples=300, deadline=None)
@given(history=st.lists(pieces, max_size=10), closed=closings)
def test_revising_twice_is_revising_once(history: list[Evidence], closed: tuple[Closing, ...]) -> None:
    """A repeat makes no version, and a version is made only by a changed outcome."""
    once = revise(told(history, closed), now=NOON)
    assert revise(once, now=Instant(NOON + 1)) == once
    assert (once.version > 1) == (once.outcome != payment().outcome)


@given(history=st.lists(pieces, max_size=8))
def test_concerns_never_repeat_and_none_is_never_raised(history: list[Evidence]) -> None:
    """Concerns are a set in order of gravity."""
    concerns = fold(told(history, ())).concerns
    assert len(set(concerns)) == len(concerns)
    assert Concern.NONE not in concerns
