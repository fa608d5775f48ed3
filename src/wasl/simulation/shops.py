"""Two kinds of shop behind one road: the CS-Cart double, and an application that takes webhooks; and their people."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec

from wasl.domain.store import Store
from wasl.errors import StoreUnavailable
from wasl.simulation.cs_cart.orders import Actor, Books, OrderId
from wasl.simulation.cs_cart.settle import Answer, Call, Door, ListCall, Locks, ReadCall, SettleCall
from wasl.simulation.cs_cart.signatures import CallGate
from wasl.simulation.cs_cart.statuses import StatusEngine
from wasl.simulation.process import Process
from wasl.simulation.stage import Stage
from wasl.stores.http import TIMEOUT_S, ShopAnswer, ShopHttp

JSON: Final = "application/json"
HOOK: Final = "/hook"
ALERTS: Final = "/alerts"
PRODUCT: Final = "coffee"
PIECES: Final = 1_000_000
UNDONE: Final = 0.5  # how many maintenance pages stand in front of a shop that did nothing
DOWN_S_MAX: Final = 6 * 3600.0
_MAINTENANCE: Final = ShopAnswer(status=200, content_type="text/html", body=b"<html>back soon</html>")
_DOWN: Final = ShopAnswer(status=503, content_type="text/html", body=b"<html>down</html>")
_FORBIDDEN: Final = ShopAnswer(status=401, content_type=JSON, body=b'{"message":"not Wasl"}')
_TAKEN: Final = ShopAnswer(status=204, content_type="", body=b"")


class Witness(Protocol):
    """Who watches what shops and people hear."""

    def telling(self, store: Store, payment_id: str, version: int) -> None:
        """A version leaves for a shop."""
        ...

    def alerting(self, store: Store, message_id: str) -> None:
        """An alert leaves."""
        ...

    def heard(self, store: Store, payment_id: str, version: int, known: int) -> None:
        """An application takes a version, and knew *known* before."""
        ...


@dataclass(slots=True, kw_only=True)
class ShopDouble:
    """One shop. `known` is the latest version an application has taken, by payment; `down_until_s` is world time."""

    store: Store
    stage: Stage
    witness: Witness
    gate: CallGate
    books: Books
    door: Door
    engine: StatusEngine
    down_until_s: float = 0.0
    known: dict[str, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    alerts: list[str] = field(default_factory=list)

    @property
    def is_cart(self) -> bool:
        """Whether this is the CS-Cart double."""
        return self.store.platform == "cs-cart"

    async def take(self, path: str, body: bytes, headers: Mapping[str, str]) -> ShopAnswer:
        """What the shop does with a signed message, and its answer."""
        if path == ALERTS:
            self.alerts.append(headers["webhook-id"])
            return _TAKEN
        # An application knows a message it has taken by its id, and takes it again; the add-on's calls are new.
        again = not self.is_cart and headers["webhook-id"] in self.taken
        if self.gate.check(headers, body, now=self.stage.now()) is not None and not again:
            return _FORBIDDEN
        return await self._settled(body) if self.is_cart else self._heard(body, headers)

    async def _settled(self, body: bytes) -> ShopAnswer:
        call: Call = msgspec.json.decode(body, type=Call)
        answer: Answer
        match call:
            case ReadCall():
                answer = self.door.read(call)
            case ListCall():
                answer = self.door.listed(call)
            case SettleCall():
                answer = await self.door.settle(call)
        return ShopAnswer(status=200, content_type=JSON, body=msgspec.json.encode(answer))

    def _heard(self, body: bytes, headers: Mapping[str, str]) -> ShopAnswer:
        data = msgspec.json.decode(body)["data"]
        payment_id, version = data["id"], data["version"]
        known = self.known.get(payment_id, 1)
        self.witness.heard(self.store, payment_id, version, known)
        self.taken.add(headers["webhook-id"])
        named = headers["webhook-id"] == f"{payment_id}.{version}"
        self.stage.ensure(named, "5 the store hears", "a repeat cannot be known by its webhook-id", data["order_id"])
        if version > known:
            self.known[payment_id] = version
        return _TAKEN

    async def set_by_hand(self, order_id: str, status: str) -> None:
        """A person changes an order's status."""
        async with self.door.locks.of(OrderId(order_id)):
            if await self.engine.change(OrderId(order_id), status, actor=Actor.MERCHANT):
                self.books.change(OrderId(order_id), by_hand=True)


def open_double(store: Store, stage: Stage, witness: Witness) -> ShopDouble:
    """A shop with full shelves and no orders."""

    async def between() -> None:
        await asyncio.sleep(0)

    books = Books(clock=stage.now, currency=store.currency).stocked([(PRODUCT, "1.00", PIECES)])
    engine = StatusEngine(books=books, between=between)
    door = Door(books=books, engine=engine, locks=Locks(), on_settled=_nothing)
    gate = CallGate(key=store.signing_key())
    return ShopDouble(store=store, stage=stage, witness=witness, gate=gate, books=books, door=door, engine=engine)


def _nothing(order_id: OrderId) -> None:
    del order_id


class ShopRoad(ShopHttp):
    """The connectors' way to the shops, with faults on it."""

    def __init__(self, process: Process, shops: Mapping[str, ShopDouble]) -> None:
        """*shops* by the address they begin with."""
        super().__init__()
        self._process, self._generation, self._shops = process, process.generation, shops

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> ShopAnswer:
        """See ShopHttp."""
        await self._process.step("before a call of a shop", self._generation)
        host = "/".join(url.split("/", 3)[:3])
        shop, path = self._shops[host], url.removeprefix(host)
        about = _leaving(shop, path, body, headers)
        shop.stage.ensure_secret(body.decode() + url, "what a shop or a person is told")
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await self._answered(shop, path, body, headers, about)
        except TimeoutError:
            shop.stage.trace.note(self._process.name, "hears nothing from the shop", about)
            raise StoreUnavailable("the shop did not answer (TimeoutError)") from None
        shop.stage.trace.note(self._process.name, f"told the shop, HTTP {answer.status} {answer.body!r}", about)
        await self._process.step("after a call of a shop", self._generation)
        return answer

    async def _answered(
        self, shop: ShopDouble, path: str, body: bytes, headers: Mapping[str, str], about: str
    ) -> ShopAnswer:
        stage = shop.stage
        happens = stage.dice.happens
        await stage.pause(0.005, 0.1)
        if stage.loop.time() < shop.down_until_s and not stage.dice.quiet:
            return _DOWN
        if happens("shop_down", about):
            shop.down_until_s = stage.loop.time() + stage.chance.uniform(1, DOWN_S_MAX) * stage.chance.random() ** 3
            return _DOWN
        page = path not in {HOOK, ALERTS} and happens("shop_html", about)
        if page and stage.chance.random() < UNDONE:
            return _MAINTENANCE
        if happens("shop_slow", about):
            # It goes on with what it was sent, whether or not anybody still waits for its answer.
            answer = await asyncio.shield(stage.begin(_later(shop, path, body, headers)))
        else:
            answer = await shop.take(path, body, headers)
        if happens("shop_reset", about):
            raise StoreUnavailable("the shop did not answer (ConnectionResetError)")
        return _MAINTENANCE if page else answer


async def _later(shop: ShopDouble, path: str, body: bytes, headers: Mapping[str, str]) -> ShopAnswer:
    await shop.stage.pause(1, 25)
    return await shop.take(path, body, headers)


def _leaving(shop: ShopDouble, path: str, body: bytes, headers: Mapping[str, str]) -> str:
    """Tell the witness what leaves; answers the order it is about."""
    told = msgspec.json.decode(body)
    if path == ALERTS:
        shop.witness.alerting(shop.store, headers["webhook-id"])
        return str(told["data"].get("order_id", ""))
    if path == HOOK:
        told = told["data"]
        shop.witness.telling(shop.store, told["id"], told["version"])
    elif told["type"] == "order.settle":
        shop.witness.telling(shop.store, told["payment_id"], told["version"])
    return str(told.get("order_id", ""))
