"""The order's lock, with CS-Cart's lock service, without it, and what it is good for; and a shop killed meanwhile."""

import asyncio
from typing import Final

import pytest

from race.counters import PRODUCT, Said
from race.mall import Front, Mall
from wasl.engine.ports import Arrival

TOLD_ONCE: Final = [Arrival.CHANGED, Arrival.UNCHANGED]


async def ordered(front: Front) -> str:
    """The number of an order for one piece that nobody pays."""
    buyer = await front.buyer()
    await buyer.buys(PRODUCT)
    return buyer.order_id


async def told_twice(front: Front, order_id: str) -> list[Said]:
    """Two calls, the second past its question for the lock before the first has written the status."""
    await front.controls.pause(order_id, "status.write")
    first = asyncio.create_task(front.door.tell(order_id))
    await front.controls.stands_at(order_id, "status.write")
    await front.controls.pause(order_id, "lock.waiting")
    second = asyncio.create_task(front.door.tell(order_id))
    await front.controls.stands_at(order_id, "lock.waiting")
    await front.controls.release(order_id, "lock.waiting")
    if front.shop.settings.lock == "dummy":
        await front.controls.stands_at(order_id, "status.write", requests=2)
    await front.controls.release(order_id, "status.write")
    return [await first, await second]


@pytest.mark.parametrize("lock", ["database", "none"])
async def test_the_second_call_waits_for_the_first(mall: Mall, lock: str) -> None:
    """With the lock service of newer releases, and with the database's own lock of older ones."""
    front = await mall.open(f"lock-{lock}", lock=lock)
    order_id = await ordered(front)
    before = await front.controls.stock()
    assert [said.receipt.arrival for said in await told_twice(front, order_id)] == TOLD_ONCE
    assert await front.controls.changes(order_id) == [("N", "P")]
    assert (await front.controls.stock(), await front.controls.mails(order_id)) == (before - 1, ["P"])


async def test_without_a_lock_the_engine_counts_twice(mall: Mall) -> None:
    """The interleaving is real: where the merchant's lock service gives every lock, stock moves and mails go twice."""
    front = await mall.open("lock-dummy", lock="dummy")
    order_id = await ordered(front)
    before = await front.controls.stock()
    await told_twice(front, order_id)
    assert (await front.controls.stock(), await front.controls.mails(order_id)) == (before - 2, ["P", "P"])


async def test_a_shop_killed_in_the_middle_is_told_again(mall: Mall) -> None:
    """The call dies after its lock was taken and before the status was written: the next one finishes its work."""
    front = await mall.open("killed", lock="none")
    order_id = await ordered(front)
    before = await front.controls.stock()
    await front.controls.pause(order_id, "status.read")
    lost = asyncio.create_task(front.door.tell(order_id))
    await front.controls.stands_at(order_id, "status.read")
    await front.part.kill()
    await asyncio.gather(lost, return_exceptions=True)
    again = await mall.front(front.shop, front.store, front.part.port)
    await again.controls.release(order_id, "status.read")
    said = await again.door.tell(order_id)
    assert (said.receipt.arrival, said.receipt.status) == (Arrival.CHANGED, "P")
    assert await again.controls.changes(order_id) == [("N", "P")]
    assert (await again.controls.stock(), await again.controls.mails(order_id)) == (before - 1, ["P"])
