"""The buyer comes back: shown, never believed further than for display."""

import pytest

from unit.stores.cs_cart_addon.shop import OTHER_KEY, Shop


async def test_it_confirms_until_the_shop_knows(shop: Shop) -> None:
    """Back before Wasl's call: a waiting page that asks; after it: the thank-you page (cases 1 and 2)."""
    order_id = await shop.begun(await shop.method())
    claim = shop.claim(order_id, "paid")
    status, _, page = await shop.visit("return", claim)
    assert status == 200
    assert "We are confirming your payment" in page
    assert (await shop.visit("progress", claim))[2] == '{"state":"confirming"}'
    await shop.settle(order_id)
    assert (await shop.visit("progress", claim))[2] == '{"state":"settled"}'
    assert "checkout.complete" in (await shop.visit("return", claim))[1]


@pytest.mark.parametrize("state", ["failed", "canceled", "expired"])
async def test_a_failure_leads_back_to_the_checkout(shop: Shop, state: str) -> None:
    """The order is not finished by it: a success that comes later still counts (case 6)."""
    order_id = await shop.begun(await shop.method())
    assert "checkout.checkout" in (await shop.visit("return", shop.claim(order_id, state)))[1]
    assert (await shop.order(order_id))["status"] == "N"
    assert (await shop.settle(order_id))["status"] == "P"
    assert "checkout.complete" in (await shop.visit("return", shop.claim(order_id, state)))[1]


@pytest.mark.parametrize(("state", "words"), [("pending", "not finished yet"), ("held", "being reviewed")])
async def test_what_takes_a_while_is_said_at_once(shop: Shop, state: str, words: str) -> None:
    """No spinner for a deferred method or a review."""
    order_id = await shop.begun(await shop.method())
    page = (await shop.visit("return", shop.claim(order_id, state)))[2]
    assert f'data-state="{state}"' in page
    assert words in page


async def test_after_two_minutes_it_says_we_will_tell_you(shop: Shop) -> None:
    """And stops reloading."""
    order_id = await shop.begun(await shop.method())
    page = (await shop.visit("return", shop.claim(order_id, "paid", age_s=130)))[2]
    assert 'data-state="late"' in page
    assert "http-equiv" not in page


async def test_a_failure_told_meanwhile_ends_the_wait_of_an_undecided_buyer(shop: Shop) -> None:
    """But not that of one who comes with better news: the shop will hear of it in a moment."""
    order_id = await shop.begun(await shop.method())
    await shop.settle(order_id, "F", state="failed")
    assert (await shop.visit("progress", shop.claim(order_id, "open")))[2] == '{"state":"settled"}'
    assert (await shop.visit("progress", shop.claim(order_id, "paid")))[2] == '{"state":"confirming"}'


@pytest.mark.parametrize(
    "query",
    ["order_id={id}", "", "order_id=999999", "{old}", "{other}", "{another_order}", "order_id[]=1&wasl_state[]=paid"],
)
async def test_an_unverified_return_shows_what_the_shop_would(shop: Shop, query: str) -> None:
    """Unsigned, stale, of another store, or of another order: CS-Cart decides who may see the order page."""
    order_id = await shop.begun(await shop.method())
    claims = {
        "id": order_id,
        "old": shop.claim(order_id, "paid", age_s=700),
        "other": shop.claim(order_id, "paid", key=OTHER_KEY),
        "another_order": shop.claim("1", "paid").replace("order_id=1&", f"order_id={order_id}&"),
    }
    status, location, _ = await shop.visit("return", query.format(**claims))
    assert status == 302
    assert "orders.details" in location
    assert (await shop.visit("progress", query.format(**claims)))[2] == '{"state":"unknown"}'
    assert (await shop.order(order_id))["status"] == "N"


async def test_the_page_speaks_the_orders_language(shop: Shop) -> None:
    """Arabic, right to left, whatever the browser prefers; nothing in it can become markup."""
    order_id = await shop.begun(await shop.method())
    await shop.by_hand(order_id, lang_code="ar")
    page = (await shop.visit("return", shop.claim(order_id, "paid") + "&wasl_x=%22%3E%3Cscript%3E"))[2]
    assert '<html lang="ar" dir="rtl">' in page
    assert "نؤكّد عملية الدفع" in page
    assert page.count("<script>") == 1
    assert "_wasl." not in page
