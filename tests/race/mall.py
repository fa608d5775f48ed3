"""More shops beside the demo's own, each with its own store at Wasl."""

import random
from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp

from race.counters import PATIENCE_S, Controls, Door
from wasl.demo.buyers import World
from wasl.demo.buyers.buyer import Buyer
from wasl.demo.part import HOST, Part
from wasl.demo.shop import Shop, ShopSettings
from wasl.demo.tree import Connected, Ports, Tree
from wasl.domain.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """A storefront with its own store at Wasl."""

    tree: Tree
    shop: Shop
    store: Connected
    controls: Controls
    stack: AsyncExitStack
    part: Part

    @property
    def door(self) -> Door:
        """Its settle door, as its own store calls it."""
        return Door.of(self.store, self.controls.url)

    async def buyer(self) -> Buyer:
        """Somebody who shops here."""
        world = World(
            shop_url=self.controls.url, wasl_url=self.tree.service_url, gateway_url=self.tree.emulator_url,
            api_key=Secret(self.store.api_key), kill_service=self.tree.kill_service,
            start_service=self.tree.start_service, patience_s=PATIENCE_S,
        )  # fmt: skip
        return await self.stack.enter_async_context(Buyer(world, random.Random(1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mall:
    """Builds shops beside the demo's own; they are closed at the end."""

    tree: Tree
    stack: AsyncExitStack
    http: aiohttp.ClientSession

    async def connect(self, name: str, url: str, **more: str) -> Connected:
        """A store at Wasl for the storefront at *url*."""
        return await self.tree.connect_store(name, store_url=url, **more)

    async def shop(self, name: str, url: str, *stores: Connected, lock: str = "database") -> Shop:
        """A shop whose add-on knows *stores*; with several each has the storefront of its place."""
        shop = await Shop.install(self.tree.folder / name, ShopSettings(url=url, name=name, lock=lock))
        package = self.tree.folder / f"{name}.zip"
        await self.tree.pack_addon(package, *stores)
        await shop.add_addon(package)
        for number, store in enumerate(stores, 1):
            bound = number if len(stores) > 1 else None
            await shop.add_payment_method(name=name, params={"store_id": store.store_id}, storefront=bound)
        return shop

    async def front(self, shop: Shop, store: Connected, port: int, storefront: int = 1) -> Front:
        """Open one storefront of *shop* for buyers."""
        part = await shop.open(port, storefront=storefront)
        self.stack.push_async_callback(part.stop)
        controls = Controls(http=self.http, url=f"http://{HOST}:{port}")
        return Front(tree=self.tree, shop=shop, store=store, controls=controls, stack=self.stack, part=part)

    async def open(self, name: str, *, lock: str = "database") -> Front:
        """A shop of its own with one storefront and one store."""
        port = Ports.free().shop
        url = f"http://{HOST}:{port}"
        store = await self.connect(name, url)
        return await self.front(await self.shop(name, url, store, lock=lock), store, port)
