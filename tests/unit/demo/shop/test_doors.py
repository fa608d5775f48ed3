"""The doors for programs: Wasl's signed call over real HTTP, and the demonstration's controls."""

import asyncio

import aiohttp

from unit.demo.shop.conftest import Programs, Visitor
from unit.demo.standin import settle_body, signed
from wasl.demo.shop.doors import BODY_MAX


async def test_a_settle_call_is_answered_with_what_the_shop_found(visitor: Visitor, programs: Programs) -> None:
    """The golden wire of the door: exactly these fields, as JSON."""
    _, order_id = await visitor.buys()
    body = settle_body(order_id, "57.90")
    assert await programs.settle(body, signed(body)) == (
        200,
        {"result": "changed", "order_id": order_id, "status_before": "N", "status": "P", "reason": ""},
    )


async def test_a_read_call_is_answered_with_the_order(visitor: Visitor, programs: Programs) -> None:
    """The same door, the same signature, nothing changed."""
    _, order_id = await visitor.buys()
    body = b'{"type":"order.read","order_id":"%s"}' % order_id.encode()
    status, told = await programs.settle(body, signed(body))
    assert status == 200
    assert told.pop("updated_at")
    found = {"result": "found", "order_id": order_id, "status": "N", "amount": "57.90", "currency": "SAR"}
    assert told == {**found, "tran_ref": None, "reason": ""}


async def test_the_same_call_again_is_refused_as_a_replay(visitor: Visitor, programs: Programs) -> None:
    """A nonce opens the door once."""
    _, order_id = await visitor.buys()
    body = settle_body(order_id, "57.90")
    headers = signed(body)
    assert (await programs.settle(body, headers))[0] == 200
    assert (await programs.settle(body, headers))[0] == 401


async def test_whoever_has_not_the_key_stays_outside(visitor: Visitor, programs: Programs) -> None:
    """A wrong key, no headers, a signed body that is exchanged: 401, and the order is as it was."""
    _, order_id = await visitor.buys()
    body = settle_body(order_id, "57.90")
    refused = [
        await programs.settle(body, signed(body, key=b"another key")),
        await programs.settle(body, {"content-type": "application/json"}),
        await programs.settle(body + b" ", signed(body)),
    ]
    assert [status for status, _ in refused] == [401, 401, 401]
    assert (await programs.control("GET", f"orders/{order_id}"))[1]["status"] == "N"


async def test_a_genuine_call_that_cannot_be_read_is_a_bad_request(programs: Programs) -> None:
    """Wasl speaks a version this shop does not: said so, nothing guessed."""
    for body in (b"", b"[]", b"{", b'{"type":"order.delete"}', b'{"type":"order.settle"}'):
        assert (await programs.settle(body, signed(body)))[0] == 400, body


async def test_a_body_without_end_is_cut_off(programs: Programs) -> None:
    """64 KiB are far more than any call; the rest is not read."""
    body = b" " * (BODY_MAX + 1)
    assert (await programs.settle(body, signed(body)))[0] == 413


async def test_a_held_order_makes_the_call_wait(visitor: Visitor, programs: Programs) -> None:
    """Until it is released; then the order changes as if nothing had been."""
    _, order_id = await visitor.buys()
    await programs.control("PUT", f"orders/{order_id}/hold")
    body = settle_body(order_id, "57.90")
    call = asyncio.create_task(programs.settle(body, signed(body)))
    await _until_held(programs, order_id)
    _, before = await programs.control("DELETE", f"orders/{order_id}/hold")
    assert before["status"] == "N"
    assert (await call)[1]["result"] == "changed"


async def test_a_held_call_whose_caller_dies_does_nothing(visitor: Visitor, programs: Programs) -> None:
    """The connection is lost, then the order is released: it stays as it was."""
    _, order_id = await visitor.buys()
    await programs.control("PUT", f"orders/{order_id}/hold")
    body = settle_body(order_id, "57.90")
    async with aiohttp.ClientSession() as mortal:
        call = asyncio.create_task(Programs(mortal, programs.shop_url).settle(body, signed(body)))
        await _until_held(programs, order_id)
        call.cancel()
    await programs.control("DELETE", f"orders/{order_id}/hold")
    _, told = await programs.control("GET", f"orders/{order_id}")
    assert told["status"] == "N"
    assert "caller_gone" in [entry["event"] for entry in told["log"]]


async def _until_held(programs: Programs, order_id: str) -> None:
    async with asyncio.timeout(5):
        while not (await programs.control("GET", f"orders/{order_id}"))[1]["held_calls"]:  # noqa: ASYNC110  the shop is asked over HTTP
            await asyncio.sleep(0.01)


async def test_an_outage_answers_503_and_ends(visitor: Visitor, programs: Programs) -> None:
    """A maintenance page instead of JSON, then the shop as always."""
    _, order_id = await visitor.buys()
    await programs.control("PUT", f"orders/{order_id}/outage", {"calls": 1})
    body = settle_body(order_id, "57.90")
    assert await programs.settle(body, signed(body)) == (503, "closed for maintenance\n")
    assert (await programs.settle(body, signed(body)))[0] == 200


async def test_a_person_changes_a_status_through_the_same_engine(visitor: Visitor, programs: Programs) -> None:
    """By hand: stock moves, the log says who, and Wasl's later word is refused."""
    _, order_id = await visitor.buys()
    _, told = await programs.control("PUT", f"orders/{order_id}/status", {"status": "I"})
    assert (told["status"], told["by_hand"], told["log"][-1]["actor"]) == ("I", True, "merchant")
    body = settle_body(order_id, "57.90")
    assert (await programs.settle(body, signed(body)))[1]["result"] == "refused"


async def test_orders_and_shelf_are_listed(visitor: Visitor, programs: Programs) -> None:
    """Newest first, each with its log."""
    _, first = await visitor.buys()
    _, second = await visitor.buys()
    _, listed = await programs.control("GET", "orders")
    assert [order["order_id"] for order in listed["items"]] == [second, first]
    assert listed["items"][0]["log"][0]["event"] == "placed"
    _, shelf = await programs.control("GET", "products")
    assert {product["price"] for product in shelf["items"]} == {"57.90", "34.50", "189.00", "76.25"}


async def test_a_control_that_makes_no_sense_says_so(programs: Programs) -> None:
    """A clear status instead of a silent nothing."""
    assert (await programs.control("GET", "orders/7"))[0] == 404
    assert (await programs.control("PUT", "orders/7/hold"))[0] == 404
    assert (await programs.control("PUT", "products/gold", {"stock": 1}))[0] == 422
    assert (await programs.control("PUT", "products/oud", {"stock": -1}))[0] == 422
    assert (await programs.control("PUT", "products/oud", {"stock": "many"}))[0] == 422
