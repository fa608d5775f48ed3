"""The hosted page as a browser without scripts uses it, over real sockets."""

from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from unit.emulator.web.conftest import CARD, CONFIG, Heard, Site
from wasl.emulator.signature import sign_form

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_purchase_from_page_to_return(site: Site, heard: Heard) -> None:
    """The form is posted, the callback comes before the answer, and the answer leads back with a signed form."""
    await site.json("PUT", "/_control/switches", {"delivery_gap_s": 0.5})
    ref, url = await site.open(callback=heard.url)
    shown = await site.visit("GET", url)
    assert shown.status == 200
    ids = {"number", "cvv", "expiry_month", "expiry_year", "holder", "pay", "cancel"}
    assert ids <= shown.page.ids
    done = await site.visit("POST", url, **CARD)
    assert done.status == 200
    assert len(heard.bodies) == 1
    page = done.page
    assert page.forms[0]["method"] == "post"
    assert page.forms[0]["action"] == "http://127.0.0.1:9/return"
    assert "data-auto" in page.forms[0]
    assert (page.fields["tranRef"], page.fields["respStatus"]) == (ref, "A")
    assert page.fields["signature"] == sign_form(CONFIG.server_key, page.fields)
    assert list(page.fields) == sorted(page.fields)
    assert "continue" in page.ids


async def test_a_used_link_is_dead(site: Site) -> None:
    """Gone for reading and for paying again; a link that never was is not found."""
    _, url = await site.open()
    await site.visit("POST", url, **CARD, cvv_="x")
    assert (await site.visit("GET", url)).status == 410
    assert (await site.visit("POST", url, **CARD)).status == 410
    assert (await site.visit("GET", f"{site.url}/payment/wr/{'0' * 56}")).status == 404
    assert (await site.visit("POST", f"{site.url}/payment/wr/{'0' * 56}", **CARD)).status == 404


async def test_three_d_secure_is_a_page_of_its_own(site: Site) -> None:
    """The buyer is sent to the bank, wherever they come from, and from there back to the shop."""
    ref, url = await site.open()
    sent = await site.visit("POST", url, **{**CARD, "number": "4000000000000002"})
    bank = site.url + sent.headers["Location"]
    assert (sent.status, "/payment/acs/" in bank) == (303, True)
    assert (await site.visit("GET", url)).headers["Location"] == sent.headers["Location"]
    assert (await site.visit("POST", url, **CARD)).headers["Location"] == sent.headers["Location"]
    assert {"otp", "submit-otp", "cancel"} <= (await site.visit("GET", bank)).page.ids
    done = await site.visit("POST", bank, otp="1234")
    assert (done.page.fields["tranRef"], done.page.fields["respStatus"]) == (ref, "A")


@pytest.mark.parametrize(("form", "code"), [({"otp": "0000"}, "310"), ({"action": "cancel"}, "310")])
async def test_a_failed_proof_is_a_decline(site: Site, form: dict[str, str], code: str) -> None:
    """A wrong password and giving up at the bank."""
    _, url = await site.open()
    sent = await site.visit("POST", url, **{**CARD, "number": "4000000000000002"})
    assert (await site.visit("POST", site.url + sent.headers["Location"], **form)).page.fields["respCode"] == code


async def test_cancel_leads_back(site: Site) -> None:
    """C and 321, signed."""
    _, url = await site.open()
    assert (await site.visit("POST", url, action="cancel")).page.fields["respCode"] == "321"


async def test_a_number_to_quote_is_shown_before_the_buyer_leaves(site: Site) -> None:
    """The number stays on the page; nothing sends the buyer away by itself."""
    _, url = await site.open()
    assert "sadad" in (await site.visit("GET", url)).page.methods
    done = await site.visit("POST", url, method="sadad")
    number = done.page.fields["respCode"]
    assert number in done.html.replace(f'value="{number}"', "")
    assert "data-auto" not in done.page.forms[0]
    again = await site.visit("GET", url)
    assert (again.status, number in again.html) == (410, True)
    assert (await site.visit("POST", (await site.open(cart_id="b"))[1], method="nonsense")).status == 422


async def test_a_partners_page_is_a_step(site: Site) -> None:
    """Agreed there, refused there, or cancelled there."""
    for action, status in (("agree", "A"), ("refuse", "D"), ("cancel", "C")):
        _, url = await site.open(cart_id=action)
        sent = await site.visit("POST", url, method="tamara")
        partner = site.url + sent.headers["Location"]
        assert "agree" in (await site.visit("GET", partner)).page.ids
        assert (await site.visit("POST", partner, action=action)).page.fields["respStatus"] == status


async def test_a_return_by_get_is_a_redirect(site: Site) -> None:
    """The fields follow what the merchant's address had already."""
    ref, url = await site.open(return_using_get=True, **{"return": "http://127.0.0.1:9/r?order=7"})
    done = await site.visit("POST", url, **CARD)
    assert done.status == 303
    query = dict(parse_qsl(urlsplit(done.headers["Location"]).query, keep_blank_values=True))
    assert (query["order"], query["tranRef"], query["token"]) == ("7", ref, "")


async def test_a_number_with_a_return_by_get_keeps_the_addresss_query(site: Site) -> None:
    """A form by GET drops the query of its address, so it becomes fields."""
    _, url = await site.open(return_using_get=True, **{"return": "http://127.0.0.1:9/r?order=7"})
    page = (await site.visit("POST", url, method="sadad")).page
    assert page.forms[0]["action"] == "http://127.0.0.1:9/r"
    assert (page.fields["order"], page.fields["respStatus"]) == ("7", "P")


async def test_without_a_return_the_result_is_shown_here(site: Site) -> None:
    """No form leads away; a framed page tells its opener, and only that origin."""
    _, url = await site.open(framed=True, framed_message_target="https://shop.example", **{"return": "none"})
    done = await site.visit("POST", url, **CARD)
    assert done.page.forms == []
    assert 'data-target="https://shop.example"' in done.html


@pytest.mark.parametrize(
    ("asked", "header", "query", "spoken"),
    [
        ("ar", "en", "", ("ar", "rtl")),
        ("", "ar-SA,en", "", ("ar", "rtl")),
        ("", "fr", "", ("en", "ltr")),
        ("ar", "ar", "?lang=en", ("en", "ltr")),
        ("xx", "", "", ("en", "ltr")),
    ],
)
async def test_the_page_speaks_arabic_and_english(
    site: Site, asked: str, header: str, query: str, spoken: tuple[str, str]
) -> None:
    """The address, the merchant's wish, then the browser's; Arabic from right to left."""
    _, url = await site.open(paypage_lang=asked)
    async with site.http.get(url + query, headers={"accept-language": header}) as answer:
        html = await answer.text()
    assert f'<html lang="{spoken[0]}" dir="{spoken[1]}">' in html
    assert ("لا تتحرك أي أموال" in html) is (spoken[0] == "ar")


async def test_the_language_lasts_through_every_step(site: Site) -> None:
    """A buyer who chose Arabic reads the bank's page in Arabic too."""
    _, url = await site.open()
    sent = await site.visit("POST", f"{url}?lang=ar", **{**CARD, "number": "4000000000000002"})
    assert (await site.visit("GET", site.url + sent.headers["Location"])).page.language == ("ar", "rtl")


async def test_errors_are_said_beside_their_inputs_and_the_card_is_not_repeated(site: Site) -> None:
    """Marked for eyes and screen readers; a card's number and code never come back in a page."""
    _, url = await site.open()
    number = "4111 1111 1111 1112"
    shown = await site.visit("POST", url, **{**CARD, "number": number, "cvv": "98", "expiry_year": "2020"})
    assert shown.status == 422
    assert {"number-wrong", "cvv-wrong", "expiry_month-wrong"} <= shown.page.ids
    assert 'aria-describedby="number-wrong"' in shown.html
    assert number not in shown.html
    assert 'value="2020"' in shown.html


async def test_a_merchants_own_words_are_only_words(site: Site) -> None:
    """Descriptions, titles and names are escaped; per cent signs in them are no placeholders."""
    nasty = "<script>alert('%s')</script> 100% %(x)s"
    _, url = await site.open(cart_description=nasty, card_filter="52", card_filter_title=nasty)
    shown = await site.visit("POST", url, **CARD)
    assert shown.status == 422
    assert "<script>alert" not in shown.html
    assert "100% %(x)s" in shown.html


@pytest.mark.parametrize(("fields", "ancestors"), [({}, "'none'"), ({"framed": True}, "*")])
async def test_only_a_framed_page_may_be_framed(site: Site, fields: dict[str, Any], ancestors: str) -> None:
    """And nothing foreign gets in, wherever the page is shown."""
    _, url = await site.open(**fields)
    shown = await site.visit("GET", url)
    policy = shown.headers["content-security-policy"]
    assert policy.endswith(f"frame-ancestors {ancestors}")
    assert "unsafe" not in policy
    assert all(
        source.startswith(("/static/", "http://127.0.0.1", "/payment/", "data:,", "?")) for source in shown.page.sources
    )


async def test_the_window_that_goes_on_is_the_merchants_choice(site: Site) -> None:
    """A framed page leaves its frame by the form's target, also where the return is a GET."""
    for number, (fields, target) in enumerate(
        (({"framed_return_top": True}, "_top"), ({"framed_return_parent": True}, "_parent"))
    ):
        _, url = await site.open(cart_id=f"f{number}", framed=True, return_using_get=True, **fields)
        form = (await site.visit("POST", url, **CARD)).page.forms[0]
        assert (form["target"], form["method"]) == (target, "get")


async def test_shipping_and_billing_are_shown_unless_hidden(site: Site) -> None:
    """What is known can be looked at; hidden, only what is missing is asked."""
    shipping = {"name": "Omar Ali", "city": "Jeddah"}
    _, url = await site.open(shipping_details=shipping)
    shown = await site.visit("GET", url)
    assert "billing_email" in shown.page.ids
    assert "Omar Ali" in shown.html
    _, url = await site.open(
        cart_id="h", shipping_details=shipping, hide_shipping=True, customer_details={"name": "Mona"}
    )
    shown = await site.visit("GET", url)
    assert {"billing_email", "billing_city"} <= shown.page.ids
    assert "billing_name" not in shown.page.ids
    assert "Omar Ali" not in shown.html


async def test_amounts_have_their_currencys_decimals(site: Site) -> None:
    """Three for the dinar, and the other currency's own for the equivalent."""
    _, url = await site.open(cart_currency="KWD", cart_amount="1234.5", alt_currency="JPY")
    html = (await site.visit("GET", url)).html
    assert "1,234.500" in html
    assert "603,176" in html


async def test_a_form_that_is_none_is_corrected(site: Site) -> None:
    """Whatever is posted, the page answers."""
    _, url = await site.open()
    for body in (b"", b"\xff\xfe=\x00", b"&" * 500, b"a=1&" * 200, b"%%%"):
        async with site.http.post(url, data=body) as answer:
            assert answer.status == 422
    async with site.http.post(url, data=b"x" * 300_000) as answer:
        assert answer.status == 413
    assert parse_qs("") == {}
