"""CS-Cart's order statuses and the engine that changes them, moving stock and sending mails on the way.

Deliberately as naive as the original: no lock, and other requests run between reading and writing. Whoever calls it
has to hold the order's lock, as the real add-on does with CS-Cart's lock service.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from wasl.simulation.cs_cart.orders import INCOMPLETE, Actor, Books, Mail, Order, OrderId

BACKORDERED: Final = "B"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One letter. `takes_stock` is the inventory flag D; `settled` counts as money received; `repay` allows a retry."""

    letter: str
    takes_stock: bool = False
    settled: bool = False
    repay: bool = False


# As installed (CS-Cart reference §4.1). N is in no table of the original and sends no mail. Two letters differ with
# the add-on: N may be paid again, since its buyer may simply have gone back; B may not, since here it has been paid.
STATUSES: Final[Mapping[str, Status]] = {
    status.letter: status
    for status in (
        Status(letter="P", takes_stock=True, settled=True),
        Status(letter="C", takes_stock=True, settled=True),
        Status(letter="O", takes_stock=True),
        Status(letter="F", repay=True),
        Status(letter="D", repay=True),
        Status(letter="B"),
        Status(letter="I", repay=True),
        Status(letter=INCOMPLETE, repay=True),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEngine:
    """`fn_change_order_status`. `between` is awaited after reading and before writing (CS-Cart reference §11.3)."""

    books: Books
    between: Callable[[], Awaitable[None]]

    async def change(self, order_id: OrderId, to: str, *, actor: Actor) -> bool:
        """Move an order to status *to*, or to B when stock is short. False: nothing changed.

        Works any number of times; two calls at once can move stock twice, as in the original.
        """
        order = self.books.orders.get(order_id)
        if order is None or to not in STATUSES or order.status == to:
            return False
        await self.between()
        if not self._moved(order, to):
            to = BACKORDERED
        if order.status == to:
            return False
        changed = self.books.change(order_id, status=to, updated_at=self.books.clock())
        self.books.note(order_id, actor, "status", before=order.status, after=to)
        if to != INCOMPLETE:
            self.books.outbox.append(Mail(at=changed.updated_at, order_id=order_id, status=to))
        return True

    def _moved(self, order: Order, to: str) -> bool:
        """Move the stock of every line as the inventory flags say; False, and all put back, if one is short."""
        direction = STATUSES[order.status].takes_stock - STATUSES[to].takes_stock
        moved: list[tuple[str, int]] = []
        for line in order.lines:
            pieces = direction * line.quantity
            if not self.books.move_stock(line.product_id, pieces):
                for product_id, taken in moved:
                    self.books.move_stock(product_id, -taken)
                return False
            moved.append((line.product_id, pieces))
        return True
