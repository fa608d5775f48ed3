"""Wasl's door: who is believed, what is understood, and that nothing but JSON comes out."""

import asyncio
import time
from typing import Any

import pytest

from unit.stores.cs_cart_addon.shop import OTHER_KEY, Shop

CARD = {"type": "shop.read"}


async def test_it_believes_a_call_once(shop: Shop) -> None:
    """The same call a second time is a replay, even when both come at once."""
    answers = await asyncio.gather(*(shop.knock(CARD, webhook_id="n1") for _ in range(4)))
    assert sorted(status for status, _ in answers) == [200, 401, 401, 401]
    assert {answer["message"] for status, answer in answers if status == 401} == {"not Wasl's call: replayed"}


@pytest.mark.parametrize(
    ("changed", "doubt"),
    [
        ({"webhook_id": ""}, "unsigned"),
        ({"webhook_id": "x" * 257}, "unsigned"),
        ({"webhook_signature": ""}, "unsigned"),
        ({"webhook_timestamp": str(int(time.time()) - 400)}, "stale"),
        ({"webhook_timestamp": str(int(time.time()) + 400)}, "stale"),
        ({"webhook_timestamp": "soon"}, "stale"),
        ({"webhook_signature": "v1,Zm9yZ2Vk"}, "forged"),
    ],
)
async def test_it_says_why_it_does_not_believe(shop: Shop, changed: dict[str, Any], doubt: str) -> None:
    """401 with the reason, and nothing is remembered of the call."""
    status, answer = await shop.knock(CARD, **changed)
    assert status == 401
    assert doubt in answer["message"]
    assert await shop.one("SELECT COUNT(*) FROM ?:wasl_nonces") == "0"


async def test_only_the_first_eight_signatures_are_looked_at(shop: Shop) -> None:
    """A header of endless signatures costs no endless work; a key in rotation fits well within eight."""
    status, _ = await shop.knock(CARD, webhook_signature=" ".join(["v1,bm8="] * 5000))
    assert status == 401


async def test_it_forgets_a_nonce_when_its_signature_is_stale(shop: Shop) -> None:
    """The table of nonces stays as small as the last minutes' calls."""
    await shop.knock(CARD)
    await shop.sql("UPDATE ?:wasl_nonces SET seen_at = seen_at - 1000")
    await shop.knock(CARD)
    assert await shop.one("SELECT COUNT(*) FROM ?:wasl_nonces") == "1"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"type":"order.erase"}', b'{"type":["order.read"]}'])
async def test_it_says_400_to_what_it_does_not_understand(shop: Shop, body: bytes) -> None:
    """Believed, but no call this add-on knows."""
    status, answer = await shop.knock(body)
    assert status == 400
    assert "1.0.0" in answer["message"]


async def test_it_names_what_a_call_fails_to_say(shop: Shop) -> None:
    """400 names the first missing value."""
    status, answer = await shop.knock({"type": "order.settle", "order_id": "1"})
    assert (status, answer["message"]) == (400, "the call must say its version")


async def test_it_reads_at_most_64_kib(shop: Shop) -> None:
    """A longer body is not read whole, so its signature cannot fit."""
    status, _ = await shop.knock(b'{"type":"shop.read","x":"' + b"x" * 65536 + b'"}')
    assert status == 401


async def test_it_works_with_the_payment_method_switched_off(shop: Shop) -> None:
    """A merchant who closes the method does not close the door on money that is under way."""
    order_id = await shop.begun(await shop.method())
    await shop.sql("UPDATE ?:payments SET status = 'D'")
    assert (await shop.settle(order_id))["result"] == "changed"


async def test_warnings_of_the_shop_do_not_spoil_the_json(shop: Shop) -> None:
    """What PHP prints on the way is thrown away, even in a buffer that cannot be removed."""
    order_id = await shop.begun(await shop.method())
    async with shop.http.put(f"{shop.url}/_demo/orders/{order_id}/fault", json={"kind": "warning"}) as answer:
        assert answer.status == 200
    assert (await shop.settle(order_id))["result"] == "changed"


async def test_a_failure_inside_is_json_without_the_message(shop: Shop) -> None:
    """A broken table is 500: its place is named, its query, which may hold a buyer's data, is not."""
    await shop.sql("DROP TABLE cscart_payments")
    status, answer = await shop.knock({"type": "shop.read"})
    assert status == 500
    assert "SELECT" not in answer["message"]
    assert "DatabaseException" in answer["message"]


async def test_each_store_sees_its_own_orders_alone(shop: Shop) -> None:
    """Two stores of Wasl in one shop: neither may read or settle the other's orders."""
    order_id = await shop.begun(await shop.method(store_id="s2"))
    _, answer = await shop.knock({"type": "order.read", "order_id": order_id})
    assert answer == {"result": "refused", "order_id": order_id, "reason": "no such order"}
    assert (await shop.settle(order_id))["reason"] == "the order belongs to another store of Wasl"
    assert (await shop.settle(order_id, key=OTHER_KEY))["result"] == "changed"
    _, listed = await shop.knock({"type": "orders.list", "since": 0})
    assert listed["orders"] == []


async def test_it_lists_in_pages(shop: Shop) -> None:
    """Orders by number, begun or not, `next` leading on; other methods' orders are not Wasl's business."""
    method = await shop.method()
    first, second, third = await shop.begun(method), await shop.place(method), await shop.begun(method)
    _, page = await shop.knock({"type": "orders.list", "since": 0, "after": "", "limit": 2})
    assert ([order["order_id"] for order in page["orders"]], page["next"]) == ([first, second], second)
    _, rest = await shop.knock({"type": "orders.list", "since": 0, "after": page["next"], "limit": 2})
    assert ([order["order_id"] for order in rest["orders"]], rest["next"]) == ([third], "")
    _, later = await shop.knock({"type": "orders.list", "since": int(time.time()) + 60})
    assert later["orders"] == []


async def test_it_reads_an_order(shop: Shop) -> None:
    """Status, money, reference, version, whether a person changed it; an edited order shows its total of now."""
    order_id = await shop.begun(await shop.method())
    total = (await shop.order(order_id))["total"]
    await shop.settle(order_id, version=3, tran_ref="TST3")
    _, seen = await shop.knock({"type": "order.read", "order_id": order_id})
    assert (seen["status"], seen["amount"], seen["currency"], seen["tran_ref"]) == ("P", total, "SAR", "TST3")
    assert (seen["version"], seen["by_hand"], seen["children"]) == (3, False, [])
    await shop.by_hand(order_id, status="I", total="99.00")
    _, seen = await shop.knock({"type": "order.read", "order_id": order_id})
    assert (seen["status"], seen["amount"], seen["by_hand"]) == ("I", "99.00", True)


async def test_it_says_which_shop_it_is(shop: Shop) -> None:
    """The statuses a merchant may map to, and how many methods use this store."""
    await shop.method()
    await shop.method(store_id="s2")
    _, card = await shop.knock(CARD)
    assert (card["result"], card["addon_version"], card["platform"], card["payment_methods"]) == (
        "shop",
        "1.0.0",
        "CS-Cart",
        1,
    )
    assert {"status": "P", "name": "Processed", "inventory": "D", "settled": True} in card["statuses"]
    assert not {"N", "T"} & {status["status"] for status in card["statuses"]}
