"""From "Place order" to the payment page: what is asked for, and what happens when it cannot be."""

from pathlib import Path

import pytest

from unit.stores.cs_cart_addon.shop import Shop, open_shop

POUNDS = [{"code": "KWD", "coefficient": 12.2, "decimals": 3}, {"code": "JPY", "coefficient": 0.025, "decimals": 2}]


async def test_it_sends_the_buyer_to_the_page(shop: Shop) -> None:
    """Wasl is asked with the store's key, the row is there, and the order is still N."""
    order_id = await shop.place(await shop.method(store_id="s2"))
    assert await shop.start(order_id) == "https://pay.example/wr/1"
    wish = shop.wasl.wishes[0]
    order = await shop.order(order_id)
    assert (wish["order_id"], wish["amount"], wish["currency"]) == (order_id, order["total"], "SAR")
    assert wish["return_url"] == f"{shop.url}/index.php?dispatch=wasl.return&order_id={order_id}"
    assert (wish["customer"]["name"], wish["customer"]["country"], wish["language"]) == ("Mona Ali", "SA", "en")
    assert shop.wasl.keys == ["Bearer key-of-s2"]
    row = (await shop.sql("SELECT * FROM ?:wasl_payments"))[0]
    assert (row["store_id"], row["payment_id"], row["status_left"], order["status"]) == ("s2", "pay_1", "N", "N")


@pytest.mark.parametrize(("mode", "page"), [("place_order", "checkout.checkout"), ("repay", "orders.details")])
async def test_trouble_leaves_the_order_payable(shop: Shop, mode: str, page: str) -> None:
    """Wasl says no: a clear notice, a line in the shop's log, the order untouched, the one-shot row S unspent."""
    order_id = await shop.place(await shop.method())
    shop.wasl.status, shop.wasl.answer = 422, {"detail": "the gateway refuses this currency"}
    assert page in await shop.start(order_id, mode=mode)
    assert (await shop.order(order_id))["status"] == "N"
    assert await shop.one("SELECT COUNT(*) FROM ?:order_data WHERE order_id = ?i AND type = 'S'", order_id) == "1"
    assert "the gateway refuses this currency" in str(await shop.sql("SELECT * FROM ?:logs"))


@pytest.mark.parametrize("answer", [{}, {"id": "pay_1"}, ["pay_1"], "maintenance"])
async def test_an_answer_that_is_none_is_trouble(shop: Shop, answer: object) -> None:
    """201 with anything but a payment sends nobody anywhere."""
    order_id = await shop.place(await shop.method())
    shop.wasl.answer = answer  # type: ignore[assignment]  # what a proxy may make of it
    assert "checkout.checkout" in await shop.start(order_id)


async def test_no_wasl_is_trouble(shop: Shop) -> None:
    """A service that does not listen: the buyer is back at the checkout."""
    order_id = await shop.place(await shop.method())
    config = shop.state / "root/app/addons/wasl/config.php"
    config.write_text(config.read_text().replace(shop.wasl.url, "http://127.0.0.1:9"))
    assert "checkout.checkout" in await shop.start(order_id)


async def test_a_store_this_zip_was_not_made_for_is_trouble(shop: Shop) -> None:
    """Money is never taken for another store than the merchant chose."""
    order_id = await shop.place(await shop.method(store_id="gone"))
    assert "checkout.checkout" in await shop.start(order_id)
    assert shop.wasl.wishes == []


@pytest.mark.parametrize("state", ["paid", "held"])
async def test_without_a_page_the_buyer_sees_the_order(shop: Shop, state: str) -> None:
    """There is nothing to pay: the money is there, or it is being looked into."""
    order_id = await shop.place(await shop.method())
    shop.wasl.answer = {"id": "pay_1", "state": state, "redirect_url": None}
    assert "orders.details" in await shop.start(order_id)


async def test_a_payment_that_begins_again_keeps_its_version(shop: Shop) -> None:
    """Otherwise an old call, told late, would be taken for news."""
    order_id = await shop.begun(await shop.method())
    await shop.settle(order_id, "F", version=4, state="failed")
    await shop.start(order_id, mode="repay")
    row = (await shop.sql("SELECT * FROM ?:wasl_payments"))[0]
    assert (row["version"], row["status_left"], row["state"]) == ("4", "F", "")
    assert (await shop.settle(order_id, "F", version=4, state="failed"))["result"] == "unchanged"
    assert (await shop.settle(order_id, version=5))["status"] == "P"


@pytest.mark.parametrize(
    ("total", "currency", "expected"),
    [
        ("57.90", "SAR", "57.90"), ("1200.00", "SAR", "1200.00"), ("0.10", "SAR", "0.10"), ("12.345", "SAR", None),
        ("12.34", "KWD", "12.340"), ("12.3456", "KWD", None),
        ("1200.00", "JPY", "1200"), ("12.50", "JPY", None), ("-1.00", "SAR", None), ("1e3", "SAR", None),
        ("", "SAR", None),
    ],
)  # fmt: skip
async def test_an_amount_is_exact_or_refused(tmp_path: Path, total: str, currency: str, expected: str | None) -> None:
    """Padded where ISO has more decimals than CS-Cart keeps; never rounded, never guessed."""
    async with open_shop(tmp_path / "shop", currency=currency) as shop:
        assert await shop.test("price", total=total, bought_in="", policy="primary") == [expected, currency]


async def test_the_buyers_currency_is_converted_once(tmp_path: Path) -> None:
    """Rounded by the shop to its own decimals, then exact in ISO's or refused; so is a currency that is gone."""
    async with open_shop(tmp_path / "shop", currencies=POUNDS) as shop:
        price = {"total": "100.00", "policy": "buyer"}
        assert await shop.test("price", bought_in="KWD", **price) == ["8.197", "KWD"]
        assert await shop.test("price", bought_in="JPY", **price) == ["4000", "JPY"]
        assert await shop.test("price", bought_in="JPY", total="100.01", policy="buyer") == [None, "JPY"]
        assert await shop.test("price", bought_in="GBP", **price) == [None, "GBP"]
        assert await shop.test("price", bought_in="", **price) == ["100.00", "SAR"]
        assert await shop.test("price", bought_in="KWD", total="100.00", policy="primary") == ["100.00", "SAR"]
