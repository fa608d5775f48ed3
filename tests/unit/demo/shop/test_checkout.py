"""From "Place order" to the payment page and back, over real HTTP."""

import pytest

from unit.demo.shop.conftest import Programs, Visitor
from unit.demo.standin import Standin, settle_body, signed, signed_return
from wasl.demo.buyers.browser import Astray


async def _order(programs: Programs, order_id: str) -> dict[str, object]:
    _, told = await programs.control("GET", f"orders/{order_id}")
    return dict(told)


async def test_the_order_exists_before_its_buyer_leaves(visitor: Visitor, standin: Standin, programs: Programs) -> None:
    """Row first, in status N; then Wasl is asked with exactly what the contract wants; then the buyer is sent on."""
    page, order_id = await visitor.buys()
    assert page.url.startswith(f"{standin.gateway_url}/pay/")
    assert (await _order(programs, order_id))["status"] == "N"
    (asked,) = standin.requests
    assert asked["customer"]["email"].endswith("@example.com")
    del asked["customer"]
    assert asked == {
        "order_id": order_id,
        "amount": "57.90",
        "currency": "SAR",
        "description": f"Dukkan · دكّان {order_id}",
        "return_url": f"{visitor.shop_url}/index.php?dispatch=wasl.return&order_id={order_id}",
        "language": "en",
    }


async def test_every_click_is_a_new_order(visitor: Visitor) -> None:
    """As in CS-Cart: the earlier one stays behind, incomplete."""
    _, first = await visitor.buys()
    _, second = await visitor.buys("dates")
    assert int(second) == int(first) + 1


async def test_a_silent_service_leaves_the_order_payable(visitor: Visitor, standin: Standin) -> None:
    """The buyer reads what happened, and the same order is paid when Wasl is back."""
    standin.broken = True
    shop = await visitor.browser.get(f"{visitor.shop_url}/")
    failed = await visitor.browser.submit(shop, "product_id=coffee", stay=False)
    assert failed.url.startswith(f"{visitor.shop_url}/index.php?dispatch=checkout.checkout")
    standin.broken = False
    again = await visitor.browser.submit(failed, "pay-again", stay=False)
    assert again.url.startswith(f"{standin.gateway_url}/pay/")
    assert len(standin.payments) == 1


async def test_an_order_already_paid_leads_to_its_page(visitor: Visitor, standin: Standin) -> None:
    """Wasl answers without a page; nobody is sent to pay twice."""
    _, order_id = await visitor.buys()
    standin.payments[order_id].state = "paid"
    order_page = await visitor.sees("orders.details", order_id=order_id)
    shown = await visitor.browser.submit(order_page, "pay-again", stay=False)
    assert shown.url == f"{visitor.shop_url}/index.php?dispatch=orders.details&order_id={order_id}"


async def test_a_form_from_elsewhere_buys_nothing(visitor: Visitor, stranger: Visitor, standin: Standin) -> None:
    """Another site's form, or another visitor's, does not carry this session's hash."""
    mine = await visitor.browser.get(f"{visitor.shop_url}/")
    refused = await stranger.browser.submit(mine, "product_id=coffee", stay=False)
    assert refused.status == 403
    assert standin.requests == []


async def test_what_is_short_is_not_ordered(visitor: Visitor, programs: Programs, standin: Standin) -> None:
    """Stock is checked when the order is placed, before anybody is asked for money."""
    await programs.control("PUT", "products/oud", {"stock": 0})
    page = await visitor.browser.submit(await visitor.browser.get(f"{visitor.shop_url}/"), "product_id=oud", stay=False)
    assert "dispatch=checkout.checkout" in page.url
    assert standin.requests == []


async def test_a_return_that_says_paid_fulfils_nothing(visitor: Visitor, programs: Programs) -> None:
    """Signed by Wasl or not, the browser's word leaves status, stock and cart alone; the page waits."""
    _, order_id = await visitor.buys()
    base = f"{visitor.shop_url}/index.php?dispatch=wasl.return&order_id={order_id}"
    for address in (signed_return(base, order_id, "paid"), base, signed_return(base, order_id, "paid", key=b"x")):
        page = await visitor.browser.get(address)
        assert "dispatch=checkout.confirm" in page.url
        assert page.refresh_s == 2
    order = await _order(programs, order_id)
    assert order["status"] == "N"
    events = [entry["event"] for entry in order["log"]]  # type: ignore[attr-defined]  # JSON
    assert events.count("returned") == 1
    assert events.count("returned_unproved") == 2


async def test_a_claim_about_another_order_says_nothing_about_this_one(visitor: Visitor) -> None:
    """A genuine signature for order 1 is no word about order 2."""
    _, order_id = await visitor.buys()
    base = f"{visitor.shop_url}/index.php?dispatch=wasl.return&order_id={order_id}"
    page = await visitor.browser.get(signed_return(base, "7", "failed"))
    assert "dispatch=checkout.confirm" in page.url


@pytest.mark.parametrize("state", ["canceled", "failed", "expired"])
async def test_who_did_not_pay_is_told_so_and_may_pay_again(visitor: Visitor, state: str) -> None:
    """The checkout page again, with a clear sentence and a button."""
    _, order_id = await visitor.buys()
    base = f"{visitor.shop_url}/index.php?dispatch=wasl.return&order_id={order_id}"
    page = await visitor.browser.get(signed_return(base, order_id, state))
    assert "dispatch=checkout.checkout" in page.url
    assert page.text("outcome")
    page.form_with("pay-again")


async def test_a_strangers_order_is_not_shown(visitor: Visitor, stranger: Visitor, standin: Standin) -> None:
    """Only the session that placed an order sees it, returns to it, or pays it."""
    _, order_id = await visitor.buys()
    for mode in ("orders.details", "checkout.confirm", "wasl.return"):
        page = await stranger.sees(mode, order_id=order_id)
        assert page.status == 404
        with pytest.raises(Astray):
            page.text("order-id")
    assert len(standin.requests) == 1


async def test_a_paid_order_is_not_paid_again(visitor: Visitor, programs: Programs, standin: Standin) -> None:
    """A button pressed in a tab that is out of date asks nobody for money."""
    _, order_id = await visitor.buys()
    old_tab = await visitor.sees("orders.details", order_id=order_id)
    body = settle_body(order_id, "57.90")
    await programs.settle(body, signed(body))
    await visitor.browser.submit(old_tab, "pay-again", stay=False)
    assert len(standin.requests) == 1


async def test_who_pays_a_withdrawn_order_again_gets_it(visitor: Visitor, programs: Programs) -> None:
    """A person's withdrawal holds against payments begun before it, not against the buyer's new decision."""
    _, order_id = await visitor.buys()
    await programs.control("PUT", f"orders/{order_id}/status", {"status": "I"})
    order_page = await visitor.sees("orders.details", order_id=order_id)
    await visitor.browser.submit(order_page, "pay-again", stay=False)
    body = settle_body(order_id, "57.90")
    _, told = await programs.settle(body, signed(body))
    assert (told["result"], told["status_before"], told["status"]) == ("changed", "I", "P")
