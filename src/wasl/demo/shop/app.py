"""The shop as a web application, and the process that serves it."""

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import aiohttp
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from wasl.demo.page.render import HERE
from wasl.demo.shop.config import ShopConfig
from wasl.demo.shop.doors import control_routes
from wasl.demo.shop.front import board, front
from wasl.demo.shop.orders import Clock
from wasl.demo.shop.state import open_shop
from wasl.demo.shop.storefront import dispatch
from wasl.domain.time import Instant

SHUTDOWN_S: Final = 2
BACKLOG: Final = 256


@asynccontextmanager
async def shop_app(config: ShopConfig, *, public_url: str, clock: Clock) -> AsyncIterator[Starlette]:
    """The ASGI application of a freshly opened shop; its outgoing connections are closed at the end."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        application = Starlette(
            routes=[
                Route("/", front, methods=["GET"]),
                Route("/index.php", dispatch, methods=["GET", "POST"]),
                Route("/_demo/board", board, methods=["GET"]),
                *control_routes(),
                Mount("/static", StaticFiles(directory=HERE / "static")),
            ],
            exception_handlers={HTTPException: _plainly},
        )
        application.state.shop = open_shop(config, public_url=public_url, http=http, clock=clock)
        yield application


async def serve(config: ShopConfig, *, ready: Callable[[str], None] | None = None) -> None:
    """Serve the shop until cancelled or told to stop by SIGTERM or SIGINT. *ready* hears the address.

    Port 0 takes any free one. Orders live in memory: they end with the process.
    """
    listener = socket.create_server((config.host, config.port), backlog=BACKLOG)
    public_url = config.public_url or f"http://{config.host}:{listener.getsockname()[1]}"
    async with shop_app(config, public_url=public_url, clock=_now) as application:
        server = _Server(
            uvicorn.Config(application, log_config=None, access_log=False, timeout_graceful_shutdown=SHUTDOWN_S),
            started=lambda: ready(public_url) if ready else None,
        )
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            with _asked_to_end(server.end):
                await asyncio.shield(serving)
        except asyncio.CancelledError:
            server.end()
            await serving
            raise


@contextmanager
def _asked_to_end(end: Callable[[], None]) -> Iterator[None]:
    """Call *end* at SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


class _Server(uvicorn.Server):
    """Says when it listens, since before that a browser would be refused; leaves signals to whoever serves.

    uvicorn raises a signal again once it has shut down, which would make an orderly end look like a failure.
    """

    def __init__(self, config: uvicorn.Config, *, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._started()

    def end(self) -> None:
        """Finish what is being answered, then stop."""
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _now() -> Instant:
    return Instant(time.time_ns() // 1_000_000)


async def _plainly(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return PlainTextResponse(f"{error.detail}\n", error.status_code, error.headers)
