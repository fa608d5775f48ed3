"""The developer page."""

import pytest

from unit.emulator.web.conftest import Heard, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_lists_transactions_deliveries_and_calls(site: Site, heard: Heard) -> None:
    """With bodies and every attempt; the key is nowhere."""
    empty = await site.visit("GET", site.url + "/")
    assert (empty.status, empty.page.language) == (200, ("en", "ltr"))
    ref, _ = await site.open(callback=heard.url)
    await site.json("POST", f"/_control/pages/{ref}/pay")
    await heard.wait(1)
    shown = (await site.visit("GET", site.url + "/")).html
    assert ref in shown
    assert heard.url in shown
    assert "/payment/request" in shown
    assert "ipn_trace" in shown
    assert "SGJNZ96JLG" not in shown


async def test_it_reads_in_arabic_and_finds_a_cart(site: Site) -> None:
    """From right to left, one cart only."""
    ref, _ = await site.open()
    other, _ = await site.open(cart_id="other")
    shown = await site.visit("GET", f"{site.url}/?lang=ar&cart_id=other")
    assert shown.page.language == ("ar", "rtl")
    listed = shown.html.split('id="log"')[0]
    assert (other in listed, ref in listed) == (True, False)


async def test_its_buttons_act_and_lead_back(site: Site) -> None:
    """A number is paid at the agent; a second press says why not; time passes."""
    ref, _ = await site.open()
    await site.json("POST", f"/_control/pages/{ref}/pay", {"method": "sadad"})
    assert f"/desk/transactions/{ref}/settle" in (await site.visit("GET", site.url + "/")).html
    done = await site.visit("POST", f"{site.url}/desk/transactions/{ref}/settle?lang=ar")
    assert (done.status, done.headers["Location"]) == (303, "/?lang=ar")
    again = await site.visit("POST", f"{site.url}/desk/transactions/{ref}/settle", amount="1")
    assert (again.status, "not a deferred payment" in again.html) == (409, True)
    assert (await site.visit("POST", f"{site.url}/desk/clock", advance_s="60")).status == 303
    assert (await site.json("GET", "/_control/clock"))[1]["ahead_s"] == 60
    assert (await site.visit("POST", f"{site.url}/desk/clock", advance_s="soon")).status == 422
