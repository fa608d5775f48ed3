"""The buyer's way back, over a real socket."""

import hashlib
import hmac
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from builders import fact, store
from unit.web.conftest import Site
from unit.web.test_notices import post
from wasl.domain.evidence import CartId, Kind, Verdict
from wasl.domain.time import MINUTE_MS


async def goes(site: Site, path: str, *, method: str = "GET", **options: str) -> tuple[int, str, str]:
    """Status, Location and page of one step of a browser that follows nothing by itself."""
    async with site.http.request(method, path, allow_redirects=False, headers=options) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.text()


def way_back(site: Site) -> str:
    """The return address the gateway was given."""
    return urlsplit(site.w.gateway.wishes[-1].return_url).path.replace("st_test", "st_web")


async def test_a_paid_buyer_goes_to_the_shop_with_a_signature_it_can_check(site: Site) -> None:
    """The four values, signed with the store's key, on the shop's own address."""
    payment = await site.order()
    site.w.gateway.facts[b"paid"] = fact(cart_id=CartId(payment["attempts"][0]["cart_id"]))
    assert await post(site, b"paid") == 200
    status, location, _ = await goes(site, way_back(site), method="POST")
    assert status == 303
    assert location.startswith("https://shop.example/index.php?dispatch=wasl.back&wasl_payment=")
    values = dict(parse_qsl(urlsplit(location).query))
    text = "\n".join(values[name] for name in ("wasl_payment", "wasl_order", "wasl_state", "wasl_time"))
    assert (values["wasl_order"], values["wasl_state"]) == ("1042", "paid")
    expected = hmac.new(store().signing_key(), text.encode(), hashlib.sha256).hexdigest()
    assert hmac.compare_digest(values["wasl_signature"], expected)


@pytest.mark.requirement("R9")
async def test_a_buyer_waits_while_nothing_is_proved_and_goes_on_when_it_is(site: Site) -> None:
    """A GET page, safe to reload, that moves on as soon as the outcome is known."""
    payment = await site.order()
    status, location, _ = await goes(site, way_back(site), method="POST")
    assert (status, location.split("/")[1]) == (303, "wait")
    status, _, page = await goes(site, location)
    assert (status, 'http-equiv="refresh"' in page, "57.90" in page) == (200, True, True)
    site.w.gateway.facts[b"no"] = fact(
        cart_id=CartId(payment["attempts"][0]["cart_id"]), verdict=Verdict.DECLINED, code="316"
    )
    assert await post(site, b"no") == 200
    status, onward, page = await goes(site, location)
    assert (status, parse_qs(urlsplit(onward).query)["wasl_state"]) == (303, ["failed"])
    assert "316" not in page


@pytest.mark.requirement("R9")
async def test_after_two_minutes_the_page_lets_the_buyer_go(site: Site) -> None:
    """It stops reloading and offers the way to the shop; it never says failed."""
    await site.order(language="ar")
    _, location, _ = await goes(site, way_back(site))
    site.w.clock.forward(2 * MINUTE_MS)
    _, _, page = await goes(site, location)
    assert 'http-equiv="refresh"' not in page
    assert 'lang="ar" dir="rtl"' in page
    assert "سنخبرك" in page
    assert "https://shop.example/index.php?dispatch=wasl.back&amp;wasl_payment=" in page


async def test_an_unknown_address_says_so_in_the_readers_language(site: Site) -> None:
    """404 for people, in Arabic for who reads Arabic."""
    status, _, page = await goes(site, "/paytabs/st_web/return/nobodys", **{"Accept-Language": "ar-SA,en;q=0.5"})
    assert (status, 'dir="rtl"' in page) == (404, True)


async def test_pages_let_nothing_foreign_in(site: Site) -> None:
    """A strict policy, nothing inline, nothing kept."""
    async with site.http.get("/") as answer:
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "<script" not in await answer.text()
    async with site.http.get("/static/wasl.css") as answer:
        assert answer.status == 200


async def test_an_authentic_form_is_known_without_the_attempts_own_address(site: Site) -> None:
    """The address that `store add` prints; without a form that is proved there is nothing to show."""
    payment = await site.order()
    cart = CartId(payment["attempts"][0]["cart_id"])
    site.w.gateway.facts[b"cartId=x"] = fact(cart_id=cart, kind=Kind.UNSTATED)
    async with site.http.post("/paytabs/st_web/return", data=b"cartId=x", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"].startswith("/wait/st_web/key-")) == (303, True)
        assert answer.headers["Cache-Control"] == "no-store"
    status, _, _ = await goes(site, "/paytabs/st_web/return", method="POST")
    assert status == 404
