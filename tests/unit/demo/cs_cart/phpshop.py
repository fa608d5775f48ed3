"""A shop of real PHP that listens, with a tiny add-on through which a test calls the shop's own functions."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import aiohttp

import wasl.demo
from wasl.demo.ports import free_ports

CODE: Final = Path(wasl.demo.__file__).parent / "cs_cart"
PROBE: Final = Path(__file__).parent / "probe"
WORKERS: Final = "4"
ANSWER_S: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One running shop, in its own folder."""

    url: str
    state: Path
    http: aiohttp.ClientSession

    def cli(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`php cli.php …`."""
        return run_cli(self.state, *words)

    async def call(self, function: str, *arguments: Any) -> Any:
        """What a function of the shop returns in a storefront request of its own."""
        answer = await self.http.post(f"{self.url}/index.php?dispatch=probe.call", json=[function, arguments])
        text = await answer.text()
        assert answer.status == 200, text
        return json.loads(text)

    async def place(self, *products: str) -> str:
        """The number of a new order of one piece each, paid for with the probe's method."""
        return str(await self.call("fn_probe_place", products, "1"))

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """What `/_demo/…` answers."""
        answer = await self.http.request(method, f"{self.url}/_demo/{path}", json=body)
        text = await answer.text()
        assert answer.status == 200, text
        return json.loads(text)

    async def stock(self, product: str) -> int:
        """Pieces of a product on the shelf."""
        shelf = (await self.control("GET", "products"))["items"]
        return next(int(item["stock"]) for item in shelf if item["product_id"] == product)


def run_cli(state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`php cli.php …` on a shop's folder."""
    return subprocess.run(
        ["php", str(CODE / "cli.php"), *words],
        env={**os.environ, "CSCART_STATE": str(state)},
        capture_output=True,
        text=True,
        timeout=ANSWER_S,
        check=False,
    )


def packed(*extra: tuple[str, str], prefix: str = "", version: str = "1.0.0") -> bytes:
    """The probe as a zip, with extra files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(PROBE.rglob("*")):
            if path.is_file():
                text = path.read_text().replace("<version>1.0.0<", f"<version>{version}<")
                archive.writestr(prefix + str(path.relative_to(PROBE)), text)
        for name, text in extra:
            archive.writestr(name, text)
    return buffer.getvalue()


@asynccontextmanager
async def php_shop(state: Path, **settings: Any) -> AsyncIterator[Shop]:
    """Serve a shop of these settings from an empty folder, the probe installed and payment method 1 its own."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    (state / "shop.json").write_text(json.dumps({"url": url, "currency": "SAR", **settings}))
    (state / "probe.zip").write_bytes(packed())
    for words in (["init"], ["install", str(state / "probe.zip")], ["payment", "Probe", "probe.php"]):
        done = run_cli(state, *words)
        assert done.returncode == 0, done.stderr
    with (state / "php.log").open("wb") as log, _serving(state, port, log):
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            yield Shop(url=url, state=state, http=http)
    sys.stdout.write((state / "php.log").read_text())


@contextmanager
def _serving(state: Path, port: int, log: IO[bytes]) -> Iterator[None]:
    """The web server and its workers, which are one group of processes and end together."""
    server = subprocess.Popen(
        ["php", str(CODE / "serve.php"), f"127.0.0.1:{port}", WORKERS],
        env={**os.environ, "CSCART_STATE": str(state)},
        stdout=subprocess.PIPE,
        stderr=log,
        start_new_session=True,
    )
    with server:
        assert server.stdout is not None
        try:
            assert server.stdout.readline().startswith(b"ready"), "the shop did not start"
            yield
        finally:
            server.terminate()
