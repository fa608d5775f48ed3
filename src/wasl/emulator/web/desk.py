"""The developer page: transactions, every attempt to deliver a notification, and a log of API calls."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from wasl.emulator import configuring, control
from wasl.emulator.gateway import Emulator, Logged
from wasl.emulator.refusals import ControlRefusal
from wasl.emulator.views import transaction_view
from wasl.emulator.web import texts
from wasl.emulator.web.http import emulator_of, read_form
from wasl.emulator.wire import time_text

SHOWN_MAX: Final = 50
LOG_SHOWN_MAX: Final = 50


def routes() -> list[Route]:
    """The page, its buttons and its clock."""
    return [
        Route("/", show, methods=["GET"]),
        Route("/desk/transactions/{tran_ref}/{action}", act, methods=["POST"]),
        Route("/desk/clock", advance, methods=["POST"]),
    ]


async def show(request: Request) -> Response:
    """The latest of everything, or everything of one cart."""
    return _page(request)


async def act(request: Request) -> Response:
    """One of the buttons beside a transaction."""
    amount = (await read_form(request)).get("amount", "").strip()
    path = request.path_params
    try:
        control.act(emulator_of(request), path["tran_ref"], path["action"], {"amount": amount or None})
    except ControlRefusal as refusal:
        return _page(request, status=refusal.status, refused=str(refusal))
    return _back(request)


async def advance(request: Request) -> Response:
    """Let time pass."""
    given = (await read_form(request)).get("advance_s", "")
    try:
        configuring.advance(emulator_of(request), {"advance_s": int(given) if given.isdecimal() else given})
    except ControlRefusal as refusal:
        return _page(request, status=refusal.status, refused=str(refusal))
    return _back(request)


def _page(request: Request, *, status: int = HTTPStatus.OK, refused: str = "") -> Response:
    emulator = emulator_of(request)
    cart_id = request.query_params.get("cart_id", "")
    return texts.page(
        request,
        "desk.html",
        status=status,
        refused=refused,
        cart_id=cart_id,
        transactions=_transactions(emulator, cart_id),
        log=[_call(logged) for logged in list(emulator.log)[: -LOG_SHOWN_MAX - 1 : -1]],
        clock=configuring.clock(emulator),
        profiles=configuring.profiles(emulator)["profiles"],
    )


def _transactions(emulator: Emulator, cart_id: str) -> list[dict[str, Any]]:
    """Views with the bodies of their deliveries, newest first."""
    with emulator.doing() as world:
        found = reversed(list(world.state.transactions))
        latest = [one for one in found if not cart_id or one.order.cart_id == cart_id][:SHOWN_MAX]
        views = [transaction_view(world, one) for one in latest]
        for view in views:
            for delivery in view["deliveries"]:
                delivery["body"] = _readable(world.state.deliveries[delivery["id"]].body)
        return views


def _call(logged: Logged) -> Mapping[str, Any]:
    return {
        "at": time_text(logged.at_ms, f"{logged.at_ms % 1000:03d}"),
        "path": logged.path,
        "status": logged.status,
        "fate": logged.fate,
        "request": _readable(logged.request),
        "response": _readable(logged.response),
    }


def _readable(body: bytes) -> str:
    """JSON in lines, anything else as it is."""
    try:
        return msgspec.json.format(body, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body.decode("utf-8", "replace")


def _back(request: Request) -> Response:
    """The page again, where it was."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{query}", HTTPStatus.SEE_OTHER)
