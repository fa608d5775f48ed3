"""A clock that jumps by hours: no payment ends without a last question, nothing stands still, nothing spins."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from attack.service import until
from attack.shop import silence
from attack.site import Client, Notice, Site, open_site
from serving import serving
from wasl.domain.time import HOUR_MS, SECOND_MS, Instant
from wasl.engine.work import work
from wasl.stores.api import Api
from wasl.stores.http import ShopHttp
from wasl.web.app import Web
from wasl.wiring import wired

pytestmark = pytest.mark.timeout(90)
JUMPS: Final = {"forwards": 3 * HOUR_MS, "backwards": -3 * HOUR_MS}
STILL_S: Final = 1.0


@dataclass(slots=True)
class JumpingClock:
    """This machine's time, and how far off it is."""

    off_ms: int = 0

    def now(self) -> Instant:
        return Instant(time.time_ns() // 1_000_000 + self.off_ms)


@asynccontextmanager
async def serving_on(site: Site, clock: JumpingClock) -> AsyncIterator[None]:
    """Engine, worker and web of this process, on the real ledger, on *clock*, asking about pages every second."""
    http = ShopHttp()
    async with wired(site.settings, watch_ms=SECOND_MS) as real:
        engine = replace(real, clock=clock, shops={"api": Api(http, clock)})
        async with serving(Web(engine)) as url:
            site.service.port = int(url.rpartition(":")[2])
            working = asyncio.create_task(work(engine))
            yield
            assert not working.done(), working
            working.cancel()
            await asyncio.wait({working})
    await http.close()


@pytest.fixture
async def still(tmp_path: Path) -> AsyncIterator[Site]:
    """Everything but the service's process."""
    async with open_site(tmp_path) as opened:
        yield opened


async def one_paid(site: Site, client: Client, order_id: str) -> Notice:
    (notice,) = await site.paid(client, [order_id])
    return replace(notice, url=f"{site.service.url}/paytabs/{client.store_id}/callback")


@pytest.mark.parametrize("jump_ms", JUMPS.values(), ids=JUMPS)
async def test_money_is_seen_across_a_jump(still: Site, jump_ms: int) -> None:
    """Pages opened before a jump: paid after it, by callback or in silence, their orders are paid and told."""
    clock = JumpingClock()
    client = await still.connect()
    async with serving_on(still, clock):
        statuses = [await still.open(client, order_id) for order_id in ("1001", "1002")]
        assert [status for status, _ in statuses] == [201, 201]
        (_, loud), (_, silent) = statuses
        await until(lambda: still.questions(silent["attempts"][0]["cart_id"]) >= 2, "the gateway is asked")
        clock.off_ms = jump_ms
        for payment in (loud, silent):
            still.pay(payment["attempts"][0]["tran_ref"])
        notice = still.notice(loud, loud["attempts"][0]["tran_ref"])
        url = f"{still.service.url}/paytabs/{client.store_id}/callback"
        assert await still.post(url, notice.body, notice.signature) == 200
        for payment in (loud, silent):
            seen = await still.sees(client, payment["id"], "paid", within_s=20)
            assert seen["paid"] == "100.00"
        await until(lambda: {one.data["id"] for one in still.shop.told} == {loud["id"], silent["id"]}, "all are told")
        assert all(one.is_signed_with(client.signing_secret) for one in still.shop.told)
        told_at = int(still.shop.told[-1].headers["webhook-timestamp"])
        assert abs(told_at - clock.now() / SECOND_MS) < 30


async def test_nothing_expires_without_a_last_question(still: Site) -> None:
    """Hours are skipped at once: an unpaid page is asked about before it is called expired; late money still counts."""
    clock = JumpingClock()
    client = await still.connect()
    async with serving_on(still, clock):
        _, payment = await still.open(client, "1001")
        cart_id, tran_ref = payment["attempts"][0]["cart_id"], payment["attempts"][0]["tran_ref"]
        still.emulator.log.clear()
        clock.off_ms = 3 * HOUR_MS
        await still.sees(client, payment["id"], "expired")
        assert still.questions(cart_id) >= 1
        still.pay(tran_ref)
        notice = still.notice(payment, tran_ref)
        url = f"{still.service.url}/paytabs/{client.store_id}/callback"
        assert await still.post(url, notice.body, notice.signature) == 200
        assert (await still.payment(client, payment["id"]))["paid"] == "100.00"


@pytest.mark.parametrize("jump_ms", JUMPS.values(), ids=JUMPS)
async def test_a_jump_makes_no_loop_spin(still: Site, jump_ms: int) -> None:
    """With much due before a jump, the worker is idle again soon after it, and the gateway is not hammered."""
    clock = JumpingClock()
    client = await still.connect()
    async with serving_on(still, clock):
        for number in range(10):
            await still.open(client, str(1000 + number))
        clock.off_ms = jump_ms
        still.emulator.log.clear()
        began = time.monotonic()
        await asyncio.wait({asyncio.create_task(asyncio.Event().wait())}, timeout=2 * STILL_S)
        asked = sum(one.path == "/payment/query" for one in still.emulator.log)
        assert asked <= 7 * (time.monotonic() - began) + 10, "more than the budget of five a second, with its burst"


async def test_a_lease_taken_in_the_future_is_let_go(still: Site) -> None:
    """A worker dies while its clock is hours ahead, in the middle of telling: the store hears soon all the same."""
    clock = JumpingClock(off_ms=3 * HOUR_MS)
    client = await still.connect()
    still.shop.answers[client.hook] = silence
    async with serving_on(still, clock):
        notice = await one_paid(still, client, "1001")
        assert await still.send(notice) == 200
        await until(lambda: still.shop.told, "the shop is told, and hangs")
    still.shop.answers.clear()
    clock.off_ms = 0
    async with serving_on(still, clock):
        await until(lambda: len(still.shop.told) > 1, "the shop is told again")
        assert {one.message_id for one in still.shop.told} == {f"{notice.payment_id}.2"}
