"""A shop for these tests: the double of CS-Cart with the packed add-on in it, and a Wasl that answers as told."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from wasl.demo.ports import free_ports
from wasl.domain.secret import Secret
from wasl.stores.cs_cart import Tenant, addon_zip

HERE: Final = Path(__file__).parent
DOUBLE: Final = HERE.parents[3] / "src" / "wasl" / "demo" / "cs_cart"
KEY: Final = b"a key of thirty-two bytes, no less"
OTHER_KEY: Final = b"the other store's key, thirty-two."
WORKERS: Final = 6
STARTED_WITHIN_S: Final = 10.0


def tenant(store_id: str, key: bytes) -> Tenant:
    """A store as its add-on knows it."""
    return Tenant(
        store_id=store_id,
        name=f"Store {store_id}",
        api_key=Secret(f"key-of-{store_id}"),
        signing_secret=Secret("whsec_" + base64.b64encode(key).decode()),
    )


@dataclass(kw_only=True)
class Wasl:
    """What stands in for the service: hears wishes, answers with `status` and `answer`."""

    url: str = ""
    status: int = 201
    answer: dict[str, Any] = field(
        default_factory=lambda: {"id": "pay_1", "state": "open", "redirect_url": "https://pay.example/wr/1"}
    )
    wishes: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    refunds: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refund_status: int = 201
    refund_answer: dict[str, Any] = field(default_factory=lambda: {"state": "approved"})
    refund_gate: asyncio.Event | None = None

    async def opened(self, request: web.Request) -> web.Response:
        """`POST /v1/payments`."""
        self.keys.append(request.headers["authorization"])
        self.wishes.append(await request.json())
        return web.json_response(self.answer, status=self.status)

    async def refunded(self, request: web.Request) -> web.Response:
        """`POST /v1/payments/{id}/refunds`, heard with its key; answered once `refund_gate`, if any, is open."""
        body = await request.json()
        self.refunds.append((request.headers["idempotency-key"], {"payment": request.match_info["id"]} | body))
        if self.refund_gate is not None:
            await self.refund_gate.wait()
        said = {"id": "op_1", "amount": body.get("amount", "57.90"), "note": ""} | self.refund_answer
        return web.json_response(said, status=self.refund_status)


@dataclass(frozen=True, kw_only=True)
class Shop:
    """One running shop."""

    url: str
    state: Path
    wasl: Wasl
    http: aiohttp.ClientSession

    async def cli(self, *words: str) -> str:
        """The double's own command line."""
        process = await asyncio.create_subprocess_exec(
            "php", str(DOUBLE / "cli.php"), *words, env={**os.environ, "CSCART_STATE": str(self.state)},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out.decode().strip()

    async def method(self, **params: str) -> str:
        """Add a payment method of the add-on; its id."""
        return await self.cli("payment", "Cards", "wasl.php", json.dumps(params) if params else "")

    async def test(self, what: str, **told: Any) -> Any:
        """One of the doors that these tests add."""
        async with self.http.post(f"{self.url}/test/{what}", json=told) as answer:
            return json.loads(await answer.text())

    async def sql(self, query: str, *values: str) -> list[dict[str, str]]:
        """Run a query; CS-Cart's placeholders take the values."""
        found = await self.test("sql", query=query, values=values)
        return found if isinstance(found, list) else []

    async def one(self, query: str, *values: str) -> str:
        """The first value of the first row."""
        return next(iter((await self.sql(query, *values))[0].values()))

    async def place(self, method: str, **products: int) -> str:
        """An order in status N; one coffee unless said otherwise."""
        wanted = products or {(await self.one("SELECT product_id FROM ?:products ORDER BY product_id LIMIT 1")): 1}
        return str(await self.test("place", payment_id=method, products=wanted))

    async def start(self, order_id: str, *, mode: str = "place_order") -> str:
        """Begin the payment of an order; where the buyer is sent."""
        told = {"order_id": order_id, "mode": mode}
        async with self.http.post(f"{self.url}/test/start", json=told, allow_redirects=False) as answer:
            return answer.headers.get("location", "")

    async def begun(self, method: str, **products: int) -> str:
        """An order whose payment has begun."""
        order_id = await self.place(method, **products)
        await self.start(order_id)
        return order_id

    async def knock(self, call: Any, *, key: bytes = KEY, **changed: str) -> tuple[int, dict[str, Any]]:
        """Call the door, signed; *changed* replaces headers (`webhook_id=…`). The HTTP status and the JSON."""
        body = call if isinstance(call, bytes) else json.dumps(call).encode()
        headers = {"webhook_id": secrets.token_hex(8), "webhook_timestamp": str(int(time.time()))} | changed
        signed = f"{headers['webhook_id']}.{headers['webhook_timestamp']}.".encode() + body
        mac = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
        headers = {"webhook_signature": f"v1,bm8= v1,{mac}"} | headers | {"content_type": "application/json"}
        wire = {name.replace("_", "-"): value for name, value in headers.items()}
        door = f"{self.url}/index.php?dispatch=wasl.settle"
        async with self.http.post(door, data=body, headers=wire, allow_redirects=False) as answer:
            text = await answer.text()
            assert answer.content_type == "application/json", text
            return answer.status, json.loads(text)

    async def settle(self, order_id: str, target: str = "P", /, **changed: Any) -> dict[str, Any]:
        """Tell an outcome; the answer, which must be 200."""
        row = await self.sql("SELECT * FROM ?:wasl_payments WHERE order_id = ?i", order_id)
        amount, currency = (row[0]["amount"], row[0]["currency"]) if row else ("1.00", "SAR")
        call = {
            "type": "order.settle", "order_id": order_id, "version": 1, "target_status": target, "state": "paid",
            "concern": "none", "amount": amount, "currency": currency, "paid": amount, "refunded": "0.00",
            "tran_ref": "TST1", "payment_id": "pay_1", "note": "",
            "notify": {"customer": True, "department": True, "vendor": True},
        }  # fmt: skip
        key = changed.pop("key", KEY)
        status, answer = await self.knock(call | changed, key=key)
        assert status == 200, answer
        return answer

    async def order(self, order_id: str) -> dict[str, str]:
        """The order's row."""
        return (await self.sql("SELECT * FROM ?:orders WHERE order_id = ?i", order_id))[0]

    async def by_hand(self, order_id: str, **columns: str) -> None:
        """Change columns as a person in the back office would."""
        for name, value in columns.items():
            await self.sql("UPDATE ?:orders SET ?f = ?s WHERE order_id = ?i", name, value, order_id)

    async def stock(self) -> int:
        """How many coffees are left."""
        return int(await self.one("SELECT amount FROM ?:products ORDER BY product_id LIMIT 1"))

    def claim(self, order_id: str, state: str, *, key: bytes = KEY, age_s: int = 0) -> str:
        """The query string that Wasl signs for a returning browser."""
        values = ["pay_1", order_id, state, str(int(time.time()) - age_s)]
        words = dict(zip(("wasl_payment", "wasl_order", "wasl_state", "wasl_time"), values, strict=True))
        words["wasl_signature"] = hmac.new(key, "\n".join(values).encode(), hashlib.sha256).hexdigest()
        return urlencode({"order_id": order_id} | words)

    async def visit(self, mode: str, query: str) -> tuple[int, str, str]:
        """A buyer's GET: HTTP status, Location, body."""
        url = f"{self.url}/index.php?dispatch=wasl.{mode}&{query}"
        async with self.http.get(url, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("location", ""), await answer.text()


@asynccontextmanager
async def open_shop(folder: Path, **config: Any) -> AsyncIterator[Shop]:
    """A shop with the add-on of two stores, `s1` and `s2`, on a port of its own; `config` goes to shop.json."""
    wasl = Wasl()
    app = web.Application()
    app.router.add_post("/v1/payments", wasl.opened)
    app.router.add_post("/v1/payments/{id}/refunds", wasl.refunded)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    wasl.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    await asyncio.to_thread(folder.mkdir, exist_ok=True)
    (folder / "shop.json").write_text(json.dumps({"url": url, "currency": "SAR"} | config))
    (folder / "addon.zip").write_bytes(addon_zip([tenant("s1", KEY), tenant("s2", OTHER_KEY)], service_url=wasl.url))
    with (folder / "php.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "php", "-S", f"127.0.0.1:{port}", str(HERE / "router.php"), stderr=log, start_new_session=True,
            env={**os.environ, "CSCART_STATE": str(folder), "PHP_CLI_SERVER_WORKERS": str(WORKERS)},
        )  # fmt: skip
    async with aiohttp.ClientSession() as http:
        shop = Shop(url=url, state=folder, wasl=wasl, http=http)
        try:
            await shop.cli("install", str(folder / "addon.zip"))
            await _listening(port)
            yield shop
        finally:
            os.killpg(process.pid, 15)
            await process.wait()
            await runner.cleanup()


async def _listening(port: int) -> None:
    until = time.monotonic() + STARTED_WITHIN_S
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            assert time.monotonic() < until, "php -S did not start"
            await asyncio.sleep(0.02)
        else:
            writer.close()
            await writer.wait_closed()
            return
