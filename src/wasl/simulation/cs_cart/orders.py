"""What the shop remembers: goods, orders, their log, mails sent. CS-Cart's tables, as far as a checkout needs them."""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, NewType

from wasl.domain.money import Currency, Money
from wasl.domain.time import Instant

OrderId = NewType("OrderId", str)
"""A number in decimal digits, as CS-Cart counts its orders."""

FIRST_ORDER: Final = 1042
ORDERS_MAX: Final = 20_000
LOG_MAX: Final = 200
OUTBOX_MAX: Final = 1_000
INCOMPLETE: Final = "N"

Clock = Callable[[], Instant]


class Actor(StrEnum):
    """Who did something to an order."""

    BUYER = "buyer"
    SHOP = "shop"
    WASL = "wasl"
    MERCHANT = "merchant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """Something on the shelf. Its names in both languages are texts of the catalogue."""

    product_id: str
    price: Money
    stock: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """So many of one product, at the price it had when the order was placed."""

    product_id: str
    quantity: int
    price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentInfo:
    """What Wasl told of the payment: CS-Cart's `payment_info`. `version` tells a repeat from news."""

    version: int
    tran_ref: str | None
    payment_id: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One row of `orders`, with the two `order_data` rows a payment needs.

    `payment_started_at` is row S. `by_hand` is true once a person changed the status since then.
    """

    order_id: OrderId
    status: str
    lines: tuple[Line, ...]
    total: Money
    language: str
    placed_at: Instant
    updated_at: Instant
    payment_started_at: Instant | None = None
    by_hand: bool = False
    payment_info: PaymentInfo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """Something that happened to an order, in words a page can translate."""

    at: Instant
    actor: Actor
    event: str
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message the shop would send about an order. To whom is of no interest here, and personal."""

    at: Instant
    order_id: OrderId
    status: str


@dataclass(slots=True, kw_only=True)
class Books:
    """The shop's memory, bounded: the oldest order, log entry or mail makes room for a new one.

    Like CS-Cart's tables it has no transactions: what is read may be old by the time something is written.
    """

    clock: Clock
    currency: Currency
    products: dict[str, Product] = field(default_factory=dict)
    orders: OrderedDict[OrderId, Order] = field(default_factory=OrderedDict)
    logs: dict[OrderId, deque[LogEntry]] = field(default_factory=dict)
    outbox: deque[Mail] = field(default_factory=lambda: deque(maxlen=OUTBOX_MAX))
    next_order: int = FIRST_ORDER

    def stocked(self, goods: Iterable[tuple[str, str, int]]) -> "Books":
        """These books with (product id, price as stored in decimal(12,2), pieces) on the shelf."""
        for product_id, price, stock in goods:
            money = Money.parse(price, self.currency)
            self.products[product_id] = Product(product_id=product_id, price=money, stock=stock)
        return self

    def place(self, lines: tuple[Line, ...], *, language: str) -> Order:
        """Insert an order in status N, before its buyer leaves. Stock is not touched while it is N."""
        now = self.clock()
        order = Order(
            order_id=OrderId(str(self.next_order)),
            status=INCOMPLETE,
            lines=lines,
            total=Money(sum(line.price.minor * line.quantity for line in lines), self.currency),
            language=language,
            placed_at=now,
            updated_at=now,
        )
        self.next_order += 1
        if len(self.orders) >= ORDERS_MAX:
            oldest, _ = self.orders.popitem(last=False)
            del self.logs[oldest]
        self.orders[order.order_id] = order
        self.logs[order.order_id] = deque(maxlen=LOG_MAX)
        self.note(order.order_id, Actor.BUYER, "placed", total=str(order.total))
        return order

    def change(self, order_id: OrderId, **columns: Any) -> Order:
        """Update columns of one row; raises KeyError if there is no such order."""
        order = replace(self.orders[order_id], **columns)
        self.orders[order_id] = order
        return order

    def move_stock(self, product_id: str, pieces: int) -> bool:
        """Add *pieces* (negative: take) to the shelf. False, and nothing moved, if there are too few."""
        product = self.products[product_id]
        if product.stock + pieces < 0:
            return False
        self.products[product_id] = replace(product, stock=product.stock + pieces)
        return True

    def note(self, order_id: OrderId, actor: Actor, event: str, **details: str) -> None:
        """Append to the order's log."""
        self.logs[order_id].append(LogEntry(at=self.clock(), actor=actor, event=event, details=details))
