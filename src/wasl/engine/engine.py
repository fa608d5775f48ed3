"""Everything the verbs work with, in one value."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import structlog

from wasl.domain.payment import Payment
from wasl.domain.revise import revise
from wasl.domain.schedule import WATCH_MS
from wasl.domain.store import Store, StoreId
from wasl.domain.time import SECOND_MS, Instant
from wasl.engine.allowance import Allowance
from wasl.engine.crew import Crew
from wasl.engine.ports import Chance, Clock, Gateway, Herald, Ledger, Shop

FORGERIES_PER_S: Final = 5.0  # for each store; what comes faster leaves no trace but a number
FORGERIES_BURST: Final = 20
WARNINGS_PER_S: Final = 1 / 60  # how often a flood of them writes that it goes on
DIRECTORY_AGE_MS: Final = 2 * SECOND_MS
DIRECTORY_MAX: Final = 10_000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Urls:
    """Where the gateway and the buyer reach this service. `callback` answers None where the gateway could not call.

    `advice` says why it cannot and what would let it; empty where it can.
    """

    callback: Callable[[Store], str | None]
    returning: Callable[[Store, str], str]
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Wakers:
    """Told when something has just become due, so that the worker in this process need not wait for its next look."""

    ask: asyncio.Event = field(default_factory=asyncio.Event)
    tell: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The ports, wired. `shops` is by platform; `watch_ms` is how often a live page is asked about."""

    ledger: Ledger
    gateway: Gateway
    shops: Mapping[str, Shop]
    herald: Herald
    clock: Clock
    chance: Chance
    urls: Urls
    watch_ms: int = WATCH_MS
    wakers: Wakers = field(default_factory=Wakers)
    forgeries: Allowance = field(default_factory=lambda: Allowance(per_s=FORGERIES_PER_S, burst=FORGERIES_BURST))
    warnings: Allowance = field(default_factory=lambda: Allowance(per_s=WARNINGS_PER_S, burst=1))
    askers: Crew = field(default_factory=Crew)
    tellers: Crew = field(default_factory=Crew)
    alerters: Crew = field(default_factory=Crew)
    background: set["asyncio.Future[Any]"] = field(default_factory=set)
    directory: dict[StoreId, tuple[Instant, Store]] = field(default_factory=dict)

    async def store(self, store_id: StoreId) -> Store | None:
        """A store by its id, as it was at most two seconds ago: notifications come faster than settings change."""
        now = self.now()
        known = self.directory.get(store_id)
        if known is not None and 0 <= now - known[0] < DIRECTORY_AGE_MS:
            return known[1]
        store = await self.ledger.store(store_id)
        if store is not None:
            store = replace(store, profile=store.profile.verifying(now))
            if len(self.directory) >= DIRECTORY_MAX:
                self.directory.clear()
            self.directory[store_id] = (now, store)
        return store

    def keep(self, task: "asyncio.Future[Any]") -> None:
        """Let *task* go on although nobody waits for it any more. A fault in it is logged; work found undone is due."""
        self.background.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Future[Any]") -> None:
        self.background.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("background_failed", error=type(error).__name__)

    def now(self) -> Instant:
        """The present, from the clock port."""
        return self.clock.now()

    def wake(self, *, ask_at: Instant | None, tell_at: Instant | None) -> None:
        """Let the worker look at once at what is due by now."""
        now = self.now()
        if ask_at is not None and ask_at <= now:
            self.wakers.ask.set()
        if tell_at is not None and tell_at <= now:
            self.wakers.tell.set()

    def revise(self, payment: Payment, *, now: Instant) -> Payment:
        """Fold *payment* anew, at this engine's pace of asking."""
        return revise(payment, now=now, watch_ms=self.watch_ms)
