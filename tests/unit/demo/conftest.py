"""A shop that listens, next to the stand-in of Wasl and the gateway."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from serving import serving
from unit.demo.standin import API_KEY, SIGNING_SECRET, Standin
from wasl.demo.buyers import World
from wasl.demo.part import HOST
from wasl.demo.shop import Shop, ShopSettings
from wasl.demo.tree import Ports
from wasl.domain.secret import Secret
from wasl.stores.cs_cart import Tenant, addon_zip


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
async def shop_url(standin: Standin, tmp_path: Path) -> AsyncIterator[str]:
    """A shop connected to them: the add-on in the double, as the demo runs it."""
    ports = Ports.free()
    standin.shop_url = f"http://{HOST}:{ports.shop}"
    shop = await Shop.install(tmp_path / "shop", ShopSettings(url=standin.shop_url, gateway_url=standin.gateway_url))
    package = tmp_path / "wasl.zip"
    tenant = Tenant(store_id="st_standin", name="Shop", api_key=Secret(API_KEY), signing_secret=Secret(SIGNING_SECRET))
    package.write_bytes(addon_zip([tenant], service_url=standin.url))
    await shop.add_addon(package)
    await shop.add_payment_method(params={"store_id": "st_standin"})
    served = await shop.open(ports.shop)
    yield standin.shop_url
    await served.stop()


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
        patience_s=5,
    )
