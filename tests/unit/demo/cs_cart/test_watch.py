"""What a demonstration does around the settle door, and what it sees there; the door itself is a fixture's."""

import asyncio
from http import HTTPStatus
from typing import Any

import aiohttp
import pytest

from unit.demo.cs_cart.phpshop import Shop

WARNING = "Warning"


async def _settle(shop: Shop, order_id: str, status: str = "P") -> tuple[int, str]:
    call = {"type": "order.settle", "order_id": order_id, "version": 3, "state": "paid", "target_status": status}
    answer = await shop.http.post(f"{shop.url}/index.php?dispatch=wasl.settle", json=call)
    return answer.status, await answer.text()


async def _events(shop: Shop, order_id: str) -> list[tuple[str, dict[str, Any]]]:
    log = (await shop.control("GET", f"orders/{order_id}"))["log"]
    return [(entry["event"], entry["details"]) for entry in log]


async def test_what_is_told_and_answered_is_logged_in_order(shop: Shop) -> None:
    """The log reads: placed, told, the change of status, answered; asked again, told and answered only."""
    order_id = await shop.place("coffee")
    await _settle(shop, order_id)
    await _settle(shop, order_id)
    events = await _events(shop, order_id)
    assert [event for event, _ in events] == ["placed", "told", "status", "answered", "told", "answered"]
    assert events[1][1] == {"version": "3", "state": "paid", "target": "P"}
    assert events[3][1] == {"result": "changed", "status": "P", "reason": ""}


async def test_a_held_call_waits_for_its_release(shop: Shop) -> None:
    """While an order is held its calls stand before the door and are counted; other orders are settled."""
    held, other = await shop.place("coffee"), await shop.place("coffee")
    await shop.control("PUT", f"orders/{held}/hold")
    waiting = asyncio.create_task(_settle(shop, held))
    async with asyncio.timeout(20):
        while (await shop.control("GET", f"orders/{held}"))["held_calls"] == 0:  # noqa: ASYNC110 - as below
            await asyncio.sleep(0.02)  # the other side is a process of PHP: there is nothing here to be told by
    assert (await _settle(shop, other))[0] == HTTPStatus.OK
    assert not waiting.done()
    released = await shop.control("DELETE", f"orders/{held}/hold")
    assert (await waiting)[0] == HTTPStatus.OK
    assert (released["status"], (await shop.control("GET", f"orders/{held}"))["held_calls"]) == ("N", 0)


async def test_an_outage_lasts_for_so_many_calls(shop: Shop) -> None:
    """The next calls are answered 503 and logged; the one after is done."""
    order_id = await shop.place("coffee")
    await shop.control("PUT", f"orders/{order_id}/outage", {"calls": 2})
    assert [(await _settle(shop, order_id))[0] for _ in range(3)] == [503, 503, 200]
    assert [event for event, _ in await _events(shop, order_id)].count("out_of_service") == 2


async def test_a_warning_before_the_answer_is_for_the_door_to_discard(shop: Shop) -> None:
    """What PHP printed first is gone when the door empties the buffers, and would stand there if it did not."""
    order_id = await shop.place("coffee")
    await shop.control("PUT", f"orders/{order_id}/fault", {"kind": "warning"})
    status, text = await _settle(shop, order_id)
    assert (status, WARNING in text, text.startswith("{")) == (HTTPStatus.OK, False, True)


async def test_a_maintenance_page_runs_no_door(shop: Shop) -> None:
    """A host that answers 200 in HTML has settled nothing, and nothing is logged as told."""
    order_id = await shop.place("coffee")
    await shop.control("PUT", f"orders/{order_id}/fault", {"kind": "html"})
    assert "<!DOCTYPE html>" in (await _settle(shop, order_id))[1]
    assert [event for event, _ in await _events(shop, order_id)] == ["placed"]


async def test_an_answer_can_break_off_after_the_deed(shop: Shop) -> None:
    """The order is changed though its caller never hears so."""
    order_id = await shop.place("coffee")
    await shop.control("PUT", f"orders/{order_id}/fault", {"kind": "cut"})
    with pytest.raises(aiohttp.ClientPayloadError):
        await _settle(shop, order_id)
    assert (await shop.control("GET", f"orders/{order_id}"))["status"] == "P"


async def test_a_change_by_a_person_is_told_from_the_shops_own(shop: Shop) -> None:
    """`by_hand` is true of a status set in the back office after the payment began."""
    settled, edited = await shop.place("coffee"), await shop.place("coffee")
    await _settle(shop, settled)
    await shop.control("PUT", f"orders/{edited}/status", {"status": "I"})
    views = [await shop.control("GET", f"orders/{order_id}") for order_id in (settled, edited)]
    assert [view["by_hand"] for view in views] == [False, True]


@pytest.mark.parametrize(("path", "status"), [("orders/7", 404), ("nothing", 404)])
async def test_what_is_not_there_is_said_plainly(shop: Shop, path: str, status: int) -> None:
    """An unknown order or control is a 404 with a sentence."""
    answer = await shop.http.get(f"{shop.url}/_demo/{path}")
    assert (answer.status, answer.content_type) == (status, "text/plain")


async def test_an_administrator_edits_and_deletes(shop: Shop) -> None:
    """An edit changes the total as stored; a deleted order is gone, and its stock is back."""
    order_id, before = await shop.place("coffee"), await shop.stock("coffee")
    await _settle(shop, order_id)
    assert (await shop.control("PUT", f"orders/{order_id}", {"total": "60"}))["amount"] == "60.00"
    await shop.control("PUT", f"orders/{order_id}", {"delete": True})
    assert (await shop.http.get(f"{shop.url}/_demo/orders/{order_id}")).status == HTTPStatus.NOT_FOUND
    assert await shop.stock("coffee") == before


async def test_a_return_that_proves_nothing_is_logged_so(shop: Shop) -> None:
    """A browser that comes back without Wasl's signature has returned unproved."""
    order_id = await shop.place("coffee")
    await shop.http.get(f"{shop.url}/index.php?dispatch=wasl.return&order_id={order_id}&wasl_state=paid")
    assert (await _events(shop, order_id))[-1] == ("returned_unproved", {"state": ""})


async def test_a_reset_empties_the_books_and_fills_the_shelves(shop: Shop) -> None:
    """After a reset there are no orders; add-ons and payment methods are still there."""
    await _settle(shop, await shop.place("coffee"))
    shelf = await shop.control("POST", "reset")
    rows = (await shop.control("GET", "rows"))["rows"]
    assert {item["stock"] for item in shelf["items"]} == {4000}
    assert (rows["orders"], rows["demo_log"], rows["addons"], rows["payments"]) == (0, 0, 1, 1)
