"""The running shop: every part a request may need, constructed in one place."""

import asyncio
from dataclasses import dataclass
from typing import Final, cast

import aiohttp
from starlette.requests import Request

from wasl.demo.gateway_control import GatewayControl
from wasl.demo.page.board import Board
from wasl.demo.page.render import Pages
from wasl.demo.shop.config import ShopConfig, origin
from wasl.demo.shop.gates import Gates
from wasl.demo.shop.orders import Books, Clock
from wasl.demo.shop.sessions import Sessions
from wasl.demo.shop.settle import Door, Locks
from wasl.demo.shop.signatures import CallGate, signing_key
from wasl.demo.shop.statuses import StatusEngine
from wasl.demo.wasl_api import WaslApi

# (product, price as CS-Cart stores it: decimal(12,2) in the primary currency, pieces on the shelf)
GOODS: Final = (
    ("coffee", "57.90", 4_000),
    ("dates", "34.50", 4_000),
    ("oud", "189.00", 4_000),
    ("basket", "76.25", 4_000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """All of it. `return_key` verifies what a returning browser says."""

    config: ShopConfig
    public_url: str
    books: Books
    sessions: Sessions
    locks: Locks
    engine: StatusEngine
    door: Door
    gates: Gates
    calls: CallGate
    return_key: bytes
    wasl: WaslApi
    pages: Pages
    board: Board


def open_shop(config: ShopConfig, *, public_url: str, http: aiohttp.ClientSession, clock: Clock) -> Shop:
    """A shop with full shelves and no orders. Raises BadSecret if the signing secret is none."""
    key = signing_key(config.signing_secret)
    books = Books(clock=clock, currency=config.currency).stocked(GOODS)
    sessions, locks = Sessions(), Locks()
    engine = StatusEngine(books=books, between=_other_requests_run)
    wasl = WaslApi(http=http, base_url=config.wasl_url, api_key=config.api_key)
    gateway = GatewayControl(http=http, base_url=config.gateway_url) if config.gateway_url else None
    return Shop(
        config=config,
        public_url=public_url,
        books=books,
        sessions=sessions,
        locks=locks,
        engine=engine,
        door=Door(books=books, engine=engine, locks=locks, on_settled=sessions.empty_cart_of),
        gates=Gates(),
        calls=CallGate(key=key),
        return_key=key,
        wasl=wasl,
        pages=Pages(shop_name=config.name, form_targets=_form_targets(config)),
        board=Board(wasl=wasl, gateway=gateway),
    )


def shop_of(request: Request) -> Shop:
    """The shop that a request is made to."""
    return cast("Shop", request.app.state.shop)


def _form_targets(config: ShopConfig) -> tuple[str, ...]:
    """Where a form of the shop may end up: browsers check the redirects that follow a form as well."""
    return tuple(origin(url) for url in (config.gateway_url, config.wasl_url) if url)


async def _other_requests_run() -> None:
    await asyncio.sleep(0)
