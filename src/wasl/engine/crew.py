"""Many leases worked on at once, in rounds that never wait for one that hangs."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar

import structlog

from wasl.domain.store import StoreId
from wasl.engine.ports import Alert, Lease

AT_ONCE_MAX: Final = 256
PATIENCE_S: Final = 0.5  # what takes longer is left to finish by itself
HANGING_S: Final = 5.0  # what is only slow is no reason to leave a store alone
LEFT_MAX: Final = 8  # hanging, for each store; one with more gets nothing new until it has answered
SLOW_MAX: Final = 64  # under way, for each store: however fast it is, others have to have hands too
_log = structlog.get_logger(__name__)


L = TypeVar("L", Lease, Alert)


class _Hand(NamedTuple):
    """Busy with which store, since when on the loop's clock."""

    store: StoreId
    since_s: float


@dataclass(slots=True)
class Crew:
    """Hands that are busy, and with which store. A store that hangs keeps few of them, so others are served."""

    hanging_s: float = HANGING_S
    _under_way: dict[asyncio.Task[None], _Hand] = field(default_factory=dict)

    @property
    def room(self) -> int:
        """How many more leases can be worked on now."""
        return AT_ONCE_MAX - len(self._under_way)

    @property
    def busy(self) -> tuple[StoreId, ...]:
        """Stores that should get nothing new now."""
        if not self._under_way:
            return ()
        now = asyncio.get_running_loop().time()
        hanging = Counter(hand.store for hand in self._under_way.values() if now - hand.since_s >= self.hanging_s)
        slow = Counter(hand.store for hand in self._under_way.values())
        return tuple(store for store, count in slow.items() if count >= SLOW_MAX or hanging[store] >= LEFT_MAX)

    async def work(self, leases: Sequence[L], handle: Callable[[L], Awaitable[None]]) -> None:
        """Work on *leases*, and wait for those that are done soon; raises what one of these raised."""

        async def one(lease: L) -> None:
            await handle(lease)

        tasks = [asyncio.create_task(one(lease)) for lease in leases]
        if not tasks:
            return
        now = asyncio.get_running_loop().time()
        self._under_way.update((task, _Hand(lease.store_id, now)) for task, lease in zip(tasks, leases, strict=True))
        for task in tasks:
            task.add_done_callback(self._under_way.pop)
        done, left = await asyncio.wait(tasks, timeout=PATIENCE_S)
        for task in left:
            task.add_done_callback(_report)
        # By their place in the round: sets of tasks come in another order each time.
        errors = [error for error in (task.exception() for task in tasks if task in done) if error is not None]
        if errors:
            raise errors[0]

    async def stop(self) -> None:
        """Leave everything; what was begun falls due again by its lease."""
        tasks = list(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _report(task: asyncio.Task[None]) -> None:
    """Nobody waits any more for what was left behind."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("lease_failed", error=type(error).__name__)
