"""The status engine moves stock by inventory flags, falls back to B when it is short, and is as naive as CS-Cart's."""

import asyncio

import pytest

from unit.simulation.cs_cart.shops import at_once, books, place
from wasl.simulation.cs_cart.orders import Actor, OrderId
from wasl.simulation.cs_cart.statuses import STATUSES, StatusEngine


async def test_stock_moves_when_the_inventory_flag_changes_and_only_then() -> None:
    """I to D takes pieces, D to I puts them back, equal flags move nothing (CS-Cart reference §3.3)."""
    shop = books(stock=10)
    order, engine = place(shop), StatusEngine(books=shop, between=at_once)
    left = []
    for status in ("F", "P", "C", "I", "O"):
        assert await engine.change(order.order_id, status, actor=Actor.SHOP)
        left.append(shop.products["coffee"].stock)
    assert left == [10, 9, 9, 10, 9]


async def test_an_order_that_stock_does_not_cover_becomes_backordered() -> None:
    """One short line sends the order to B, and what was taken for the other lines is put back."""
    shop = books(stock=0)
    order = place(shop, "dates", "coffee")
    assert await StatusEngine(books=shop, between=at_once).change(order.order_id, "P", actor=Actor.SHOP)
    assert shop.orders[order.order_id].status == "B"
    assert (shop.products["dates"].stock, shop.products["coffee"].stock) == (10, 0)


async def test_a_backordered_order_that_is_still_short_does_not_change() -> None:
    """The fallback equals the status it has, so nothing is written and no mail is sent."""
    shop = books(stock=0)
    order, engine = place(shop), StatusEngine(books=shop, between=at_once)
    assert await engine.change(order.order_id, "P", actor=Actor.SHOP)
    assert not await engine.change(order.order_id, "P", actor=Actor.SHOP)
    assert [mail.status for mail in shop.outbox] == ["B"]


@pytest.mark.parametrize("to", ["N", "", "Z"])
async def test_what_changes_nothing_is_refused(to: str) -> None:
    """Same status, no status, unknown status: false, as in the original."""
    shop = books()
    order = place(shop)
    assert not await StatusEngine(books=shop, between=at_once).change(order.order_id, to, actor=Actor.SHOP)
    assert not shop.outbox


async def test_an_unknown_order_is_refused() -> None:
    """The engine answers false for an order that is not there."""
    engine = StatusEngine(books=books(), between=at_once)
    assert not await engine.change(OrderId("7"), "P", actor=Actor.SHOP)


async def test_every_change_but_to_incomplete_sends_a_mail() -> None:
    """No event of the original is emitted for N."""
    shop = books()
    order, engine = place(shop), StatusEngine(books=shop, between=at_once)
    for status in ("P", "N", "F"):
        await engine.change(order.order_id, status, actor=Actor.SHOP)
    assert [mail.status for mail in shop.outbox] == ["P", "F"]


async def test_without_a_lock_two_changes_move_stock_twice() -> None:
    """The double has the original's flaw, so that a test of the lock proves something."""
    shop = books(stock=10)
    order, both_have_read = place(shop), asyncio.Barrier(2)

    async def between() -> None:
        await both_have_read.wait()

    engine = StatusEngine(books=shop, between=between)
    await asyncio.gather(*(engine.change(order.order_id, "P", actor=Actor.SHOP) for _ in range(2)))
    assert shop.products["coffee"].stock == 8


def test_only_unpaid_orders_may_be_paid_again() -> None:
    """No status that stands for received money, or for stock waiting to be sent, offers to pay once more."""
    assert {letter for letter, status in STATUSES.items() if status.repay} == set("NFDI")
