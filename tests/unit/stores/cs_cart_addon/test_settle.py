"""Settling: what Wasl has proved meets what the shop knows, through the shop's own engine (CS-Cart reference §11.6)."""

import asyncio
import zipfile
from typing import Any

import pytest

from unit.stores.cs_cart_addon.shop import Shop


async def mails(shop: Shop, order_id: str) -> list[str]:
    return [m["receiver"] for m in await shop.sql("SELECT * FROM ?:demo_outbox WHERE order_id = ?i", order_id)]


async def payment_info(shop: Shop, order_id: str) -> str:
    return str(await shop.sql("SELECT data FROM ?:order_data WHERE order_id = ?i AND type = 'P'", order_id))


async def test_paid_is_settled_once_by_whoever_comes_first(shop: Shop) -> None:
    """Two callers at once: one change, stock once, one set of mails (cases 3 and 10)."""
    order_id = await shop.begun(await shop.method())
    before = await shop.stock()
    answers = await asyncio.gather(*(shop.settle(order_id) for _ in range(4)))
    assert sorted(answer["result"] for answer in answers) == ["changed", "unchanged", "unchanged", "unchanged"]
    assert {answer["status"] for answer in answers} == {"P"}
    assert await shop.stock() == before - 1
    assert len(await mails(shop, order_id)) == len(set(await mails(shop, order_id)))
    assert await payment_info(shop, order_id) != "[]"


async def test_the_stored_cart_of_a_paid_order_is_emptied(shop: Shop) -> None:
    """A buyer whose tab is closed does not buy the same again by mistake; another order's cart stays."""
    order_id = await shop.begun(await shop.method())
    await shop.sql("UPDATE ?:user_session_products SET order_id = ?i", order_id)
    await shop.settle(order_id, "F", state="failed")
    kept = await shop.one("SELECT COUNT(*) FROM ?:user_session_products")
    await shop.settle(order_id, version=2)
    assert (int(kept) > 0, await shop.one("SELECT COUNT(*) FROM ?:user_session_products")) == (True, "0")


async def test_a_success_after_a_failure_wins_and_a_failure_after_it_does_not(shop: Shop) -> None:
    """Failed, then paid by another attempt, then a late decline: the order stays paid (cases 4 and 5)."""
    order_id = await shop.begun(await shop.method())
    assert (await shop.settle(order_id, "F", version=1, state="failed"))["status"] == "F"
    assert (await shop.settle(order_id, "P", version=2))["status_before"] == "F"
    answer = await shop.settle(order_id, "F", version=3, state="failed")
    assert (answer["result"], answer["status"]) == ("unchanged", "P")
    assert "further along" in answer["reason"]


async def test_what_a_person_cancelled_stays_cancelled(shop: Shop) -> None:
    """Refused with the reason, nothing stored, so that it can be told again (case 7)."""
    order_id = await shop.begun(await shop.method())
    await shop.by_hand(order_id, status="I")
    answer = await shop.settle(order_id)
    assert (answer["result"], answer["status"]) == ("refused", "I")
    assert "person" in answer["reason"]
    assert await payment_info(shop, order_id) == "[]"
    await shop.by_hand(order_id, status="N")
    assert (await shop.settle(order_id))["result"] == "changed"


@pytest.mark.parametrize(("by_hand", "expected"), [("P", "P"), ("C", "C")])
async def test_a_person_who_says_the_same_is_not_contradicted(shop: Shop, by_hand: str, expected: str) -> None:
    """Set to paid or complete by hand, then told paid: unchanged, and the reference is stored."""
    order_id = await shop.begun(await shop.method())
    await shop.by_hand(order_id, status=by_hand)
    answer = await shop.settle(order_id)
    assert (answer["result"], answer["status"]) == ("unchanged", expected)
    assert (await shop.sql("SELECT * FROM ?:wasl_payments"))[0]["tran_ref"] == "TST1"


async def test_out_of_stock_is_backordered_and_said(shop: Shop) -> None:
    """Paid, but another order took the stock: B, told as a change, and filled when the stock is back (case 8)."""
    order_id = await shop.begun(await shop.method())
    await shop.sql("UPDATE ?:products SET amount = 0")
    answer = await shop.settle(order_id)
    assert (answer["result"], answer["status_before"], answer["status"]) == ("changed", "N", "B")
    assert (await shop.settle(order_id, "F", version=2, state="failed"))["status"] == "B"
    await shop.sql("UPDATE ?:products SET amount = 5")
    assert (await shop.settle(order_id, version=3))["status"] == "P"


@pytest.mark.parametrize("left", ["P", "B"])
async def test_an_act_that_did_not_live_to_note_it_is_finished(shop: Shop, left: str) -> None:
    """A crash after the engine and before our row: the same call again is not taken for a person's change."""
    order_id = await shop.begun(await shop.method())
    if left == "B":
        await shop.sql("UPDATE ?:products SET amount = 0")
    await shop.by_hand(order_id, status=left)
    before = await shop.stock()
    answer = await shop.settle(order_id)
    assert (answer["status"], await shop.stock()) == (left, before)
    assert answer["result"] == ("changed" if left == "B" else "unchanged")
    assert (await shop.settle(order_id))["reason"] == "this version, or a later one, is known already"
    assert (await shop.settle(order_id, "I", version=2, state="refunded"))["status"] == "I"


async def test_a_change_that_another_add_on_vetoes_waits_for_a_person(shop: Shop) -> None:
    """Paid, and the shop will not have it: refused with the reason, not forgotten, and told again later."""
    order_id = await shop.begun(await shop.method())
    home, guard = "app/addons/veto/", "<?php defined('BOOTSTRAP') or die; "
    hook = "function fn_veto_change_order_status(&$to, $from) { $to = $from; }"
    with zipfile.ZipFile(shop.state / "veto.zip", "w") as packed:
        packed.writestr(f"{home}addon.xml", '<addon scheme="3.0"><id>veto</id><version>1.0.0</version></addon>')
        packed.writestr(f"{home}func.php", guard + hook)
        packed.writestr(f"{home}init.php", guard + "fn_register_hooks('change_order_status');")
    await shop.cli("install", str(shop.state / "veto.zip"))
    before = await shop.stock()
    answer = await shop.settle(order_id)
    assert (answer["result"], answer["status"], await shop.stock()) == ("refused", "N", before)
    assert "would not make it P" in answer["reason"]
    await shop.cli("uninstall", "veto")
    assert (await shop.settle(order_id))["result"] == "changed"


async def test_an_order_of_another_storefront_is_settled_through_this_door(shop: Shop) -> None:
    """In CS-Cart a company is a storefront, and its orders are hidden from the others; money is not."""
    order_id = await shop.begun(await shop.method())
    await shop.by_hand(order_id, company_id="2")
    assert (await shop.settle(order_id))["result"] == "changed"


async def test_an_edited_order_waits_for_a_person(shop: Shop) -> None:
    """Its total is no longer what was asked for (case 13)."""
    order_id = await shop.begun(await shop.method())
    await shop.by_hand(order_id, total="1.00")
    answer = await shop.settle(order_id)
    assert (answer["result"], answer["status"]) == ("refused", "N")
    assert "edited" in answer["reason"]


async def test_a_switched_method_is_refused(shop: Shop) -> None:
    """The order was moved to another payment method (case 14)."""
    order_id = await shop.begun(await shop.method())
    await shop.by_hand(order_id, payment_id="0")
    assert "another payment method" in (await shop.settle(order_id))["reason"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"amount": "0.01"}, "asked for"),
        ({"currency": "USD"}, "asked for"),
        ({"target_status": "Z"}, "no order status 'Z'"),
        ({"target_status": "paid"}, "no order status 'paid'"),
        ({"order_id": "999999"}, "no such order"),
        ({"order_id": "1 OR 1=1"}, "no such order"),
    ],
)
async def test_it_refuses_what_does_not_fit(shop: Shop, changed: dict[str, Any], reason: str) -> None:
    """Each refusal names its reason and changes nothing."""
    order_id = await shop.begun(await shop.method())
    answer = await shop.settle(order_id, **changed)
    assert answer["result"] == "refused"
    assert reason in answer["reason"]
    assert (await shop.order(order_id))["status"] == "N"


async def test_an_order_without_a_payment_is_refused(shop: Shop) -> None:
    """Nobody asked for money here: an order placed and never begun."""
    order_id = await shop.place(await shop.method())
    assert "begun" in (await shop.settle(order_id))["reason"]


async def test_without_a_target_only_the_reference_is_stored(shop: Shop) -> None:
    """The merchant chose no status for this outcome."""
    order_id = await shop.begun(await shop.method())
    answer = await shop.settle(order_id, "", state="refunded", tran_ref="TST9")
    assert (answer["result"], answer["status"], answer["reason"]) == ("unchanged", "N", "")
    row = (await shop.sql("SELECT * FROM ?:wasl_payments"))[0]
    assert (row["tran_ref"], row["version"], row["status_left"]) == ("TST9", "1", "N")


async def test_whom_the_merchant_does_not_want_to_notify_hears_nothing(shop: Shop) -> None:
    """The others follow the shop's own settings."""
    method = await shop.method()
    loud, quiet = await shop.begun(method), await shop.begun(method)
    await shop.settle(loud)
    await shop.settle(quiet, notify={"customer": False, "department": False, "vendor": False})
    assert await mails(shop, loud)
    assert await mails(shop, quiet) == []


async def test_a_held_order_is_busy_not_failed(shop: Shop) -> None:
    """Somebody else holds the order's lock for too long: 503, and Wasl will come again."""
    order_id = await shop.begun(await shop.method())
    await shop.sql(
        "INSERT INTO ?:lock_keys (key_id, token, expiry) VALUES (?s, 'x', 9999999999)", f"wasl.order.{order_id}"
    )
    row = (await shop.sql("SELECT * FROM ?:wasl_payments"))[0]
    call = {"type": "order.settle", "order_id": order_id, "version": 1, "target_status": "P", "state": "paid"}
    money = {"amount": row["amount"], "currency": "SAR", "payment_id": "pay_1"}
    status, answer = await shop.knock(call | money)
    assert (status, answer["message"]) == (503, "this order is being changed by somebody else")


async def vendors(market: Shop) -> tuple[str, list[str]]:
    """A parent over the goods of two vendors, begun; its children."""
    found = await market.sql("SELECT MIN(product_id) AS id FROM ?:products GROUP BY company_id")
    parent = await market.begun(await market.method(), **{row["id"]: 1 for row in found})
    children = await market.sql("SELECT order_id FROM ?:orders WHERE parent_order_id = ?i ORDER BY order_id", parent)
    assert len(children) > 1
    return parent, [child["order_id"] for child in children]


async def test_a_parents_children_are_settled(market: Shop) -> None:
    """The parent's own row stays T; its children are paid, each once."""
    parent, children = await vendors(market)
    answer = await market.settle(parent)
    assert (answer["result"], answer["status"]) == ("changed", "P")
    assert answer["children"] == [{"order_id": child, "status": "P"} for child in children]
    assert (await market.order(parent))["status"] == "T"
    assert (await market.settle(parent))["result"] == "unchanged"
    assert (await market.settle(parent, "I", version=2, state="refunded"))["status"] == "I"
    _, seen = await market.knock({"type": "order.read", "order_id": parent})
    assert (seen["status"], len(seen["children"])) == ("I", len(children))


async def test_a_cancelled_child_stays_cancelled(market: Shop) -> None:
    """The others are paid, and the reason names the one that was left (case 12)."""
    parent, children = await vendors(market)
    await market.by_hand(children[0], status="I")
    answer = await market.settle(parent)
    assert (answer["result"], answer["status"]) == ("changed", "P")
    assert [child["status"] for child in answer["children"]] == ["I"] + ["P"] * (len(children) - 1)
    assert f"order {children[0]} was set to I by a person" in answer["reason"]


async def test_an_edited_or_separately_paid_child_is_left_alone(market: Shop) -> None:
    """What the parent's payment does not cover, it does not settle."""
    parent, children = await vendors(market)
    await market.by_hand(children[0], total="1.00")
    await market.start(children[1], mode="repay")
    answer = await market.settle(parent)
    assert f"order {children[0]} was edited" in answer["reason"]
    assert f"order {children[1]} is not part of this payment" in answer["reason"]
    assert (await market.settle(children[1], version=1))["result"] == "changed"


async def test_a_child_is_not_settled_by_its_parents_money(market: Shop) -> None:
    """Nobody asked for money for the child itself."""
    _, children = await vendors(market)
    assert "begun" in (await market.settle(children[0], amount="", currency=""))["reason"]
