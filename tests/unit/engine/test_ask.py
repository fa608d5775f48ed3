"""Silence is broken by asking."""

from dataclasses import replace
from typing import Any

import pytest

from builders import CART, PAYMENT, STORE, attempt, fact, payment, said
from wasl.domain.evidence import CartId, Kind, Verdict
from wasl.domain.outcome import State
from wasl.domain.payment import Attempt, Payment
from wasl.domain.revise import revise
from wasl.domain.time import MINUTE_MS, SECOND_MS, Instant
from wasl.engine.ask import RETRY_MS, ask, ask_due
from wasl.engine.ports import ByPayment
from worlds import World


async def waiting(w: World, **changes: Any) -> Payment:
    """A payment of which nobody has said anything."""
    attempts: tuple[Attempt, ...] = changes.pop("attempts", ())
    made = revise(payment(*attempts, **changes), now=w.clock.now())
    await w.engine.ledger.amend(ByPayment(STORE, PAYMENT), lambda _: made)
    return made


@pytest.mark.requirement("R5", "R8", "R11")
async def test_the_truth_is_known_although_every_voice_was_silent(w: World) -> None:
    """A minute after the page opened the gateway is asked, and the answer pays."""
    made = await waiting(w)
    w.gateway.carts[CART] = [fact()]
    assert await ask_due(w.engine) == 0
    w.clock.forward(MINUTE_MS)
    assert await ask_due(w.engine) == 1
    paid = await w.payment(made)
    assert (paid.outcome.state, paid.ask_at) == (State.PAID, None)
    assert w.engine.wakers.tell.is_set()


async def test_an_unanswered_question_is_asked_again(w: World) -> None:
    """No answer is no result: nothing changes but the time of the next question."""
    made = await waiting(w)
    w.clock.forward(MINUTE_MS)
    w.gateway.silent = True
    await ask_due(w.engine)
    after = await w.payment(made)
    assert (after.outcome, after.asked_at, after.ask_at) == (made.outcome, None, w.clock.now() + RETRY_MS)


@pytest.mark.requirement("R12", "R16")
async def test_expired_is_said_only_after_a_last_query(w: World) -> None:
    """While the gateway is silent an unpaid page stays open, however old it is."""
    made = await waiting(w)
    w.clock.forward(25 * MINUTE_MS)
    w.gateway.silent = True
    await ask_due(w.engine)
    assert (await w.payment(made)).outcome.state is State.OPEN
    w.gateway.silent = False
    w.clock.forward(MINUTE_MS)
    await ask_due(w.engine)
    expired = await w.payment(made)
    assert expired.outcome.state is State.EXPIRED
    assert expired.ask_at == made.attempts[0].expires_at + 30 * MINUTE_MS


@pytest.mark.requirement("R12")
async def test_money_that_comes_after_the_page_expired_is_found(w: World) -> None:
    """Partners' pages outlive ours, so the question is asked again for three days."""
    made = await waiting(w)
    w.clock.forward(21 * MINUTE_MS)
    await ask_due(w.engine)
    w.clock.forward(30 * MINUTE_MS)
    w.gateway.carts[CART] = [fact(at=w.clock.now())]
    await ask_due(w.engine)
    late = await w.payment(made)
    assert (late.outcome.state, late.outcome.concern.value) == (State.PAID, "paid_late")


async def test_what_is_decided_is_not_asked_about(w: World) -> None:
    """A paid payment costs the gateway nothing more."""
    await waiting(w, evidence=(said(),))
    w.clock.forward(90 * MINUTE_MS)
    assert await ask_due(w.engine) == 0
    assert w.gateway.asked == []


async def test_a_declined_answer_fails_the_payment(w: World) -> None:
    """A query is as good a witness as a callback."""
    made = await waiting(w)
    w.gateway.carts[CART] = [fact(verdict=Verdict.DECLINED)]
    w.clock.forward(MINUTE_MS + SECOND_MS)
    await ask_due(w.engine)
    assert (await w.payment(made)).outcome.state is State.FAILED


async def test_one_cart_that_is_not_answered_hides_no_other(w: World) -> None:
    """What the others state is kept at once; the silence of all is not concluded from one, and the question stays."""
    made = await waiting(w, attempts=(attempt(), attempt(2)))
    w.gateway.unreadable = {CART}
    w.gateway.carts[CartId("t-1042-2")] = [fact("TST2", cart_id=CartId("t-1042-2"))]
    w.clock.forward(30 * MINUTE_MS)
    assert await ask_due(w.engine) == 1
    paid = await w.payment(made)
    assert (paid.outcome.state, paid.asked_at, paid.closings) == (State.PAID, None, ())
    assert paid.ask_at is not None


async def test_a_person_who_asks_takes_no_workers_lease(w: World) -> None:
    """The worker's own answer ends its lease; until then nobody asks beside it."""
    made = await waiting(w)
    w.clock.forward(MINUTE_MS)
    (lease,) = await w.engine.ledger.lease_asks(now=w.clock.now(), until=Instant(w.clock.now() + MINUTE_MS), limit=1)
    asked = await ask(w.engine, w.store.profile, made)
    assert asked.asking == lease.until
    w.clock.forward(SECOND_MS)
    assert (await ask(w.engine, w.store.profile, made, lease=lease)).asking is None


async def test_a_page_opened_while_the_gateway_was_asked_does_not_end_by_its_answer(w: World) -> None:
    """Another machine, whose clock is two hours behind, opens a page: it looks old here, and was not asked about."""
    made = await waiting(w)
    opened = Instant(w.clock.now() - 120 * MINUTE_MS)
    young = attempt(2, opened_at=opened, expires_at=Instant(opened + 20 * MINUTE_MS))
    grown = revise(replace(made, attempts=(*made.attempts, young)), now=w.clock.now())
    await w.engine.ledger.amend(ByPayment(STORE, PAYMENT), lambda _: grown)
    w.clock.forward(25 * MINUTE_MS)
    after = await ask(w.engine, w.store.profile, made)
    assert [closing.attempt for closing in after.closings] == [1]
    assert after.outcome.state is State.OPEN
    assert (await ask(w.engine, w.store.profile, after)).outcome.state is State.EXPIRED


async def test_a_person_who_asks_is_told_of_every_page(w: World) -> None:
    """A refund of what was paid is found although the schedule only watches another page of the order."""
    sale = said(fact())
    made = await waiting(w, attempts=(attempt(), attempt(2)), evidence=(sale,))
    refund = fact("TST3", kind=Kind.REFUND, previous_ref=sale.fact.tran_ref)
    w.gateway.carts[CART] = [sale.fact, refund]
    assert (await ask(w.engine, w.store.profile, made)).outcome.state is State.REFUNDED
