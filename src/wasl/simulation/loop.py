"""An event loop whose time is a number: it jumps to the next timer, and nothing outside can move it."""

import asyncio
from typing import Any, Final

RESOLUTION_S: Final = 1e-6  # timers closer together than this are due together; floats of a year are finer


class Stuck(RuntimeError):
    """Everybody waits, and no timer will ever wake anybody."""


class VirtualLoop(asyncio.BaseEventLoop):
    """One thread, no sockets, no wall clock. Ready callbacks run in the order in which they were made ready."""

    def __init__(self) -> None:
        super().__init__()
        self._now_s = 0.0
        self._selector = self  # the base class asks it to wait; here waiting is moving the clock
        self._clock_resolution = RESOLUTION_S

    def time(self) -> float:
        """Seconds since this loop was made."""
        return self._now_s

    def select(self, timeout: float | None) -> list[Any]:
        """Let *timeout* seconds be over at once."""
        if timeout is None:
            raise Stuck
        self._now_s += max(0.0, timeout)
        return []

    def _process_events(self, event_list: list[Any]) -> None:
        """There are no events but timers."""

    def _write_to_self(self) -> None:
        """There is no other thread to wake this one."""
