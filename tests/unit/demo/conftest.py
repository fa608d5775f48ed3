"""A shop that listens, next to the stand-in of Wasl and the gateway."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import aiohttp
import pytest

from serving import serving
from unit.demo.standin import API_KEY, SIGNING_SECRET, Standin
from wasl.demo.buyers import World
from wasl.demo.shop import ShopConfig, serve
from wasl.domain.secret import Secret


@pytest.fixture
async def closing() -> AsyncIterator[list[asyncio.Task[None]]]:
    """Servers that are still closing: they do it side by side, since each takes its time."""
    tasks: list[asyncio.Task[None]] = []
    yield tasks
    await asyncio.gather(*tasks)


@asynccontextmanager
async def _closed_later(
    server: AbstractAsyncContextManager[str], closing: list[asyncio.Task[None]]
) -> AsyncIterator[str]:
    listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    over = asyncio.Event()

    async def run() -> None:
        async with server as url:
            listening.set_result(url)
            await over.wait()

    closing.append(asyncio.create_task(run()))
    yield await listening
    over.set()


@asynccontextmanager
async def _shop(config: ShopConfig) -> AsyncIterator[str]:
    """The shop, served as the demo serves it."""
    listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(config, ready=listening.set_result))
    yield await listening
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def standin(closing: list[asyncio.Task[None]]) -> AsyncIterator[Standin]:
    """Wasl and the gateway, scripted."""
    both = Standin()
    async with (
        aiohttp.ClientSession() as both.http,
        _closed_later(serving(both.app()), closing) as both.url,
        _closed_later(serving(both.app()), closing) as both.gateway_url,
    ):
        yield both
        await both.kill()


@pytest.fixture
async def shop_url(standin: Standin, closing: list[asyncio.Task[None]]) -> AsyncIterator[str]:
    """A shop connected to them."""
    config = ShopConfig(
        wasl_url=standin.url,
        api_key=Secret(API_KEY),
        signing_secret=Secret(SIGNING_SECRET),
        gateway_url=standin.gateway_url,
    )
    async with _closed_later(_shop(config), closing) as standin.shop_url:
        yield standin.shop_url


@pytest.fixture
def world(shop_url: str, standin: Standin) -> World:
    """Where buyers go; patience is short, since nothing here takes its time."""
    return World(
        shop_url=shop_url,
        wasl_url=standin.url,
        gateway_url=standin.gateway_url,
        api_key=Secret(API_KEY),
        kill_service=standin.kill,
        start_service=standin.start,
        patience_s=3,
    )
