"""Shops that answer badly, late or never: each hears everything, in order, later; nobody waits for another."""

import asyncio
import time
from collections import defaultdict
from typing import Final

import pytest

from attack.service import until
from attack.shop import Answer, Told, answering, drip, hang_up, silence
from attack.site import Client, Site
from wasl.emulator import control

pytestmark = pytest.mark.timeout(90)
PROMPT_S: Final = 3.0
HANGING: Final = 150
BAD: Final[dict[str, Answer]] = {
    "closes": hang_up,
    "error": answering("500 Internal Server Error", b"<h1>Error</h1>"),
    "moved": answering("302 Found", headers=b"Location: /elsewhere\r\n"),
    "busy": answering("429 Too Many Requests", headers=b"Retry-After: 1\r\n"),
    "nonsense": answering("999 What", b"?"),
    "gone": answering("410 Gone"),
}


def versions(told: list[Told]) -> dict[str, list[int]]:
    """The versions each payment's store heard of, in order of arrival."""
    heard: dict[str, list[int]] = defaultdict(list)
    for one in told:
        payment_id, _, version = one.message_id.partition(".")
        heard[payment_id].append(int(version))
    return heard


async def test_a_shop_that_answers_badly_hears_again(site: Site) -> None:
    """Whatever is no 2xx is no receipt: told again until it is, always the same message, followed nowhere else."""
    clients: dict[str, Client] = {}
    for name, answer in BAD.items():
        clients[name] = await site.connect(f"/{name}")
        site.shop.answers[f"/{name}"] = answer
    notices = {name: (await site.paid(client, ["1001"]))[0] for name, client in clients.items()}
    for notice in notices.values():
        assert await site.send(notice) == 200
    await until(lambda: all(site.shop.told_at(f"/{name}") for name in BAD), "every shop is told")
    for name, client in clients.items():
        payment = await site.payment(client, notices[name].payment_id)
        assert payment["deliveries"][-1]["told_at"] is None, name
    site.shop.answers.clear()
    for name, notice in notices.items():
        await hears(site, f"/{name}", 2)
        told = site.shop.told_at(f"/{name}")
        assert {one.message_id for one in told} == {f"{notice.payment_id}.2"}
        assert all(one.is_signed_with(clients[name].signing_secret) for one in told)
    assert not site.shop.told_at("/elsewhere")
    for name, client in clients.items():
        await delivered(site, client, notices[name].payment_id)


async def hears(site: Site, path: str, number: int) -> None:
    """Wait until a shop was told so many times."""
    await until(lambda: len(site.shop.told_at(path)) >= number, f"{path} is told {number} times")


async def delivered(site: Site, client: Client, payment_id: str) -> None:
    """Wait until the last version counts as told."""
    deadline = time.monotonic() + 20
    while (await site.payment(client, payment_id))["deliveries"][-1]["told_at"] is None:
        assert time.monotonic() < deadline, f"{payment_id} does not count as told"
        await asyncio.sleep(0.05)


async def test_a_long_answer_is_not_read_to_its_end(site: Site) -> None:
    """Megabytes of a page after a 200 are a receipt, and take no memory."""
    client = await site.connect("/page")
    site.shop.answers["/page"] = answering("200 OK", b"<html>" + b"x" * 20_000_000, b"Content-Type: text/html\r\n")
    before = site.service.memory_mb()
    notices = await site.paid(client, [str(1000 + number) for number in range(10)])
    await site.timed(notices)
    for notice in notices:
        await delivered(site, client, notice.payment_id)
    assert site.service.memory_mb() - before < 40
    assert len(site.shop.told_at("/page")) == len(notices)


async def test_a_maintenance_page_is_no_receipt_of_cs_cart(site: Site) -> None:
    """A CS-Cart shop that answers 200 with HTML, or with JSON of another kind, has not settled: it is told again."""
    json = b"Content-Type: application/json\r\n"
    page = answering("200 OK", b"<html>Back soon</html>", b"Content-Type: text/html\r\n")
    doors = {"page": page, "other": answering("200 OK", b'{"ok": true}', json)}
    told = {name: f"/{name}/index.php?dispatch=wasl.settle" for name in doors}
    clients = {name: await site.connect(platform="cs-cart", store_url=site.shop.url(f"/{name}")) for name in doors}
    site.shop.answers |= {told[name]: answer for name, answer in doors.items()}
    notices = {name: (await site.paid(client, ["1001"]))[0] for name, client in clients.items()}
    for name, notice in notices.items():
        assert await site.send(notice) == 200
        await hears(site, told[name], 1)
        assert (await site.payment(clients[name], notice.payment_id))["deliveries"][-1]["told_at"] is None
        site.shop.answers[told[name]] = answering("200 OK", b'{"result": "changed", "status": "P"}', json)
    for name, notice in notices.items():
        await delivered(site, clients[name], notice.payment_id)
        assert len(site.shop.told_at(told[name])) == 2


@pytest.mark.parametrize("how", [silence, drip], ids=["never answers", "a byte at a time"])
async def test_a_shop_that_hangs_holds_up_nobody_else(site: Site, how: Answer) -> None:
    """With more tellings due to a hanging shop than are ever told at once, other stores are told at once."""
    hanging, prompt = await site.connect("/hanging"), await site.connect("/prompt")
    site.shop.answers["/hanging"] = how
    stuck = await site.paid(hanging, [str(1000 + number) for number in range(HANGING)])
    fine = await site.paid(prompt, [str(1000 + number) for number in range(12)])
    await site.timed(stuck)
    await until(lambda: site.shop.told_at("/hanging"), "the hanging shop is told")
    for number, notice in enumerate(fine, start=1):
        began = time.monotonic()
        assert await site.send(notice) == 200
        await hears(site, "/prompt", number)
        assert time.monotonic() - began < PROMPT_S, f"telling {number} waited {time.monotonic() - began:.1f} s"
    assert site.service.memory_mb() < 200


async def test_a_shop_that_comes_back_catches_up_in_order(site: Site) -> None:
    """While it is away orders are paid and refunded: afterwards it hears each version once, the earlier one first."""
    client = await site.connect("/away")
    site.shop.answers["/away"] = answering("503 Service Unavailable")
    notices = await site.paid(client, [str(1000 + number) for number in range(8)])
    await site.timed(notices)
    for notice in notices:
        refund = control.act(site.emulator, notice.tran_ref, "refund", {})
        payment = await site.payment(client, notice.payment_id)
        assert await site.send(site.notice(payment, refund["tran_ref"])) == 200
        await site.sees(client, notice.payment_id, "refunded")
    await hears(site, "/away", len(notices))
    refused = len(site.shop.told_at("/away"))
    site.shop.answers.clear()
    for notice in notices:
        await delivered(site, client, notice.payment_id)
    assert versions(site.shop.told_at("/away")[refused:]) == {notice.payment_id: [2, 3] for notice in notices}
    assert all(one.is_signed_with(client.signing_secret) for one in site.shop.told)
