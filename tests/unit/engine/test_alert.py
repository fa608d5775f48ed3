"""People are told once per cause."""

from builders import SAR, fact, said
from unit.engine.conftest import hears, keeps
from wasl.domain.money import Money
from wasl.domain.time import DAY_MS, HOUR_MS
from wasl.engine.alert import BACKOFF_MS, alert_due
from wasl.engine.ports import Arrival, Receipt
from wasl.engine.tell import tell_due
from worlds import World

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
