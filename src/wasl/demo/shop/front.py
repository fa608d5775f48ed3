"""The demo's front page: a shop window, what to try, and both sides of the latest order while it happens."""

import hashlib
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from wasl.demo.page.board_view import board_view
from wasl.demo.shop.orders import order_view
from wasl.demo.shop.visit import Visit, begin

DIGEST_LENGTH: Final = 16
OFFERED_ORDERS_MAX: Final = 6


async def front(request: Request) -> Response:
    """The whole page; it renews itself without scripts too."""
    visit = begin(request)
    values = await _watched(visit)
    page = visit.page(
        "front.html", products=visit.shop.books.products, gateway_url=visit.shop.config.gateway_url, **values
    )
    return visit.shop.sessions.keep(visit.session, page)


async def board(request: Request) -> Response:
    """The part that changes, as JSON for the small script: `digest` tells whether `html` is new to the reader."""
    visit = begin(request)
    values = await _watched(visit)
    html = visit.shop.pages.html("board.html", language=visit.session.language, **values)
    digest = hashlib.sha256(html.encode()).hexdigest()[:DIGEST_LENGTH]
    shelf = {product.product_id: product.stock for product in visit.shop.books.products.values()}
    body = msgspec.json.encode({"digest": digest, "html": html, "stock": shelf, "cart": len(visit.session.cart)})
    answer = Response(body, media_type="application/json", headers={"cache-control": "no-store"})
    return visit.shop.sessions.keep(visit.session, answer)


async def _watched(visit: Visit) -> dict[str, Any]:
    """The order this visitor watches: the one asked for, else the latest; nothing before the first."""
    shop, offered = visit.shop, visit.session.orders[-OFFERED_ORDERS_MAX:]
    order = visit.own_order() or (shop.books.orders.get(offered[-1]) if offered else None)
    if order is None:
        return {"board": None, "offered": ()}
    sides = await shop.board.look(order.order_id)
    shown = order_view(order, shop.books.logs[order.order_id])
    return {"board": board_view(shown, sides), "offered": [o for o in reversed(offered) if o in shop.books.orders]}
