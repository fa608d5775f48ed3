"""What a buyer sees: confirming, thank you, one order; and when the cart is emptied."""

import pytest

from unit.demo.shop.conftest import Programs, Visitor
from unit.demo.standin import Standin, settle_body, signed, signed_return
from wasl.demo.page.render import texts


async def _settled(programs: Programs, order_id: str, **told: object) -> None:
    body = settle_body(order_id, "57.90", **told)
    status, _ = await programs.settle(body, signed(body))
    assert status == 200


async def _cart(visitor: Visitor) -> int:
    page = await visitor.browser.get(f"{visitor.shop_url}/")
    return int(page.text("cart-count"))


async def test_the_cart_is_emptied_only_when_the_order_is_truly_paid(visitor: Visitor, programs: Programs) -> None:
    """Not when it is placed, not when the browser says so: when Wasl's call has settled it."""
    _, order_id = await visitor.buys()
    base = f"{visitor.shop_url}/index.php?dispatch=wasl.return&order_id={order_id}"
    await visitor.browser.get(signed_return(base, order_id, "paid"))
    assert await _cart(visitor) == 1
    await _settled(programs, order_id)
    assert await _cart(visitor) == 0


async def test_a_cart_filled_anew_survives_the_settling_of_an_older_order(visitor: Visitor, programs: Programs) -> None:
    """What is in the cart now belongs to another order."""
    _, first = await visitor.buys()
    await visitor.buys("dates")
    await _settled(programs, first)
    assert await _cart(visitor) == 1


async def test_the_waiting_page_goes_on_when_the_order_is_settled(visitor: Visitor, programs: Programs) -> None:
    """Confirming, reload, thank you."""
    _, order_id = await visitor.buys()
    waiting = await visitor.sees("checkout.confirm", order_id=order_id)
    assert waiting.refresh_s == 2
    await _settled(programs, order_id)
    thanks = await visitor.browser.get(waiting.url)
    assert "dispatch=checkout.complete" in thanks.url
    assert thanks.text("order-status") == "Processed"


@pytest.mark.parametrize(
    ("told", "page", "status"),
    [
        ({}, "checkout.complete", "Processed"),
        ({"state": "failed"}, "checkout.checkout", "Failed"),
    ],
)
async def test_the_orders_own_status_decides_the_page(
    visitor: Visitor, programs: Programs, told: dict[str, object], page: str, status: str
) -> None:
    """Whatever the browser claims afterwards, the shop's status speaks."""
    _, order_id = await visitor.buys()
    await _settled(programs, order_id, **told)
    base = f"{visitor.shop_url}/index.php?dispatch=wasl.return&order_id={order_id}"
    shown = await visitor.browser.get(signed_return(base, order_id, "canceled"))
    assert f"dispatch={page}" in shown.url
    assert shown.text("order-status") == status


async def test_thank_you_is_said_for_paid_orders_only(visitor: Visitor) -> None:
    """Guessing the address of the thank-you page leads to the checkout."""
    _, order_id = await visitor.buys()
    page = await visitor.sees("checkout.complete", order_id=order_id)
    assert "dispatch=checkout.checkout" in page.url


async def test_a_paid_order_short_of_stock_says_both(visitor: Visitor, programs: Programs) -> None:
    """Paid, and waiting for goods: never "not paid", never "pay again"."""
    _, order_id = await visitor.buys()
    await programs.control("PUT", "products/coffee", {"stock": 0})
    await _settled(programs, order_id)
    page = await visitor.sees("checkout.confirm", order_id=order_id)
    assert "dispatch=checkout.complete" in page.url
    assert page.text("order-status") == "Backordered"
    assert "pay-again" not in {handle for form in page.forms for handle in form.buttons}


async def test_a_deferred_payment_shows_the_number_to_quote(visitor: Visitor, standin: Standin) -> None:
    """The order page asks Wasl on the server, and keeps the way to pay otherwise open."""
    page, order_id = await visitor.buys()
    done = await visitor.browser.submit(page, "method:sadad", stay=True)
    shown = await visitor.browser.send_on(done)
    assert f"dispatch=orders.details&order_id={order_id}" in shown.url
    assert shown.text("reference") == "905000123"
    assert standin.payments[order_id].state == "pending"


async def test_the_chosen_language_stays(visitor: Visitor) -> None:
    """`sl` once, and every later page is in it; Arabic runs from right to left."""
    await visitor.browser.get(f"{visitor.shop_url}/?sl=ar")
    assert (await visitor.sees("checkout.checkout")).text("empty-cart") == texts("ar")("checkout.empty")
    assert (await visitor.sees("checkout.checkout", sl="en")).text("empty-cart") == texts("en")("checkout.empty")


async def test_other_addresses_are_no_pages(visitor: Visitor) -> None:
    """Unknown dispatches are answered 404; the settle door is not to be looked at."""
    for mode in ("", "checkout", "admin.php", "wasl.settle"):
        assert (await visitor.sees(mode)).status == 404, mode
