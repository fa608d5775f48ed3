"""The shop's two doors for programs: the signed settle call of Wasl, and the controls of a demonstration."""

from http import HTTPStatus
from typing import Any, Final, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from wasl.demo.shop.gates import CallerGone
from wasl.demo.shop.orders import Actor, Books, OrderId, order_view
from wasl.demo.shop.settle import Call, ReadCall, SettleCall
from wasl.demo.shop.signatures import Distrust
from wasl.demo.shop.state import Shop, shop_of
from wasl.demo.shop.statuses import STATUSES

BODY_MAX: Final = 64 * 1024
LISTED_MAX: Final = 500

T = TypeVar("T")


class StockBody(msgspec.Struct, frozen=True):
    """`PUT /_demo/products/{id}`."""

    stock: int


class StatusBody(msgspec.Struct, frozen=True):
    """`PUT /_demo/orders/{id}/status`."""

    status: str


class OutageBody(msgspec.Struct, frozen=True):
    """`PUT /_demo/orders/{id}/outage`."""

    calls: int


async def settle_door(request: Request) -> Response:
    """`index.php?dispatch=wasl.settle`: believed before it is read, held or refused as the demonstration wants."""
    shop = shop_of(request)
    body = await read_body(request)
    distrust = shop.calls.check(request.headers, body, now=shop.books.clock())
    if distrust is Distrust.CROWDED:
        return _json({"message": distrust.value}, HTTPStatus.SERVICE_UNAVAILABLE)
    if distrust is not None:
        return _json({"message": f"not Wasl's call: {distrust.value}"}, HTTPStatus.UNAUTHORIZED)
    try:
        call = msgspec.json.decode(body, type=Call)
    except msgspec.DecodeError as error:
        return _json({"message": str(error)}, HTTPStatus.BAD_REQUEST)
    if isinstance(call, ReadCall):
        return _json(shop.door.read(call))
    return await _settle(shop, request, call)


async def _settle(shop: Shop, request: Request, call: SettleCall) -> Response:
    order_id = OrderId(call.order_id)
    if shop.gates.is_out(order_id):
        shop.books.note(order_id, Actor.SHOP, "out_of_service")
        return PlainTextResponse("closed for maintenance\n", HTTPStatus.SERVICE_UNAVAILABLE)
    try:
        await shop.gates.passed(order_id, request.receive)
    except CallerGone:
        shop.books.note(order_id, Actor.SHOP, "caller_gone")
        return PlainTextResponse("", HTTPStatus.SERVICE_UNAVAILABLE)
    return _json(await shop.door.settle(call))


def control_routes() -> list[Route]:
    """Everything under `/_demo/`."""
    return [
        Route("/_demo/orders", list_orders, methods=["GET"]),
        Route("/_demo/orders/{order_id}", show_order, methods=["GET"]),
        Route("/_demo/orders/{order_id}/hold", hold, methods=["PUT"]),
        Route("/_demo/orders/{order_id}/hold", release, methods=["DELETE"]),
        Route("/_demo/orders/{order_id}/outage", outage, methods=["PUT"]),
        Route("/_demo/orders/{order_id}/status", set_status, methods=["PUT"]),
        Route("/_demo/products", list_products, methods=["GET"]),
        Route("/_demo/products/{product_id}", set_stock, methods=["PUT"]),
    ]


async def list_orders(request: Request) -> Response:
    """The latest orders with their logs, newest first."""
    shop = shop_of(request)
    newest = list(reversed(shop.books.orders))[:LISTED_MAX]
    return _json({"items": [_view(shop, order_id) for order_id in newest]})


async def show_order(request: Request) -> Response:
    """One order with its log, and how many settle calls are held at it."""
    shop, order_id = _order(request)
    return _json(_view(shop, order_id))


async def hold(request: Request) -> Response:
    """Let settle calls of this order wait."""
    shop, order_id = _order(request)
    shop.gates.hold(order_id)
    return _json(_view(shop, order_id))


async def release(request: Request) -> Response:
    """Let them go on."""
    shop, order_id = _order(request)
    shop.gates.release(order_id)
    return _json(_view(shop, order_id))


async def outage(request: Request) -> Response:
    """Answer the next settle calls of this order with 503."""
    shop, order_id = _order(request)
    shop.gates.fail_next(order_id, (await _read(request, OutageBody)).calls)
    return _json(_view(shop, order_id))


async def set_status(request: Request) -> Response:
    """Change the status as a person at the shop's back office does."""
    shop, order_id = _order(request)
    status = (await _read(request, StatusBody)).status
    if status not in STATUSES:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, f"a status is one of {' '.join(STATUSES)}")
    async with shop.locks.of(order_id):
        await shop.engine.change(order_id, status, actor=Actor.MERCHANT)
        shop.books.change(order_id, by_hand=True)
    return _json(_view(shop, order_id))


async def list_products(request: Request) -> Response:
    """What is on the shelf."""
    return _json({"items": _shelf(shop_of(request).books)})


async def set_stock(request: Request) -> Response:
    """Put so many pieces of a product on the shelf."""
    books = shop_of(request).books
    product = books.products.get(request.path_params["product_id"])
    stock = (await _read(request, StockBody)).stock
    if product is None or stock < 0:
        raise HTTPException(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"say a stock of 0 or more for one of {' '.join(books.products)}"
        )
    books.move_stock(product.product_id, stock - product.stock)
    return _json({"items": _shelf(books)})


async def read_body(request: Request) -> bytes:
    """At most 64 KiB of a body; raises the answer 413."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY_MAX:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {BODY_MAX} bytes")
    return bytes(body)


async def _read(request: Request, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(await read_body(request), type=shape)
    except msgspec.DecodeError as error:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error


def _order(request: Request) -> tuple[Shop, OrderId]:
    shop, order_id = shop_of(request), OrderId(request.path_params["order_id"])
    if order_id not in shop.books.orders:
        raise HTTPException(HTTPStatus.NOT_FOUND, "no such order")
    return shop, order_id


def _view(shop: Shop, order_id: OrderId) -> dict[str, Any]:
    order = order_view(shop.books.orders[order_id], shop.books.logs[order_id])
    return {**order, "held_calls": shop.gates.waiting(order_id)}


def _shelf(books: Books) -> list[dict[str, Any]]:
    return [{"product_id": p.product_id, "price": str(p.price), "stock": p.stock} for p in books.products.values()]


def _json(value: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
