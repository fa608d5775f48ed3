"""Everything around a store that is attacked: the service, the gateway's emulator, a shop, and their money."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
import uvicorn

from attack.service import HOST, SECRET, Service
from attack.shop import Shop, open_shop
from wasl.domain.money import Currency
from wasl.domain.secret import Secret
from wasl.domain.store import Profile, Store, StoreId
from wasl.domain.time import Instant
from wasl.emulator import EmulatorConfig, configuring, control
from wasl.emulator.gateway import Emulator
from wasl.emulator.serve import SystemClock
from wasl.emulator.signature import sign_body
from wasl.emulator.web.app import application
from wasl.emulator.web.courier import Courier
from wasl.emulator.web.http import Hangable
from wasl.engine.connect import add_store
from wasl.settings import Settings
from wasl.wiring import migrate_database, wired

PROFILE_ID: Final = 47554
SERVER_KEY: Final = "SATTACK000-ATTACK0000-ATTACK0000"
AT_ONCE: Final = 16
DROPPED: Final = {"callback": {"drop": 1.0}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A connected store as it sees itself."""

    store_id: str
    api_key: str = field(repr=False)
    signing_secret: str = field(repr=False)
    hook: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A callback that the gateway signed and did not send by itself."""

    payment_id: str
    order_id: str
    cart_id: str
    tran_ref: str
    url: str
    body: bytes
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """All parts, running. Callbacks are in the test's hand unless `let_callbacks` lets the gateway send them."""

    service: Service
    emulator: Emulator
    gateway_url: str
    shop: Shop
    http: aiohttp.ClientSession
    settings: Settings

    async def connect(
        self, hook: str = "/hook", *, key: str = SERVER_KEY, profile_id: int = PROFILE_ID, **more: Any
    ) -> Client:
        """One more store; it hears at *hook* if it is on platform `api`."""
        wanted = {"platform": "api", "webhook_url": self.shop.url(hook), "gateway_url": self.gateway_url, **more}
        store = Store(
            store_id=StoreId(""),
            name="Attacked",
            profile=Profile(base_url=wanted.pop("gateway_url"), profile_id=profile_id, server_key=Secret(key)),
            currency=Currency.of("SAR"),
            cart_prefix="",
            signing_secret=Secret(""),
            created_at=Instant(0),
            **wanted,
        )
        async with wired(self.settings) as engine:
            new = await add_store(engine, store)
        return Client(
            store_id=new.store.store_id,
            api_key=new.api_key.reveal(),
            signing_secret=new.store.signing_secret.reveal(),
            hook=hook,
        )

    def let_callbacks(self, **faults: Any) -> None:
        """The gateway sends its callbacks itself from now on, with these faults."""
        configuring.set_faults(self.emulator, faults)

    # ------------------------------------------------------------------ the store's side

    async def call(self, client: Client, method: str, path: str, value: Any = None) -> tuple[int, Any]:
        """One call of the API: the status, and the answer's value."""
        headers = {"authorization": f"Bearer {client.api_key}"}
        async with self.http.request(method, self.service.url + path, json=value, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def open(self, client: Client, order_id: str) -> tuple[int, Any]:
        """Ask for 100 SAR."""
        wish = {
            "order_id": order_id,
            "amount": "100.00",
            "currency": "SAR",
            "description": f"Order {order_id}",
            "return_url": "https://shop.example/orders",
        }
        return await self.call(client, "POST", "/v1/payments", wish)

    async def payment(self, client: Client, payment_id: str) -> Any:
        """The payment with its deliveries."""
        status, payment = await self.call(client, "GET", f"/v1/payments/{payment_id}")
        assert status == 200, payment
        return payment

    async def evidence(self, client: Client, payment_id: str) -> Any:
        """Everything that was heard of it."""
        status, found = await self.call(client, "GET", f"/v1/payments/{payment_id}/evidence")
        assert status == 200, found
        return found["items"]

    async def sees(self, client: Client, payment_id: str, state: str, *, within_s: float = 20.0) -> Any:
        """Wait until the payment is in *state*."""
        deadline = time.monotonic() + within_s
        while (payment := await self.payment(client, payment_id))["state"] != state:
            assert time.monotonic() < deadline, f"{payment_id} is {payment['state']}, not {state}"
            await asyncio.sleep(0.05)
        return payment

    # ------------------------------------------------------------------ the gateway's side

    def pay(self, tran_ref: str) -> None:
        """The buyer pays on the page."""
        control.pay(self.emulator, tran_ref, {})

    async def paid(self, client: Client, orders: Iterable[str]) -> list[Notice]:
        """Orders that are opened and paid at the gateway, with the callback of each."""
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(order_id: str) -> Notice:
            async with slots:
                status, payment = await self.open(client, order_id)
            assert status == 201, payment
            tran_ref = payment["attempts"][-1]["tran_ref"]
            self.pay(tran_ref)
            return self.notice(payment, tran_ref)

        return list(await asyncio.gather(*map(one, orders)))

    def notice(self, payment: Any, tran_ref: str) -> Notice:
        """The newest callback of a transaction."""
        state = self.emulator.world.state
        sent = state.deliveries[state.deliveries_of[tran_ref][-1]]
        return Notice(
            payment_id=payment["id"],
            order_id=payment["order_id"],
            cart_id=payment["attempts"][-1]["cart_id"],
            tran_ref=tran_ref,
            url=sent.url,
            body=sent.body,
            signature=sent.signature,
        )

    async def send(self, notice: Notice, *, within_s: float = 30.0) -> int:
        """Deliver a callback; the HTTP status, 0 if there was no answer."""
        return await self.post(notice.url, notice.body, notice.signature, within_s=within_s)

    async def post(self, url: str, body: bytes, signature: str | None, *, within_s: float = 30.0) -> int:
        """Anything to anywhere, as the gateway posts it."""
        headers = {"content-type": "application/json"} | ({"signature": signature} if signature is not None else {})
        timeout = aiohttp.ClientTimeout(total=within_s)
        try:
            async with self.http.post(url, data=body, headers=headers, timeout=timeout) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0

    async def timed(self, notices: Sequence[Notice], *, at_once: int = AT_ONCE) -> list[float]:
        """Deliver true callbacks; each must be answered 200. Seconds each took, in ascending order."""
        slots = asyncio.Semaphore(at_once)

        async def one(notice: Notice) -> float:
            async with slots:
                began = time.monotonic()
                assert await self.send(notice) == 200
                return time.monotonic() - began

        return sorted(await asyncio.gather(*map(one, notices)))

    def questions(self, cart_id: str) -> int:
        """How often the gateway was asked about a cart, in its log of the last calls."""
        return sum(one.path == "/payment/query" and cart_id.encode() in one.request for one in self.emulator.log)


def signed(body: bytes, key: str = SERVER_KEY) -> str:
    """The gateway's signature of a body."""
    return sign_body(key, body)


@asynccontextmanager
async def open_site(folder: Path, database_url: str = "", *, ask_every_s: int = 60) -> AsyncIterator[Site]:
    """A gateway, a shop and a service that is not started yet, on a migrated database."""
    database_url = database_url or f"sqlite:///{folder / 'wasl.db'}"
    service = Service(folder, database_url, ask_every_s)
    settings = Settings(
        database_url=database_url,
        secret_keys=(Secret(SECRET),),
        public_url=service.url,
        allow_private_networks=True,
    )
    await migrate_database(settings)
    async with open_gateway() as (emulator, gateway_url), open_shop() as shop, aiohttp.ClientSession() as http:
        site = Site(
            service=service, emulator=emulator, gateway_url=gateway_url, shop=shop, http=http, settings=settings
        )
        try:
            yield site
        finally:
            await service.stop()


@asynccontextmanager
async def open_gateway() -> AsyncIterator[tuple[Emulator, str]]:
    """The emulator on a real socket, with its courier. It sends no callbacks at first, and asks again soon."""
    emulator = Emulator(EmulatorConfig(profile_id=PROFILE_ID, server_key=SERVER_KEY, seed=1), clock=SystemClock())
    configuring.set_faults(emulator, DROPPED)
    configuring.set_switches(emulator, {"retry_delays_s": [0.3] * 20})
    config = uvicorn.Config(
        application(emulator), host=HOST, port=0, http=Hangable, lifespan="off", ws="none", log_config=None,
        access_log=False, timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    running = asyncio.create_task(server.main_loop())
    courier = asyncio.create_task(Courier(emulator).run())
    try:
        yield emulator, f"http://{HOST}:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        courier.cancel()
        await asyncio.wait({courier})
        server.should_exit = True
        await running
        await server.shutdown()
