"""Money that goes back without a person, where the merchant says so."""

from dataclasses import replace
from typing import Final

import pytest

from builders import NOON, PAYMENT, PRICE, STORE, fact, payment, said
from unit.engine.conftest import hears, keeps
from wasl.domain.evidence import Closing, ClosingReason, Fact, Kind
from wasl.domain.outcome import State
from wasl.domain.payment import Payment
from wasl.domain.store import AutoRefund
from wasl.domain.time import DAY_MS, MINUTE_MS, Instant
from wasl.engine.alert import alert_due
from wasl.engine.connect import change_store
from wasl.engine.policy import give_back
from wasl.engine.ports import OUT_OF_STOCK, Arrival, ByPayment, Receipt
from wasl.engine.resolve import NothingToResolve, accept, refund_cases
from wasl.engine.tell import tell_due
from worlds import World

AGAIN: Final = fact("TST2", at=Instant(NOON + 5 * MINUTE_MS))
TWICE: Final = "paid_twice TST1 TST2"


async def allows(w: World, *cases: AutoRefund, ceiling: int = 3 * PRICE.minor) -> None:
    """The merchant chose these."""
    changed = replace(w.store, auto_refund=cases, auto_refund_ceiling=ceiling, alert_url="https://shop.example/alerts")
    w.store = await change_store(w.engine, w.store, changed)


async def current(w: World) -> Payment:
    """The payment as it is."""
    found = await w.engine.ledger.payment(ByPayment(STORE, PAYMENT))
    assert found is not None
    return found


async def paid_twice(w: World) -> None:
    """One order, two payments on its page."""
    await keeps(w)
    await hears(w, said(), said(AGAIN))
    w.clock.forward(10 * MINUTE_MS)


@pytest.mark.requirement("R20")
async def test_double_money_goes_back_and_is_said(w: World) -> None:
    """The second payment, once; the alert tells what was done; the order stays paid."""
    await allows(w, AutoRefund.PAID_TWICE)
    await paid_twice(w)
    await alert_due(w.engine)
    assert [(asked.target, asked.amount) for asked in w.gateway.follow_ups] == [("TST2", PRICE)]
    assert w.herald.done == ["refund of 57.90 SAR: approved"]
    assert ((await current(w)).outcome.state, (await current(w)).outcome.concerns) == (State.PAID, ())


async def test_nothing_goes_back_unless_the_merchant_says_so(w: World) -> None:
    """The default is a person."""
    await allows(w)
    await paid_twice(w)
    await alert_due(w.engine)
    assert (w.gateway.follow_ups, w.herald.done) == ([], [""])


async def test_an_alert_that_is_sent_again_gives_nothing_back_again(w: World) -> None:
    """Whoever is alerted was away; the refund is the same one."""
    await allows(w, AutoRefund.PAID_TWICE)
    await paid_twice(w)
    w.herald.failures = 1
    await alert_due(w.engine)
    w.clock.forward(MINUTE_MS)
    await alert_due(w.engine)
    assert len(w.gateway.follow_ups) == 1
    assert w.herald.done == ["refund of 57.90 SAR: approved"] * 2


async def test_the_ceiling_of_a_day_stops_loudly(w: World) -> None:
    """What does not fit stays for a person, who hears that; a day later there is room again."""
    await allows(w, AutoRefund.PAID_TWICE, ceiling=PRICE.minor)
    await paid_twice(w)
    assert await w.engine.ledger.reserve_auto_refund(
        STORE, "pay_other paid_late", 1, ceiling=PRICE.minor, since=Instant(NOON - DAY_MS), now=w.clock.now()
    )
    await alert_due(w.engine)
    assert (w.gateway.follow_ups, w.herald.done) == ([], ["not refunded by itself: the ceiling of a day is reached"])
    await alert_due(w.engine)
    assert w.herald.told[-1].startswith("auto_refund_stopped ")
    w.clock.forward(DAY_MS)
    assert await give_back(w.engine, w.store, await current(w), TWICE) == "refund of 57.90 SAR: approved"


async def late(w: World, *facts: Fact) -> None:
    """A page that was closed before this came."""
    closing = Closing(attempt=1, reason=ClosingReason.EXPIRED, at=NOON)
    await keeps(w, payment(closings=(closing,)))
    await hears(w, *(said(one) for one in facts))
    w.clock.forward(10 * MINUTE_MS)


@pytest.mark.requirement("R12")
async def test_late_money_goes_back_instead_of_into_the_order(w: World) -> None:
    """Whole, and once."""
    await allows(w, AutoRefund.PAID_LATE)
    await late(w, fact())
    await alert_due(w.engine)
    assert (await current(w)).outcome.state is State.REFUNDED
    assert w.herald.done == ["refund of 57.90 SAR: approved"]


async def test_an_authorisation_that_came_late_is_let_go(w: World) -> None:
    """Nothing was taken, so nothing is refunded."""
    await allows(w, AutoRefund.PAID_LATE)
    await late(w, fact(kind=Kind.AUTH))
    assert await give_back(w.engine, w.store, await current(w), "paid_late TST1") == "void of 57.90 SAR: approved"
    assert (await current(w)).outcome.authorized.minor == 0


async def test_what_a_person_has_accepted_stays(w: World) -> None:
    """Whether the alert comes later, the policy, or more money on the same order."""
    await late(w, fact())
    await accept(w.engine, await current(w), note="shipped", by="ali")
    await allows(w, AutoRefund.PAID_LATE, AutoRefund.PAID_TWICE)
    await alert_due(w.engine)
    assert w.gateway.follow_ups == []
    await hears(w, said(AGAIN))
    answers = await refund_cases(w.engine, w.store, await current(w), note="late", by="ali")
    assert not isinstance(answers, NothingToResolve)
    assert [asked.target for asked in w.gateway.follow_ups] == ["TST2"]
    assert (await current(w)).outcome.state is State.PAID


async def test_policy_acts_before_anybody_is_told_and_not_after(w: World) -> None:
    """A person who may have heard of the case decides it; what was done is said in every repeat of the alert."""
    await allows(w)
    await paid_twice(w)
    w.herald.failures = 1
    await alert_due(w.engine)
    await allows(w, AutoRefund.PAID_TWICE)
    w.clock.forward(MINUTE_MS)
    await alert_due(w.engine)
    assert (w.gateway.follow_ups, w.herald.done) == ([], ["", ""])


@pytest.mark.requirement("R33")
async def test_what_the_shop_cannot_send_is_said_and_goes_back(w: World) -> None:
    """The shop's engine found nothing left when it heard: an alert, and the money back where that is the policy."""
    await allows(w, AutoRefund.OUT_OF_STOCK)
    await keeps(w)
    await hears(w, said())
    w.clock.forward(10 * MINUTE_MS)
    w.shop.answers = [Receipt(arrival=Arrival.CHANGED, note="", status="B", alert=OUT_OF_STOCK)]
    await tell_due(w.engine)
    await alert_due(w.engine)
    assert w.herald.told == [f"{PAYMENT} {OUT_OF_STOCK} TST1"]
    assert w.herald.done == ["refund of 57.90 SAR: approved"]
    assert (await current(w)).outcome.state is State.REFUNDED
