"""A world small enough to be tried in every order: real verbs on the real ledger, stopped between any two effects.

An effect is one transaction of the ledger (with the reads right after it), or one call of the gateway or the shop. A
verb under way is kept as what its effects answered so far; to go on with it, it is begun anew, given those answers
again, and let do one more.
"""

import asyncio
import hashlib
import itertools
import re
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Select

from builders import PAYMENT, STORE, store
from conftest import SEAL, describe
from wasl.domain.evidence import CartId, Fact, TranRef
from wasl.domain.payment import Payment
from wasl.domain.store import Profile, Store
from wasl.domain.time import Instant
from wasl.engine.crew import AT_ONCE_MAX
from wasl.engine.engine import Engine, Urls
from wasl.engine.ports import (
    Arrival,
    ByPayment,
    Change,
    OpenedPage,
    PageRefused,
    PageWish,
    PaymentKey,
    Receipt,
    ShopPage,
    Telling,
)
from wasl.errors import GatewayUnavailable
from wasl.ledger.inline import InlineDriver
from wasl.ledger.ledger import DurableLedger
from wasl.ledger.migrate import upgrade_sqlite
from wasl.ledger.schema import metadata
from wasl.ledger.statements import Steps
from wasl.ledger.transact import Scribe
from worlds import Counting, ScriptedGateway, ScriptedHerald

T = TypeVar("T")
READ: Final = "read"
# What makes no other state: bytes that are sealed anew each time, and when something was heard, told or written.
UNTOLD_APART: Final = frozenset(
    {"sealed", "secrets", "first_heard_at", "last_heard_at", "updated_at", "told_at", "created_at", "settings"}
)
_WRITTEN: Final = re.compile(rb'"updated_at":"[^"]*"')
TABLES: Final = tuple(metadata.tables)
SHOP: Final = store(platform="api", questions_per_s=100.0)
Rows = Mapping[str, tuple[tuple[Any, ...], ...]]
Verb = Callable[["Hands"], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Running:
    """A verb under way: its name, what its effects answered, what the clock said, and its next effect."""

    verb: str
    answers: tuple[Any, ...] = ()
    times: tuple[Instant, ...] = ()
    next: str = ""


@dataclass(slots=True)
class Tape:
    """What a verb was answered before; one effect more is done, and whatever comes after it waits for ever."""

    running: Running
    clock: Instant
    answers: list[Any] = field(init=False)
    times: list[Instant] = field(init=False)
    effects: int = 0
    looks: int = 0
    waits_for: str = ""
    waiting: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.answers, self.times = list(self.running.answers), list(self.running.times)

    async def effect(self, name: str, act: Callable[[], Awaitable[T]]) -> T:
        """Answer as before; or do it, if it is the next or a read right after that; or wait."""
        place, before = self.effects, len(self.running.answers)
        self.effects += 1
        if place > before and (name != READ or place > len(self.answers)):
            self.waits_for = self.waits_for or name
            self.waiting.set()
            await asyncio.Event().wait()
        if place >= before:
            try:
                self.answers.append(await act())
            except GatewayUnavailable as error:
                self.answers.append(error)
        answer: T | GatewayUnavailable = self.answers[place]
        if isinstance(answer, GatewayUnavailable):
            raise answer
        return answer

    def now(self) -> Instant:
        """What the clock said then."""
        place = self.looks
        self.looks += 1
        if place == len(self.times):
            self.times.append(self.clock)
        return self.times[place]


@dataclass(frozen=True, slots=True)
class TapedDriver:
    """Implements `ledger.driver.Driver`: each transaction is an effect. Stores never change here, so they are not."""

    inner: InlineDriver
    tape: Tape

    async def amend(self, key: PaymentKey, change: Change) -> Payment | None:
        return await self.tape.effect("commit", lambda: self.inner.amend(key, change))

    async def write(self, transaction: Callable[[], Steps[T]]) -> T:
        return await self.tape.effect("commit", lambda: self.inner.write(transaction))

    async def read(self, transaction: Callable[[], Steps[T]]) -> T:
        return await self.tape.effect(READ, lambda: self.inner.read(transaction))

    async def select(self, query: Select[Any]) -> Sequence[Sequence[Any]]:
        return await self.inner.select(query)

    async def close(self) -> None:
        """Nothing is its own."""


@dataclass(slots=True)
class TapedGateway(ScriptedGateway):
    """Knows of each cart what `known` says; `loses` says whether the answer to an opened page is lost."""

    tape: Tape = field(kw_only=True)
    known: Mapping[CartId, tuple[Fact, ...]] = field(kw_only=True, default_factory=dict)
    loses: bool = field(kw_only=True, default=False)

    async def query_cart(self, profile: Profile, cart_id: CartId) -> Sequence[tuple[Fact, bytes]]:
        del profile

        async def answer() -> Sequence[tuple[Fact, bytes]]:
            return [(fact, b"{}") for fact in self.known.get(cart_id, ())]

        return await self.tape.effect(f"query {cart_id}", answer)

    async def open_page(self, profile: Profile, wish: PageWish) -> OpenedPage | PageRefused:
        del profile

        async def answer() -> OpenedPage | PageRefused:
            if self.loses:
                raise GatewayUnavailable("no answer")
            number = wish.cart_id.rpartition("-")[2]
            return OpenedPage(tran_ref=TranRef(f"TST{number}"), redirect_url=f"https://pay.example/{number}")

        return await self.tape.effect("open page", answer)


@dataclass(slots=True)
class TapedShop:
    """Takes whatever it is told."""

    tape: Tape
    told: list[tuple[int, bytes]]
    in_order: bool = True

    async def tell(self, store: Store, telling: Telling) -> Receipt:
        del store

        async def take() -> Receipt:
            self.told.append((telling.version, telling.body))
            return Receipt(arrival=Arrival.CHANGED, note="ok")

        return await self.tape.effect("tell", take)

    async def greet(self, store: Store) -> str:
        del store
        return "the shop answers"

    async def list_orders(self, store: Store, *, since: Instant, after: str) -> ShopPage:
        del store, since, after
        return ShopPage(orders={}, following=None)

    async def read(self, store: Store, payment: Payment) -> None:
        del store, payment


@dataclass(frozen=True, slots=True)
class Hands:
    """What a verb works with, and the gateway it asks."""

    engine: Engine
    gateway: TapedGateway


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A state of the world. `left` may still begin, `answered` was told 200, `told` is what the shop took, in order."""

    rows: Rows
    clock: Instant
    left: tuple[str, ...]
    running: tuple[Running, ...] = ()
    crashes: int = 0
    told: tuple[tuple[int, bytes], ...] = ()
    answered: frozenset[str] = frozenset()

    @property
    def key(self) -> bytes:
        """A digest of what makes two states one."""
        plain = tuple((name, _plain(name, rows)) for name, rows in self.rows.items())
        told = tuple((version, _WRITTEN.sub(b"", body)) for version, body in self.told)
        whole = (plain, self.clock, self.left, self.running, self.crashes, told, sorted(self.answered))
        return hashlib.sha256(repr(whole).encode()).digest()


def _plain(table: str, rows: tuple[tuple[Any, ...], ...]) -> list[tuple[Any, ...]]:
    """Rows less what makes no other state, in an order that does not depend on it."""
    kept = [place for place, column in enumerate(metadata.tables[table].columns) if column.name not in UNTOLD_APART]
    return sorted((tuple(_unwritten(row[place]) for place in kept) for row in rows), key=repr)


def _unwritten(value: Any) -> Any:
    return _WRITTEN.sub(b"", value) if isinstance(value, bytes) else value


async def _pass(_moment: str) -> None:
    """The gate of the ledger stands open: the tape stops verbs."""


class SmallWorld:
    """One database that is put into any state, and verbs that do one effect in it."""

    def __init__(self, path: Path, verbs: Mapping[str, Verb]) -> None:
        upgrade_sqlite(path)
        self._scribe = Scribe(SEAL, describe)
        self._driver = InlineDriver(path, self._scribe, _pass)
        self._observer = sqlite3.connect(path, isolation_level=None)
        self._observer.execute("PRAGMA synchronous = OFF")
        self._verbs = verbs
        self._loaded: Rows = {}

    async def close(self) -> None:
        """Let go of the database."""
        self._observer.close()
        await self._driver.close()

    def rows(self) -> Rows:
        """Everything in the database."""
        ask = "SELECT * FROM {} ORDER BY 1, 2, 3"
        return {name: tuple(self._observer.execute(ask.format(name))) for name in TABLES}

    def load(self, rows: Rows) -> None:
        """Put the database into a state."""
        loaded, self._loaded = self._loaded, rows
        self._observer.execute("BEGIN IMMEDIATE")
        for name, kept in rows.items():
            if kept == loaded.get(name):
                continue
            self._observer.execute(f"DELETE FROM {name}")  # noqa: S608  names from the schema
            marks = ", ".join("?" * len(metadata.tables[name].columns))
            self._observer.executemany(f"INSERT INTO {name} VALUES ({marks})", kept)  # noqa: S608  names from the schema
        self._observer.execute("COMMIT")

    async def step(
        self, node: Node, running: Running, *, known: Mapping[CartId, tuple[Fact, ...]], loses: bool = False
    ) -> tuple[Rows, Running | None, tuple[tuple[int, bytes], ...]]:
        """Let a verb do one more effect: the database, the verb (None: it is done), and what the shop was told."""
        self.load(node.rows)
        tape, told = Tape(running, node.clock), list(node.told)
        hands = self._hands(tape, told, known=known, loses=loses)
        task = asyncio.create_task(_run(self._verbs[running.verb], hands))
        waiting = asyncio.create_task(tape.waiting.wait())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        crews = (hands.engine.askers, hands.engine.tellers)
        while not tape.waits_for and any(crew.room < AT_ONCE_MAX for crew in crews):  # noqa: ASYNC110  see below
            await asyncio.sleep(0)  # the machine was slow, and the verb has left its crew behind
        left = None
        if tape.waits_for:
            left = Running(running.verb, tuple(tape.answers), tuple(tape.times), tape.waits_for)
        for one in (task, waiting):
            one.cancel()
        for crew in crews:
            await crew.stop()
        results = await asyncio.gather(task, waiting, return_exceptions=True)
        if left is None and isinstance(results[0], BaseException) and not isinstance(results[0], GatewayUnavailable):
            raise results[0]
        self._loaded = rows = self.rows()
        return rows, left, tuple(told)

    async def whole(self, node: Node, verb: str, *, known: Mapping[CartId, tuple[Fact, ...]]) -> Node:
        """Let a verb run to its end."""
        running: Running | None = Running(verb)
        while running is not None:
            rows, running, told = await self.step(node, running, known=known)
            node = replace(node, rows=rows, told=told)
        return node

    async def begin(self, made: Payment, *, clock: Instant, left: tuple[str, ...]) -> Node:
        """The first state: one store with one payment."""
        ledger = DurableLedger(self._driver, self._scribe)
        await ledger.add_store(SHOP, "digest")
        await ledger.amend(ByPayment(made.store_id, made.payment_id), lambda _: made)
        self._loaded = rows = self.rows()
        return Node(rows=rows, clock=clock, left=left)

    async def payment(self, node: Node) -> Payment:
        """The one payment, as the ledger reads it."""
        self.load(node.rows)
        found = await DurableLedger(self._driver, self._scribe).payment(ByPayment(STORE, PAYMENT))
        assert found is not None
        return found

    def _hands(
        self, tape: Tape, told: list[tuple[int, bytes]], *, known: Mapping[CartId, tuple[Fact, ...]], loses: bool
    ) -> Hands:
        gateway = TapedGateway(tape=tape, known=known, loses=loses)
        engine = Engine(
            ledger=DurableLedger(TapedDriver(self._driver, tape), self._scribe),
            gateway=gateway,
            shops={"api": TapedShop(tape, told)},
            herald=ScriptedHerald(),
            clock=tape,
            chance=Counting(itertools.count(tape.clock)),  # a process that starts again draws others
            urls=Urls(callback=lambda _: None, returning=lambda _, key: f"https://wasl.example/{key}"),
        )
        return Hands(engine, gateway)


async def _run(verb: Verb, hands: Hands) -> None:
    await verb(hands)
