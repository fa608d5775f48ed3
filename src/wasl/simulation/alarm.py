"""Wakes the workers when something is due, so that a world of days need not look twice a second."""

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from wasl.simulation.process import Process
from wasl.simulation.stage import Stage

AGAIN_S: Final = 0.5  # as often as a worker looks by itself
AGAIN_S_MAX: Final = 64.0
# Each reads along an index, so that a month of settled orders costs a commit nothing.
_ASKS: Final = "SELECT ask_at, coalesce(asking, 0) FROM payments WHERE ask_at IS NOT NULL ORDER BY ask_at"
_TELLS: Final = "SELECT min(tell_at) FROM payments WHERE tell_at IS NOT NULL"


@dataclass(slots=True, kw_only=True)
class Alarm:
    """One timer for all processes. What is due and not done is looked at again, ever more seldom."""

    stage: Stage
    observer: sqlite3.Connection
    processes: Sequence[Process]
    _timer: asyncio.TimerHandle | None = None
    _looking: bool = False
    _tries: int = 0
    _dues: tuple[int | None, int | None] = (None, None)  # as of the last look, which every commit brings about

    def moved(self) -> None:
        """A commit may have changed what is due next."""
        if not self._looking:
            self._looking = True
            self.stage.loop.call_soon(self._look)

    def _look(self) -> None:
        self._looking = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._dues = self._due()
        due = [at for at in self._dues if at is not None]
        if not due:
            return
        wait_s = (min(due) - self.stage.now_ms()) / 1000
        if wait_s > 0:
            self._tries = 0
        else:
            self._tries += 1
            wait_s = 0.001 if self._tries == 1 else min(AGAIN_S * 2 ** (self._tries - 2), AGAIN_S_MAX)
        self._timer = self.stage.loop.call_later(wait_s, self._wake)

    def _due(self) -> tuple[int | None, int | None]:
        """When the next question and the next telling are due, in true time, for the process whose clock is ahead."""
        ask_at = None
        for due_at, leased_until in self.observer.execute(_ASKS):
            if ask_at is not None and due_at >= ask_at:
                break
            at = max(due_at, leased_until)
            ask_at = at if ask_at is None else min(ask_at, at)
        (tell_at,) = self.observer.execute(_TELLS).fetchone()
        ahead_ms = max(process.offset_ms for process in self.processes)
        return (None if ask_at is None else ask_at - ahead_ms, None if tell_at is None else tell_at - ahead_ms)

    def _wake(self) -> None:
        self._timer = None
        now_ms = self.stage.now_ms()
        asks, tells = (at is not None and at <= now_ms for at in self._dues)
        for process in self.processes:
            if process.alive and asks:
                process.engine.wakers.ask.set()
            if process.alive and tells:
                process.engine.wakers.tell.set()
        self.moved()
