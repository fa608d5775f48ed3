"""What a buyer sees at CS-Cart's addresses: the cart, the wait for the truth, thank you, one order."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from wasl.demo.shop import checkout
from wasl.demo.shop.doors import settle_door
from wasl.demo.shop.orders import INCOMPLETE, Order, OrderId
from wasl.demo.shop.state import Shop
from wasl.demo.shop.statuses import BACKORDERED, STATUSES
from wasl.demo.shop.visit import Visit, begin
from wasl.demo.wasl_api import Payment, WaslRefused, WaslSilent
from wasl.domain.time import MINUTE_MS

CONFIRMING_MS: Final = 2 * MINUTE_MS  # how long a page keeps looking; then it says "we will tell you"
_UNPAID_CLAIMS: Final = frozenset({"failed", "canceled", "expired"})
_WAITING_CLAIMS: Final = frozenset({"pending", "held"})
_log = structlog.get_logger(__name__)


async def dispatch(request: Request) -> Response:
    """`index.php?dispatch=…`, for browsers and for Wasl alike."""
    mode = request.query_params.get("dispatch", "")
    if mode == "wasl.settle" and request.method == "POST":
        return await settle_door(request)
    handler = _HANDLERS.get((request.method, mode))
    if handler is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "no such page")
    visit = begin(request)
    return visit.shop.sessions.keep(visit.session, await handler(visit))


async def confirm(visit: Visit) -> Response:
    """Look at the order until its own status settles it; without scripts, and for two minutes at most."""
    order = visit.own_order()
    if order is None:
        return visit.not_theirs()
    if is_secured(order):
        return visit.sent_to("checkout.complete", order_id=order.order_id)
    if order.status != INCOMPLETE or order.claimed in _UNPAID_CLAIMS:
        return visit.sent_to("checkout.checkout", order_id=order.order_id)
    if order.claimed in _WAITING_CLAIMS:
        return visit.sent_to("orders.details", order_id=order.order_id)
    waited_ms = visit.shop.books.clock() - (order.claimed_at or order.placed_at)
    return visit.page("confirm.html", order=order, patient=waited_ms < CONFIRMING_MS)


async def complete(visit: Visit) -> Response:
    """Thank you: only for an order whose stock the engine has moved, or that it found short of stock."""
    order, session = visit.own_order(), visit.session
    if order is None or not is_secured(order):
        return visit.sent_to("checkout.checkout")
    if session.cart_order == order.order_id:
        session.cart, session.cart_order = (), None
    return visit.page("complete.html", order=order, backordered=order.status == BACKORDERED)


async def show_checkout(visit: Visit) -> Response:
    """The cart, and in a clear sentence what became of the last try to pay for it."""
    books, session = visit.shop.books, visit.session
    order = visit.own_order() or books.orders.get(session.cart_order or OrderId(""))
    if order is not None and not STATUSES[order.status].repay:
        order = None
    return visit.page(
        "checkout.html",
        order=order,
        outcome=_outcome(order) if order else "",
        notice=session.take_notice(),
        products=books.products,
    )


async def details(visit: Visit) -> Response:
    """One order as its buyer sees it, with what to quote for a deferred method, and a way to pay if it is unpaid."""
    order = visit.own_order()
    if order is None:
        return visit.not_theirs()
    payment = await _known_payment(visit.shop, order) if order.status == INCOMPLETE else None
    return visit.page(
        "order.html",
        order=order,
        notice=visit.session.take_notice(),
        state=payment.state if payment else "",
        instructions=payment.instructions if payment else None,
        repay=STATUSES[order.status].repay,
    )


def is_secured(order: Order) -> bool:
    """Whether the shop treats an order as paid for its buyer: by the inventory flag, as CS-Cart does, or B."""
    return STATUSES[order.status].takes_stock or order.status == BACKORDERED


async def _known_payment(shop: Shop, order: Order) -> Payment | None:
    try:
        return await shop.wasl.payment_of(order.order_id)
    except (WaslSilent, WaslRefused) as error:
        _log.warning("payment_not_shown", order=order.order_id, reason=str(error))
        return None


def _outcome(order: Order) -> str:
    """Why the buyer is at the checkout again; empty if nobody has tried to pay."""
    if order.status in ("F", "D"):
        return "failed"
    if order.status == "I":
        return "withdrawn"
    return order.claimed if order.claimed in _UNPAID_CLAIMS else ""


_HANDLERS: Final[Mapping[tuple[str, str], Callable[[Visit], Awaitable[Response]]]] = {
    ("POST", "checkout.place_order"): checkout.place_order,
    ("POST", "orders.repay"): checkout.repay,
    ("GET", "wasl.return"): checkout.come_back,
    ("GET", "checkout.confirm"): confirm,
    ("GET", "checkout.complete"): complete,
    ("GET", "checkout.checkout"): show_checkout,
    ("GET", "orders.details"): details,
}
