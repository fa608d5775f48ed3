"""The demo's shop: a double of CS-Cart in PHP, installed into a folder of its own, served by processes of its own."""

import asyncio
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from wasl.demo.part import HOST, DemoFailed, Part

DOUBLE: Final = Path(__file__).parent / "cs_cart"
NAME: Final = "Dukkan · دكّان"
METHOD: Final = "Cards and wallets · بطاقات ومحافظ"
SCRIPT: Final = "wasl.php"
WORKERS: Final = 12
COMMAND_S: Final = 30.0
# What the double and the add-on ask of PHP, and the Debian package that brings it.
EXTENSIONS: Final = {
    "pcntl": "php-cli",
    "pdo_sqlite": "php-sqlite3",
    "curl": "php-curl",
    "zip": "php-zip",
    "mbstring": "php-mbstring",
    "simplexml": "php-xml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One of the shop's currencies: what one unit is worth in the primary one, and the decimals the shop shows."""

    code: str
    coefficient: str = "1"
    decimals: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopSettings:
    """What a shop is told at its start. `desk_url` and `gateway_url` are the pages it links to, empty for none.

    `url` is where browsers and Wasl find its first storefront. `lock` is CS-Cart's lock service: `database`, `dummy`
    (always granted), or `none` for releases that have no such service.
    """

    url: str
    name: str = NAME
    currency: str = "SAR"
    currencies: tuple[Rate, ...] = (Rate(code="SAR"),)
    edition: str = "ULTIMATE"
    version: str = "4.18.2"
    storefront: int = 1
    lock: str = "database"
    desk_url: str = ""
    gateway_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One installed shop: everything it knows is in *folder*. It is served by one process group per storefront."""

    folder: Path
    settings: ShopSettings
    php: str

    @classmethod
    async def install(cls, folder: Path, settings: ShopSettings) -> "Shop":
        """A shop with full shelves and no orders; raises DemoFailed, also if PHP or an extension is missing."""
        shop = cls(folder=folder, settings=settings, php=await find_php())
        shop._prepare()
        await shop._run("init")
        return shop

    async def add_addon(self, package: Path) -> None:
        """Install the add-on in the zip, or upgrade it, as the back office's manual installation does."""
        await self._run("install", str(package))

    async def remove_addon(self) -> None:
        """Uninstall Wasl's add-on, as the back office does."""
        await self._run("uninstall", "wasl")

    async def add_payment_method(
        self, *, name: str = METHOD, params: Mapping[str, str] | None = None, storefront: int | None = None
    ) -> str:
        """Add a payment method that uses the add-on, with these settings of its own; answers its id.

        It is offered by one *storefront*, or by all.
        """
        bound = () if storefront is None else (str(storefront),)
        return (await self._run("payment", name, SCRIPT, json.dumps(dict(params or {})), *bound)).strip()

    async def open(self, port: int, *, storefront: int = 1) -> Part:
        """Serve one storefront on *port*, ready for browsers; raises DemoFailed."""
        log = self.folder / f"storefront-{storefront}.log"
        part = await Part.start(
            "shop" if storefront == 1 else f"shop's storefront {storefront}",
            [self.php, "serve.php", f"{HOST}:{port}", str(WORKERS)],
            port=port,
            log=log,
            environment=self._environment(storefront),
            folder=DOUBLE,
        )
        try:
            await part.ready("/_demo/products")
        except DemoFailed:
            await part.kill()
            raise
        return part

    def _prepare(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        told = json.dumps(asdict(self.settings), ensure_ascii=False)
        (self.folder / "shop.json").write_text(told, encoding="utf-8")

    async def _run(self, *arguments: str) -> str:
        """One of the double's commands; its words, or DemoFailed with its complaint."""
        process = await asyncio.create_subprocess_exec(
            self.php, "cli.php", *arguments, env=self._environment(1), cwd=DOUBLE, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(COMMAND_S):
                out, err = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise DemoFailed(f"the shop's command {arguments[0]} took longer than {COMMAND_S:.0f} s") from None
        if process.returncode:
            raise DemoFailed(
                f"the shop's command {arguments[0]} failed: {(err or out).decode(errors='replace').strip()}"
            )
        return out.decode()

    def _environment(self, storefront: int) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("WASL_", "CSCART_", "PHP_"))}
        return {
            **kept,
            "CSCART_STATE": str(self.folder),
            "CSCART_STOREFRONT": str(storefront),
        }


async def find_php(path: str | None = None) -> str:
    """PHP's program on *path* (the environment's by default); raises DemoFailed naming what is missing of it."""
    php = shutil.which("php", path=path)
    if php is None:
        raise DemoFailed(_missing(["php"], list(dict.fromkeys(EXTENSIONS.values()))))
    process = await asyncio.create_subprocess_exec(
        php, "-m", stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    there = {line.strip().lower() for line in out.decode(errors="replace").splitlines()}
    absent = [name for name in EXTENSIONS if name not in there]
    if absent:
        raise DemoFailed(_missing([f"PHP's {name}" for name in absent], sorted({EXTENSIONS[name] for name in absent})))
    return php


def _missing(what: Sequence[str], packages: Sequence[str]) -> str:
    return (
        f"the demo's shop needs {', '.join(what)}: install the Debian packages {' '.join(packages)}"
        f" (as root: apt-get install {' '.join(packages)})"
    )
