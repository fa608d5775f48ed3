"""The demonstration's faults: a held call waits, and is dropped if its caller hangs up meanwhile."""

import asyncio

import pytest

from wasl.demo.shop.gates import CallerGone, Gates
from wasl.demo.shop.orders import OrderId

ORDER = OrderId("1042")


async def _never() -> None:
    await asyncio.Event().wait()


async def test_an_order_that_is_not_held_is_passed_at_once() -> None:
    """The ordinary case waits for nothing and nobody."""
    await Gates().passed(ORDER, _never)


async def test_a_held_call_goes_on_when_it_is_released() -> None:
    """And while it is held, it is counted."""
    gates = Gates()
    gates.hold(ORDER)
    call = asyncio.create_task(gates.passed(ORDER, _never))
    await asyncio.sleep(0)
    assert (gates.waiting(ORDER), call.done()) == (1, False)
    gates.release(ORDER)
    await call
    assert gates.waiting(ORDER) == 0


async def test_a_caller_that_hangs_up_is_dropped_even_if_the_order_is_released_at_the_same_moment() -> None:
    """A killed service must not settle an order from beyond its grave."""
    gates, hung_up = Gates(), asyncio.Event()
    gates.hold(ORDER)
    call = asyncio.create_task(gates.passed(ORDER, hung_up.wait))
    await asyncio.sleep(0)
    hung_up.set()
    gates.release(ORDER)
    with pytest.raises(CallerGone):
        await call


def test_an_outage_lasts_so_many_calls_and_for_one_order() -> None:
    """The next calls find the shop closed, the one after finds it open; other orders never do."""
    gates = Gates()
    gates.fail_next(ORDER, 2)
    assert [gates.is_out(ORDER) for _ in range(3)] == [True, True, False]
    assert not gates.is_out(OrderId("7"))
