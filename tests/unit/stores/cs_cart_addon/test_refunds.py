"""Money back that is asked for in the shop: by an accepted return, or by the status the merchant chose for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from unit.stores.cs_cart_addon.office import COMPLETED, Office, notices, offered, office
from unit.stores.cs_cart_addon.shop import Shop, open_shop

TAXES = (
    'a:1:{i:6;a:4:{s:18:"price_includes_tax";s:1:"N";s:12:"tax_subtotal";d:14.65;s:7:"applies";'
    'a:%ss:4:"rate";s:1:"5";}}'
)


@pytest.fixture
async def desk(shop: Shop) -> AsyncIterator[Office]:
    """An administrator of the shop."""
    async with office(shop.url) as opened:
        yield opened


async def paid(shop: Shop, products: dict[str, int] | None = None, *, method: str = "", **chosen: str) -> str:
    """An order that Wasl has settled as paid."""
    order_id = await shop.begun(method or await shop.method(store_id="s1", **chosen), **(products or {"coffee": 1}))
    assert (await shop.settle(order_id))["status"] == "P"
    return order_id


async def returned(shop: Shop, order_id: str, **products: int) -> str:
    """A buyer's return of a complete order; one coffee unless said otherwise."""
    await shop.by_hand(order_id, status="C")
    told = {"order_id": order_id, "products": products or {"coffee": 1}}
    async with shop.http.post(f"{shop.url}/_demo/returns", json=told) as answer:
        assert answer.status == 200, await answer.text()
        return str((await answer.json(content_type=None))["return_id"])


async def state(shop: Shop, key: str) -> str:
    """The state of one refund as the shop keeps it."""
    return await shop.one("SELECT state FROM ?:wasl_refunds WHERE refund_key = ?s", key)


async def test_an_accepted_return_asks_once(shop: Shop, desk: Office) -> None:
    """The amount in the box goes to Wasl, by the return's own key; completing it later asks for nothing more."""
    return_id = await returned(shop, await paid(shop))
    assert offered(await desk.page("rma.details", return_id=return_id)) == "57.90 SAR"
    page = await desk.accept(return_id)
    key = f"rma-{return_id}"
    assert shop.wasl.refunds == [(key, {"payment": "pay_1", "amount": "57.90", "reason": key})]
    assert "57.90 SAR" in notices(page)[0]
    assert "Refunded: 57.90 SAR" in page
    await desk.accept(return_id, COMPLETED)
    assert len(shop.wasl.refunds) == 1
    assert await state(shop, key) == "approved"


@pytest.mark.parametrize("how", [{"tick": False}, {"status": "D"}, {"status": "R"}])
async def test_nothing_moves_without_a_clear_word(shop: Shop, desk: Office, how: dict[str, Any]) -> None:
    """Accepted without the box, declined, back at the beginning, or saved with the status it has: Wasl is not asked."""
    return_id = await returned(shop, await paid(shop))
    await desk.accept(return_id, **how)
    await shop.sql("UPDATE ?:rma_returns SET status = 'A' WHERE return_id = ?i", return_id)
    await desk.accept(return_id)
    assert shop.wasl.refunds == []


async def test_a_replacement_offers_no_refund(shop: Shop, desk: Office) -> None:
    """Whoever wants other goods gets no money, even if the form were forged."""
    order_id = await paid(shop)
    return_id = await returned(shop, order_id)
    await shop.sql("UPDATE ?:rma_returns SET action = 1 WHERE return_id = ?i", return_id)
    page = await desk.page("rma.details", return_id=return_id)
    assert offered(page) == ""
    forged = page.replace("</form>", 'name="change_return_status[wasl_refund]" id="wasl_refund" value="5790"</form>')
    await desk.change_return(forged)
    assert shop.wasl.refunds == []


async def test_another_payment_method_is_none_of_our_business(shop: Shop, desk: Office) -> None:
    """An order that was moved to another method, and one that was never begun here: no box, no notice, no call."""
    moved = await paid(shop)
    for order_id in (moved, await shop.place(await shop.method(store_id="s1"), coffee=1)):
        return_id = await returned(shop, order_id)
        if order_id == moved:
            await shop.by_hand(order_id, payment_id="0")
        page = await desk.page("rma.details", return_id=return_id)
        assert offered(page) == ""
        forged = page + 'name="change_return_status[wasl_refund]" id="wasl_refund" value="5790"'
        assert notices(await desk.change_return(forged)) == []
    assert shop.wasl.refunds == []


async def test_two_clicks_and_two_administrators_are_one_refund(shop: Shop, desk: Office) -> None:
    """Whoever has the old form still open asks by the same key, also while the first waits for the answer."""
    return_id = await returned(shop, await paid(shop, {"coffee": 2}))
    shop.wasl.refund_gate = asyncio.Event()
    async with office(shop.url) as other:
        forms = [await one.page("rma.details", return_id=return_id) for one in (desk, other)]
        clicks = [asyncio.create_task(desk.change_return(forms[0])), asyncio.create_task(other.change_return(forms[1]))]
        clicks.append(asyncio.create_task(desk.change_return(forms[0])))
        while len(shop.wasl.refunds) < 2:  # noqa: ASYNC110  the shop makes the calls
            await asyncio.sleep(0.01)
        shop.wasl.refund_gate.set()
        await asyncio.gather(*clicks)
    assert {(key, body["amount"]) for key, body in shop.wasl.refunds} == {(f"rma-{return_id}", "57.90")}
    assert await shop.one("SELECT COUNT(*) FROM ?:wasl_refunds") == "1"


async def test_before_the_confirmation_nothing_moves(shop: Shop, desk: Office) -> None:
    """The page to confirm comes first; afterwards the amount is what it was before the order was recalculated."""
    order_id = await paid(shop, {"coffee": 2, "dates": 1})
    return_id = await returned(shop, order_id, coffee=1)
    asks = await desk.accept(return_id, recalculate="R")
    assert 'id="confirm-return"' in asks
    assert shop.wasl.refunds == []
    await desk.confirm(asks)
    assert [body["amount"] for _, body in shop.wasl.refunds] == ["57.90"]
    assert (await shop.order(order_id))["total"] == "92.40"


async def test_wasl_away_then_back(shop: Shop, desk: Office) -> None:
    """A clear notice, nothing lost; the page that is opened again asks by the same key for the same amount."""
    order_id = await paid(shop)
    return_id = await returned(shop, order_id)
    shop.wasl.refund_status, shop.wasl.refund_answer = 502, {"detail": "bad gateway"}
    page = await desk.accept(return_id)
    assert "did not answer" in notices(page)[0]
    assert await state(shop, f"rma-{return_id}") == "asked"
    assert "bad gateway" in str(await shop.sql("SELECT content FROM ?:logs"))
    shop.wasl.refund_status, shop.wasl.refund_answer = 200, {"state": "approved"}
    assert "57.90 SAR" in notices(await desk.page("orders.details", order_id=order_id))[0]
    assert len({(key, str(body)) for key, body in shop.wasl.refunds}) == 1
    assert await state(shop, f"rma-{return_id}") == "approved"
    asked = len(shop.wasl.refunds)
    assert notices(await desk.page("orders.details", order_id=order_id)) == []
    assert len(shop.wasl.refunds) == asked


@pytest.mark.parametrize("known", ["requested", "submitted", "pending", "unknown"])
async def test_pending_then_approved_days_later(shop: Shop, desk: Office, known: str) -> None:
    """Not confirmed is said as such, and each visit asks what became of it until there is a last word."""
    order_id = await paid(shop)
    return_id = await returned(shop, order_id)
    shop.wasl.refund_answer = {"state": known}
    assert "not confirmed yet" in (await desk.accept(return_id))
    assert await state(shop, f"rma-{return_id}") == known
    shop.wasl.refund_status, shop.wasl.refund_answer = 200, {"state": "approved"}
    assert "Refunded: 57.90 SAR" in await desk.page("rma.details", return_id=return_id)
    assert len({key for key, _ in shop.wasl.refunds}) == 1


async def test_a_refusal_says_why_and_may_be_asked_anew(shop: Shop, desk: Office) -> None:
    """The reason is shown as text; a new click is a new wish, with a key of its own."""
    order_id = await paid(shop)
    return_id = await returned(shop, order_id)
    shop.wasl.refund_status, shop.wasl.refund_answer = 422, {"detail": "only 10.00 <b>SAR</b> can be refunded"}
    page = await desk.accept(return_id)
    assert "only 10.00 &lt;b&gt;SAR" in notices(page)[0]
    assert await state(shop, f"rma-{return_id}") == "refused"
    asked = len(shop.wasl.refunds)
    assert notices(await desk.page("orders.details", order_id=order_id)) == []
    assert len(shop.wasl.refunds) == asked
    shop.wasl.refund_status, shop.wasl.refund_answer = 201, {"state": "approved"}
    await desk.accept(return_id, COMPLETED)
    assert [key for key, _ in shop.wasl.refunds][-1] == f"rma-{return_id}-2"


async def test_the_gateway_refuses(shop: Shop, desk: Office) -> None:
    """201 with the state refused is a refusal too, with the gateway's own words."""
    return_id = await returned(shop, await paid(shop))
    shop.wasl.refund_answer = {"state": "refused", "note": "Insufficient balance"}
    assert "Insufficient balance" in notices(await desk.accept(return_id))[0]


async def test_the_status_chosen_for_it_gives_back_what_is_left(shop: Shop, desk: Office) -> None:
    """Wasl says how much that is. Choosing it again is the same refund."""
    order_id = await paid(shop, refund_status="I")
    page = await desk.set_status(order_id, "I")
    key = f"status-{order_id}"
    assert shop.wasl.refunds == [(key, {"payment": "pay_1", "reason": key})]
    assert "57.90 SAR" in " ".join(notices(page))
    await desk.set_status(order_id, "O")
    await desk.set_status(order_id, "I")
    assert {key for key, _ in shop.wasl.refunds} == {key}
    assert await shop.one("SELECT amount FROM ?:wasl_refunds") == "57.90"


async def test_what_wasl_settles_never_asks(tmp_path: Path) -> None:
    """A refund that Wasl tells of sets the very status that refunds by hand, and no lock keeps the hook from asking."""
    async with open_shop(tmp_path / "shop", lock="dummy") as shop:
        order_id, pending = [await paid(shop, refund_status="I") for _ in range(2)]
        told = {"state": "refunded", "version": 2, "refunded": "57.90"}
        assert (await shop.settle(order_id, "I", **told))["result"] == "changed"
        assert shop.wasl.refunds == []
        shop.wasl.refund_answer = {"state": "pending"}
        async with office(shop.url) as desk:
            await desk.accept(await returned(shop, pending))
        asked = len(shop.wasl.refunds)
        assert (await shop.settle(pending, "I", **told))["result"] == "changed"
        assert len(shop.wasl.refunds) == asked


async def test_another_status_asks_for_nothing(shop: Shop, desk: Office) -> None:
    """Only the one that was chosen does, and none by default."""
    for order_id in (await paid(shop, refund_status="I"), await paid(shop)):
        await desk.set_status(order_id, "O")
        await desk.set_status(order_id, "D")
    assert shop.wasl.refunds == []


async def test_a_status_of_paid_orders_never_refunds(shop: Shop, desk: Office) -> None:
    """Even if it was chosen: an order that is completed by hand keeps its money. The list does not offer it either."""
    method = await shop.method(store_id="s1", refund_status="C")
    order_id = await paid(shop, method=method)
    await desk.set_status(order_id, "C")
    assert shop.wasl.refunds == []
    page = await desk.page("payments.update", payment_id=method)
    select = page.partition('id="wasl_refund_status"')[2].partition("</select>")[0]
    assert 'value="I"' in select
    assert 'value="C"' not in select


@pytest.mark.parametrize("before", ["C", "I"])
async def test_the_result_comes_back_as_status_and_note(shop: Shop, before: str) -> None:
    """From a status that a person set since, complete or the refunding one, and though a return changed the total."""
    order_id = await paid(shop, refund_status="I")
    await shop.by_hand(order_id, status=before, total="40.00")
    told = {"state": "partially_refunded", "version": 2, "refunded": "17.90"}
    answer = await shop.settle(order_id, "D", **told)
    assert (answer["result"], answer["status"]) == ("changed", "D")
    assert (await shop.settle(order_id, "", **told | {"version": 3, "refunded": "27.90"}))["result"] == "unchanged"
    async with office(shop.url) as desk:
        page = await desk.page("orders.details", order_id=order_id)
        assert '<bdi data-info="wasl.refunded">27.90 SAR</bdi>' in page


async def test_partly_refunded_may_be_a_status_of_paid_orders(shop: Shop) -> None:
    """A letter of the merchant's own for orders that are out: an order completed since gets it all the same."""
    letter = {"status": "X", "description": "Partly refunded", "inventory": "D", "payment_received": "Y"}
    async with shop.http.post(f"{shop.url}/_demo/statuses", json=letter) as answer:
        assert answer.status == 200
    order_id = await paid(shop)
    await shop.by_hand(order_id, status="C")
    told = {"state": "partially_refunded", "version": 2, "refunded": "5.00"}
    assert (await shop.settle(order_id, "X", **told))["status"] == "X"


async def test_a_person_who_withdrew_an_order_is_still_heard(shop: Shop) -> None:
    """Another status set by hand stays, and so does one of an order that was edited before it was paid."""
    order_id = await paid(shop)
    await shop.by_hand(order_id, status="I")
    told = {"state": "refunded", "version": 2, "refunded": "57.90"}
    assert (await shop.settle(order_id, "D", **told))["result"] == "refused"
    edited = await shop.begun(await shop.method(store_id="s1"))
    await shop.by_hand(edited, total="40.00")
    assert (await shop.settle(edited, "D", **told))["result"] == "refused"


async def test_going_on_is_not_taken_back_by_a_refund(shop: Shop) -> None:
    """Partly refunded may stay a paid status: an order that was completed since stays complete."""
    order_id = await paid(shop)
    await shop.by_hand(order_id, status="C")
    told = {"state": "partially_refunded", "version": 2, "refunded": "5.00"}
    assert (await shop.settle(order_id, "P", **told))["status"] == "C"


@pytest.mark.parametrize(
    ("scope", "amounts"),
    [("items", ["55.00", "110.01"]), ("items_tax", ["57.89", "115.78"]), ("items_tax_shipping", ["64.42", "128.83"])],
)
@pytest.mark.parametrize("applies", ['1:{s:1:"P";d:8.66;}', '1:{s:11:"P_%s";d:8.66;}'])
async def test_the_merchant_decides_on_taxes_and_shipping(
    shop: Shop, desk: Office, scope: str, amounts: list[str], applies: str
) -> None:
    """Each item's part of the discount, of the taxes on top and of the shipping; two returns make up the whole."""
    order_id = await shop.place(await shop.method(store_id="s1", refund_scope=scope), coffee=3)
    line = await shop.one("SELECT item_id FROM ?:order_details WHERE order_id = ?i", order_id)
    # 173.70 for goods, 8.69 less, 8.66 taxes, 19.58 shipping with its tax
    await shop.by_hand(order_id, subtotal_discount="8.69", shipping_cost="18.65", total="193.25")
    shipping = 's:3:"S_1";d:0.93;'
    taxes = TAXES % (applies.replace("1:{", "2:{", 1).replace("}", shipping + "}")).replace("%s", line)
    taxes = taxes.replace("s:11:", f"s:{len('P_' + line)}:")
    await shop.sql("INSERT INTO ?:order_data (order_id, type, data) VALUES (?i, 'T', ?s)", order_id, taxes)
    await shop.start(order_id)
    await shop.settle(order_id)
    for count in (1, 2):
        await desk.accept(await returned(shop, order_id, coffee=count))
    found = [body["amount"] for _, body in shop.wasl.refunds]
    assert found == amounts


async def test_in_the_charged_currency_to_the_last_unit(tmp_path: Path) -> None:
    """Three decimals, converted by what was charged, whatever the rates are now; three thirds are exactly the whole."""
    dinars = [{"code": "KWD", "coefficient": 12.2, "decimals": 3}]
    async with AsyncExitStack() as stack:
        shop = await stack.enter_async_context(open_shop(tmp_path / "shop", currencies=dinars))
        desk = await stack.enter_async_context(office(shop.url))
        method = await shop.method(store_id="s1", currency_policy="buyer")
        order_id = await shop.place(method, coffee=3)
        buyers = 's:3:"KWD";'
        await shop.sql("REPLACE INTO ?:order_data (order_id, type, data) VALUES (?i, 'R', ?s)", order_id, buyers)
        await shop.start(order_id)
        await shop.settle(order_id)
        assert shop.wasl.wishes[-1]["amount"] == "14.238"
        config = shop.state / "shop.json"
        config.write_text(config.read_text().replace("12.2", "9.9"))
        for _ in range(3):
            await desk.accept(await returned(shop, order_id, coffee=1))
        assert [body["amount"] for _, body in shop.wasl.refunds] == ["4.746", "4.746", "4.746"]
        page = await desk.set_status(order_id, "O")
        assert notices(page)[0] != ""


async def test_never_more_than_was_charged(shop: Shop, desk: Office) -> None:
    """A forged box is cut to the charge; once all is given back, the next return offers nothing."""
    order_id = await paid(shop, {"coffee": 2})
    return_id = await returned(shop, order_id, coffee=1)
    page = await desk.page("rma.details", return_id=return_id)
    await desk.change_return(page.replace('value="5790"', 'value="999999999999"'))
    assert [body["amount"] for _, body in shop.wasl.refunds] == ["115.80"]
    second = await returned(shop, order_id, coffee=1)
    page = await desk.page("rma.details", return_id=second)
    assert offered(page) == ""
    assert "Nothing is left" in page
    forged = page + 'name="change_return_status[wasl_refund]" id="wasl_refund" value="5790"'
    assert "Nothing is left" in notices(await desk.change_return(forged))[0]
    assert len(shop.wasl.refunds) == 1


async def test_a_vendors_part_goes_back_by_itself(market: Shop) -> None:
    """The payment is the parent's; what goes back is what that vendor's order cost, and the other one stays."""
    method = await market.method(store_id="s1", refund_status="I")
    parent = await market.begun(method, coffee=1, oud=1)
    await market.settle(parent)
    rows = await market.sql("SELECT order_id, total FROM ?:orders WHERE parent_order_id = ?i ORDER BY order_id", parent)
    async with office(market.url) as desk:
        await desk.set_status(rows[0]["order_id"], "I")
    key = f"status-{rows[0]['order_id']}"
    assert market.wasl.refunds == [(key, {"payment": "pay_1", "amount": rows[0]["total"], "reason": key})]
    told = {"state": "partially_refunded", "version": 2, "refunded": rows[0]["total"]}
    assert (await market.settle(parent, "", **told))["result"] == "unchanged"


async def test_uninstalled_it_leaves_no_refund_behind(shop: Shop, desk: Office) -> None:
    """Its table goes with it, and the back office goes on without it."""
    return_id = await returned(shop, await paid(shop))
    await desk.accept(return_id)
    await shop.cli("uninstall", "wasl")
    assert "wasl_refunds" not in await shop.cli("dump")
    assert offered(await desk.page("rma.details", return_id=return_id)) == ""
