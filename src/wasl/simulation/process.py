"""One process of Wasl: the real engine, worker and ledger code, on a clock that may be wrong, killed anywhere."""

import asyncio
import random
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import aiohttp

from wasl.domain.payment import Payment
from wasl.domain.schedule import WATCH_MS
from wasl.domain.store import Store
from wasl.domain.time import Instant
from wasl.engine.engine import Engine, Urls
from wasl.engine.ports import Change, PaymentKey
from wasl.engine.work import work
from wasl.errors import LedgerUnavailable
from wasl.gateway.adapter import PayTabsGateway
from wasl.ledger.driver import Driver
from wasl.ledger.inline import AFTER_COMMIT, BEFORE_COMMIT, InlineDriver, opened
from wasl.ledger.ledger import DurableLedger
from wasl.ledger.statements import Steps
from wasl.ledger.transact import Scribe
from wasl.simulation.chance import SeededChance
from wasl.simulation.stage import SOUND, Stage
from wasl.stores.api import Api
from wasl.stores.cs_cart import CsCart
from wasl.stores.herald import Herald
from wasl.stores.http import ShopHttp
from wasl.web.notices import Notices

PUBLIC_URL: Final = "https://wasl.example"
LOOK_S: Final = 6 * 3600.0  # the world wakes a worker when something is due; this is for what it knows nothing of
QUESTIONS_MAX_PER_S: Final = 100.0
SLOW_DISK: Final = 0.2
T = TypeVar("T")


class Gone(Exception):
    """The process is not there, or was killed while it was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a process is given. `changed` hears of every payment that a commit changed, `moved` of every commit."""

    path: Path
    scribe: Scribe
    session: Callable[["Process"], Any]
    shop_http: Callable[["Process"], ShopHttp]
    changed: Callable[["Process", Payment | None, Payment], None]
    moved: Callable[[], None]
    ledger: Callable[[Driver, Scribe], DurableLedger] = DurableLedger
    watch_ms: int = WATCH_MS


class _Driver(InlineDriver):
    """Remembers what its last commit changed, until the gate after it."""

    last: tuple[Payment | None, Payment] | None = None
    refused: Callable[[str], None]

    async def write(self, transaction: Callable[[], Steps[T]]) -> T:
        """See Driver. A row that the schema refuses is a defect; a full disk is not."""
        try:
            return await super().write(transaction)
        except LedgerUnavailable as error:
            if isinstance(error.__cause__, sqlite3.IntegrityError):
                self.refused(str(error))
            raise

    async def amend(self, key: PaymentKey, change: Change) -> Payment | None:
        """See Driver."""

        def watched(before: Payment | None) -> Payment | None:
            after = change(before)
            self.last = None if after is None or after is before else (before, after)
            return after

        return await super().amend(key, watched)


class Process:
    """Runs until it is killed, and again after that."""

    def __init__(self, number: int, stage: Stage, around: Surroundings) -> None:
        self.name = f"wasl-{number}"
        self.stage, self._around = stage, around
        self._chance = random.Random(stage.chance.getrandbits(64))
        self.offset_ms = 0
        self.generation = 0
        self.alive = False
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self._left: list[set[asyncio.Future[Any]]] = []
        self._connection = opened(around.path)
        self.start()

    def now(self) -> Instant:
        """What this machine takes for the present."""
        return Instant(self.stage.now() + self.offset_ms)

    def start(self) -> None:
        """A new process on the same database."""
        self.alive, self.generation = True, self.generation + 1
        generation = self.generation

        async def gate(where: str) -> None:
            await self._gate(where, generation)

        self._driver = _Driver(self._around.path, self._around.scribe, gate, lent=self._connection)
        self._driver.refused = lambda sentence: self.stage.ensure(False, SOUND, sentence)
        http, chance = self._around.shop_http(self), SeededChance(self._chance)
        gateway = PayTabsGateway(
            session=cast("aiohttp.ClientSession", self._around.session(self)),
            questions_per_s=QUESTIONS_MAX_PER_S,
            clock=self.stage.loop.time,
        )
        self.engine = Engine(
            ledger=self._around.ledger(self._driver, self._around.scribe),
            gateway=gateway,
            shops={"cs-cart": CsCart(http, self, chance), "api": Api(http, self)},
            herald=Herald(http, self),
            clock=self,
            chance=chance,
            urls=Urls(callback=_callback, returning=_returning),
            watch_ms=self._around.watch_ms,
        )
        self._worker = self._begin(work(self.engine, look_s=LOOK_S))
        self.stage.trace.note(self.name, "starts")

    def kill(self, where: str) -> None:
        """End at once: from here on nothing it does has any effect."""
        if not self.alive:
            return
        self.alive = False
        self.stage.trace.note(self.name, f"is killed {where}")
        if self.engine.background:  # it never gets past its next gate, and is kept so that no collector ends it
            self._left.append(self.engine.background)
        self.stage.loop.call_soon(self._vanish, tuple(self._tasks), self._driver)
        if not self.stage.dice.quiet:
            self.stage.loop.call_later(self.stage.chance.uniform(0.2, 60), self.start)
        else:
            self.stage.loop.call_later(1, self.start)

    async def do(self, verb: Callable[[Engine], Awaitable[T]]) -> T:
        """Have this process do something; raises Gone if it is killed before it has answered, and what it raises."""
        if not self.alive:
            raise Gone
        task = self._begin(verb(self.engine))
        await asyncio.wait((task,))
        if task.cancelled():
            raise Gone
        return task.result()

    async def notified(self, path: str, signature: str | None, body: bytes) -> int:
        """The HTTP status that a notification is answered with."""
        statuses: list[int] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        headers = [] if signature is None else [(b"signature", signature.encode("latin-1"))]
        scope = {"type": "http", "path": path, "headers": headers}
        await self.do(lambda engine: Notices(engine)(scope, receive, send))
        return statuses[0]

    async def step(self, where: str, generation: int = 0) -> None:
        """A place where the process may be killed. A killed one never gets past it."""
        if self.alive and self.stage.dice.happens("killed"):
            self.kill(where)
        if not self.alive or (generation and generation != self.generation):
            await self.stage.loop.create_future()

    async def _gate(self, where: str, generation: int) -> None:
        if where == AFTER_COMMIT and generation == self.generation and self.alive:
            if self._driver.last is not None:
                before, after = self._driver.last
                self._driver.last = None
                self._around.changed(self, before, after)
            self._around.moved()
        await self.step(where, generation)
        if where == BEFORE_COMMIT:
            if self.stage.dice.happens("disk_failed"):
                raise LedgerUnavailable("the disk is full")
            if self.stage.chance.random() < SLOW_DISK and not self.stage.dice.quiet:
                await self.stage.pause(0, 0.05)
                await self.step(where, generation)

    def _begin(self, awaitable: Awaitable[T]) -> "asyncio.Task[T]":
        async def run() -> T:
            return await awaitable

        task = self.stage.loop.create_task(run())
        self._tasks[task] = None
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.pop(task, None)

    @staticmethod
    def _vanish(tasks: tuple[asyncio.Task[Any], ...], driver: InlineDriver) -> None:
        for task in tasks:
            task.cancel()
        driver.let_go()

    def end(self) -> None:
        """Stop for good, at the end of the world."""
        self.alive = False
        self._vanish(tuple(self._tasks), self._driver)
        self._connection.close()


def _callback(store: Store) -> str:
    return f"{PUBLIC_URL}/paytabs/{store.store_id}/callback"


def _returning(store: Store, key: str) -> str:
    return f"{PUBLIC_URL}/paytabs/{store.store_id}/return/{key}"
