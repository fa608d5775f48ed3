"""People are told once per cause."""

from builders import CART, NOON, SAR, fact, said
from unit.engine.conftest import hears, keeps
from wasl.domain.evidence import Verdict, Voice
from wasl.domain.money import Money
from wasl.domain.store import HOLD_DAYS
from wasl.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, rfc3339
from wasl.engine.alert import BACKOFF_MS, alert_due
from wasl.engine.ask import ask_due
from wasl.engine.engine import FORGERIES_BURST
from wasl.engine.hear import hear
from wasl.engine.ports import Arrival, Receipt
from wasl.engine.tell import UNTOLD_ALERT_MS, tell_due
from worlds import SHOP_AWAY, World

LESS = Money(100, SAR)


async def alerts(w: World) -> list[str]:
    """Everything people are told until nothing is due."""
    while await alert_due(w.engine):
        pass
    return w.herald.told


async def test_a_cause_is_told_once_however_often_it_is_heard(w: World) -> None:
    """Repeats, and the same transaction by another voice, make no second alert; other money does."""
    await keeps(w)
    for _ in range(3):
        await hears(w, said(fact(amount=LESS, moved=LESS)))
    assert await alerts(w) == ["pay_test amount_mismatch TST1"]
    await hears(w, said(fact("TST2", amount=LESS, moved=LESS)))
    assert (await alerts(w))[1:] == ["pay_test amount_mismatch TST1 TST2"]


async def test_a_parked_telling_is_told_to_a_person(w: World) -> None:
    """Nothing waits for a person without the person knowing."""
    await keeps(w)
    await hears(w, said())
    w.shop.answers = [Receipt(arrival=Arrival.REFUSED, note="no such order")]
    await tell_due(w.engine)
    assert await alerts(w) == ["pay_test parked 2"]


async def test_nobody_there_is_tried_again_for_three_days(w: World) -> None:
    """Ever more rarely, then given up visibly."""
    await keeps(w)
    await hears(w, said(fact(amount=LESS, moved=LESS)))
    w.herald.failures = 1
    assert await alerts(w) == []
    w.clock.forward(BACKOFF_MS)
    assert await alerts(w) == ["pay_test amount_mismatch TST1"]
    await hears(w, said(fact("TST2", amount=LESS, moved=LESS)))
    w.herald.failures = 1_000
    for _ in range(200):
        await alert_due(w.engine)
        w.clock.forward(HOUR_MS)
    w.clock.forward(DAY_MS)
    w.herald.failures = 0
    assert len(await alerts(w)) == 1


async def test_a_store_that_does_not_take_the_truth_is_an_alert_after_a_while(w: World) -> None:
    """Not at the first failure, and once however often it fails: accepted money whose order has not changed."""
    await keeps(w)
    await hears(w, said())
    for _ in range(20):
        w.shop.answers = [SHOP_AWAY]
        await tell_due(w.engine)
        if w.clock.now() - NOON <= UNTOLD_ALERT_MS:
            assert await alerts(w) == []
        w.clock.forward(2 * MINUTE_MS)
    assert await alerts(w) == ["pay_test untold 2"]


async def test_a_hold_that_grows_old_is_an_alert(w: World) -> None:
    """The gateway forgets it silently after weeks; somebody has to decide it there."""
    held = fact(verdict=Verdict.HELD, at=NOON)
    await keeps(w)
    await hears(w, said(held))
    w.gateway.carts[CART] = [held]
    for _ in range(HOLD_DAYS * 24 + 6):
        w.clock.forward(HOUR_MS)
        await ask_due(w.engine)
        if w.clock.now() - NOON < HOLD_DAYS * DAY_MS:
            assert await alerts(w) == []
    assert await alerts(w) == ["pay_test held TST1"]


async def test_forgeries_that_rise_are_one_alert_a_day_for_the_store(w: World) -> None:
    """A few are shelved in silence; a flood is said once."""
    for number in range(FORGERIES_BURST):
        await hear(w.engine, w.store, Voice.IPN, signature="forged", body=b"%d" % number)
    assert await alerts(w) == []
    for number in range(99):
        await hear(w.engine, w.store, Voice.IPN, signature="forged", body=b"more %d" % number)
    day = rfc3339(w.clock.now())[:10]
    assert await alerts(w) == [f"forged {day}"]
