"""What a race needs at hand: the controls of the double, signed calls as Wasl's connector makes them, and buyers."""

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

import aiohttp
import msgspec

from builders import attempt, fact, payment, said, store
from wasl.chance import SystemChance
from wasl.demo.buyers import World
from wasl.demo.buyers.browser import Page
from wasl.demo.buyers.buyer import Buyer
from wasl.demo.buyers.world import POLL_S
from wasl.demo.tree import Connected, Tree
from wasl.domain.evidence import Verdict
from wasl.domain.fold import fold
from wasl.domain.money import Currency, Money
from wasl.domain.payment import OrderId
from wasl.domain.reconcile import ShopOrder
from wasl.domain.secret import Secret
from wasl.domain.store import Store, StoreId
from wasl.domain.time import Instant
from wasl.engine.ports import Receipt, Telling
from wasl.stores.cs_cart import CsCart
from wasl.stores.http import ShopAnswer, ShopHttp

PATIENCE_S: Final = 20.0
PRODUCT: Final = "coffee"
PRICE: Final = "57.90"


@contextmanager
def running(tree: Tree) -> Iterator[Tree]:
    """All parts of a tree, each its own process, for a whole module of tests."""
    with asyncio.Runner() as runner:
        try:
            runner.run(tree.start())
            yield tree
        finally:
            runner.run(tree.stop())


class SystemClock:
    """Implements `engine.ports.Clock`: the double checks the age of what it is told."""

    def now(self) -> Instant:
        """See the port."""
        return Instant(time.time_ns() // 1_000_000)


class Overheard(ShopHttp):
    """The connectors' way to shops; remembers the last answer and the last call."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[ShopAnswer] = []
        self.calls: list[tuple[str, bytes, Mapping[str, str]]] = []

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> ShopAnswer:
        """See ShopHttp."""
        self.calls.append((url, body, headers))
        answer = await super().post(url, body, headers)
        self.answers.append(answer)
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the door answered, as the connector understood it and as it stands."""

    receipt: Receipt
    answer: ShopAnswer

    @property
    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        body: dict[str, Any] = msgspec.json.decode(self.answer.body)
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The settle door, called as Wasl calls it: by its own connector, with the store's own secret."""

    store: Store

    @classmethod
    def of(cls, connected: Connected, url: str) -> "Door":
        """The door of a shop whose store is *connected*."""
        secret = Secret(connected.signing_secret)
        return cls(store=store(store_id=StoreId(connected.store_id), store_url=url, signing_secret=secret))

    async def tell(
        self, order_id: str, *, version: int = 2, amount: str = PRICE, currency: str = "SAR", **stated: Any
    ) -> Said:
        """Tell of a payment that heard one fact: an approved sale of the whole price unless *stated* otherwise.

        Raises StoreUnavailable if no whole answer came, as the connector does.
        """
        money = Money.parse(amount, Currency.of(currency))
        told = payment(attempt(amount=money), order_id=OrderId(order_id), amount=money)
        facts = [
            fact(
                stated.pop("ref", f"TST{version}"),
                amount=money,
                moved=money,
                cart_id=told.attempts[0].cart_id,
                **stated,
            )
        ]
        told = replace(told, evidence=tuple(said(one) for one in facts), version=version)
        told = replace(told, outcome=fold(told))
        http = Overheard()
        try:
            connector = CsCart(http, SystemClock(), SystemChance())
            receipt = await connector.tell(self.store, Telling(payment=told, version=version, body=b"{}"))
        finally:
            await http.close()
        return Said(receipt=receipt, answer=http.answers[-1])

    async def read(self, order_id: str) -> ShopOrder | None:
        """What the shop says of its order; raises StoreUnavailable if it does not believe or answer."""
        http = Overheard()
        try:
            connector = CsCart(http, SystemClock(), SystemChance())
            return await connector.read(self.store, payment(order_id=OrderId(order_id)))
        finally:
            await http.close()

    async def decline(self, order_id: str, *, version: int) -> Said:
        """Tell of a payment whose only attempt was declined."""
        return await self.tell(order_id, version=version, verdict=Verdict.DECLINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """The double's own doors under `/_demo/`."""

    http: aiohttp.ClientSession
    url: str

    async def order(self, order_id: str) -> dict[str, Any]:
        """The order with its log."""
        order: dict[str, Any] = await self.ask("GET", f"orders/{order_id}")
        return order

    async def status(self, order_id: str) -> str:
        """The order's status."""
        return str((await self.order(order_id))["status"])

    async def becomes(self, order_id: str, status: str) -> None:
        """Return when the order has this status."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.status(order_id) != status:  # noqa: ASYNC110  another process decides it
                await asyncio.sleep(POLL_S)

    async def pause(self, order_id: str, point: str) -> None:
        """Let requests about this order stand still where they reach *point*."""
        await self.ask("PUT", f"orders/{order_id}/pause", {"point": point})

    async def release(self, order_id: str, point: str) -> None:
        """Let them go on."""
        await self.ask("DELETE", f"orders/{order_id}/pause?point={point}")

    async def stands_at(self, order_id: str, point: str, requests: int = 1) -> None:
        """Return when so many requests stand at *point*."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                paused = await self.ask("GET", f"orders/{order_id}/pause")
                if paused["points"].get(point, 0) >= requests:
                    return
                await asyncio.sleep(POLL_S)

    async def held(self, order_id: str) -> None:
        """Return when a settle call is held at this order."""
        async with asyncio.timeout(PATIENCE_S):
            while not (await self.order(order_id))["held_calls"]:  # noqa: ASYNC110  another process makes the call
                await asyncio.sleep(POLL_S)

    async def stock(self, product_id: str = PRODUCT) -> int:
        """Pieces on the shelf."""
        shelf = (await self.ask("GET", "products"))["items"]
        return next(int(one["stock"]) for one in shelf if one["product_id"] == product_id)

    async def mails(self, order_id: str) -> list[str]:
        """The statuses the customer was written to about."""
        outbox = (await self.ask("GET", f"outbox?order_id={order_id}"))["items"]
        return [mail["status"] for mail in outbox if mail["to"] == "customer"]

    async def changes(self, order_id: str) -> list[tuple[str, str]]:
        """Every change of status, oldest first, as (before, after)."""
        log = (await self.order(order_id))["log"]
        steps = [entry["details"] for entry in log if entry["event"] == "status"]
        return [(step["before"], step["after"]) for step in steps]

    async def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One control; fails the test if it is refused."""
        content = None if body is None else msgspec.json.encode(body)
        async with self.http.request(method, f"{self.url}/_demo/{path}", data=content) as answer:
            told = await answer.read()
            assert answer.status == 200, (method, path, answer.status, told)
            return msgspec.json.decode(told)


@dataclass(slots=True, kw_only=True)
class Street:
    """A shop with Wasl and the gateway behind it, and whoever acts there."""

    tree: Tree
    controls: Controls
    door: Door
    stack: AsyncExitStack = field(repr=False)
    seed: int = 0

    async def buyer(self) -> Buyer:
        """Somebody with a browser of their own."""
        world = World(
            shop_url=self.controls.url, wasl_url=self.tree.service_url, gateway_url=self.tree.emulator_url,
            api_key=Secret(self.tree.store.api_key), kill_service=self.tree.kill_service,
            start_service=self.tree.start_service, patience_s=PATIENCE_S,
        )  # fmt: skip
        self.seed += 1
        return await self.stack.enter_async_context(Buyer(world, random.Random(self.seed)))

    async def parked(self, order_id: str) -> str:
        """Why Wasl waits for a person before it tells the shop of this order again; empty if it does not."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                waiting = await self.tree.wasl("delivery", "list")
                reasons = [one["parked"] for one in waiting if one["order_id"] == order_id]
                if reasons and reasons[0]:
                    return str(reasons[0])

    async def reconcile(self, *arguments: str) -> int:
        """The command on the running service's database: its exit code, which says whether anything differs."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "wasl", "reconcile", "--json", *arguments,
            env=self.tree.environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, err = await process.communicate()
        assert process.returncode in (0, 1), err.decode()
        return process.returncode

    async def concerned(self, buyer: Buyer, concern: str) -> None:
        """Return when Wasl is concerned about the buyer's payment in this way."""

        async def is_concerned() -> bool:
            return concern in (await self.tree.wasl("payment", "show", (await buyer.payment()).id))["concerns"]

        await buyer.until(is_concerned, f"the concern {concern}")

    async def told(self, buyer: Buyer) -> None:
        """Return when the shop knows the latest version of the buyer's payment."""

        async def knows() -> bool:
            waiting = await self.tree.wasl("delivery", "list")
            return buyer.order_id not in {one["order_id"] for one in waiting}

        await buyer.until(knows, "the last telling")

    async def progress(self, waiting: Page) -> str:
        """What the waiting page's script is told."""
        url = waiting.url.replace("dispatch=wasl.return", "dispatch=wasl.progress")
        async with self.controls.http.get(url) as answer:
            assert answer.content_type == "application/json"
            return str((await answer.json())["state"])


@asynccontextmanager
async def street(tree: Tree) -> AsyncIterator[Street]:
    """The street in front of the demo's own shop."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        controls = Controls(http=http, url=tree.shop_url)
        yield Street(tree=tree, controls=controls, door=Door.of(tree.store, tree.shop_url), stack=stack)
