"""The demo's process tree on loopback: emulator, service, shop and desk, each its own process as in life."""

import asyncio
import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from wasl.demo.part import HOST, DemoFailed, Part
from wasl.demo.ports import free_ports
from wasl.demo.shop import NAME, Shop, ShopSettings

__all__ = ["DemoFailed", "Ports", "Tree"]

ASK_EVERY_S: Final = 5  # a demo waits for silence to be broken; an ordinary service asks every 60 seconds
PROFILE_ID: Final = 47554
SERVER_KEY: Final = "SDEMODEMO0-DEMODEMO00-DEMODEMO00"
CLIENT_KEY: Final = "CDEMO1-DEMO22-DEMO33-DEMO44"
CURRENCY: Final = "SAR"
ADDON: Final = "wasl-cs-cart.zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where each part listens."""

    shop: int
    service: int
    emulator: int
    desk: int

    @classmethod
    def free(cls) -> "Ports":
        """Four that nobody listens on now."""
        shop, service, emulator, desk = free_ports(4)
        return cls(shop=shop, service=service, emulator=emulator, desk=desk)

    @classmethod
    def from_shop(cls, port: int) -> "Ports":
        """The shop's port and the three after it."""
        return cls.free() if port == 0 else cls(shop=port, service=port + 1, emulator=port + 2, desk=port + 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A store that was connected to Wasl, and its two keys."""

    store_id: str
    api_key: str = field(repr=False)
    signing_secret: str = field(repr=False)


@dataclass(slots=True)
class Tree:
    """Starts and stops the parts. The service can be killed and started again, on the same database."""

    folder: Path
    ports: Ports
    edition: str = "ULTIMATE"
    _store: Connected | None = None
    _shop: Shop | None = None
    _parts: dict[str, Part] = field(default_factory=dict)

    @property
    def shop_url(self) -> str:
        """Where people go."""
        return f"http://{HOST}:{self.ports.shop}"

    @property
    def service_url(self) -> str:
        """Where Wasl is."""
        return f"http://{HOST}:{self.ports.service}"

    @property
    def emulator_url(self) -> str:
        """Where the gateway is."""
        return f"http://{HOST}:{self.ports.emulator}"

    @property
    def desk_url(self) -> str:
        """Where both sides are shown."""
        return f"http://{HOST}:{self.ports.desk}"

    @property
    def store(self) -> Connected:
        """The demo's store at Wasl; there is one once the tree has started."""
        if self._store is None:
            raise DemoFailed("no store is connected yet")
        return self._store

    @property
    def shop(self) -> Shop:
        """The installed shop; there is one once the tree has started."""
        if self._shop is None:
            raise DemoFailed("no shop is installed yet")
        return self._shop

    async def start(self) -> None:
        """Everything, each part as soon as those it needs are there; raises DemoFailed."""
        await asyncio.gather(self._start_emulator(), self._start_connected())
        await asyncio.gather(self.start_service(), self._open_shop(), self._start_desk())

    async def start_service(self) -> None:
        """The service, ready for requests; raises DemoFailed."""
        await self._start("service", self.ports.service, "wasl", "serve", "--ask-every", str(ASK_EVERY_S))
        await self._parts["service"].ready("/readyz")

    async def kill_service(self) -> None:
        """SIGKILL: nothing is finished, nothing is handed over."""
        await self._parts.pop("service").kill()

    async def stop(self) -> None:
        """Ask every part to end, and wait for it."""
        parts = [*self._parts.values()]
        self._parts.clear()
        await asyncio.gather(*(part.stop() for part in parts))

    async def watch(self) -> None:
        """Return only by raising DemoFailed, when a part has stopped by itself."""
        waits = {asyncio.create_task(part.ended()): name for name, part in self._parts.items()}
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        raise DemoFailed(f"the {waits[done.pop()]} has stopped; its log is in {self.folder}")

    async def connect_store(self, name: str, *, store_url: str, **more: str) -> Connected:
        """Connect one more store to Wasl, at the emulator's profile unless *more* options say otherwise."""
        options = {
            "--name": name, "--platform": "cs-cart", "--gateway-url": self.emulator_url,
            "--profile-id": str(PROFILE_ID), "--server-key": SERVER_KEY, "--currency": CURRENCY,
            "--store-url": store_url, **{f"--{option.replace('_', '-')}": value for option, value in more.items()},
        }  # fmt: skip
        added = await self.wasl("store", "add", *(word for pair in options.items() for word in pair))
        return Connected(store_id=added["store_id"], api_key=added["api_key"], signing_secret=added["signing_secret"])

    async def pack_addon(self, path: Path, *stores: Connected) -> None:
        """Write the ready-made add-on of one shop's stores."""
        await self.wasl("addon", "cs-cart", "-o", str(path), *(w for s in stores for w in ("--store", s.store_id)))

    async def wasl(self, *arguments: str) -> Any:
        """What one of Wasl's commands answers as JSON; raises DemoFailed with its complaint."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "wasl", *arguments, "--json",
            env=self.environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        if process.returncode:
            raise DemoFailed(f"wasl {' '.join(arguments[:2])} failed: {err.decode().strip()}")
        return json.loads(out)

    def environment(self) -> Mapping[str, str]:
        """This process's environment with the demo's settings: a database of its own, on loopback."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WASL_")}
        return {
            **kept,
            "WASL_DATABASE_URL": f"sqlite:///{self.folder / 'wasl.db'}",
            "WASL_PUBLIC_URL": self.service_url,
            "WASL_ALLOW_PRIVATE_NETWORKS": "1",
            "WASL_SECRET_KEY": self._secret(),
        }

    async def _start_emulator(self) -> None:
        await self._start(
            "emulator", self.ports.emulator, "wasl", "emulator", "--profile-id", str(PROFILE_ID),
            "--server-key", SERVER_KEY, "--client-key", CLIENT_KEY,
        )  # fmt: skip
        await self._parts["emulator"].ready("/")

    async def _start_connected(self) -> None:
        """A store at Wasl, and a shop with its add-on and a payment method, as its merchant sets it up."""
        settings = ShopSettings(
            url=self.shop_url,
            currency=CURRENCY,
            edition=self.edition,
            desk_url=self.desk_url,
            gateway_url=self.emulator_url,
        )
        store, shop = await asyncio.gather(
            self.connect_store(NAME, store_url=self.shop_url), Shop.install(self.folder / "shop", settings)
        )
        await self.pack_addon(self.folder / ADDON, store)
        await shop.add_addon(self.folder / ADDON)
        await shop.add_payment_method(params={"store_id": store.store_id})
        self._store, self._shop = store, shop

    async def _open_shop(self) -> None:
        self._parts["shop"] = await self.shop.open(self.ports.shop)

    async def _start_desk(self) -> None:
        told = {
            "shop_url": self.shop_url, "wasl_url": self.service_url, "gateway_url": self.emulator_url,
            "api_key": self.store.api_key, "shop_name": NAME,
        }  # fmt: skip
        config = self.folder / "desk.json"
        config.touch(mode=0o600)
        config.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        await self._start("desk", self.ports.desk, "wasl.demo.desk", "--config", str(config))
        await self._parts["desk"].ready("/")

    async def _start(self, name: str, port: int, module: str, *arguments: str) -> None:
        self._parts[name] = await Part.start(
            name,
            [sys.executable, "-m", module, *arguments, "--port", str(port)],
            port=port,
            log=self.folder / f"{name}.log",
            environment=self.environment(),
        )

    def _secret(self) -> str:
        path = self.folder / "secret"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48), encoding="ascii")
        return path.read_text(encoding="ascii")
