"""The service is killed at any moment, again and again: what was answered 200 is there, and every order is right."""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

import pytest

from attack.service import until
from attack.site import Client, Notice, Site

pytestmark = pytest.mark.timeout(110)
KILLS: Final = 5
EACH: Final = 24
SOON_S: Final = (0.02, 0.25)
LEASE_S: Final = 25.0  # a telling that was under way is told again when its lease is over


async def load(site: Site, client: Client, notices: Sequence[Notice], kept: set[str], opened: dict[str, str]) -> None:
    """Callbacks and new orders at once, until nobody answers; what was answered is remembered."""

    async def tell(notice: Notice) -> None:
        if await site.send(notice, within_s=5) == 200:
            kept.add(notice.payment_id)

    async def order(order_id: str) -> None:
        status, payment = await site.open(client, order_id)
        if status in (200, 201):
            opened[order_id] = payment["id"]

    fresh = [f"{notices[0].order_id}-{number}" for number in range(EACH // 4)]
    await asyncio.gather(*map(tell, notices), *map(order, fresh), return_exceptions=True)


async def test_what_was_answered_survives_a_kill(either: Site) -> None:
    """Five kills under load: every 200 is evidence, every opened order is known, nothing is told out of order."""
    chance = random.Random(1)
    client = await either.connect()
    notices: list[Notice] = []
    opened: dict[str, str] = {}
    for kill in range(KILLS):
        batch = await either.paid(client, [str(1000 * (kill + 1) + number) for number in range(EACH)])
        notices += batch
        kept: set[str] = set()
        loading = asyncio.create_task(load(either, client, batch, kept, opened))
        await asyncio.wait({loading}, timeout=chance.uniform(*SOON_S))  # the random moment, drawn from a seed
        await either.service.kill()
        await loading
        await either.service.start()
        for payment_id in kept:
            voices = [one["voice"] for one in await either.evidence(client, payment_id)]
            assert "callback" in voices, f"answered 200, then killed ({kill}): the evidence is gone"
    for order_id, payment_id in opened.items():
        assert (await either.payment(client, payment_id))["order_id"] == order_id
    assert Counter(await asyncio.gather(*map(either.send, notices))) == {200: len(notices)}
    for notice in notices:
        payment = await either.payment(client, notice.payment_id)
        assert (payment["state"], payment["paid"], payment["concern"]) == ("paid", "100.00", "none")
    await every_store_hears_once(either, client, notices)


async def every_store_hears_once(site: Site, client: Client, notices: Sequence[Notice]) -> None:
    """One version of each payment, the same message however often it came; only a kill may have made it come again."""
    wanted = {f"{notice.payment_id}.2" for notice in notices}
    began = time.monotonic()
    await until(lambda: wanted <= {one.message_id for one in site.shop.told}, "all are told", within_s=LEASE_S)
    heard: dict[str, set[bytes]] = defaultdict(set)
    for one in site.shop.told:
        assert one.is_signed_with(client.signing_secret)
        heard[one.message_id].add(repr(sorted((k, v) for k, v in one.data.items() if k != "updated_at")).encode())
    assert set(heard) == wanted
    assert all(len(bodies) == 1 for bodies in heard.values()), "a repeat says the same"
    repeated = len(site.shop.told) - len(wanted)
    assert repeated <= KILLS * EACH
    assert time.monotonic() - began < LEASE_S
