"""The store is told until it has heard."""

from dataclasses import replace

import pytest

from builders import PAYMENT, STORE, fact, payment, said
from wasl.domain.evidence import Evidence, Verdict
from wasl.domain.outcome import State
from wasl.domain.payment import Payment
from wasl.domain.revise import heard, revise
from wasl.domain.time import DAY_MS, HOUR_MS
from wasl.engine.ports import Arrival, ByPayment, Receipt
from wasl.engine.tell import BACKOFF_MAX_MS, BACKOFF_MS, FAILURES_MAX, tell_due
from worlds import SHOP_AWAY, World

BUSY = Receipt(arrival=Arrival.BUSY, note="HTTP 503")


async def hears(w: World, piece: Evidence) -> Payment:
    """The payment once it has heard one more piece of evidence."""
    now = w.clock.now()
    told = await w.engine.ledger.amend(ByPayment(STORE, PAYMENT), lambda p: p and revise(heard(p, piece), now=now))
    assert told is not None
    return told


async def paid(w: World) -> Payment:
    """A payment whose store does not know yet."""
    made = revise(payment(), now=w.clock.now())
    await w.engine.ledger.amend(ByPayment(STORE, PAYMENT), lambda _: made)
    return await hears(w, said())


@pytest.mark.requirement("R21")
async def test_a_change_reaches_the_store_once(w: World) -> None:
    """Told, acknowledged, and not told again."""
    made = await paid(w)
    assert await tell_due(w.engine) == 1
    assert await tell_due(w.engine) == 0
    assert [t.payment.outcome.state for t in w.shop.told] == [State.PAID]
    after = await w.payment(made)
    assert (after.told, after.tell_at) == (2, None)


async def test_a_store_that_is_away_is_told_later(w: World) -> None:
    """A lost answer and a busy shop are both tried again, less and less often."""
    await paid(w)
    w.shop.answers = [SHOP_AWAY, BUSY]
    await tell_due(w.engine)
    assert await tell_due(w.engine) == 0
    w.clock.forward(BACKOFF_MS)
    await tell_due(w.engine)
    w.clock.forward(BACKOFF_MS)
    assert await tell_due(w.engine) == 0
    w.clock.forward(BACKOFF_MS)
    assert await tell_due(w.engine) == 1
    assert len(w.shop.told) == 3


@pytest.mark.requirement("R45")
async def test_a_store_is_tried_for_three_days_and_then_a_person_looks(w: World) -> None:
    """Parked with the shop's own words, visibly, and never dropped."""
    made = await paid(w)
    begun = w.clock.now()
    w.shop.answers = [BUSY] * (FAILURES_MAX + 1)
    while await tell_due(w.engine):
        due = (await w.payment(made)).tell_at
        if due is not None:
            w.clock.at = due
    parked = await w.payment(made)
    assert "three days: HTTP 503" in parked.parked
    assert 3 * DAY_MS - BACKOFF_MAX_MS <= w.clock.now() - begun <= 3 * DAY_MS + 2 * HOUR_MS


async def test_a_refusal_waits_for_a_person_until_something_new_is_known(w: World) -> None:
    """The order is gone, say: it is not asked again, unless the outcome changes."""
    made = await paid(w)
    w.shop.answers = [Receipt(arrival=Arrival.REFUSED, note="no such order")]
    await tell_due(w.engine)
    w.clock.forward(DAY_MS)
    assert await tell_due(w.engine) == 0
    assert (await w.payment(made)).parked == "no such order"
    await hears(w, said(fact("TST2")))
    assert await tell_due(w.engine) == 1


@pytest.mark.requirement("R30")
async def test_nothing_is_told_that_does_not_follow_from_the_evidence(w: World) -> None:
    """A recorded outcome that disagrees with its evidence is never told: it is folded anew, and that is told."""
    made = await paid(w)
    await w.engine.ledger.amend(
        ByPayment(STORE, PAYMENT), lambda p: p and replace(p, outcome=replace(p.outcome, state=State.FAILED))
    )
    await tell_due(w.engine)
    assert w.shop.told == []
    await tell_due(w.engine)
    assert [(one.version, b'"state":"paid"' in one.body) for one in w.shop.told] == [(3, True)]
    assert (await w.payment(made)).told == 3


@pytest.mark.requirement("R45", "R47")
async def test_a_store_in_order_hears_every_version(w: World) -> None:
    """Declined, then paid: both, one after the other."""
    w.shop.in_order = True
    made = revise(payment(), now=w.clock.now())
    await w.engine.ledger.amend(ByPayment(STORE, PAYMENT), lambda _: made)
    await hears(w, said(fact(verdict=Verdict.DECLINED)))
    await hears(w, said(fact("TST2")))
    while await tell_due(w.engine):
        pass
    assert [t.version for t in w.shop.told] == [2, 3]
    assert [b'"state":"failed"' in t.body for t in w.shop.told] == [True, False]
