"""A gateway that fails, hangs, limits or talks nonsense: opening goes on or is 502, and payments end right."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec
import pytest

from attack.service import until
from attack.shop import Answer, answering, hang_up, open_shop, silence
from attack.site import Site, open_site
from wasl.emulator import configuring

pytestmark = pytest.mark.timeout(90)
HTML: Final = answering("200 OK", b"<html>Under construction</html>", b"Content-Type: text/html\r\n")
HANGING: Final = 200
PROMPT_S: Final = 5.0
JSON: Final = b"Content-Type: application/json\r\n"
NO_ANSWER: Final[dict[str, Answer]] = {
    "server error": answering("500 Internal Server Error", b"{}", JSON),
    "bad gateway": answering("502 Bad Gateway", b"<html>nginx</html>", b"Content-Type: text/html\r\n"),
    "limited": answering("429 Too Many Requests", b"", b"Retry-After: 2\r\n"),
    "a page": HTML,
    "a list": answering("200 OK", b"[]", JSON),
    "half": answering("200 OK", b'{"tran_ref": "TST', JSON),
    "nothing in it": answering("200 OK", b"{}", JSON),
    "closes": hang_up,
    "huge": answering("200 OK", b'{"a":"' + b"x" * 3_000_000 + b'"}', JSON),
    "moved": answering("302 Found", b"", b"Location: /elsewhere\r\n"),
}


@pytest.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Site]:
    """A service that asks about live pages every second."""
    async with open_site(tmp_path, ask_every_s=1) as opened:
        await opened.service.start()
        yield opened


async def test_opening_is_502_in_words_and_works_again_later(site: Site) -> None:
    """However the gateway fails to answer: 502 with a sentence, soon, and the same order opens once it answers."""
    async with open_shop() as gateway:
        clients = {
            name: await site.connect(
                gateway_url=f"{gateway.base_url}/{name.replace(' ', '-')}", profile_id=60_000 + number
            )
            for number, name in enumerate(NO_ANSWER)
        }
        for name, answer in NO_ANSWER.items():
            gateway.answers[f"/{name.replace(' ', '-')}/payment/request"] = answer
            status, problem = await site.open(clients[name], "1001")
            assert (status, problem["type"]) == (502, "urn:wasl:problem:gateway-unavailable"), (name, problem)
            assert problem["detail"].startswith("the payment gateway did not answer"), name
        page = answering("200 OK", b'{"tran_ref": "TST1", "redirect_url": "https://pay.example/1"}', JSON)
        for name, client in clients.items():
            gateway.answers[f"/{name.replace(' ', '-')}/payment/request"] = page
            status, payment = await site.open(client, "1001")
            assert (status, payment["redirect_url"]) == (200, "https://pay.example/1"), (name, payment)
    assert not site.service.crashed


async def test_a_gateway_that_hangs_lets_no_shop_wait_for_ever(site: Site) -> None:
    """The shop gives up after ten seconds, so it has its answer before: 502, once, however many ask at a time."""
    async with open_shop() as gateway:
        gateway.answers["/payment/request"] = silence
        client = await site.connect(gateway_url=gateway.base_url, profile_id=60_000)
        async with asyncio.timeout(10):
            opened = await asyncio.gather(*(site.open(client, "1001") for _ in range(3)))
    assert {status for status, _ in opened} == {502}
    assert len(gateway.told_at("/payment/request")) == 1


async def test_a_refused_key_is_said_in_words(site: Site) -> None:
    """A key the gateway refuses, or cannot know: no 5xx and no secret, but what to do."""
    client = await site.connect(key="SWRONG0000-WRONG00000-WRONG00000")
    status, problem = await site.open(client, "1001")
    assert 400 <= status < 500
    assert "key" in problem["detail"].lower()
    assert "SWRONG" not in str(problem) + site.service.log


@asynccontextmanager
async def faulty(site: Site, **faults: object) -> AsyncIterator[None]:
    """The emulator's faults while the block runs; its callbacks stay lost."""
    configuring.set_faults(site.emulator, {"callback": {"drop": 1.0}, **faults})
    yield
    configuring.set_faults(site.emulator, {"callback": {"drop": 1.0}})


async def test_a_lost_answer_costs_a_page_and_no_money(asking: Site) -> None:
    """The page exists and its address is lost: the next try opens another, and whichever is paid is counted once."""
    client = await asking.connect()
    async with faulty(asking, request={"lost_answer": 1.0}):
        status, _ = await asking.open(client, "1001")
        assert status == 502
    status, payment = await asking.open(client, "1001")
    assert (status, payment["state"]) == (200, "open")
    lost = next(one for one in asking.emulator.world.state.transactions)
    assert lost.ref not in {attempt.get("tran_ref") for attempt in payment["attempts"]}
    asking.pay(lost.ref)
    paid = await asking.sees(client, payment["id"], "paid")
    assert (paid["paid"], paid["concern"]) == ("100.00", "none")


async def test_silence_is_outlived_and_the_question_asked_again(asking: Site) -> None:
    """While queries fail nothing is decided and the gateway is not hammered; afterwards the payment is paid."""
    client = await asking.connect()
    async with faulty(asking, query={"error": 1.0}):
        (notice,) = await asking.paid(client, ["1001"])
        await until(lambda: asking.questions(notice.cart_id) >= 2, "the gateway is asked, and once more")
        assert await asking.post(notice.url, notice.body, "00" * 32) == 401
        assert (await asking.payment(client, notice.payment_id))["state"] == "open"
        asked = asking.questions(notice.cart_id)
    assert asked <= 2 * 2, "one question with its repeat, and one that the forgery hastened"
    await asking.sees(client, notice.payment_id, "paid", within_s=40)


async def test_a_gateway_that_hangs_holds_up_no_other_store(asking: Site) -> None:
    """One store's gateway answers no question: another store's payments are asked about, and all callbacks are 200."""
    numbers = itertools.count(1)

    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer = {"tran_ref": f"TST{next(numbers)}", "redirect_url": "https://pay.example/1"}
        await answering("200 OK", msgspec.json.encode(answer), JSON)(reader, writer)

    async with open_shop() as gateway:
        gateway.answers |= {"/payment/request": page, "/payment/query": silence}
        stuck = await asking.connect(gateway_url=gateway.base_url, profile_id=60_000, questions_per_s=100.0)
        fine = await asking.connect()
        opened = await asyncio.gather(*(asking.open(stuck, str(1000 + number)) for number in range(HANGING)))
        assert {status for status, _ in opened} == {201}
        await until(lambda: len(gateway.told_at("/payment/query")) >= 32, "the hanging gateway is asked")
        for order_id in ("2001", "2002", "2003"):
            (notice,) = await asking.paid(fine, [order_id])
            await asking.sees(fine, notice.payment_id, "paid", within_s=PROMPT_S)
            assert await asking.send(notice) == 200
        assert len(gateway.told_at("/payment/query")) < 3 * HANGING
