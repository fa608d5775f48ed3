"""The crew: a round never waits for one that hangs, and a store that hangs gets nothing new."""

import asyncio

import pytest

from wasl.domain.payment import PaymentId
from wasl.domain.store import StoreId
from wasl.domain.time import Instant
from wasl.engine.crew import AT_ONCE_MAX, LEFT_MAX, SLOW_MAX, Crew
from wasl.engine.ports import Lease

HANGING = StoreId("st_hanging")


def leases(number: int, store: StoreId = HANGING) -> list[Lease]:
    return [Lease(store_id=store, payment_id=PaymentId(f"pay_{n}"), until=Instant(1)) for n in range(number)]


async def hang(_lease: Lease) -> None:
    await asyncio.Event().wait()


async def at_once(_lease: Lease) -> None:
    return


async def test_a_round_leaves_behind_what_hangs() -> None:
    """The round ends, the hands stay busy, and the store that hangs is named until they are free."""
    crew = Crew(hanging_s=0)
    await crew.work(leases(LEFT_MAX), hang)
    assert crew.busy == (HANGING,)
    assert crew.room == AT_ONCE_MAX - LEFT_MAX
    await crew.work(leases(3, StoreId("st_prompt")), at_once)
    assert crew.room == AT_ONCE_MAX - LEFT_MAX
    await crew.stop()
    assert crew.room == AT_ONCE_MAX


async def test_few_slow_ones_do_not_stop_a_store() -> None:
    """A store is passed over only once many of its leases hang; one that is only slow, once it has very many hands."""
    for crew, count in ((Crew(hanging_s=0), LEFT_MAX), (Crew(), SLOW_MAX)):
        await crew.work(leases(count - 1), hang)
        assert list(crew.busy) == []
        await crew.work(leases(1), hang)
        assert list(crew.busy) == [HANGING]
        await crew.stop()
        assert list(crew.busy) == []


async def test_what_fails_soon_is_raised_and_all_others_are_done() -> None:
    """One failure reaches the loop that began the round; it costs no other lease anything."""
    done: list[str] = []

    async def handle(lease: Lease) -> None:
        if lease.payment_id == "pay_0":
            raise LookupError("this one")
        done.append(lease.payment_id)

    crew = Crew()
    with pytest.raises(LookupError, match="this one"):
        await crew.work(leases(3), handle)
    assert done == ["pay_1", "pay_2"]


async def test_a_late_failure_is_kept_from_nobody() -> None:
    """What fails after its round is logged by its kind, and its hand is free again."""
    gate = asyncio.Event()

    async def handle(_lease: Lease) -> None:
        await gate.wait()
        raise LookupError("a secret")

    crew = Crew()
    await crew.work(leases(1), handle)
    assert crew.room == AT_ONCE_MAX - 1
    gate.set()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.wait(others, timeout=5)
    assert crew.room == AT_ONCE_MAX


async def test_nothing_to_do_takes_no_time() -> None:
    """An empty round waits for nobody."""
    await Crew().work([], hang)
