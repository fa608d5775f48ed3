"""What everybody in a simulated world shares: the time, the dice, the trace, and whom to tell of a violation."""

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from wasl.domain.time import Instant
from wasl.simulation.faults import Dice
from wasl.simulation.trace import Trace

SOUND: Final = "0 no defect"
ACTOR_FAILED: Final = "a simulated actor failed"
T = TypeVar("T")
EPOCH_MS: Final = 1_795_000_000_000  # a Wednesday in November


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """Something that must never be so was so. `invariant` is its number and name in the design."""

    invariant: str
    sentence: str
    order_id: str
    at_s: float


@dataclass(slots=True, kw_only=True)
class Stage:
    """The common ground. `secrets` are texts that may stand in no log and in nothing that is told."""

    loop: asyncio.AbstractEventLoop
    chance: random.Random
    dice: Dice
    trace: Trace
    violations: list[Violation] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    broken: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: dict[asyncio.Task[Any], None] = field(default_factory=dict)

    def now_ms(self) -> int:
        """The world's true time, in the shape in which the gateway asks for it."""
        return EPOCH_MS + round(self.loop.time() * 1000)

    def now(self) -> Instant:
        """The same for everybody else."""
        return Instant(self.now_ms())

    def ensure(self, holds: object, invariant: str, sentence: str, about: str = "") -> None:
        """Record a violation unless it *holds*."""
        if not holds:
            self.trace.note("VIOLATED", f"{invariant}: {sentence}", about)
            self.broken.set()
            self.violations.append(
                Violation(invariant=invariant, sentence=sentence, order_id=about, at_s=round(self.loop.time(), 3))
            )

    def ensure_secret(self, text: str, where: str) -> None:
        """Nothing secret or personal stands in *text*."""
        found = any(secret in text for secret in self.secrets)
        self.ensure(not found, "9 secrets stay secret", f"a key or a buyer's data stands in {where}")

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Let something go on by itself. What it raises is a fault of the simulation and ends the run."""
        self.begin(coroutine).add_done_callback(self._ended)

    def begin(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """The same for whoever waits for what it answers or raises."""
        task = self.loop.create_task(coroutine)
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._tasks.pop(done, None))
        return task

    def close(self) -> None:
        """Leave everything that still goes on."""
        for task in tuple(self._tasks):
            task.cancel()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self.loop.call_exception_handler({"message": ACTOR_FAILED, "exception": task.exception()})

    async def passes(self, seconds: float) -> bool:
        """Wait for so long; False as soon as an invariant is broken."""
        try:
            async with asyncio.timeout(seconds):
                await self.broken.wait()
        except TimeoutError:
            return True
        return False

    async def pause(self, shortest_s: float, longest_s: float) -> None:
        """Wait for a time that is drawn."""
        await asyncio.sleep(self.chance.uniform(shortest_s, longest_s))
