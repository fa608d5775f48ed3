"""Captures, voids and refunds: recorded, submitted once, confirmed by evidence."""

import asyncio
from dataclasses import replace
from typing import Any, Final

import pytest

from builders import CART, NOON, PAYMENT, PRICE, SAR, STORE, attempt, fact, payment, said
from unit.engine.conftest import hears, keeps
from wasl.domain.evidence import CartId, Kind, TranRef, Verdict
from wasl.domain.money import Currency, Money
from wasl.domain.operating import ANSWER_LOST_MS, LOOKED_FOR_MS, REPEAT_MS, REPEATS_MAX, NotAllowed, operation_states
from wasl.domain.operation import OperationKind, OperationState
from wasl.domain.outcome import Concern, State
from wasl.domain.payment import Payment
from wasl.domain.time import DAY_MS, MINUTE_MS, Instant
from wasl.engine.ask import ask_due
from wasl.engine.cancel import NotCanceled, cancel_payment
from wasl.engine.operate import UNSENT_MS, KeyTaken, Operated, OperationWish, operate, rule_not_done, submit_due
from wasl.engine.ports import ByPayment, FollowUpRefused, FollowUpRepeated
from wasl.engine.resolve import NothingToResolve, refund_cases
from wasl.errors import GatewayUnavailable, Misconfigured
from worlds import World, followed

PART: Final = Money(1000, SAR)
SOME: Final = Money(2000, SAR)
AUTHORIZED: Final = fact(kind=Kind.AUTH)


def wish(kind: OperationKind = OperationKind.REFUND, amount: Money | None = None, **changes: Any) -> OperationWish:
    """A refund of all that is left, unless told otherwise."""
    values: dict[str, Any] = {"key": "one", "kind": kind, "amount": amount, "reason": "returned", "by": "ali"}
    return OperationWish(**{**values, **changes})


async def paid(w: World, *more: Any) -> Payment:
    """A paid order, long enough ago that nothing is a repeat."""
    await keeps(w)
    made = await hears(w, said(), *more)
    w.clock.forward(10 * MINUTE_MS)
    return made


async def done(w: World, asked: OperationWish) -> Operated:
    """An operation that was allowed."""
    answer = await operate(w.engine, w.store, payment(), asked)
    assert isinstance(answer, Operated), answer
    return answer


async def refused(w: World, asked: OperationWish) -> str:
    """Why it was not allowed."""
    answer = await operate(w.engine, w.store, payment(), asked)
    assert isinstance(answer, NotAllowed)
    return answer.reason


async def current(w: World) -> Payment:
    """The payment as it is."""
    found = await w.engine.ledger.payment(ByPayment(STORE, PAYMENT))
    assert found is not None
    return found


async def states(w: World) -> list[OperationState]:
    """What is known of each operation."""
    return [state for _, state in operation_states(await current(w))]


async def test_a_refund_is_asked_for_once_and_proved_by_its_answer(w: World) -> None:
    """Under the payment's own cart, on the transaction that took the money, named by its operation's id."""
    await paid(w)
    answer = await done(w, wish())
    (asked,) = w.gateway.follow_ups
    assert (asked.kind, asked.target, asked.cart_id, asked.amount) == (Kind.REFUND, "TST1", CART, PRICE)
    assert asked.operation == answer.operation.operation_id
    assert (answer.state, answer.created) == (OperationState.APPROVED, True)
    assert (answer.payment.outcome.state, answer.payment.outcome.refunded) == (State.REFUNDED, PRICE)


async def test_the_same_key_is_the_same_operation(w: World) -> None:
    """Asked for twice, done once; the key cannot be used for anything else."""
    await paid(w)
    first = await done(w, wish(amount=PART))
    again = await done(w, wish(amount=PART))
    assert (again.operation, again.created) == (first.operation, False)
    assert len(w.gateway.follow_ups) == 1
    for other in (wish(amount=SOME), wish(amount=PART, reason="other"), wish(OperationKind.CAPTURE, PART)):
        assert isinstance(await operate(w.engine, w.store, payment(), other), KeyTaken)


async def test_no_more_is_given_back_than_was_taken(w: World) -> None:
    """Parts add up; what is left is said."""
    await paid(w)
    await done(w, wish(amount=Money(5000, SAR), key="a"))
    assert "at most 7.90 SAR" in await refused(w, wish(amount=PART, key="b"))
    assert (await done(w, wish(key="c"))).operation.amount == Money(790, SAR)
    assert "nothing is left" in await refused(w, wish(key="d"))
    assert (await current(w)).outcome.state is State.REFUNDED


async def test_two_operators_at_once_cannot_give_back_twice(w: World) -> None:
    """The second waits for nothing and is told that it is under way."""
    await paid(w)
    w.gateway.gate = asyncio.Event()
    first = asyncio.create_task(operate(w.engine, w.store, payment(), wish(key="a")))
    await w.gateway.at_gate.wait()
    assert "under way" in await refused(w, wish(key="b"))
    w.gateway.gate.set()
    answer = await first
    assert isinstance(answer, Operated)
    assert (answer.state, len(w.gateway.follow_ups)) == (OperationState.APPROVED, 1)


async def test_a_refund_that_awaits_approval_is_pending_and_ends_days_later(w: World) -> None:
    """It stands beside the state, keeps its amount reserved, and ends by what a query finds."""
    await paid(w)
    w.gateway.results = [Verdict.PENDING]
    answer = await done(w, wish())
    assert (answer.state, answer.payment.outcome.state) == (OperationState.PENDING, State.PAID)
    assert "under way" in await refused(w, wish(key="b"))
    assert answer.payment.ask_at is not None
    w.gateway.carts[CART] = [fact(), followed(w.gateway.follow_ups[0], "TST91")]
    w.clock.forward(2 * DAY_MS)
    await ask_due(w.engine)
    assert (await states(w), (await current(w)).outcome.state) == ([OperationState.APPROVED], State.REFUNDED)
    assert len(w.gateway.follow_ups) == 1


async def test_a_pending_refund_that_is_turned_down_frees_its_amount(w: World) -> None:
    """It may be asked for again under another key."""
    await paid(w)
    w.gateway.results = [Verdict.PENDING]
    await done(w, wish())
    await hears(w, said(followed(w.gateway.follow_ups[0], "TST91", Verdict.DECLINED)))
    assert await states(w) == [OperationState.REFUSED]
    assert (await done(w, wish(key="b"))).operation.amount == PRICE


@pytest.mark.requirement("R37")
async def test_a_lost_answer_is_asked_about_and_never_sent_again(w: World) -> None:
    """It is found by the operation's id, even beside an equal refund that somebody made in the dashboard."""
    await paid(w)
    w.gateway.results = [GatewayUnavailable("no answer")]
    answer = await done(w, wish(amount=PART))
    assert answer.state is OperationState.UNKNOWN
    mine = followed(w.gateway.follow_ups[0], "TST91")
    w.gateway.carts[CART] = [fact(), replace(mine, tran_ref=TranRef("TST92"), operation="")]
    w.clock.forward(LOOKED_FOR_MS[0])
    await ask_due(w.engine)
    assert await states(w) == [OperationState.UNKNOWN]
    w.gateway.carts[CART].append(mine)
    w.clock.forward(MINUTE_MS)
    await ask_due(w.engine)
    assert (await states(w), (await current(w)).outcome.refunded) == ([OperationState.APPROVED], Money(2000, SAR))
    assert len(w.gateway.follow_ups) == 1


async def test_what_is_never_found_is_for_a_person(w: World) -> None:
    """Unknown for ever, with its amount reserved and one alert; nobody sends it again."""
    await paid(w)
    w.gateway.results = [GatewayUnavailable("no answer")]
    w.gateway.carts[CART] = [fact()]
    answer = await done(w, wish())
    for offset in LOOKED_FOR_MS:
        w.clock.forward(offset)
        await ask_due(w.engine)
    assert (await states(w), len(w.gateway.follow_ups)) == ([OperationState.UNKNOWN], 1)
    assert "under way" in await refused(w, wish(key="b"))
    alerts = await w.engine.ledger.lease_alerts(now=w.clock.now(), until=w.clock.now(), limit=9)
    assert [one.cause for one in alerts] == [f"{PAYMENT} operation {answer.operation.operation_id}"]


async def test_a_process_that_died_after_recording_is_followed_by_a_worker(w: World) -> None:
    """Recorded and not yet submitted: it is due at once, and submitted once."""
    made = await paid(w)
    w.gateway.gate = asyncio.Event()
    asking = asyncio.create_task(operate(w.engine, w.store, made, wish()))
    await w.gateway.at_gate.wait()
    assert await states(w) == [OperationState.SUBMITTED]
    asking.cancel()
    for task in w.engine.background:
        task.cancel()
    await asyncio.gather(asking, *w.engine.background, return_exceptions=True)
    # Its asker is gone, and nobody knows whether the gateway heard: it is looked for, and not sent again.
    w.gateway.gate = None
    w.gateway.carts[CART] = [fact()]
    w.clock.forward(ANSWER_LOST_MS)
    await ask_due(w.engine)
    assert (await states(w), len(w.gateway.follow_ups)) == ([OperationState.UNKNOWN], 1)


async def test_equal_refunds_wait_out_the_gateways_two_minutes(w: World) -> None:
    """The second is recorded at once, and submitted by a worker when it will not be taken for a repeat."""
    await paid(w)
    w.gateway.carts[CART] = [fact()]
    await done(w, wish(amount=PART, key="a"))
    second = await done(w, wish(amount=PART, key="b"))
    assert (second.state, second.payment.ask_at) == (OperationState.REQUESTED, w.clock.now() + REPEAT_MS)
    w.clock.forward(REPEAT_MS - 1)
    await ask_due(w.engine)
    assert len(w.gateway.follow_ups) == 1
    w.clock.forward(1)
    await ask_due(w.engine)
    assert (len(w.gateway.follow_ups), await states(w)) == (2, [OperationState.APPROVED] * 2)


async def test_what_is_taken_for_a_repeat_is_looked_for_and_sent_again(w: World) -> None:
    """The gateway did nothing, and says so; after its two minutes a worker asks first, then submits."""
    await paid(w)
    w.gateway.results = [FollowUpRepeated()]
    w.gateway.carts[CART] = [fact()]
    answer = await done(w, wish())
    assert (answer.state, answer.payment.ask_at) == (OperationState.REQUESTED, w.clock.now() + REPEAT_MS)
    w.clock.forward(REPEAT_MS)
    await ask_due(w.engine)
    assert (len(w.gateway.follow_ups), await states(w)) == (2, [OperationState.APPROVED])


async def test_a_repeat_that_had_happened_after_all_is_not_sent_again(w: World) -> None:
    """A network that doubles a request gets a refusal for the second copy; the first is found by the operation's id."""
    await paid(w)
    w.gateway.results = [FollowUpRepeated()]
    await done(w, wish())
    w.gateway.carts[CART] = [fact(), followed(w.gateway.follow_ups[0], "TST91")]
    w.clock.forward(REPEAT_MS)
    await ask_due(w.engine)
    assert (len(w.gateway.follow_ups), await states(w)) == (1, [OperationState.APPROVED])


async def test_a_repeat_again_and_again_is_for_a_person(w: World) -> None:
    """It is given up as refused, and its amount is free."""
    await paid(w)
    w.gateway.results = [FollowUpRepeated()] * (REPEATS_MAX + 1)
    w.gateway.carts[CART] = [fact()]
    await done(w, wish())
    for _ in range(REPEATS_MAX):
        w.clock.forward(REPEAT_MS)
        await ask_due(w.engine)
    assert (len(w.gateway.follow_ups), await states(w)) == (REPEATS_MAX + 1, [OperationState.REFUSED])


async def test_a_refusal_says_why_and_frees_the_amount(w: World) -> None:
    """In the gateway's words, whichever way it says so; nothing has happened."""
    await paid(w)
    w.gateway.results = [Verdict.ERROR, FollowUpRefused(message="not supported"), Misconfigured("wrong key")]
    notes: list[str] = []
    for key in "abc":
        notes.append((await done(w, wish(key=key))).operation.note)
        w.clock.forward(REPEAT_MS)
    assert notes == ["Amount greater than available balance (code 118)", "not supported", "wrong key"]
    assert await states(w) == [OperationState.REFUSED] * 3
    assert (await current(w)).outcome.state is State.PAID
    assert (await done(w, wish(key="d"))).state is OperationState.APPROVED


async def test_a_bank_that_does_not_answer_leaves_it_unknown(w: World) -> None:
    """The card may have been credited: not sent again."""
    await paid(w)
    w.gateway.results = [Verdict.UNANSWERED]
    assert (await done(w, wish())).state is OperationState.UNKNOWN
    assert "under way" in await refused(w, wish(key="b"))


async def test_an_authorisation_is_captured_in_parts_and_the_rest_let_go(w: World) -> None:
    """A capture acts on the authorisation, a refund on the capture, a release on what is left."""
    await keeps(w)
    await hears(w, said(AUTHORIZED))
    w.clock.forward(10 * MINUTE_MS)
    first = await done(w, wish(OperationKind.CAPTURE, SOME, key="a"))
    assert first.payment.outcome.state is State.PARTIALLY_CAPTURED
    assert "at most 37.90 SAR" in await refused(w, wish(OperationKind.CAPTURE, PRICE, key="b"))
    back = await done(w, wish(amount=PART, key="c"))
    assert back.operation.target == first.operation.tran_ref
    last = await done(w, wish(OperationKind.VOID, key="d"))
    assert (last.operation.amount, w.gateway.follow_ups[-1].kind) == (Money(3790, SAR), Kind.RELEASE)
    assert last.payment.outcome.authorized == Money(0, SAR)
    assert "nothing is left" in await refused(w, wish(OperationKind.VOID, key="e"))


async def test_a_whole_authorisation_is_voided(w: World) -> None:
    """And the payment is voided."""
    await keeps(w)
    await hears(w, said(AUTHORIZED))
    w.clock.forward(10 * MINUTE_MS)
    answer = await done(w, wish(OperationKind.VOID))
    assert (w.gateway.follow_ups[0].kind, answer.payment.outcome.state) == (Kind.VOID, State.VOIDED)


async def test_what_cannot_be_done_says_so(w: World) -> None:
    """Nothing was taken, nothing is authorised, a hold is for the gateway's dashboard."""
    await keeps(w)
    assert "no money was taken" in await refused(w, wish())
    assert "no authorisation" in await refused(w, wish(OperationKind.CAPTURE))
    assert "more than zero" in await refused(w, wish(amount=Money(0, SAR)))
    await hears(w, said(fact(kind=Kind.AUTH, verdict=Verdict.HELD)))
    for kind in OperationKind:
        assert "dashboard" in await refused(w, wish(kind))
    assert w.gateway.follow_ups == []
    assert (await current(w)).operations == ()


async def test_of_several_captures_a_refund_takes_one_that_is_large_enough(w: World) -> None:
    """One operation acts on one transaction; all of it, or too much for one, has to be said in parts."""
    await keeps(w)
    await hears(w, said(AUTHORIZED))
    w.clock.forward(10 * MINUTE_MS)
    small = await done(w, wish(OperationKind.CAPTURE, PART, key="a"))
    large = await done(w, wish(OperationKind.CAPTURE, SOME, key="b"))
    assert "say how much" in await refused(w, wish(key="c"))
    assert "at most 20.00 SAR can be refunded at once" in await refused(w, wish(amount=Money(2500, SAR), key="d"))
    w.clock.forward(REPEAT_MS)
    assert (await done(w, wish(amount=Money(1500, SAR), key="e"))).operation.target == large.operation.tran_ref
    named = await done(w, wish(key="f", target=small.operation.tran_ref))
    assert (named.operation.target, named.operation.amount) == (small.operation.tran_ref, PART)


@pytest.mark.requirement("R36")
async def test_a_refund_in_the_dashboard_counts(w: World) -> None:
    """It appears by its notification; what it leaves is all that can be refunded here."""
    made = fact("TST5", kind=Kind.REFUND, amount=PART, moved=PART, previous_ref=TranRef("TST1"))
    await paid(w, said(made))
    assert (await current(w)).outcome.state is State.PARTIALLY_REFUNDED
    assert (await done(w, wish())).operation.amount == Money(4790, SAR)


async def test_a_pending_refund_in_the_dashboard_is_reserved_too(w: World) -> None:
    """Or it would be given back twice once it is approved."""
    made = fact(
        "TST5", kind=Kind.REFUND, amount=PART, moved=PART, previous_ref=TranRef("TST1"), verdict=Verdict.PENDING
    )
    await paid(w, said(made))
    assert (await done(w, wish())).operation.amount == Money(4790, SAR)


async def test_submitting_twice_at_once_asks_once(w: World) -> None:
    """Two workers, one operation."""
    await paid(w)
    w.gateway.results = [FollowUpRepeated()]
    made = (await done(w, wish())).payment
    w.clock.forward(REPEAT_MS)
    await asyncio.gather(*(submit_due(w.engine, w.store, made) for _ in range(5)))
    assert len(w.gateway.follow_ups) == 2


@pytest.mark.requirement("R14")
async def test_canceling_an_authorisation_lets_it_go(w: World) -> None:
    """Asked for once by whoever cancels; a refused one may be tried again."""
    await keeps(w)
    await hears(w, said(AUTHORIZED))
    w.gateway.carts[CART] = [AUTHORIZED]
    w.clock.forward(10 * MINUTE_MS)
    w.gateway.results = [Verdict.ERROR]
    assert isinstance(await cancel_payment(w.engine, w.store, payment()), NotCanceled)
    w.clock.forward(REPEAT_MS)
    canceled = await cancel_payment(w.engine, w.store, payment())
    assert not isinstance(canceled, NotCanceled)
    assert (canceled.outcome.state, len(w.gateway.follow_ups)) == (State.VOIDED, 2)


@pytest.mark.requirement("R20")
async def test_money_taken_twice_goes_back_once(w: World) -> None:
    """A person refunds the case: the second payment goes back, and evidence of that closes it."""
    await paid(w, said(fact("TST2", at=Instant(payment().created_at + 5 * MINUTE_MS))))
    assert (await current(w)).outcome.concerns == (Concern.PAID_TWICE,)
    answers = await refund_cases(w.engine, w.store, await current(w), note="twice", by="ali")
    assert not isinstance(answers, NothingToResolve)
    assert [(asked.target, asked.amount) for asked in w.gateway.follow_ups] == [("TST2", PRICE)]
    known = await current(w)
    assert (known.outcome.state, known.outcome.concerns) == (State.PAID, ())
    assert isinstance(await refund_cases(w.engine, w.store, known, note="twice", by="ali"), NothingToResolve)


async def test_money_that_fits_no_page_goes_back_whole(w: World) -> None:
    """In the amount that came, on the transaction that brought it."""
    await keeps(w)
    await hears(w, said(fact(amount=PART, moved=PART)))
    w.clock.forward(10 * MINUTE_MS)
    assert "no money was taken" not in await refused(w, wish(amount=SOME, target=TranRef("TST1")))
    answers = await refund_cases(w.engine, w.store, await current(w), note="odd", by="ali")
    assert not isinstance(answers, NothingToResolve)
    assert [(asked.target, asked.amount) for asked in w.gateway.follow_ups] == [("TST1", PART)]
    assert (await current(w)).outcome.unmatched == ()


@pytest.mark.parametrize("kind", [OperationKind.REFUND, OperationKind.CAPTURE])
async def test_three_decimals_stay_three(w: World, kind: OperationKind) -> None:
    """A dinar's thousandth is a thousandth of it."""
    price = Money(12_345, Currency.of("KWD"))
    made = payment(amount=price)
    made = replace(made, attempts=(replace(made.attempts[0], amount=price),))
    await keeps(w, made)
    await hears(
        w, said(fact(amount=price, moved=price, kind=Kind.AUTH if kind is OperationKind.CAPTURE else Kind.SALE))
    )
    w.clock.forward(10 * MINUTE_MS)
    answer = await done(w, wish(kind, Money(5, price.currency)))
    assert (str(answer.operation.amount), answer.state) == ("0.005", OperationState.APPROVED)


async def test_a_refund_that_names_the_authorisation_counts(w: World) -> None:
    """Whatever reference the gateway states it on, pending or done."""
    await keeps(w)
    capture = fact("TST2", kind=Kind.CAPTURE, previous_ref=TranRef("TST1"))
    back = fact("TST3", kind=Kind.REFUND, amount=SOME, moved=SOME, previous_ref=TranRef("TST1"))
    await hears(w, said(AUTHORIZED), said(capture), said(replace(back, verdict=Verdict.PENDING)))
    w.clock.forward(10 * MINUTE_MS)
    assert "at most 37.90 SAR" in await refused(w, wish(amount=Money(3800, SAR)))
    await hears(w, said(back))
    assert (await done(w, wish())).operation.amount == Money(3790, SAR)


async def test_a_refund_that_says_not_of_what_counts_all_the_same(w: World) -> None:
    """One made in the dashboard without a reference, or stated in a way that cannot be read."""
    await paid(w, said(fact("TST5", kind=Kind.REFUND, amount=PART, moved=PART)))
    assert (await done(w, wish())).operation.amount == Money(4790, SAR)


async def test_money_that_fits_no_page_is_refunded_only_by_its_name(w: World) -> None:
    """Or an order would give back another's."""
    odd = Money(90_000, SAR)
    await paid(w, said(fact("TST9", amount=odd, moved=odd)))
    assert "at most 57.90 SAR" in await refused(w, wish(amount=Money(6000, SAR)))
    assert (await done(w, wish(amount=Money(6000, SAR), target=TranRef("TST9")))).operation.target == "TST9"


async def test_a_review_that_has_ended_hinders_nothing(w: World) -> None:
    """The old word of it stands until a question replaces it."""
    await keeps(w)
    held = fact(kind=Kind.AUTH, verdict=Verdict.HELD)
    await hears(w, said(held), said(fact("TST2", kind=Kind.CAPTURE, previous_ref=TranRef("TST1"))))
    w.clock.forward(10 * MINUTE_MS)
    assert (await done(w, wish())).operation.target == "TST2"


async def test_what_never_left_this_machine_is_sent_again(w: World) -> None:
    """No connection came about, so nothing has happened."""
    await paid(w)
    w.gateway.carts[CART] = [fact()]
    w.gateway.results = [GatewayUnavailable("no route", sent=False)]
    assert (await done(w, wish())).state is OperationState.REQUESTED
    w.clock.forward(UNSENT_MS)
    await ask_due(w.engine)
    assert await states(w) == [OperationState.APPROVED]


async def test_a_person_may_rule_that_it_did_not_happen(w: World) -> None:
    """Its amount is free again; evidence that it did goes before the person's word."""
    await paid(w)
    w.gateway.results = [GatewayUnavailable("no answer")]
    asked = await done(w, wish(amount=PART))
    ruled = await rule_not_done(w.engine, asked.payment, asked.operation.operation_id, note="seen there", by="ali")
    assert ruled is not None
    assert (ruled.state, ruled.operation.note) == (OperationState.REFUSED, "not done, says ali: seen there")
    assert await rule_not_done(w.engine, ruled.payment, asked.operation.operation_id, note="", by="ali") is None
    assert (await done(w, wish(amount=PRICE, key="b"))).state is OperationState.APPROVED
    await hears(w, said(followed(w.gateway.follow_ups[0], "TST91")))
    assert (await states(w))[0] is OperationState.APPROVED


async def test_the_follow_up_of_a_capture_under_another_cart_is_found(w: World) -> None:
    """It goes under the attempt's own cart, which is asked about."""
    await keeps(w)
    capture = fact("TST2", kind=Kind.CAPTURE, previous_ref=TranRef("TST1"), cart_id=CartId("dash-77"))
    await hears(w, said(AUTHORIZED), said(capture))
    w.clock.forward(10 * MINUTE_MS)
    w.gateway.results = [GatewayUnavailable("no answer")]
    assert (await done(w, wish())).operation.cart_id == CART


async def test_of_captures_and_a_sale_only_what_is_too_much_goes_back(w: World) -> None:
    """The price stays."""
    await keeps(w, payment(attempt(), attempt(2)))
    one = fact("C1", kind=Kind.CAPTURE, previous_ref=TranRef("TST1"), amount=Money(3000, SAR), moved=Money(3000, SAR))
    two = replace(one, tran_ref=TranRef("C2"), amount=Money(2790, SAR), moved=Money(2790, SAR), at=Instant(NOON + 3))
    sale = fact("S2", cart_id=CartId("t-1042-2"), at=Instant(NOON + 2))
    await hears(w, said(AUTHORIZED), said(one), said(two), said(sale))
    w.clock.forward(10 * MINUTE_MS)
    await refund_cases(w.engine, w.store, await current(w), note="", by="ali")
    assert (await current(w)).outcome.concerns == ()
    assert sum(asked.amount.minor for asked in w.gateway.follow_ups) == PRICE.minor


async def test_canceling_closes_an_older_page_too(w: World) -> None:
    """Of two pages one was authorised and the other is open still."""
    await keeps(w, payment(attempt(), attempt(2)))
    await hears(w, said(AUTHORIZED))
    w.gateway.carts[CART] = [AUTHORIZED]
    canceled = await cancel_payment(w.engine, w.store, await current(w))
    assert not isinstance(canceled, NotCanceled)
    assert (canceled.outcome.state, len(canceled.closings)) == (State.VOIDED, 2)
