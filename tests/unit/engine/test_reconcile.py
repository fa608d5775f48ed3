"""Shop, gateway and ledger are compared over a period, and mended where policy allows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest

from builders import NOON, PAYMENT, PRICE, STORE, attempt, fact, payment, said
from unit.engine.conftest import hears, keeps
from wasl.domain.evidence import CartId, Fact, Kind, TranRef, Verdict
from wasl.domain.money import Money
from wasl.domain.outcome import State
from wasl.domain.payment import OrderId, Payment, PaymentId
from wasl.domain.reconcile import Difference, ShopOrder
from wasl.domain.store import Profile, Store
from wasl.domain.time import DAY_MS, MINUTE_MS, SECOND_MS, Instant
from wasl.engine.discrepancies import Report
from wasl.engine.ports import Arrival, ByPayment, Receipt
from wasl.engine.reconcile import AT_ONCE, PAGE, SILENT_MAX, Plan, reconcile
from wasl.engine.tell import tell_due
from worlds import NO_ANSWER, SHOP_AWAY, ScriptedGateway, ScriptedShop, World

ORDER: Final = OrderId("1042")
SINCE: Final = Instant(NOON - 3 * DAY_MS)
REFUND: Final = fact("TST2", kind=Kind.REFUND, previous_ref=TranRef("TST1"))


def has(status: str) -> ShopOrder:
    """An order in the shop over the price; P is the only status that means paid."""
    return ShopOrder(status=status, wanted="", paid=status == "P", amount=PRICE)


@dataclass(slots=True)
class Comparing:
    """Compares with a clock that moves only while somebody waits for the budget of questions."""

    w: World
    waited_s: float = 0

    async def run(self, *, mend: bool = False, since: Instant = SINCE) -> Report:
        plan = Plan(stores=[self.w.store], since=since, mend=mend, pause=self.pause)
        return await reconcile(self.w.engine, plan)

    async def pause(self, seconds: float) -> None:
        self.waited_s += seconds
        self.w.clock.forward(round(seconds * SECOND_MS))


async def compared(w: World, *, mend: bool = False) -> Report:
    """One comparison of the last three days."""
    return await Comparing(w).run(mend=mend)


def kinds(report: Report, *, mended: bool = False) -> list[Difference]:
    """What differs."""
    return [row.finding.difference for row in report.rows if row.mended == mended]


async def settled(w: World) -> Payment:
    """A payment that is paid, at the gateway, in the ledger and in the shop."""
    await keeps(w)
    w.gateway.carts[fact().cart_id] = [fact()]
    w.shop.orders[ORDER] = has("N")
    await hears(w, said())
    await tell_due(w.engine)
    return await w.payment(payment())


async def everything(w: World) -> Any:
    """All the ledger holds of the payment, to see whether anything was written."""
    return await w.engine.ledger.payment(ByPayment(STORE, PAYMENT)), len(w.shop.told)


async def test_all_is_well(w: World) -> None:
    """One paid order on which all three agree."""
    await settled(w)
    report = await compared(w)
    assert report.all_well
    assert report.summary == "all is well: 1 order agrees"
    assert report.rows == ()


async def test_a_missed_voice_is_found_and_nothing_is_changed(w: World) -> None:
    """The gateway has the money, nobody heard of it: named with its risk, and read-only stays read-only."""
    await keeps(w)
    w.gateway.carts[fact().cart_id] = [fact()]
    w.shop.orders[ORDER] = has("N")
    before = await everything(w)
    report = await compared(w)
    assert kinds(report) == [Difference.MONEY_UNHEARD]
    assert report.summary == "1 of 1 orders differ, 57.90 SAR at risk"
    (row,) = report.rows
    assert (row.gateway, row.ledger, row.shop) == ("paid 57.90", "open", "N")
    assert await everything(w) == before


async def test_mending_records_what_the_gateway_says_and_tells_the_shop(w: World) -> None:
    """The same road as any query and any telling; afterwards all agree, and a second run finds nothing."""
    made = await keeps(w)
    w.gateway.carts[fact().cart_id] = [fact()]
    w.shop.orders[ORDER] = has("N")
    report = await compared(w, mend=True)
    assert kinds(report, mended=True) == [Difference.MONEY_UNHEARD]
    assert report.summary == "all is well: 1 order agrees (1 mended)"
    after = await w.payment(made)
    assert (after.outcome.state, after.told, after.tell_at) == (State.PAID, after.version, None)
    assert w.shop.orders[ORDER].status == "P"
    assert (await compared(w)).rows == ()


async def test_money_on_an_old_page_is_found(w: World) -> None:
    """Every page the payment ever had is asked about, also those the schedule is done with."""
    first = attempt(opened_at=Instant(NOON - 20 * DAY_MS), expires_at=Instant(NOON - 19 * DAY_MS))
    await keeps(w, payment(first, attempt(2), asked_at=NOON))
    w.gateway.carts[first.cart_id] = [fact()]
    w.shop.orders[ORDER] = has("N")
    assert kinds(await compared(w)) == [Difference.MONEY_UNHEARD]
    assert (await compared(w, mend=True)).all_well


async def test_a_refund_in_the_dashboard_is_found_and_recorded(w: World) -> None:
    """Money that went back is as much of the truth."""
    made = await settled(w)
    w.gateway.carts[fact().cart_id] = [fact(), REFUND]
    assert kinds(await compared(w)) == [Difference.RETURN_UNHEARD]
    await compared(w, mend=True)
    assert (await w.payment(made)).outcome.state is State.REFUNDED


async def test_a_shop_that_was_never_told_is_told(w: World) -> None:
    """Untold and parked alike; what the shop still refuses stays for a person."""
    await keeps(w)
    w.gateway.carts[fact().cart_id] = [fact()]
    w.shop.orders[ORDER] = has("N")
    await hears(w, said())
    w.shop.answers = [Receipt(arrival=Arrival.REFUSED, note="changed by hand", status="N")] * 2
    await tell_due(w.engine)
    report = await compared(w, mend=True)
    assert kinds(report) == [Difference.PAID_NOT_IN_SHOP]
    assert "changed by hand" in report.rows[0].finding.sentence
    assert (await compared(w, mend=True)).all_well
    assert w.shop.orders[ORDER].status == "P"


async def test_a_merchants_own_change_is_never_overwritten(w: World) -> None:
    """The shop took P and a person has set it back since: said, and not touched."""
    await settled(w)
    w.shop.orders[ORDER] = has("N")
    report = await compared(w, mend=True)
    assert kinds(report) == [Difference.PAID_NOT_IN_SHOP]
    assert len(w.shop.told) == 1


async def test_an_order_paid_by_hand_is_left_for_a_person(w: World) -> None:
    """Nobody's money proves it; nothing is told."""
    await keeps(w)
    w.shop.orders[ORDER] = has("P")
    report = await compared(w, mend=True)
    assert kinds(report) == [Difference.PAID_IN_SHOP_ONLY]
    assert w.shop.told == []


async def test_a_ledger_that_disagrees_with_itself_is_left_alone(w: World) -> None:
    """Listed, not folded over and not told."""
    made = await settled(w)
    wrong = replace(made, outcome=replace(made.outcome, state=State.FAILED), version=3)
    await keeps_as_it_is(w, wrong)
    w.gateway.carts[fact().cart_id] = [fact(), REFUND]
    report = await compared(w, mend=True)
    assert Difference.SNAPSHOT in kinds(report)
    assert kinds(report, mended=True) == []
    assert (await w.payment(made)).outcome.state is State.FAILED
    assert len(w.shop.told) == 1


async def test_evidence_for_unknown_carts_is_listed(w: World) -> None:
    """Kept since nobody knew its cart: one row per transaction, within the period."""
    stray = fact("TST7", cart_id=CartId("elsewhere-7"))
    await w.engine.ledger.shelve(STORE, said(stray))
    old = said(fact("TST8", cart_id=CartId("elsewhere-8")), at=SINCE - 1)
    await w.engine.ledger.shelve(STORE, old)
    report = await compared(w)
    assert [(row.order_id, row.finding.difference) for row in report.rows] == [("elsewhere-7", Difference.UNKNOWN_CART)]
    assert report.summary == "1 of 1 orders differ, 57.90 SAR at risk"


async def test_a_side_that_does_not_answer_is_a_row(w: World) -> None:
    """The other sides are compared all the same, and not compared is not well."""
    await settled(w)
    w.gateway.silent = True
    report = await compared(w)
    assert [row.finding.sentence for row in report.rows] == ["not compared: gateway: no answer"]
    assert not report.all_well
    assert report.summary == "0 of 1 orders differ, nothing at risk; 1 not compared"
    w.gateway.silent, w.shop.away = False, True
    report = await compared(w, mend=True)
    assert [row.finding.sentence for row in report.rows] == ["not compared: shop: the shop did not answer"]


async def test_a_shop_that_goes_away_while_it_is_told_loses_nothing(w: World) -> None:
    """The telling is tried again by a worker, and the difference stays until then."""
    made = await keeps(w)
    w.gateway.carts[fact().cart_id] = [fact()]
    w.shop.orders[ORDER] = has("N")
    w.shop.answers = [SHOP_AWAY]
    report = await compared(w, mend=True)
    assert kinds(report, mended=True) == [Difference.MONEY_UNHEARD]
    assert kinds(report) == [Difference.PAID_NOT_IN_SHOP]
    after = await w.payment(made)
    assert after.told < after.version
    assert after.tell_at is not None


async def keeps_as_it_is(w: World, made: Payment) -> None:
    """Put it into the ledger without folding it anew."""
    await w.engine.ledger.amend(ByPayment(STORE, made.payment_id), lambda _: made)


async def many(w: World, count: int, *, updated_at: int = NOON, **changes: Any) -> Sequence[Payment]:
    """So many open payments, each with a page and an order that nobody has paid."""
    made = []
    for n in range(count):
        cart = attempt(cart_id=CartId(f"t-{n}-1"), return_key=f"key-{n}")
        names = {"payment_id": PaymentId(f"pay_{n:04}"), "order_id": OrderId(str(n))}
        one = payment(cart, updated_at=Instant(updated_at), **names, **changes)
        await keeps_as_it_is(w, one)
        w.shop.orders[one.order_id] = has("N")
        made.append(one)
    return made


async def test_a_silent_gateway_is_not_asked_for_ever(w: World) -> None:
    """After a few unanswered questions in a row the rest is reported as not compared."""
    await many(w, 3 * AT_ONCE)
    w.gateway.silent = True
    report = await compared(w)
    assert report.not_compared == 3 * AT_ONCE
    assert SILENT_MAX <= len(w.gateway.asked) <= SILENT_MAX + AT_ONCE


class MoodyGateway(ScriptedGateway):
    """A gateway that leaves every second question unanswered."""

    async def query_cart(self, profile: Profile, cart_id: CartId) -> Sequence[tuple[Fact, bytes]]:
        answer = await ScriptedGateway.query_cart(self, profile, cart_id)
        if len(self.asked) % 2:
            raise NO_ANSWER
        return answer


async def test_a_gateway_that_answers_now_and_then_goes_on_being_asked(w: World) -> None:
    """Only silence without a break counts as an outage."""
    await many(w, 3 * AT_ONCE)
    w.engine = replace(w.engine, gateway=MoodyGateway())
    report = await compared(w)
    assert report.not_compared == 3 * AT_ONCE // 2


async def test_every_page_of_the_ledger_is_read_once(w: World) -> None:
    """Payments of the period and older open ones, over several pages, none twice."""
    await many(w, PAGE + 5)
    report = await compared(w)
    assert (report.orders, report.all_well) == (PAGE + 5, True)
    assert len(w.gateway.asked) == len(set(w.gateway.asked)) == PAGE + 5


@pytest.mark.parametrize(
    ("changes", "seen"),
    [({"ask_at": NOON}, 1), ({"version": 2}, 1), ({}, 0)],
    ids=["still asked about", "shop has yet to hear", "settled"],
)
async def test_an_old_payment_is_compared_while_it_is_not_settled(w: World, changes: dict[str, Any], seen: int) -> None:
    """What changed before the period and is final is not."""
    await many(w, 1, updated_at=SINCE - 1, **changes)
    assert (await compared(w)).orders == seen


async def test_questions_keep_to_the_profiles_budget(w: World) -> None:
    """Five a second, shared with the worker through the ledger; a payment with two pages takes two."""
    await many(w, 9)
    await keeps(w, payment(attempt(return_key="one"), attempt(2, return_key="two")))
    w.shop.orders[ORDER] = has("N")
    comparing = Comparing(w)
    assert (await comparing.run()).all_well
    assert comparing.waited_s == pytest.approx(2.0)


async def test_a_budget_that_is_spent_for_long_is_waited_for_a_minute_at_most(w: World) -> None:
    """A clock that jumped back, or a store with one question an hour, holds nobody up."""
    await many(w, 1)
    await w.engine.ledger.spare_question(STORE, now=Instant(NOON + DAY_MS))
    comparing = Comparing(w)
    assert (await comparing.run()).not_compared == 1
    assert comparing.waited_s == 60


async def test_a_budget_that_open_payments_use_up_is_left_to_them(w: World) -> None:
    """After a minute without a question to spare the order is reported as not compared."""
    await many(w, 1)

    async def used_up(_: float) -> None:
        w.clock.forward(MINUTE_MS)
        await spend(w)

    await spend(w)
    report = await reconcile(w.engine, Plan(stores=[w.store], since=SINCE, pause=used_up))
    assert report.not_compared == 1
    assert "budget" in report.rows[0].finding.sentence
    assert w.gateway.asked == []


async def spend(w: World) -> None:
    """Somebody takes the question of this moment."""
    await w.engine.ledger.spare_question(STORE, now=w.clock.now())


@dataclass(slots=True)
class MovingShop(ScriptedShop):
    """A shop of which a callback changes an order just after it was read."""

    w: World | None = None

    async def read(self, store: Store, payment: Payment) -> ShopOrder | None:
        found = await ScriptedShop.read(self, store, payment)
        if self.w is not None:
            w, self.w = self.w, None
            w.gateway.carts[fact().cart_id] = [fact()]
            await hears(w, said())
            await tell_due(w.engine)
        return found


async def test_what_moves_while_it_is_looked_at_is_looked_at_again(w: World) -> None:
    """The order was read unpaid, then its callback came and the shop was told: all sides are heard anew, and agree."""
    await keeps(w)
    shop = MovingShop(w=w, orders={ORDER: has("N")})
    w.engine = replace(w.engine, shops={"cs-cart": shop})
    assert kinds(await compared(w)) == []
    assert len(w.gateway.asked) == 2


async def test_an_application_that_hears_every_version_is_told_them_all(w: World) -> None:
    """Declined, then paid: mending tells both, in order."""
    w.shop.in_order = True
    await keeps(w)
    w.shop.orders[ORDER] = has("N")
    await hears(w, said(fact(verdict=Verdict.DECLINED)))
    await hears(w, said(fact("TST2")))
    w.gateway.carts[fact().cart_id] = [fact(verdict=Verdict.DECLINED), fact("TST2")]
    w.shop.answers = [
        Receipt(arrival=Arrival.CHANGED, note="", status="F"),
        Receipt(arrival=Arrival.CHANGED, note="", status="P"),
    ]
    assert (await compared(w, mend=True)).all_well
    assert [telling.version for telling in w.shop.told] == [2, 3]


async def test_risks_are_summed_per_order_and_currency(w: World) -> None:
    """An order with two differences puts its money at risk once."""
    await keeps(w)
    odd = fact(amount=Money(5791, PRICE.currency), moved=Money(5791, PRICE.currency))
    w.gateway.carts[odd.cart_id] = [odd]
    w.shop.orders[ORDER] = has("N")
    report = await compared(w)
    assert len(report.rows) == 2
    assert [str(money) for money in report.at_risk] == ["57.91"]


@pytest.mark.requirement("R17")
async def test_an_order_that_only_the_shop_knows_as_paid_is_found(w: World) -> None:
    """Somebody set it by hand, or another plugin did: nobody ever asked here for its money."""
    await settled(w)
    w.shop.orders |= {OrderId("1050"): has("P"), OrderId("1051"): has("N"), OrderId("1049"): has("P")}
    report = await compared(w)
    found = [(row.order_id, row.shop, row.ledger, row.finding.difference) for row in report.rows]
    assert found == [
        ("1049", "P", "-", Difference.PAID_IN_SHOP_ONLY),
        ("1050", "P", "-", Difference.PAID_IN_SHOP_ONLY),
    ]
    assert [str(money) for money in report.at_risk] == ["115.80"]
    w.shop.old |= {OrderId("1049"), OrderId("1050")}
    assert (await compared(w)).all_well


async def test_what_moved_in_the_shop_alone_is_compared_too(w: World) -> None:
    """A payment of long ago that came to nothing, whose order somebody has set to paid today."""
    await keeps(w, payment(created_at=Instant(NOON - 9 * DAY_MS), updated_at=Instant(NOON - 9 * DAY_MS)))
    w.shop.orders[ORDER] = has("P")
    report = await compared(w)
    assert kinds(report) == [Difference.PAID_IN_SHOP_ONLY]
    assert report.orders == 1


async def test_a_shop_that_cannot_list_is_said(w: World) -> None:
    """Nothing is well that was not looked at."""
    w.shop.away = True
    report = await compared(w)
    assert (report.all_well, report.not_compared) == (False, 1)
    assert "list of orders" in report.rows[0].finding.sentence
