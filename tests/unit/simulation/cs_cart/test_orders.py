"""The shop's memory: numbers count up, bounds hold."""

from unit.simulation.cs_cart.shops import books, place
from wasl.simulation.cs_cart.orders import LOG_MAX, Actor


def test_an_order_is_incomplete_before_its_buyer_leaves_and_takes_no_stock() -> None:
    """Fact 1 of CS-Cart reference §0: the row exists first, in status N."""
    shop = books(stock=1)
    order = place(shop)
    assert (order.status, order.order_id.isdigit(), shop.products["coffee"].stock) == ("N", True, 1)


def test_every_order_has_a_number_of_its_own() -> None:
    """A second click is a second order."""
    shop = books()
    assert int(place(shop).order_id) + 1 == int(place(shop).order_id)


def test_the_total_is_the_sum_of_its_lines() -> None:
    """Integers of minor units: two of 57.90 are 115.80."""
    assert str(place(books(), "coffee", "dates").total) == "115.80"


def test_an_orders_log_is_bounded() -> None:
    """The oldest entry makes room."""
    shop = books()
    order = place(shop)
    for number in range(LOG_MAX + 5):
        shop.note(order.order_id, Actor.SHOP, "status", before="N", after=str(number))
    assert len(shop.logs[order.order_id]) == LOG_MAX


def test_stock_never_becomes_negative() -> None:
    """A move that cannot be made whole is not made."""
    shop = books(stock=1)
    assert not shop.move_stock("coffee", -2)
    assert shop.products["coffee"].stock == 1
