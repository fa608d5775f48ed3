"""The page that shows both sides of an order while it happens: a small application of its own beside the shop.

The shop's front page shows the same board; it asks for it here. `python -m wasl.demo.desk --config FILE --port P`.
"""

import argparse
import asyncio
import contextlib
import hashlib
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from wasl.demo.gateway_control import GatewayControl
from wasl.demo.page.board import Board
from wasl.demo.page.board_view import BoardView, board_view
from wasl.demo.page.render import LANGUAGES, STATIC, Pages, preferred
from wasl.demo.page.timeline import OrderView
from wasl.demo.wasl_api import WaslApi, read_at_most
from wasl.domain.secret import Secret

HOST: Final = "127.0.0.1"
SHUTDOWN_S: Final = 2
SHOP_TIMEOUT_S: Final = 2.0
ANSWER_MAX: Final = 4 * 1024 * 1024
DIGEST_LENGTH: Final = 16
OFFERED_ORDERS_MAX: Final = 6


class DeskSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where everything is, and the store's API key; read from a file, so that no key stands on a command line."""

    shop_url: str
    wasl_url: str
    gateway_url: str
    api_key: str
    shop_name: str

    def __repr__(self) -> str:
        return f"DeskSettings({self.shop_url})"


class _Orders(msgspec.Struct, frozen=True):
    items: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a request may need."""

    settings: DeskSettings
    http: aiohttp.ClientSession
    board: Board
    pages: Pages

    async def latest(self) -> Sequence[OrderView]:
        """The shop's latest orders, newest first; none while the shop does not answer."""
        content = await self._ask("/_demo/orders")
        return msgspec.json.decode(content, type=_Orders).items[:OFFERED_ORDERS_MAX] if content else ()

    async def order(self, order_id: str) -> OrderView | None:
        """One order with its log; None if the shop has none of this number, or does not answer."""
        content = await self._ask(f"/_demo/orders/{quote(order_id, safe='')}")
        return msgspec.json.decode(content, type=dict[str, Any]) if content else None

    async def view(self, order: OrderView) -> BoardView:
        """Both sides of *order*, as far as they answer."""
        return board_view(order, await self.board.look(order["order_id"]))

    async def _ask(self, path: str) -> bytes:
        timeout = aiohttp.ClientTimeout(total=SHOP_TIMEOUT_S)
        try:
            async with self.http.get(self.settings.shop_url + path, timeout=timeout) as answer:
                content = await read_at_most(answer, ANSWER_MAX)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return b""
        return content if answer.ok else b""


@contextlib.asynccontextmanager
async def desk_app(settings: DeskSettings) -> AsyncIterator[Starlette]:
    """The ASGI application; its outgoing connections are closed at the end."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        application = Starlette(
            routes=[
                Route("/", front, methods=["GET"]),
                Route("/board/{order_id}", one_board, methods=["GET"]),
                Route("/_demo/board", watched_board, methods=["GET"]),
                Mount("/static", StaticFiles(directory=STATIC)),
            ]
        )
        wasl = WaslApi(http=http, base_url=settings.wasl_url, api_key=Secret(settings.api_key))
        gateway = GatewayControl(http=http, base_url=settings.gateway_url)
        application.state.desk = Desk(
            settings=settings,
            http=http,
            board=Board(wasl=wasl, gateway=gateway),
            pages=Pages(shop_name=settings.shop_name),
        )
        yield application


async def front(request: Request) -> Response:
    """The whole page; it renews itself without scripts too."""
    desk, language = _desk(request), _language(request)
    offered = await desk.latest()
    order = await _watched(desk, request, offered)
    query = {name: value for name, value in request.query_params.items() if name == "order_id"}
    other = next(code for code in LANGUAGES if code != language)
    return desk.pages.page(
        "desk.html",
        language=language,
        board=await desk.view(order) if order else None,
        offered=[one["order_id"] for one in offered],
        other_language=f"/?{urlencode({**query, 'sl': other})}",
        shop_url=desk.settings.shop_url,
        gateway_url=desk.settings.gateway_url,
    )


async def watched_board(request: Request) -> Response:
    """The part of this page that changes, as JSON for the small script that it shares with the shop's pages."""
    desk, latest = _desk(request), await _desk(request).latest()
    order = await _watched(desk, request, latest)
    return await _board(desk, order, _language(request), offered=latest, stock={}, cart=0)


async def one_board(request: Request) -> Response:
    """One order's board, for the shop's own front page; the empty one if there is no such order."""
    desk = _desk(request)
    return await _board(desk, await desk.order(request.path_params["order_id"]), _language(request))


async def _board(
    desk: Desk, order: OrderView | None, language: str, *, offered: Sequence[OrderView] = (), **more: Any
) -> Response:
    """`digest` tells whether `html` is new to the reader; *offered* are the other orders one may look at."""
    html = desk.pages.html(
        "board.html",
        language=language,
        board=await desk.view(order) if order else None,
        offered=[one["order_id"] for one in offered],
    )
    digest = hashlib.sha256(html.encode()).hexdigest()[:DIGEST_LENGTH]
    body = msgspec.json.encode({"digest": digest, "html": html, **more})
    return Response(body, media_type="application/json", headers={"cache-control": "no-store"})


async def _watched(desk: Desk, request: Request, latest: Sequence[OrderView]) -> OrderView | None:
    """The order asked for, else the latest; None before the first."""
    wanted = request.query_params.get("order_id", "")
    order = await desk.order(wanted) if wanted else None
    return order or (latest[0] if latest else None)


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _language(request: Request) -> str:
    """What the link says (`sl` as CS-Cart names it, or `language`), else what the browser prefers."""
    chosen = request.query_params.get("sl") or request.query_params.get("language", "")
    return chosen if chosen in LANGUAGES else preferred(request.headers.get("accept-language", ""))


async def serve(settings: DeskSettings, port: int) -> None:
    """Serve the desk on loopback until told to stop by SIGTERM or SIGINT."""
    async with desk_app(settings) as application:
        config = uvicorn.Config(
            application, host=HOST, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=SHUTDOWN_S
        )
        await uvicorn.Server(config).serve()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop. Exit 2 on bad usage."""
    parser = argparse.ArgumentParser(prog="python -m wasl.demo.desk", description="Both sides of the demo's orders.")
    parser.add_argument("--config", type=Path, required=True, help="a JSON file with the addresses and the key")
    parser.add_argument("--port", type=int, required=True, help="the port to listen on")
    given = parser.parse_args(arguments)
    try:
        settings = msgspec.json.decode(given.config.read_bytes(), type=DeskSettings)
    except (OSError, msgspec.DecodeError) as error:
        parser.error(f"{given.config}: {error}")
    asyncio.run(serve(settings, given.port))
    return 0


if __name__ == "__main__":
    sys.exit(main())
