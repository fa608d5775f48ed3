"""Returns in the CS-Cart double (CS-Cart reference §7), over real HTTP."""

import re
from typing import Any

import pytest

from unit.demo.cs_cart.phpshop import Shop


async def complete(shop: Shop, *products: str) -> str:
    """An order whose status allows returns."""
    order_id = await shop.place(*products)
    await shop.control("PUT", f"orders/{order_id}/status", {"status": "C"})
    return order_id


async def file(shop: Shop, order_id: str, **products: int) -> str:
    """The number of a return that its buyer files."""
    told = {"order_id": order_id, "products": products}
    return str((await shop.control("POST", "returns", told))["return_id"])


def changed(return_id: str, order_id: str, **fields: str) -> dict[str, Any]:
    """The form of a return's page."""
    change = {"return_id": return_id, "order_id": order_id, "action": "2", "status_from": "R", "status_to": "A"}
    return {"change_return_status": change | {"recalculate_order": "D"} | fields}


async def status(shop: Shop, return_id: str) -> str:
    """A return's status."""
    items = (await shop.control("GET", "returns"))["items"]
    return next(str(one["status"]) for one in items if one["return_id"] == return_id)


async def test_only_what_was_bought_and_only_when_allowed(shop: Shop) -> None:
    """A status that allows returns, no more pieces than the order has, each piece once."""
    order_id = await shop.place("coffee", "dates")
    assert await shop.call("fn_demo_file_return", order_id, {"coffee": 1}) == 0
    await shop.control("PUT", f"orders/{order_id}/status", {"status": "C"})
    return_id = await file(shop, order_id, coffee=5)
    found = await shop.call("fn_get_return_info", return_id)
    assert [(line["product_id"], line["amount"]) for line in found["items"]["A"].values()] == [("coffee", "1")]
    assert await shop.call("fn_demo_file_return", order_id, {"coffee": 1, "oud": 1}) == 0


async def test_without_recalculation_the_status_changes_at_once(shop: Shop) -> None:
    """The order stays as it is, and so does the shelf."""
    order_id = await complete(shop, "coffee")
    return_id = await file(shop, order_id, coffee=1)
    before = await shop.stock("coffee")
    assert await shop.call("fn_rma_update_details", changed(return_id, order_id)) is False
    assert await status(shop, return_id) == "A"
    assert (await shop.control("GET", f"orders/{order_id}"))["amount"] == "57.90"
    assert await shop.stock("coffee") == before


@pytest.mark.parametrize(("way", "typed", "total"), [("R", {}, "34.50"), ("M", {"total": "80"}, "80.00")])
async def test_a_page_to_confirm_comes_first(shop: Shop, way: str, typed: dict[str, str], total: str) -> None:
    """Nothing changes before it; after it the order is cheaper, and the goods are back on the shelf."""
    order_id = await complete(shop, "coffee", "dates")
    return_id = await file(shop, order_id, coffee=1)
    before = await shop.stock("coffee")
    asked = changed(return_id, order_id, recalculate_order=way)
    assert await shop.call("fn_rma_update_details", asked) is True
    assert (await status(shop, return_id), await shop.stock("coffee")) == ("R", before)
    sure = changed(return_id, order_id, recalculate_order=way, inventory_from="D", inventory_to="I", **typed)
    assert await shop.call("fn_rma_update_details", sure | {"confirmed": "Y"}) is False
    assert (await status(shop, return_id), await shop.stock("coffee")) == ("A", before + 1)
    assert (await shop.control("GET", f"orders/{order_id}"))["amount"] == total


async def test_a_declined_return_needs_no_confirmation(shop: Shop) -> None:
    """Between statuses that move no goods nothing is recalculated."""
    order_id = await complete(shop, "coffee")
    return_id = await file(shop, order_id, coffee=1)
    declined = changed(return_id, order_id, status_to="D", recalculate_order="R")
    assert await shop.call("fn_rma_update_details", declined) is False
    assert (await shop.control("GET", f"orders/{order_id}"))["amount"] == "57.90"


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_back_office_shows_and_changes_returns(shop: Shop, language: str) -> None:
    """The list, the return, the page to confirm, in both languages and without a missing text."""
    order_id = await complete(shop, "coffee")
    return_id = await file(shop, order_id, coffee=1)
    office = f"{shop.url}/admin.php?sl={language}&dispatch="
    listed = await (await shop.http.get(f"{office}rma.returns")).text()
    assert f"return_id={return_id}" in listed
    page = await (await shop.http.get(f"{office}rma.details&return_id={return_id}")).text()
    proof = re.search(r'name="security_hash" value="(\w+)"', page)
    assert proof is not None
    form = changed(return_id, order_id, recalculate_order="M")["change_return_status"]
    fields = {f"change_return_status[{name}]": value for name, value in form.items()}
    data = fields | {"security_hash": proof[1]}
    asks = await (await shop.http.post(f"{office}rma.update_details", data=data)).text()
    assert 'id="new_total" value="57.90"' in asks
    assert not [text for one in (listed, page, asks) for text in re.findall(r">\s*_[a-z.]+", one)]
