"""Telling: only what is committed, in order, until it has arrived, and visibly where it does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from builders import PAYMENT, PRICE, SAR, STORE, fact, payment, said
from conftest import SEAL, describe
from unit.engine.conftest import hears, keeps
from wasl.domain.evidence import Kind, TranRef, Verdict, Voice
from wasl.domain.money import Money
from wasl.domain.outcome import State
from wasl.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from wasl.engine.alert import alert_due
from wasl.engine.ask import ask_due
from wasl.engine.hear import hear
from wasl.engine.ports import Arrival, ByPayment, Receipt
from wasl.engine.tell import FAILURES_MAX, LEASE_MS, tell_due
from wasl.errors import LedgerUnavailable
from wasl.ledger.open import open_sqlite
from worlds import SHOP_AWAY, SIGNED, World

BUSY = Receipt(arrival=Arrival.BUSY, note="HTTP 503")


async def tells(w: World) -> None:
    """Everything that is due now."""
    while await tell_due(w.engine):
        pass


async def tells_until_heard(w: World) -> None:
    """Whatever is due, whenever it is."""
    while (due := (await w.payment(payment())).tell_at) is not None:
        w.clock.at = max(w.clock.at, due)
        await tell_due(w.engine)


@pytest.mark.requirement("R2")
async def test_a_person_hears_of_an_order_that_its_shop_does_not_take(w: World) -> None:
    """Accepted by us but unchanged in the shop for a quarter of an hour: an alert, once, while it is still tried."""
    await keeps(w)
    await hears(w, said())
    w.shop.answers = [SHOP_AWAY] * FAILURES_MAX
    until = w.clock.now() + 40 * MINUTE_MS
    while (due := (await w.payment(payment())).tell_at) is not None and due < until:
        w.clock.at = due
        await tell_due(w.engine)
    while await alert_due(w.engine):
        pass
    assert w.herald.told == ["pay_test untold 2"]


@pytest.mark.requirement("R16")
async def test_an_expired_page_is_told_to_the_shop(w: World) -> None:
    """Nobody paid and a last query found nothing: the shop hears of it, and its own rules let the stock go."""
    await keeps(w)
    w.clock.forward(21 * MINUTE_MS)
    await ask_due(w.engine)
    await tells(w)
    assert [telling.payment.outcome.state for telling in w.shop.told] == [State.EXPIRED]
    assert b'"state":"expired"' in w.shop.told[0].body


@pytest.mark.requirement("R16")
async def test_an_expired_number_is_told_to_the_shop(w: World) -> None:
    """A deferred method's end is an end, under whichever reference the gateway says it."""
    waits = fact(kind=Kind.PAYMENT_REQUEST, verdict=Verdict.PENDING)
    await keeps(w)
    await hears(w, said(waits))
    over = replace(waits, tran_ref=TranRef("TST9"), previous_ref=waits.tran_ref, verdict=Verdict.EXPIRED)
    await hears(w, said(over))
    await tells(w)
    assert [telling.payment.outcome.state for telling in w.shop.told][-1] is State.EXPIRED


@pytest.mark.requirement("R30")
async def test_what_could_not_be_committed_is_not_told(w: World, tmp_path: Path) -> None:
    """The database was away when the news came: no shop hears of it, and afterwards it is still unpaid."""
    made = await keeps(w)
    w.gateway.facts[b"paid"] = fact()
    await w.engine.ledger.close()
    with pytest.raises(LedgerUnavailable):
        await hear(w.engine, w.store, Voice.CALLBACK, signature=SIGNED, body=b"paid")
    reopened = open_sqlite(tmp_path / "wasl.db", SEAL, describe)
    try:
        engine = replace(w.engine, ledger=reopened)
        assert await tell_due(engine) == 0
        assert await reopened.payment(ByPayment(STORE, PAYMENT)) == made
    finally:
        await reopened.close()


@pytest.mark.requirement("R30")
async def test_a_failed_payment_is_never_told_as_paid(w: World) -> None:
    """What is sent is the body of the committed version, not of what somebody hoped for when it was due."""
    w.shop.in_order = True
    await keeps(w)
    await hears(w, said(fact(verdict=Verdict.DECLINED)))
    await tells(w)
    assert [(telling.version, b'"paid":"0.00"' in telling.body) for telling in w.shop.told] == [(2, True)]
    assert w.shop.told[0].body == describe(await w.payment(payment()))


@pytest.mark.requirement("R43")
async def test_what_the_shop_does_to_its_order_changes_nothing_here(w: World) -> None:
    """A stale object, a hand or another plugin sets the order's status: ours stays, theirs is read back and shown."""
    await keeps(w)
    known = await hears(w, said())
    w.shop.answers = [Receipt(arrival=Arrival.UNCHANGED, note="changed by hand", status="C")]
    await tells(w)
    after = await w.payment(payment())
    assert (after.outcome, after.version) == (known.outcome, known.version)
    (delivery,) = await w.engine.ledger.deliveries(STORE, PAYMENT)
    assert (delivery.status, delivery.note) == ("C", "changed by hand")


@pytest.mark.requirement("R45")
async def test_a_shop_that_was_away_for_days_catches_up_in_order(w: World) -> None:
    """Everything that happened meanwhile arrives, one version after the other, without anybody's help."""
    w.shop.in_order = True
    await keeps(w)
    w.shop.answers = [SHOP_AWAY] * (FAILURES_MAX - 1)
    news = (
        fact(verdict=Verdict.DECLINED),
        fact("TST2"),
        fact("TST3", kind=Kind.REFUND, previous_ref=TranRef("TST2"), amount=Money(100, SAR), moved=Money(100, SAR)),
    )
    for one in news:
        await hears(w, said(one))
        until = Instant(w.clock.now() + 12 * HOUR_MS)
        while (due := (await w.payment(payment())).tell_at) is not None and due < until:
            w.clock.at = max(w.clock.at, due)
            await tell_due(w.engine)
        w.clock.at = until
    w.shop.answers = []
    tried = len(w.shop.told)
    assert {telling.version for telling in w.shop.told} == {2}
    await tells_until_heard(w)
    assert [telling.version for telling in w.shop.told[tried:]] == [2, 3, 4]
    assert (await w.payment(payment())).told == 4


@pytest.mark.requirement("R45")
async def test_a_shop_that_was_away_for_longer_is_never_given_up_silently(w: World) -> None:
    """After three days a person is alerted; their retry, or any news, tells what was missed, in order."""
    w.shop.in_order = True
    await keeps(w)
    await hears(w, said(fact(verdict=Verdict.DECLINED)))
    w.shop.answers = [BUSY] * (FAILURES_MAX + 1)
    await tells_until_heard(w)
    assert (await w.payment(payment())).parked
    while await alert_due(w.engine):
        pass
    assert "pay_test parked 2" in w.herald.told
    w.clock.forward(DAY_MS)
    await hears(w, said(fact("TST2")))
    tried = len(w.shop.told)
    await tells_until_heard(w)
    assert [telling.version for telling in w.shop.told[tried:]] == [2, 3]


@pytest.mark.requirement("R47")
async def test_a_slow_worker_cannot_take_back_what_a_quick_one_told(w: World) -> None:
    """Its report on an older version is ignored: what the store has heard of only grows, and paid stays told."""
    await keeps(w)
    await hears(w, said(fact(verdict=Verdict.DECLINED)))
    (slow,) = await w.engine.ledger.lease_tells(now=w.clock.now(), until=Instant(w.clock.now() + LEASE_MS), limit=1)
    old = await w.engine.ledger.telling(slow, in_order=False)
    assert old is not None
    w.clock.forward(LEASE_MS)
    await hears(w, said(fact("TST2")))
    await tells(w)
    receipt = Receipt(arrival=Arrival.CHANGED, note="late", status="F")
    await w.engine.ledger.record_receipt(slow, old, receipt, now=w.clock.now())
    known = await w.payment(payment())
    assert (known.told, known.version, known.tell_at) == (3, 3, None)
    assert [telling.payment.outcome.captured for telling in w.shop.told] == [PRICE]


@pytest.mark.requirement("R47")
async def test_versions_are_told_upwards_only(w: World) -> None:
    """Declined, paid, refunded in part: whatever the shop's answers, no telling is older than the one before."""
    w.shop.in_order = True
    await keeps(w)
    w.shop.answers = [BUSY, SHOP_AWAY, Receipt(arrival=Arrival.CHANGED, note="ok"), BUSY]
    for one in (fact(verdict=Verdict.DECLINED), fact("TST2"), fact("TST3", verdict=Verdict.CANCELED)):
        await hears(w, said(one))
        await tell_due(w.engine)
    await tells_until_heard(w)
    versions = [telling.version for telling in w.shop.told]
    assert versions == sorted(versions)
    assert versions[-1] == (await w.payment(payment())).version
