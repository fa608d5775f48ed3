"""The worker."""

import asyncio
from dataclasses import replace

from structlog.testing import capture_logs

from builders import said
from unit.engine.conftest import hears, keeps
from wasl.domain.store import Store
from wasl.engine.ports import Receipt, Shop, Telling
from wasl.engine.work import work
from worlds import ScriptedShop, World

TURNS = 9  # of the event loop, from an exception to the log; nothing else is waited for in between


class BrokenShop(ScriptedShop):
    """A connector with a defect in it."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = asyncio.Event()

    async def tell(self, store: Store, telling: Telling) -> Receipt:
        del store
        self.told.append(telling)
        self.reached.set()
        raise ZeroDivisionError("57.90 SAR of ali@example.com")


async def test_a_fault_in_one_payment_stops_nobody_else(w: World) -> None:
    """After an exception nobody expected the worker goes on; the log says where it was raised but not what it said."""
    broken = BrokenShop()
    shops: dict[str, Shop] = {"cs-cart": broken}
    engine = replace(w.engine, shops=shops)
    made = await keeps(w)
    await hears(w, said())
    engine.wakers.tell.set()
    with capture_logs() as logs:
        worker = asyncio.create_task(work(engine))
        async with asyncio.timeout(10):
            await broken.reached.wait()
        for _ in range(TURNS):
            await asyncio.sleep(0)
    assert not worker.done()
    worker.cancel()
    assert broken.told[0].payment.payment_id == made.payment_id
    (entry,) = [entry for entry in logs if entry["event"] == "lease_failed"]
    assert (entry["error"], "ali@example.com" in str(entry)) == ("ZeroDivisionError", False)
    assert "test_work.py" in entry["where"]
    (alert,) = await w.engine.ledger.lease_alerts(now=w.clock.now(), until=w.clock.now(), limit=9)
    assert alert.cause == "pay_test fault ZeroDivisionError"
