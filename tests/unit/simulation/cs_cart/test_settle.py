"""The settle door: the race matrix of CS-Cart reference §11.6, as far as one order and one shop can show it."""

import asyncio
import weakref

import pytest

from unit.simulation.cs_cart.shops import books, door, place, settle
from wasl.simulation.cs_cart.orders import Actor, OrderId, PaymentInfo
from wasl.simulation.cs_cart.settle import Door, Locks, ReadCall
from wasl.simulation.cs_cart.statuses import StatusEngine


async def test_proved_money_makes_the_order_processed() -> None:
    """Row 1: P, stock taken once, one mail, the transaction kept, the answer read back from the order."""
    shop = books(stock=10)
    order, settled = place(shop), list[OrderId]()
    answer = await door(shop, settled).settle(settle(order))
    assert (answer.result, answer.status_before, answer.status) == ("changed", "N", "P")
    assert shop.products["coffee"].stock == 9
    assert [mail.status for mail in shop.outbox] == ["P"]
    assert shop.orders[order.order_id].payment_info == PaymentInfo(
        version=2, tran_ref="TST1", payment_id="pay_1", state="paid"
    )
    assert settled == [order.order_id]


async def test_the_same_version_twice_at_once_changes_the_order_once() -> None:
    """Row 3 with the pause point of §11.3: the lock keeps the second call out until the first has written."""
    shop = books(stock=10)
    order = place(shop)

    async def others_run() -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    engine = StatusEngine(books=shop, between=others_run)
    locked = Door(books=shop, engine=engine, locks=Locks(), on_settled=lambda _: None)
    answers = await asyncio.gather(*(locked.settle(settle(order)) for _ in range(3)))
    assert [answer.result for answer in answers] == ["changed", "unchanged", "unchanged"]
    assert {answer.status for answer in answers} == {"P"}
    assert shop.products["coffee"].stock == 9


async def test_a_failure_then_money_ends_processed() -> None:
    """Row 4: a decline makes it F, a later attempt's money makes it P."""
    shop = books()
    order, opened = place(shop), door(shop)
    assert (await opened.settle(settle(order, target_status="F", state="failed"))).status == "F"
    assert (await opened.settle(settle(order, version=3))).status == "P"


@pytest.mark.parametrize("status", ["P", "C", "B"])
async def test_a_late_failure_never_takes_money_back(status: str) -> None:
    """Row 5: whatever is told later of another attempt, an order whose money came stays."""
    shop = books()
    order, opened = place(shop), door(shop)
    shop.change(order.order_id, status=status)
    answer = await opened.settle(settle(order, version=9, target_status="F", state="failed"))
    assert (answer.result, answer.status) == ("unchanged", status)
    assert "further along" in answer.reason


async def test_what_a_person_set_is_never_overwritten() -> None:
    """Row 7: an order withdrawn by hand stays withdrawn; the refusal says why and can be told again."""
    shop = books()
    order, opened = place(shop), door(shop)
    shop.change(order.order_id, status="I", by_hand=True)
    answer = await opened.settle(settle(order))
    assert (answer.result, answer.status) == ("refused", "I")
    assert "person" in answer.reason
    shop.change(order.order_id, by_hand=False)
    assert (await opened.settle(settle(order))).result == "changed"


@pytest.mark.parametrize(("by_hand", "result"), [("P", "unchanged"), ("C", "unchanged"), ("F", "refused")])
async def test_a_person_who_was_first_and_says_the_same_is_agreed_with(by_hand: str, result: str) -> None:
    """Paid or completed by hand agrees with proved money and stays; failed by hand does not, and stays too."""
    shop = books()
    order, opened = place(shop), door(shop)
    shop.change(order.order_id, status=by_hand, by_hand=True)
    answer = await opened.settle(settle(order))
    assert (answer.result, answer.status) == (result, by_hand)


async def test_money_for_an_order_that_ran_out_of_stock_is_kept_as_backordered() -> None:
    """Row 8: B, with the transaction kept; the caller is told what it became, not what it asked for."""
    shop = books(stock=0)
    order, settled = place(shop), list[OrderId]()
    answer = await door(shop, settled).settle(settle(order))
    assert (answer.result, answer.status) == ("changed", "B")
    assert settled == [order.order_id]


async def test_an_older_version_told_late_changes_nothing() -> None:
    """Versions may arrive in any order; the newest one told is the one that counts."""
    shop = books()
    order, opened = place(shop), door(shop)
    await opened.settle(settle(order, version=5))
    answer = await opened.settle(settle(order, version=4, target_status="F", state="failed"))
    assert (answer.result, answer.status, answer.reason) == ("unchanged", "P", "version 5 is known already")


@pytest.mark.parametrize(
    "told",
    [{"amount": "57.91"}, {"amount": "5790"}, {"amount": "57,90"}, {"amount": "57.900", "currency": "KWD"}],
)
async def test_other_money_than_the_order_asks_for_is_refused(told: dict[str, object]) -> None:
    """Row 13: amount and currency have to be the order's own, exactly."""
    shop = books()
    order = place(shop)
    answer = await door(shop).settle(settle(order, **told))
    assert (answer.result, answer.status) == ("refused", "N")
    assert shop.orders[order.order_id].payment_info is None


async def test_the_amount_may_be_written_with_more_zeros() -> None:
    """Equal money is equal, however many zeros state it."""
    shop = books()
    order = place(shop)
    assert (await door(shop).settle(settle(order, amount="57.900"))).result == "changed"


async def test_a_status_the_shop_does_not_have_is_refused() -> None:
    """A status map with a typing error is told so, instead of doing nothing."""
    shop = books()
    order = place(shop)
    answer = await door(shop).settle(settle(order, target_status="Q"))
    assert (answer.result, answer.reason) == ("refused", "this shop has no status 'Q'")


async def test_an_unknown_order_is_refused_by_both_calls() -> None:
    """Neither call invents an order."""
    shop = books()
    order = place(shop)
    opened = door(shop)
    assert (await opened.settle(settle(order, order_id="7"))).reason == "no such order"
    assert opened.read(ReadCall(order_id="7")).reason == "no such order"


async def test_reading_tells_the_order_and_changes_nothing() -> None:
    """What the shop answers is its own row."""
    shop = books()
    order, opened = place(shop), door(shop)
    await opened.settle(settle(order))
    found = opened.read(ReadCall(order_id=order.order_id))
    assert (found.result, found.status, found.amount, found.currency, found.tran_ref) == (
        "found", "P", "57.90", "SAR", "TST1",
    )  # fmt: skip


async def test_a_three_decimal_currency_is_stored_with_two_and_stated_with_three() -> None:
    """Totals are decimal(12,2) in the original; what goes out carries the currency's own decimals (§6)."""
    shop = books(currency="KWD")
    order = place(shop)
    assert str(order.total) == "57.900"
    assert (await door(shop).settle(settle(order, currency="KWD"))).result == "changed"


async def test_the_log_tells_both_halves_of_a_call() -> None:
    """What was told and what was answered can be shown next to each other."""
    shop = books()
    order = place(shop)
    await door(shop).settle(settle(order))
    told = [(entry.actor, entry.event) for entry in shop.logs[order.order_id]]
    assert told == [
        (Actor.BUYER, "placed"),
        (Actor.WASL, "told"),
        (Actor.SHOP, "status"),
        (Actor.SHOP, "answered"),
    ]


async def test_locks_are_not_kept_for_orders_nobody_works_on() -> None:
    """Ten thousand settled orders leave no lock behind."""
    locks = Locks()
    lock = locks.of(OrderId("1"))
    async with lock:
        assert locks.of(OrderId("1")) is lock
    watched = weakref.ref(lock)
    del lock
    assert watched() is None


async def test_one_version_is_taken_once_whatever_it_says_the_second_time() -> None:
    """A version is one outcome: told again with another target, it is the first that counts."""
    shop = books()
    order, opened = place(shop), door(shop)
    await opened.settle(settle(order, version=5, target_status="F", state="failed"))
    assert (await opened.settle(settle(order, version=5))).status == "F"


async def test_a_failed_order_keeps_its_buyers_cart() -> None:
    """Only money that came says that the goods need not be bought again."""
    shop, settled = books(), list[OrderId]()
    await door(shop, settled).settle(settle(place(shop), target_status="F", state="failed"))
    assert settled == []
