"""An event loop whose time is a number: it jumps to the next timer, and nothing outside can move it."""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable
from contextvars import Context
from typing import Final, TypeVarTuple

RESOLUTION_S: Final = 1e-6  # timers closer together than this are due together; floats of a year are finer
Ts = TypeVarTuple("Ts")


class Stuck(RuntimeError):
    """Everybody waits, and no timer will ever wake anybody."""


class VirtualLoop(asyncio.BaseEventLoop):
    """One thread, no sockets, no wall clock. Ready callbacks run in the order in which they were made ready.

    A world is a million short callbacks, so that the places through which each of them goes do nothing else.
    """

    _ready: deque[asyncio.Handle]  # the base class's own
    _stopping: bool

    def __init__(self) -> None:
        super().__init__()
        self._now_s = 0.0
        self._made = 0
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []  # timers of one time in the order of making

    def time(self) -> float:
        """Seconds since this loop was made."""
        return self._now_s

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """See asyncio."""
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """See asyncio."""
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._made += 1
        heapq.heappush(self._timers, (when, self._made, handle))
        return handle

    def call_later(
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """See asyncio."""
        return self.call_at(self._now_s + delay, callback, *args, context=context)

    def _run_once(self) -> None:
        """Run what is ready; if nothing is, let the time until the next timer be over at once."""
        ready, timers = self._ready, self._timers
        while timers and timers[0][2].cancelled():
            heapq.heappop(timers)
        if not ready and not self._stopping:
            if not timers:
                raise Stuck
            self._now_s = max(self._now_s, timers[0][0])
        while timers and timers[0][0] < self._now_s + RESOLUTION_S:
            ready.append(heapq.heappop(timers)[2])
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle.cancelled():
                handle._run()  # noqa: SLF001  what an event loop does with its handles

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """A cancelled timer is passed over when its time comes."""

    def _write_to_self(self) -> None:
        """There is no other thread to wake this one."""
