"""From "Place order" to the payment page and back: what the add-on does in CS-Cart's checkout."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import structlog
from starlette.responses import RedirectResponse, Response

from wasl.demo.shop.orders import Actor, Line, Order
from wasl.demo.shop.signatures import read_claim
from wasl.demo.shop.statuses import STATUSES
from wasl.demo.shop.visit import Visit
from wasl.demo.wasl_api import WaslRefused, WaslSilent, Wish

_log = structlog.get_logger(__name__)

# The buyer of a demonstration: an address that hosted pages accept, so that nobody has to type one.
BUYER: Final[Mapping[str, str]] = {
    "name": "Mona Ali",
    "email": "mona@example.com",
    "phone": "+966500000000",
    "street1": "1 Olaya Street",
    "city": "Riyadh",
    "state": "01",
    "country": "SA",
    "zip": "12211",
}


async def place_order(visit: Visit) -> Response:
    """Write the order in status N, then send the buyer to a payment page. Every call is a new order, as in CS-Cart.

    A `product_id` in the form is bought in one click: it becomes the cart.
    """
    session, products = visit.session, visit.shop.books.products
    product_id = (await visit.form()).get("product_id", "")
    if product_id in products:
        session.cart, session.cart_order = (product_id,), None
    pieces = {product_id: session.cart.count(product_id) for product_id in dict.fromkeys(session.cart)}
    if not pieces:
        return visit.sent_to("checkout.checkout")
    if any(products[product_id].stock < count for product_id, count in pieces.items()):
        session.notice = "notice.short_of_stock"
        return visit.sent_to("checkout.checkout")
    lines = tuple(
        Line(product_id=product_id, quantity=count, price=products[product_id].price)
        for product_id, count in pieces.items()
    )
    order = visit.shop.books.place(lines, language=session.language)
    session.remember(order.order_id)
    return await _start_payment(visit, order)


async def repay(visit: Visit) -> Response:
    """Pay an order again. Wasl answers with the page that still lives, a new one, or the news that it is paid.

    The add-on keeps CS-Cart from making the order O meanwhile (hook `repay_order`): nobody has paid yet.
    """
    await visit.form()
    order = visit.own_order()
    if order is None or not STATUSES[order.status].repay:
        return visit.sent_to("checkout.checkout")
    order = visit.shop.books.change(order.order_id, repaid=order.repaid + 1)
    visit.shop.books.note(order.order_id, Actor.BUYER, "pays_again")
    return await _start_payment(visit, order)


async def come_back(visit: Visit) -> Response:
    """The buyer returns. What the browser carries is checked and shown, and never fulfils anything."""
    order, books = visit.own_order(), visit.shop.books
    if order is None:
        return visit.not_theirs()
    claim = read_claim(visit.request.query_params, key=visit.shop.return_key, now=books.clock())
    state = claim.state if claim is not None and claim.order_id == order.order_id else ""
    books.change(order.order_id, claimed=state, claimed_at=books.clock())
    books.note(order.order_id, Actor.BUYER, "returned" if state else "returned_unproved", state=state)
    return visit.sent_to("checkout.confirm", order_id=order.order_id)


async def _start_payment(visit: Visit, order: Order) -> Response:
    """`fn_start_payment`: write row S, ask Wasl, redirect. On any trouble the order stays payable."""
    books, order_id = visit.shop.books, order.order_id
    books.change(order_id, payment_started_at=books.clock(), by_hand=False, claimed="", claimed_at=None)
    try:
        payment = await visit.shop.wasl.open(_wish(visit, order))
    except (WaslSilent, WaslRefused) as error:
        _log.warning("payment_not_started", order=order_id, reason=str(error))
        books.note(order_id, Actor.SHOP, "start_failed")
        visit.session.notice = "notice.start_failed"
        return visit.sent_to("checkout.checkout", order_id=order_id)
    if payment.redirect_url is None:
        books.note(order_id, Actor.SHOP, "no_page", state=payment.state)
        visit.session.notice = "notice.already_paid" if payment.state == "paid" else "notice.being_checked"
        return visit.sent_to("orders.details", order_id=order_id)
    books.note(order_id, Actor.BUYER, "left_for_page")
    return RedirectResponse(payment.redirect_url, HTTPStatus.SEE_OTHER)


def _wish(visit: Visit, order: Order) -> Wish:
    return Wish(
        order_id=order.order_id,
        amount=str(order.total),
        currency=order.total.currency.code,
        description=f"{visit.shop.config.name} {order.order_id}",
        return_url=visit.url("wasl.return", order_id=order.order_id),
        language=visit.session.language,
        customer=dict(BUYER),
    )
