"""Laws of the fold over the lives that payments really have: attempts, captures, refunds, voids, holds, numbers."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOON, PRICE, SAR, attempt, fact, payment, said
from unit.domain.stating import auth, capture, hold, number, refund, released
from wasl.domain.evidence import (
    FAILED,
    CartId,
    Closing,
    ClosingReason,
    Decision,
    Fact,
    Kind,
    Ruling,
    TranRef,
    Verdict,
    Voice,
)
from wasl.domain.fold import fold, weighed_evidence
from wasl.domain.money import Currency, Money
from wasl.domain.outcome import Concern, Outcome, State
from wasl.domain.payment import Payment
from wasl.domain.revise import heard
from wasl.domain.time import MINUTE_MS, Instant
from wasl.domain.weigh import Role

Draw = st.DrawFn
PAGES = (attempt(), attempt(2), attempt(3))
MONEY_STATES = frozenset(
    {
        State.PAID,
        State.PARTIALLY_CAPTURED,
        State.PARTIALLY_REFUNDED,
        State.REFUNDED,
        State.AUTHORIZED,
        State.HELD,
    }
)
VOICES = (Voice.CALLBACK, Voice.IPN, Voice.QUERY, Voice.ANSWER)
NOT_DONE = (Verdict.PENDING, Verdict.DECLINED, Verdict.ERROR, Verdict.HELD)
minutes = st.integers(0, 90).map(lambda minute: Instant(NOON + minute * MINUTE_MS))


def parts(draw: Draw, whole: int) -> list[Money]:
    """Up to three amounts that together are at most *whole*."""
    amounts: list[Money] = []
    for _ in range(draw(st.integers(0, 3))):
        left = whole - sum(money.minor for money in amounts)
        if left:
            amounts.append(Money(draw(st.integers(1, left) | st.just(left)), SAR))
    return amounts


def refunds(draw: Draw, of: str, whole: int) -> list[Fact]:
    """Refunds of one taking: some done, some waiting, some refused."""
    stated: list[Fact] = []
    for index, money in enumerate(parts(draw, whole)):
        ref = f"{of}-R{index}"
        if draw(st.booleans()):
            stated.append(refund(ref, of=of, money=money, verdict=draw(st.sampled_from(NOT_DONE))))
        if draw(st.booleans()):
            stated.append(refund(ref, of=of, money=money))
    return stated


def a_sale(draw: Draw, ref: str) -> list[Fact]:
    """A sale that was perhaps pending or unanswered first, perhaps discounted, perhaps voided or refunded."""
    before = draw(st.lists(st.sampled_from((Verdict.PENDING, Verdict.UNANSWERED)), max_size=2, unique=True))
    moved = Money(draw(st.integers(1, PRICE.minor)), SAR) if draw(st.booleans()) else PRICE
    sale = fact(ref, moved=moved, at=draw(minutes))
    stated = [replace(sale, verdict=verdict) for verdict in before]
    ends = draw(st.sampled_from((*sorted(FAILED), "taken", "taken", "voided")))
    if ends == "voided":
        return [*stated, sale, released(f"{ref}-V", moved, of=ref, amount=PRICE)]
    if ends == "taken":
        return [*stated, sale, *refunds(draw, ref, moved.minor)]
    return [*stated, replace(sale, verdict=Verdict(ends))]


def captures(draw: Draw, ref: str) -> list[Fact]:
    """What became of a reservation: captured in parts, each perhaps refunded or voided, and the rest let go."""
    stated: list[Fact] = []
    taken = 0
    for index, money in enumerate(parts(draw, PRICE.minor)):
        one = capture(f"{ref}-C{index}", money, of=ref, at=draw(minutes))
        taken += money.minor
        stated.append(one)
        fate = draw(st.sampled_from(("kept", "refunded", "voided")))
        if fate == "refunded":
            stated += refunds(draw, one.tran_ref, money.minor)
        elif fate == "voided":
            stated.append(released(f"{one.tran_ref}-V", money, of=one.tran_ref))
    if taken < PRICE.minor and draw(st.booleans()):
        kind = draw(st.sampled_from((Kind.VOID, Kind.RELEASE)))
        stated.append(released(f"{ref}-L", Money(PRICE.minor - taken, SAR), kind, of=ref))
    return stated


def a_number(draw: Draw, ref: str) -> list[Fact]:
    """A deferred method: waiting, paid in a transaction of its own, or over."""
    follows = draw(st.sampled_from(("nothing", "paid", "expired", "expired under a new reference")))
    if follows == "paid":
        return [number(ref), fact(f"{ref}-S", previous_ref=TranRef(ref)), *refunds(draw, f"{ref}-S", PRICE.minor)]
    if follows == "expired":
        return [number(ref), number(ref, verdict=Verdict.EXPIRED)]
    if follows == "nothing":
        return [number(ref)]
    return [number(ref), number(f"{ref}-X", verdict=Verdict.EXPIRED, previous_ref=TranRef(ref))]


@st.composite
def lives(draw: Draw) -> list[Fact]:
    """Everything stated about one order: up to three pages, each with declines before whatever became of it."""
    stated: list[Fact] = []
    for page in PAGES[: draw(st.integers(1, 3))]:
        ref = f"TST{page.number}"
        shape = draw(st.sampled_from(("sale", "sale", "auth", "hold", "number", "silent")))
        mine = [fact(f"{ref}-D{n}", verdict=Verdict.DECLINED) for n in range(draw(st.integers(0, 2)))]
        match shape:
            case "sale":
                mine += a_sale(draw, ref)
            case "auth":
                mine += [auth(ref), *captures(draw, ref)]
            case "hold":
                mine += [hold(ref), *captures(draw, ref)]
            case "number":
                mine += a_number(draw, ref)
            case _:
                pass
        stated += [replace(one, cart_id=page.cart_id) for one in mine]
    return stated


closings = st.lists(
    st.builds(Closing, attempt=st.integers(1, 3), reason=st.sampled_from(ClosingReason), at=minutes), max_size=3
).map(tuple)


def told(stated: list[Fact], closed: tuple[Closing, ...] = (), voices: Callable[[], Voice] | None = None) -> Payment:
    """A payment that heard all this."""
    gathered = payment(*PAGES, closings=closed)
    for one in stated:
        gathered = heard(gathered, said(one, voice=voices() if voices else Voice.CALLBACK))
    return gathered


def amounts(outcome: Outcome) -> tuple[object, ...]:
    """Everything an outcome says about money."""
    return (outcome.captured, outcome.refunded, outcome.moved, outcome.authorized, outcome.unmatched)


def roles(known: Payment) -> dict[TranRef, Role]:
    """The part every transaction plays."""
    return {one.transaction.tran_ref: one.role for one in weighed_evidence(known)}


@settings(max_examples=300, deadline=None)
@given(stated=lives(), closed=closings, seed=st.integers(0, 2**32))
@pytest.mark.requirement("R25", "R26")
def test_a_life_is_what_it_is_in_any_order(stated: list[Fact], closed: tuple[Closing, ...], seed: int) -> None:
    """Shuffled, doubled and said by whatever voice."""
    chance = random.Random(seed)
    mixed = [*stated, *stated]
    chance.shuffle(mixed)
    assert fold(told(stated, closed)) == fold(told(mixed, closed, lambda: chance.choice(VOICES)))


@settings(max_examples=300, deadline=None)
@given(stated=lives(), closed=closings)
def test_no_more_is_given_back_than_was_taken(stated: list[Fact], closed: tuple[Closing, ...]) -> None:
    """What the gateway said consistently adds up: nothing is negative, and nobody holds more than was reserved."""
    outcome = fold(told(stated, closed))
    assert 0 <= outcome.refunded.minor <= outcome.captured.minor
    assert outcome.moved.minor >= 0
    assert 0 <= outcome.authorized.minor <= PRICE.minor * len(PAGES)
    assert outcome.unmatched == ()
    assert not set(outcome.concerns) - {Concern.PAID_TWICE, Concern.PAID_LATE}


@settings(max_examples=300, deadline=None)
@given(stated=lives(), closed=closings)
def test_the_state_follows_from_the_sums(stated: list[Fact], closed: tuple[Closing, ...]) -> None:
    """Paid is said of the whole amount kept, part of a part, and twice of more than the whole kept or reserved."""
    outcome = fold(told(stated, closed))
    if not any(one.moved != one.amount for one in stated):
        kept = outcome.captured.minor - outcome.refunded.minor
        assert (outcome.state is State.PAID) == (kept >= PRICE.minor)
        assert (outcome.state is State.REFUNDED) == (kept == 0 < outcome.captured.minor)
        assert (Concern.PAID_TWICE in outcome.concerns) == (kept + outcome.authorized.minor > PRICE.minor)


failures = st.builds(
    fact,
    st.just("TST-NEW"),
    kind=st.sampled_from((Kind.SALE, Kind.AUTH, Kind.CAPTURE, Kind.VOID, Kind.REFUND, Kind.PAYMENT_REQUEST)),
    verdict=st.sampled_from(sorted(FAILED)),
    cart_id=st.sampled_from([page.cart_id for page in PAGES]),
    previous_ref=st.none() | st.sampled_from(("TST1", "TST2", "TST1-C0")).map(TranRef),
)


@settings(max_examples=300, deadline=None)
@given(stated=lives(), closed=closings, bad=failures)
@pytest.mark.requirement("R19", "R23")
def test_bad_news_of_another_transaction_moves_no_money(
    stated: list[Fact], closed: tuple[Closing, ...], bad: Fact
) -> None:
    """A decline, whenever it comes, changes neither an amount nor a state that money made."""
    before, after = fold(told(stated, closed)), fold(told([*stated, bad], closed))
    assert amounts(after) == amounts(before)
    if before.state in MONEY_STATES:
        assert (after.state, after.concerns) == (before.state, before.concerns)
    else:
        assert after.state not in MONEY_STATES


@settings(max_examples=300, deadline=None)
@given(
    stated=lives(),
    closed=closings,
    of=st.sampled_from(("TST1", "TST2", "TST1-C0", "TST2-S", "TST1-D0", "TST9")),
    money=st.sampled_from((PRICE, Money(1, SAR), Money(99_999, SAR), Money(100, Currency.of("KWD")))),
)
def test_a_refund_pays_nothing(stated: list[Fact], closed: tuple[Closing, ...], of: str, money: Money) -> None:
    """Money given back never raises what was taken, and never makes an unpaid order paid."""
    before = fold(told(stated, closed))
    after = fold(told([*stated, refund("TST-NEW", of=of, money=money)], closed))
    assert (after.captured, after.authorized) == (before.captured, before.authorized)
    if after.state is State.PAID:
        assert before.state is State.PAID
    if not before.captured.minor:
        assert after.state is before.state


anything = st.builds(
    fact,
    st.sampled_from(("TST1", "TST2", "TST1-C0", "TST1-C1", "TST2-S", "TST-NEW")),
    kind=st.sampled_from([kind for kind in Kind if kind is not Kind.UNSTATED]),
    verdict=st.sampled_from(Verdict),
    cart_id=st.sampled_from([page.cart_id for page in PAGES]),
    amount=st.sampled_from((PRICE, Money(2895, SAR), None)),
    moved=st.sampled_from((PRICE, Money(2895, SAR), None)),
    previous_ref=st.none() | st.sampled_from(("TST1", "TST2", "TST1-C0", "TST-NEW")).map(TranRef),
)


@settings(max_examples=600, deadline=None)
@given(stated=lives(), new=anything)
@pytest.mark.requirement("R18")
def test_proved_money_stays_unless_it_is_undone_or_contradicted(stated: list[Fact], new: Fact) -> None:
    """Whatever is heard beside it, a taking stays one, until the same transaction is reversed or stated otherwise."""
    before, after = roles(told(stated)), roles(told([*stated, new]))
    lost = {ref: after[ref] for ref, role in before.items() if role is Role.TAKES and after[ref] is not Role.TAKES}
    for ref, role in lost.items():
        assert ref == new.tran_ref, (ref, role, new)
        said_otherwise = role is Role.CONTRADICTED or new.verdict is Verdict.REVERSED
        called_less = new.verdict is Verdict.APPROVED and new.kind is not Kind.UNRECOGNIZED
        assert said_otherwise or called_less, (ref, role, new)


@settings(max_examples=400, deadline=None)
@given(stated=lives(), new=anything)
def test_another_transaction_lowers_what_was_taken_only_by_a_void(stated: list[Fact], new: Fact) -> None:
    """Sums of proved money grow; only an approved void, release or refund of it gives anything back."""
    before, after = fold(told(stated)), fold(told([*stated, replace(new, tran_ref=TranRef("TST-NEW"))]))
    gives_back = new.verdict is Verdict.APPROVED and new.kind in (Kind.VOID, Kind.RELEASE)
    assert gives_back or after.captured.minor >= before.captured.minor


@settings(max_examples=300, deadline=None)
@given(stated=lives(), closed=closings, chosen=st.integers(0, 7))
def test_a_decision_moves_no_money(stated: list[Fact], closed: tuple[Closing, ...], chosen: int) -> None:
    """A person's word closes cases: amounts and what to quote stay, and so does the state unless nothing keeps it open.

    What was not decided stays a case.
    """
    known = told(stated, closed)
    before = fold(known)
    decision = Decision(ruling=Ruling.ACCEPTED, causes=before.causes[: chosen + 1], note="seen", by="Salma", at=NOON)
    after = fold(replace(known, decisions=(decision,)))
    assert amounts(after) == amounts(before)
    assert (after.instructions, after.tran_ref) == (before.instructions, before.tran_ref)
    assert after.causes == before.causes[chosen + 1 :]
    ended = {State.FAILED, State.CANCELED, State.EXPIRED, State.VOIDED}
    assert after.state is before.state or (before.state is State.OPEN and after.state in ended)


@settings(max_examples=300, deadline=None)
@given(stated=lives(), closed=closings)
def test_a_closing_moves_no_money(stated: list[Fact], closed: tuple[Closing, ...]) -> None:
    """Calling an attempt over takes nothing from what was proved; at most it makes it late."""
    before, after = fold(told(stated)), fold(told(stated, closed))
    assert amounts(after) == amounts(before)
    if before.state in MONEY_STATES:
        assert after.state is before.state
        assert set(after.concerns) - set(before.concerns) <= {Concern.PAID_LATE}


@settings(max_examples=200, deadline=None)
@given(stated=lives(), stray=st.sampled_from(("t-other-1", "")))
def test_money_of_another_cart_counts_for_nothing(stated: list[Fact], stray: str) -> None:
    """A sale on a cart that is no attempt of this order raises a concern and pays nothing."""
    before = fold(told(stated))
    after = fold(told([*stated, fact("TST-NEW", cart_id=CartId(stray))]))
    assert (after.captured, after.state) == (before.captured, before.state)
    assert Concern.AMOUNT_MISMATCH in after.concerns
