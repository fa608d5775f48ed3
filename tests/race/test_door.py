"""The settle door believes Wasl alone, answers nothing but its own JSON, and needs nothing of the shop's set-up."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from builders import store
from race.counters import PRODUCT, Door, Street
from wasl.domain.store import StoreId
from wasl.domain.time import Instant
from wasl.engine.ports import Arrival
from wasl.errors import StoreUnavailable
from wasl.stores.cs_cart.connector import DOOR
from wasl.stores.standard_webhooks import signed_headers

READ: dict[str, Any] = {"type": "order.read", "order_id": "1042"}


async def knock(
    town: Street,
    call: dict[str, Any],
    *,
    door: Door | None = None,
    age_s: int = 0,
    nonce: str = "",
    signature: str = "",
) -> tuple[int, dict[str, Any]]:
    """One call as it stands, signed by the store of *door* so many seconds ago: the answer's status and JSON."""
    body = msgspec.json.encode(call)
    signer = (door or town.door).store
    now = Instant((int(time.time()) - age_s) * 1000)
    signed = signed_headers(signer, message_id=nonce or f"nonce-{time.time_ns()}", now=now, body=body)
    headers = {**signed, "webhook-signature": signature} if signature else signed
    async with town.controls.http.post(f"{town.controls.url}/{DOOR}", data=body, headers=headers) as answer:
        assert answer.content_type == "application/json"
        told: dict[str, Any] = await answer.json()
        return answer.status, told


async def test_what_wasl_signs_is_believed_once(town: Street) -> None:
    """The same nonce a second time is a replay, whatever it says."""
    nonce = f"once-{time.time_ns()}"
    assert (await knock(town, READ, nonce=nonce))[0] == 200
    status, told = await knock(town, READ, nonce=nonce)
    assert (status, "replay" in told["message"] or "seen before" in told["message"]) == (401, True)


@pytest.mark.parametrize("age_s", [301, -62])
async def test_an_old_call_is_not_believed(town: Street, age_s: int) -> None:
    """Five minutes at most, and a minute for clocks that differ."""
    assert (await knock(town, READ, age_s=age_s))[0] == 401


async def test_a_forged_call_is_not_believed(town: Street) -> None:
    """Another secret, a changed body, no signature at all: 401 each time, and nothing of it is remembered."""
    stranger = Door(store=store(store_id=StoreId("st_stranger"), store_url=town.controls.url))
    assert (await knock(town, READ, door=stranger))[0] == 401
    nonce = f"forged-{time.time_ns()}"
    assert (await knock(town, READ, nonce=nonce, signature="v1,AAAA"))[0] == 401
    assert (await knock(town, READ, nonce=nonce))[0] == 200
    body = msgspec.json.encode(READ)
    async with town.controls.http.post(f"{town.controls.url}/{DOOR}", data=body) as answer:
        assert (answer.status, answer.content_type) == (401, "application/json")


async def test_a_forged_call_settles_nothing(town: Street) -> None:
    """An order stays as it is when somebody who knows the address says "paid"."""
    buyer = await town.buyer()
    await buyer.buys(PRODUCT)
    forger = replace(town.door, store=store(store_id=town.door.store.store_id, store_url=town.controls.url))
    with pytest.raises(StoreUnavailable):
        await forger.read(buyer.order_id)
    assert await town.controls.changes(buyer.order_id) == []


async def test_what_is_not_understood_is_refused_as_such(town: Street) -> None:
    """400 with a sentence, for a type nobody knows and for a call without its order."""
    for call in ({"type": "order.levitate"}, {"type": "order.settle"}):
        status, told = await knock(town, call)
        assert (status, bool(told["message"])) == (400, True)


async def test_more_than_64_kib_is_not_read(town: Street) -> None:
    """It is read in part, so its signature does not fit."""
    status, _ = await knock(town, {**READ, "note": "x" * (64 * 1024)})
    assert status == 401


async def test_an_order_nobody_has_is_refused(town: Street) -> None:
    """And said so."""
    assert (await town.door.tell("999999")).body["reason"] == "no such order"


async def test_another_amount_or_currency_is_refused(town: Street) -> None:
    """What was asked for at the start is what may settle the order."""
    buyer = await town.buyer()
    await buyer.buys(PRODUCT)
    for amount, currency in (("57.91", "SAR"), ("57.90", "AED")):
        said = await town.door.tell(buyer.order_id, amount=amount, currency=currency)
        assert said.receipt.arrival is Arrival.REFUSED
    assert await town.controls.status(buyer.order_id) == "N"


async def test_a_warning_before_the_json_does_no_harm(town: Street) -> None:
    """Another add-on's PHP warning is discarded: the answer is the door's JSON and nothing else."""
    buyer = await town.buyer()
    await buyer.buys(PRODUCT)
    await town.controls.ask("PUT", f"orders/{buyer.order_id}/fault", {"kind": "warning"})
    assert (await town.door.tell(buyer.order_id)).body["result"] == "changed"


async def test_a_maintenance_page_is_a_failure(town: Street) -> None:
    """A 200 with HTML settles nothing; the next try does."""
    buyer = await town.buyer()
    await buyer.buys(PRODUCT)
    await town.controls.ask("PUT", f"orders/{buyer.order_id}/fault", {"kind": "html"})
    lost = await town.door.tell(buyer.order_id)
    assert (lost.answer.status, lost.answer.content_type) == (200, "text/html")
    assert lost.receipt.arrival is Arrival.BUSY
    assert (await town.door.tell(buyer.order_id)).receipt.arrival is Arrival.CHANGED


async def test_a_disabled_payment_method_still_settles(town: Street) -> None:
    """Whoever has paid has paid, also after the merchant has switched the method off."""
    buyer = await town.buyer()
    page = await buyer.buys(PRODUCT)
    await town.controls.ask("PUT", "payments", {"status": "D"})
    try:
        await buyer.pays(page)
        await town.controls.becomes(buyer.order_id, "P")
    finally:
        await town.controls.ask("PUT", "payments", {"status": "A"})


async def test_a_return_that_wasl_did_not_sign_says_nothing(town: Street) -> None:
    """Whoever guesses an order's number learns nothing of it, its own buyer sees its page, and nothing changes."""
    buyer, stranger = await town.buyer(), await town.buyer()
    await buyer.buys(PRODUCT)
    query = f"order_id={buyer.order_id}&wasl_order={buyer.order_id}&wasl_state=paid&wasl_time={int(time.time())}"
    url = f"{town.controls.url}/index.php?dispatch=wasl.return&wasl_payment=pay_1&wasl_signature={'0' * 64}&{query}"
    own = await buyer.browser.get(url)
    assert (own.text("order-id"), "dispatch=orders.details" in own.url) == (buyer.order_id, True)
    other = await stranger.browser.get(url)
    assert "order-id" not in other.texts
    async with town.controls.http.get(url.replace("wasl.return", "wasl.progress")) as answer:
        assert await answer.json() == {"state": "unknown"}
    assert await town.controls.changes(buyer.order_id) == []


async def test_two_calls_with_one_nonce_at_once_are_believed_once(town: Street) -> None:
    """A recorded call that arrives beside the genuine one: the table's unique key lets one of them in."""
    nonce = f"both-{time.time_ns()}"
    answers = await asyncio.gather(*(knock(town, READ, nonce=nonce) for _ in range(4)))
    assert sorted(status for status, _ in answers) == [200, 401, 401, 401]
