"""Carries callbacks and IPNs to merchants when they are due, on the gateway's clock."""

import asyncio
from typing import Final

import aiohttp

from wasl.emulator.gateway import Emulator
from wasl.emulator.notices import Outgoing
from wasl.emulator.world import SECOND_MS

AT_ONCE_MAX: Final = 64
ANSWER_MAX: Final = 64 * 1024
IDLE_S_MAX: Final = 15.0  # shorter than servers keep a connection, so that a message seldom meets a closed one
WAIT_S_MAX: Final = 3600.0


class Courier:
    """One loop that sleeps until something is due. A merchant that is slow to answer holds up nobody else."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._moved = asyncio.Event()
        emulator.moved = self._moved.set

    async def run(self) -> None:
        """Until cancelled. What is on its way then is not reported, so that a kept state sends it again."""
        connector = aiohttp.TCPConnector(limit=AT_ONCE_MAX, keepalive_timeout=IDLE_S_MAX)
        async with (
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session,
            asyncio.TaskGroup() as group,
        ):
            carrying: set[asyncio.Task[None]] = set()
            while True:
                for outgoing in self._emulator.take_due(AT_ONCE_MAX - len(carrying)):
                    task = group.create_task(self._carry(session, outgoing))
                    carrying.add(task)
                    task.add_done_callback(carrying.discard)
                    task.add_done_callback(self._free_hand)
                await self._wait(full=len(carrying) >= AT_ONCE_MAX)

    def _free_hand(self, _task: asyncio.Task[None]) -> None:
        self._moved.set()

    async def _wait(self, *, full: bool) -> None:
        """Until something may be due, or a hand is free again."""
        self._moved.clear()
        due_ms = None if full else self._emulator.next_due_ms()
        delay_s = WAIT_S_MAX if due_ms is None else (due_ms - self._emulator.world.now()) / SECOND_MS
        try:
            async with asyncio.timeout(min(max(delay_s, 0), WAIT_S_MAX)):
                await self._moved.wait()
        except TimeoutError:
            pass

    async def _carry(self, session: aiohttp.ClientSession, outgoing: Outgoing) -> None:
        timeout = aiohttp.ClientTimeout(total=outgoing.timeout_s)
        status, error = None, ""
        try:
            async with session.post(
                outgoing.url, data=outgoing.body, headers=outgoing.headers, timeout=timeout, allow_redirects=False
            ) as answer:
                status = answer.status
                await answer.content.read(ANSWER_MAX)  # ignored, but a connection is only reused when it was read
        except TimeoutError:
            error = f"no answer in {outgoing.timeout_s:g} s"
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            error = f"{type(failure).__name__}: {failure}"
        self._emulator.report(outgoing.delivery_id, status=status, error=error if status is None else "")
