"""The worker: asks, tells and alerts whatever is due, until it is told to stop."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from wasl.engine.alert import alert_due
from wasl.engine.ask import ask_due
from wasl.engine.engine import Engine
from wasl.engine.tell import tell_due
from wasl.errors import Unavailable

LOOK_S: Final = 0.5  # what another process made due is found at the next look
OUTAGE_S: Final = 2.0
_log = structlog.get_logger(__name__)


async def work(engine: Engine) -> None:
    """Run until cancelled. What was begun when the end comes falls due again by its lease."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_loop(engine, ask_due, engine.wakers.ask), name="asking")
        group.create_task(_loop(engine, tell_due, engine.wakers.tell), name="telling")
        group.create_task(_loop(engine, alert_due, engine.wakers.alert), name="alerting")


async def _loop(engine: Engine, turn: Callable[[Engine], Awaitable[int]], waker: asyncio.Event) -> None:
    """One turn after another; while a database is away, a look every few seconds."""
    while True:
        waker.clear()
        try:
            handled = await turn(engine)
        except Unavailable as error:
            _log.warning("worker_waits", turn=turn.__name__, reason=str(error))
            await asyncio.sleep(OUTAGE_S)
            continue
        if not handled:
            await _sleep_until_woken(waker)


async def _sleep_until_woken(waker: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(LOOK_S):
            await waker.wait()
    except TimeoutError:
        return
