"""Once a day every store is compared."""

from dataclasses import replace

import pytest

from builders import NOON, STORE, fact, payment, said
from unit.engine.conftest import hears, keeps
from wasl.domain.payment import OrderId
from wasl.domain.reconcile import ShopOrder
from wasl.domain.time import DAY_MS, Instant
from wasl.engine.alert import alert_due
from wasl.engine.connect import archive_store, change_store
from wasl.engine.daily import LEASE_MS, reconcile_due
from worlds import World


async def test_every_store_is_compared_once_a_day(w: World) -> None:
    """By one worker; on a good day nobody is called."""
    assert await reconcile_due(w.engine) == 0
    w.clock.forward(DAY_MS)
    assert [await reconcile_due(w.engine) for _ in range(2)] == [1, 0]
    assert list(await w.engine.ledger.lease_alerts(now=w.clock.now(), until=w.clock.now(), limit=9)) == []
    w.clock.forward(DAY_MS)
    await archive_store(w.engine, w.store)
    assert await reconcile_due(w.engine) == 0


@pytest.mark.requirement("R17")
async def test_what_differs_is_said_and_not_mended(w: World) -> None:
    """The order is paid, and the shop has never heard of it."""
    await change_store(w.engine, w.store, replace(w.store, alert_url="https://shop.example/alerts"))
    w.clock.forward(DAY_MS)
    made = payment(created_at=w.clock.now(), updated_at=w.clock.now())
    await keeps(w, made)
    await hears(w, said(fact(at=Instant(NOON + DAY_MS))))
    w.shop.orders[OrderId("1042")] = ShopOrder(status="N", wanted="", paid=False, amount=made.amount)
    assert await reconcile_due(w.engine) == 1
    assert w.shop.told == []
    await alert_due(w.engine)
    assert w.herald.told[0].startswith("reconcile ")
    assert STORE not in w.herald.told[0]


async def test_no_day_is_left_out(w: World) -> None:
    """A worker that was away for long, or died over a comparison, leaves the whole period to the next."""
    await keeps(w)
    await hears(w, said())
    w.gateway.carts[fact().cart_id] = [fact()]
    w.shop.orders[OrderId("1042")] = ShopOrder(status="N", wanted="", paid=False, amount=payment().amount)
    w.clock.forward(3 * DAY_MS)
    died = await w.engine.ledger.claim_reconcile(
        now=w.clock.now(), before=Instant(w.clock.now() - DAY_MS), unless=Instant(w.clock.now() - LEASE_MS)
    )
    assert died is not None
    assert await reconcile_due(w.engine) == 0
    w.clock.forward(LEASE_MS)
    assert await reconcile_due(w.engine) == 1
    causes = [one.cause for one in await w.engine.ledger.lease_alerts(now=w.clock.now(), until=w.clock.now(), limit=9)]
    assert [cause for cause in causes if cause.startswith("reconcile ")] != []
