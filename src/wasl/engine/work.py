"""The worker: asks, tells, alerts and compares whatever is due, until it is told to stop."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from wasl.engine.alert import alert_due
from wasl.engine.ask import ask_due
from wasl.engine.daily import reconcile_due
from wasl.engine.engine import Engine
from wasl.engine.guard import where
from wasl.engine.tell import tell_due
from wasl.errors import Unavailable

LOOK_S: Final = 0.5  # what another process made due is found at the next look
OUTAGE_S: Final = 2.0
CLOCK_LOOK_S: Final = 5.0
COMPARE_LOOK_S: Final = 3600.0  # a comparison may begin an hour late
_log = structlog.get_logger(__name__)


async def work(engine: Engine, *, look_s: float = LOOK_S) -> None:
    """Run until cancelled. What was begun when the end comes falls due again by its lease.

    *look_s*: how often to look for what another process made due.
    """
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_loop(engine, ask_due, engine.wakers.ask, look_s=look_s), name="asking")
            group.create_task(_loop(engine, tell_due, engine.wakers.tell, look_s=look_s), name="telling")
            group.create_task(_loop(engine, alert_due, asyncio.Event(), look_s=look_s), name="alerting")
            compare_s = max(look_s, COMPARE_LOOK_S)
            group.create_task(_loop(engine, reconcile_due, asyncio.Event(), look_s=compare_s), name="comparing")
            clock_s = max(look_s, CLOCK_LOOK_S)
            group.create_task(_loop(engine, watch_clock, asyncio.Event(), look_s=clock_s), name="clock")
    finally:
        for crew in (engine.askers, engine.tellers, engine.alerters):
            await crew.stop()


async def watch_clock(engine: Engine) -> int:
    """After a clock that ran ahead was set right, do now what was put off until then; answers 0: it is done."""
    if await engine.ledger.mend_clock(engine.now()):
        _log.warning("clock_ran_ahead", advice="see that this machine's clock is kept right")
        engine.wakers.ask.set()
        engine.wakers.tell.set()
    return 0


async def _loop(
    engine: Engine, turn: Callable[[Engine], Awaitable[int]], waker: asyncio.Event, *, look_s: float
) -> None:
    """One turn after another; while a database is away, a look every few seconds."""
    while True:
        waker.clear()
        try:
            handled = await turn(engine)
        except Unavailable as error:
            _log.warning("worker_waits", turn=turn.__name__, reason=str(error))
            await asyncio.sleep(OUTAGE_S)
            continue
        except Exception as error:  # noqa: BLE001  a defect of ours in one turn must not end the others
            _log.error("turn_failed", turn=turn.__name__, error=type(error).__name__, where=where(error))
            await asyncio.sleep(OUTAGE_S)
            continue
        if not handled:
            await _sleep_until_woken(waker, look_s)


async def _sleep_until_woken(waker: asyncio.Event, look_s: float) -> None:
    try:
        async with asyncio.timeout(look_s):
            await waker.wait()
    except TimeoutError:
        return
