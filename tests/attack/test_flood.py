"""Floods of what is forged, while the truth comes in."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable
from typing import Final

import pytest

from attack.raw import Connection
from attack.site import Client, Notice, Site
from wasl.domain.store import StoreId
from wasl.ledger.ledger import FORGERIES_MAX
from wasl.wiring import open_ledger

pytestmark = pytest.mark.timeout(60)
ATTACKERS: Final = 40
FORGED_EACH: Final = 75
TRUE: Final = 150
P99_S: Final = 3.0
GROWTH_MB: Final = 40.0


def forged(notice: Notice, serial: int) -> bytes:
    """A lie about a payment, different from all others."""
    path = "/" + notice.url.split("/", 3)[3]
    body = notice.body.replace(b"100.00", f"{serial + 101}.00".encode())
    head = f"POST {path} HTTP/1.1\r\nHost: wasl\r\nSignature: {'ab' * 32}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def attack(site: Site, notices: list[Notice], serial: "itertools.count[int]") -> Counter[int]:
    """One attacker: forgeries about every payment in turn, on a connection of its own."""
    answers: Counter[int] = Counter()
    async with await Connection.to(site.service.port) as connection:
        for _ in range(FORGED_EACH):
            number = next(serial)
            assert await connection.send(forged(notices[number % len(notices)], number))
            answers[await connection.status()] += 1
            await connection.reader.readuntil(b"\r\n\r\n")
            await connection.reader.readuntil(b"\n")
    return answers


async def test_true_callbacks_are_served_during_a_flood_of_forged_ones(
    either: Site, record_property: Callable[[str, object], None]
) -> None:
    """Thousands of forgeries are each 401; meanwhile every true callback is 200, soon, and its order is paid."""
    client = await either.connect()
    notices = await either.paid(client, [str(1000 + number) for number in range(TRUE)])
    before = either.service.memory_mb()
    serial = itertools.count()
    attackers = [asyncio.create_task(attack(either, notices, serial)) for _ in range(ATTACKERS)]
    took = await either.timed(notices, at_once=4)
    answers = sum(await asyncio.gather(*attackers), Counter[int]())
    assert answers == {401: ATTACKERS * FORGED_EACH}
    p99 = took[round(len(took) * 0.99) - 1]
    record_property("true_callbacks_p99_s", round(p99, 3))
    assert p99 < P99_S, f"p99 of true callbacks was {p99:.2f} s"
    for notice in notices:
        payment = await either.payment(client, notice.payment_id)
        assert (payment["state"], payment["paid"], payment["concern"]) == ("paid", "100.00", "none")
    assert either.service.memory_mb() - before < GROWTH_MB
    assert not either.service.crashed


async def test_a_flood_is_shelved_within_bounds_and_hastens_one_question(site: Site, client: Client) -> None:
    """A thousand forgeries about one payment: the shelf stays small, and the gateway is asked once a minute."""
    (notice,) = await site.paid(client, ["1001"])
    serial = itertools.count()
    await asyncio.gather(*(attack(site, [notice], serial) for _ in range(1_000 // FORGED_EACH)))
    await site.sees(client, notice.payment_id, "paid")
    assert site.questions(notice.cart_id) == 1
    ledger = await open_ledger(site.settings)
    shelved = await ledger.forgeries(StoreId(client.store_id))
    await ledger.close()
    assert 0 < len(shelved) < FORGERIES_MAX / 2
    assert {one.claim.cart_id for one in shelved} == {notice.cart_id}
