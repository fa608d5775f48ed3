"""A world for the engine's tests: a real SQLite ledger, and a gateway, shop and clock that do as they are told."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from builders import NOON, STORE, store
from wasl.domain.evidence import FAILED, CartId, Fact, TranRef, Verdict
from wasl.domain.operation import OperationId
from wasl.domain.payment import OrderId, Payment, PaymentId
from wasl.domain.reconcile import ShopOrder
from wasl.domain.secret import Secret
from wasl.domain.store import Profile, Store, StoreId
from wasl.domain.time import Instant
from wasl.engine.engine import Engine, Urls
from wasl.engine.ports import (
    Alert,
    Arrival,
    ByPayment,
    Claim,
    FollowUpRefused,
    FollowUpRepeated,
    FollowUpWish,
    Gateway,
    Ledger,
    OpenedPage,
    PageRefused,
    PageWish,
    Receipt,
    Refusal,
    ReturnClaim,
    Shop,
    ShopPage,
    Telling,
)
from wasl.errors import GatewayUnavailable, Misconfigured, StoreUnavailable
from wasl.stores.cs_cart.connector import target_status

SIGNED: Final = "signed"


@dataclass(slots=True)
class SetClock:
    """A clock that stands until it is moved."""

    at: Instant = NOON

    def now(self) -> Instant:
        return self.at

    def forward(self, milliseconds: int) -> None:
        self.at = Instant(self.at + milliseconds)


@dataclass(slots=True)
class Counting:
    """Chance without chance: identifiers that count."""

    count: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def token(self) -> str:
        return f"key-{next(self.count)}"

    def payment_id(self, now: Instant) -> PaymentId:
        del now
        return PaymentId(f"pay_{next(self.count)}")

    def store_id(self) -> StoreId:
        return StoreId(f"st_{next(self.count):012}")

    def operation_id(self) -> OperationId:
        return OperationId(f"op_{next(self.count):012}")

    def api_key(self) -> Secret:
        return Secret(f"wasl_key_{next(self.count)}")

    def signing_secret(self) -> Secret:
        return Secret("whsec_c2lnbmluZyBzZWNyZXQgZm9yIHRlc3Rz")

    def jitter(self) -> float:
        return 0.0


def followed(wish: FollowUpWish, ref: str, verdict: Verdict = Verdict.APPROVED) -> Fact:
    """The transaction that a follow-up becomes, as the gateway states it."""
    return Fact(
        tran_ref=TranRef(ref),
        kind=wish.kind,
        verdict=verdict,
        cart_id=wish.cart_id,
        amount=wish.amount,
        moved=wish.amount,
        previous_ref=wish.target,
        at=NOON,
        code="118" if verdict in FAILED else "",
        message="Amount greater than available balance" if verdict in FAILED else "Authorised",
        operation=wish.operation,
    )


@dataclass(slots=True)
class ScriptedGateway:
    """A gateway whose answers are set by the test.

    A body is the name of a fact in `facts`, and `SIGNED` its signature. With a `gate` set, opening a page waits for it.
    """

    facts: dict[bytes, Fact] = field(default_factory=dict)
    carts: dict[CartId, list[Fact]] = field(default_factory=dict)
    pages: list[OpenedPage | PageRefused | Exception] = field(default_factory=list)
    wishes: list[PageWish] = field(default_factory=list)
    asked: list[CartId] = field(default_factory=list)
    follow_ups: list[FollowUpWish] = field(default_factory=list)
    results: list[Verdict | FollowUpRefused | FollowUpRepeated | Exception] = field(default_factory=list)
    silent: bool = False
    unreadable: set[CartId] = field(default_factory=set)
    refusal: Misconfigured | None = None
    time: Instant | None = None
    gate: asyncio.Event | None = None
    at_gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def open_page(self, profile: Profile, wish: PageWish) -> OpenedPage | PageRefused:
        del profile
        self.wishes.append(wish)
        if self.gate is not None:
            self.at_gate.set()
            await self.gate.wait()
        number = len(self.wishes)
        answer = self.pages.pop(0) if self.pages else _page(number)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def follow_up(
        self, profile: Profile, wish: FollowUpWish
    ) -> tuple[Fact, bytes] | FollowUpRefused | FollowUpRepeated:
        """Done as wished, under a reference of its own, unless the test has set another answer."""
        del profile
        self.follow_ups.append(wish)
        if self.gate is not None:
            self.at_gate.set()
            await self.gate.wait()
        answer = self.results.pop(0) if self.results else Verdict.APPROVED
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, FollowUpRefused | FollowUpRepeated):
            return answer
        return followed(wish, f"TST9{len(self.follow_ups)}", answer), b"{}"

    async def query_cart(self, profile: Profile, cart_id: CartId) -> Sequence[tuple[Fact, bytes]]:
        del profile
        self.asked.append(cart_id)
        if self.silent or cart_id in self.unreadable:
            raise GatewayUnavailable("no answer")
        if self.refusal is not None:
            raise self.refusal
        return [(fact, b"{}") for fact in self.carts.get(cart_id, [])]

    def authenticate(self, profile: Profile, signature: str | None, body: bytes) -> Fact | Refusal:
        del profile
        if signature is None:
            return Refusal.NO_SIGNATURE
        return self.facts[body] if signature == SIGNED else Refusal.SIGNATURE_MISMATCH

    async def time_there(self, profile: Profile) -> Instant | None:
        del profile
        return self.time

    def claim(self, body: bytes) -> Claim:
        stated = self.facts.get(body)
        return Claim(cart_id=stated.cart_id if stated else CartId(""), tran_ref=TranRef(""))

    def authenticate_return(self, profile: Profile, form: bytes) -> ReturnClaim | Refusal:
        del profile
        return ReturnClaim(fact=self.facts[form]) if form in self.facts else Refusal.SIGNATURE_MISMATCH


def _page(number: int) -> OpenedPage:
    return OpenedPage(tran_ref=TranRef(f"TST{number}"), redirect_url=f"https://gateway.example/{number}")


@dataclass(slots=True)
class ScriptedShop:
    """A shop that answers as it is told, and remembers what it was told.

    An order that is not in `orders` is one it does not know; with `away` set it cannot be read.
    """

    in_order: bool = False
    away: bool = False
    orders: dict[OrderId, ShopOrder] = field(default_factory=dict)
    old: set[OrderId] = field(default_factory=set)
    answers: list[Receipt | Exception] = field(default_factory=list)
    told: list[Telling] = field(default_factory=list)

    async def tell(self, store: Store, telling: Telling) -> Receipt:
        del store
        self.told.append(telling)
        answer = self.answers.pop(0) if self.answers else Receipt(arrival=Arrival.CHANGED, note="ok", status="P")
        if isinstance(answer, Exception):
            raise answer
        order = self.orders.get(telling.payment.order_id)
        if order is not None and answer.arrival is Arrival.CHANGED:
            paid = answer.status == "P"
            self.orders[telling.payment.order_id] = replace(order, status=answer.status, paid=paid)
        return answer

    async def greet(self, store: Store) -> str:
        del store
        if self.answers and isinstance(self.answers[0], Exception):
            raise self.answers[0]
        return "the shop answers"

    async def list_orders(self, store: Store, *, since: Instant, after: str) -> ShopPage:
        """One order a page, as a shop with many has them; those of `old` have not changed since."""
        del store, since
        if self.away:
            raise StoreUnavailable("the shop did not answer")
        ids = sorted(one for one in self.orders if one > after and one not in self.old)
        page = {one: self.orders[one] for one in ids[:1]}
        return ShopPage(orders=page, following=ids[0] if len(ids) > 1 else None)

    async def read(self, store: Store, payment: Payment) -> ShopOrder | None:
        if self.away:
            raise StoreUnavailable("the shop did not answer")
        order = self.orders.get(payment.order_id)
        return order and replace(order, wanted=target_status(store, payment) or "")


@dataclass(slots=True)
class ScriptedHerald:
    """Remembers what people were told, and fails as often as it is told to."""

    told: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    failures: int = 0

    async def alert(self, store: Store, payment: Payment | None, alert: Alert, done: str) -> str:
        del store, payment
        self.done.append(done)
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("nobody there")
        self.told.append(alert.cause)
        return "HTTP 204"


@dataclass(slots=True)
class World:
    """One store on an engine."""

    engine: Engine
    gateway: ScriptedGateway
    shop: ScriptedShop
    herald: ScriptedHerald
    clock: SetClock
    store: Store

    async def payment(self, payment: Payment) -> Payment:
        """The payment as the ledger has it now."""
        found = await self.engine.ledger.payment(ByPayment(STORE, payment.payment_id))
        assert found is not None
        return found


async def world(ledger: Ledger) -> World:
    """A store `st_test` on CS-Cart, at noon."""
    gateway, shop, clock = ScriptedGateway(), ScriptedShop(), SetClock()
    shop_store = store(alert_url="https://people.example/alerts")
    herald = ScriptedHerald()
    fits: tuple[Gateway, Shop] = (gateway, shop)
    engine = Engine(
        ledger=ledger,
        gateway=fits[0],
        shops={"cs-cart": fits[1]},
        herald=herald,
        clock=clock,
        chance=Counting(),
        urls=Urls(
            callback=lambda one: f"https://wasl.example/paytabs/{one.store_id}/callback",
            returning=lambda one, key: f"https://wasl.example/paytabs/{one.store_id}/return/{key}",
        ),
    )
    await ledger.add_store(shop_store, "digest")
    return World(engine=engine, gateway=gateway, shop=shop, herald=herald, clock=clock, store=shop_store)


NO_ANSWER: Final = GatewayUnavailable("no answer")
SHOP_AWAY: Final = StoreUnavailable("the shop did not answer")
