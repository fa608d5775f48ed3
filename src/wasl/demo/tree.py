"""The demo's process tree on loopback: the emulator, the service and the shop, each its own process as in life."""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

HOST: Final = "127.0.0.1"
START_S: Final = 30.0
STOP_S: Final = 10.0
LOOK_S: Final = 0.05
ASK_EVERY_S: Final = 5  # a demo waits for silence to be broken; an ordinary service asks every 60 seconds
PROFILE_ID: Final = 47554
SERVER_KEY: Final = "SDEMODEMO0-DEMODEMO00-DEMODEMO00"
CLIENT_KEY: Final = "CDEMO1-DEMO22-DEMO33-DEMO44"
CURRENCY: Final = "SAR"


class DemoFailed(Exception):
    """A part did not start or stopped by itself; the message says which, and where its log is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where each part listens."""

    shop: int
    service: int
    emulator: int

    @classmethod
    def free(cls) -> "Ports":
        """Three that nobody listens on now."""
        holders = [socket.create_server((HOST, 0)) for _ in range(3)]
        numbers = [holder.getsockname()[1] for holder in holders]
        for holder in holders:
            holder.close()
        return cls(shop=numbers[0], service=numbers[1], emulator=numbers[2])

    @classmethod
    def from_shop(cls, port: int) -> "Ports":
        """The shop's port and the two after it."""
        return cls.free() if port == 0 else cls(shop=port, service=port + 1, emulator=port + 2)


@dataclass(slots=True)
class Tree:
    """Starts and stops the parts. The service can be killed and started again, on the same database."""

    folder: Path
    ports: Ports
    api_key: str = ""
    signing_secret: str = field(default="", repr=False)
    _children: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

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

    async def start(self) -> None:
        """Everything, in the order in which the parts need each other; raises DemoFailed."""
        await self._start(
            "emulator", "wasl", "emulator", "--port", str(self.ports.emulator), "--profile-id", str(PROFILE_ID),
            "--server-key", SERVER_KEY, "--client-key", CLIENT_KEY,
        )  # fmt: skip
        await self._connect_store()
        await asyncio.gather(self.start_service(), self._start_shop(), self._ready("emulator", self.emulator_url))

    async def start_service(self) -> None:
        """The service, ready for requests; raises DemoFailed."""
        await self._start(
            "service", "wasl", "serve", "--port", str(self.ports.service), "--ask-every", str(ASK_EVERY_S)
        )
        await self._ready("service", f"{self.service_url}/readyz")

    async def kill_service(self) -> None:
        """SIGKILL: nothing is finished, nothing is handed over."""
        service = self._children.pop("service")
        service.send_signal(signal.SIGKILL)
        await service.wait()

    async def stop(self) -> None:
        """Ask every part to end, and wait for it."""
        for child in self._children.values():
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
        for child in self._children.values():
            try:
                async with asyncio.timeout(STOP_S):
                    await child.wait()
            except TimeoutError:
                child.kill()
        self._children.clear()

    async def watch(self) -> None:
        """Return only by raising DemoFailed, when a part has stopped by itself."""
        waits = {asyncio.create_task(child.wait()): name for name, child in self._children.items()}
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        raise DemoFailed(f"the {waits[done.pop()]} has stopped; its log is in {self.folder}")

    async def _connect_store(self) -> None:
        options = (
            "--name", "Dukkan · دكّان", "--platform", "cs-cart", "--gateway-url", self.emulator_url,
            "--profile-id", str(PROFILE_ID), "--server-key", SERVER_KEY, "--currency", CURRENCY,
            "--store-url", self.shop_url, "--json",
        )  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "wasl", "store", "add", *options,
            env=self._environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        if process.returncode:
            raise DemoFailed(f"the store could not be connected: {err.decode().strip()}")
        added = json.loads(out)
        self.api_key, self.signing_secret = added["api_key"], added["signing_secret"]

    async def _start_shop(self) -> None:
        config = self.folder / "shop.json"
        config.touch(mode=0o600)
        config.write_text(
            json.dumps(
                {
                    "wasl_url": self.service_url,
                    "api_key": self.api_key,
                    "signing_secret": self.signing_secret,
                    "gateway_url": self.emulator_url,
                    "currency": CURRENCY,
                }
            ),
            encoding="utf-8",
        )
        await self._start("shop", "wasl.demo.shop", "--port", str(self.ports.shop), "--config", str(config))
        await self._ready("shop", self.shop_url)

    async def _start(self, name: str, module: str, *arguments: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        with log:
            self._children[name] = await asyncio.create_subprocess_exec(
                sys.executable, "-m", module, *arguments, env=self._environment(), stdout=log, stderr=log
            )

    async def _ready(self, name: str, url: str) -> None:
        """Wait until *url* answers 200; raises DemoFailed with the end of the log if the part stopped instead."""
        child = self._children[name]
        try:
            async with asyncio.timeout(START_S), aiohttp.ClientSession() as session:
                while child.returncode is None:
                    with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                        async with session.get(url, timeout=aiohttp.ClientTimeout(total=2)) as answer:
                            if answer.status == 200:  # noqa: PLR2004  HTTP's own number
                                return
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            pass
        raise DemoFailed(f"the {name} did not start: {self._last_words(name)}")

    def _last_words(self, name: str) -> str:
        lines = (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()
        return lines[-1] if lines else "it said nothing"

    def _environment(self) -> Mapping[str, str]:
        """This process's environment with the demo's settings: a database of its own, on loopback."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WASL_")}
        return {
            **kept,
            "WASL_DATABASE_URL": f"sqlite:///{self.folder / 'wasl.db'}",
            "WASL_PUBLIC_URL": self.service_url,
            "WASL_ALLOW_PRIVATE_NETWORKS": "1",
            "WASL_SECRET_KEY": self._secret(),
        }

    def _secret(self) -> str:
        path = self.folder / "secret"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48), encoding="ascii")
        return path.read_text(encoding="ascii")
