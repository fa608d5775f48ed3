"""Builders for the shop's tests."""

from wasl.domain.money import CURRENCIES
from wasl.domain.time import Instant
from wasl.simulation.cs_cart.orders import Books, Line, Order, OrderId
from wasl.simulation.cs_cart.settle import Door, Locks, SettleCall
from wasl.simulation.cs_cart.statuses import StatusEngine

NOON = Instant(1_764_000_000_000)


async def at_once() -> None:
    """Nothing else runs between reading and writing."""


def books(stock: int = 10, *, currency: str = "SAR") -> Books:
    """A shop with two products of 57.90 each."""
    return Books(clock=lambda: NOON, currency=CURRENCIES[currency]).stocked(
        [("coffee", "57.90", stock), ("dates", "57.90", 10)]
    )


def place(shop: Books, *products: str) -> Order:
    """An order of one piece each."""
    lines = tuple(
        Line(product_id=product, quantity=1, price=shop.products[product].price) for product in products or ("coffee",)
    )
    return shop.place(lines, language="en")


def door(shop: Books, settled: list[OrderId] | None = None) -> Door:
    """The settle door of *shop*, noting in *settled* which orders' money came."""
    told = settled if settled is not None else []
    return Door(books=shop, engine=StatusEngine(books=shop, between=at_once), locks=Locks(), on_settled=told.append)


def settle(order: Order, **told: object) -> SettleCall:
    """Wasl's call that *order* is paid, with changes."""
    values: dict[str, object] = {
        "order_id": order.order_id,
        "version": 2,
        "target_status": "P",
        "state": "paid",
        "amount": str(order.total),
        "currency": order.total.currency.code,
        "payment_id": "pay_1",
        "tran_ref": "TST1",
    }
    return SettleCall(**{**values, **told})  # type: ignore[arg-type]  # a builder takes whatever a test changes
