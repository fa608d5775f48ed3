"""The front page: one click buys, and both sides are told in the visitor's language."""

import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from yarl import URL

from unit.demo.standin import API_KEY, SIGNING_SECRET, Standin
from wasl.demo.page.render import texts


class Tab:
    """A browser's tab as bytes: what the front page and its script fetch."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http = http

    async def text(self, path: str) -> str:
        """The body at *path*."""
        async with self.http.get(path) as answer:
            assert answer.status == 200
            return await answer.text()

    async def board(self, path: str = "/_demo/board") -> dict[str, Any]:
        """What the script is told."""
        async with self.http.get(path) as answer:
            assert answer.headers["cache-control"] == "no-store"
            told: dict[str, Any] = await answer.json()
            return told

    async def buys(self) -> None:
        """Press the first "Buy now" and stay on the page, as it opens another tab."""
        given = re.search(r'name="security_hash" value="([^"]+)"', await self.text("/"))
        assert given is not None
        form = {"security_hash": given[1], "product_id": "coffee"}
        address = "/index.php?dispatch=checkout.place_order"
        async with self.http.post(address, data=form, allow_redirects=False) as answer:
            assert answer.status == 303


@pytest.fixture
async def tabs(shop_url: str) -> AsyncIterator[tuple[Tab, Tab]]:
    """Two visitors, each in a browser of their own."""
    jars = [aiohttp.CookieJar(unsafe=True) for _ in range(2)]
    async with (
        aiohttp.ClientSession(base_url=URL(shop_url), cookie_jar=jars[0]) as mine,
        aiohttp.ClientSession(base_url=URL(shop_url), cookie_jar=jars[1]) as theirs,
    ):
        yield Tab(mine), Tab(theirs)


async def test_the_board_follows_an_order(tabs: tuple[Tab, Tab], standin: Standin) -> None:
    """Nothing, then the page opened at the gateway, then the money; the digest says that it is new."""
    tab, _ = tabs
    await tab.text("/?sl=en")
    empty = await tab.board()
    await tab.buys()
    waiting = await tab.board()
    (page,) = standin.pages.values()
    form = {"number": "4111111111111111", "cvv": "123"}
    async with tab.http.post(f"{standin.gateway_url}/pay/{page.tran_ref}", data=form):
        pass
    async with tab.http.post(page.return_url, allow_redirects=False):
        pass
    paid = await tab.board()
    assert len({empty["digest"], waiting["digest"], paid["digest"]}) == 3
    assert page.order_id in waiting["html"]
    assert page.tran_ref in waiting["html"]
    assert texts("en")("headline.waiting") in waiting["html"]
    assert texts("en").word("voice", "query") in paid["html"]
    assert (empty["cart"], waiting["cart"]) == (0, 1)


async def test_a_board_that_says_nothing_new_has_the_same_digest(tabs: tuple[Tab, Tab]) -> None:
    """The script leaves the page alone, and with it the reader's place in it."""
    tab, _ = tabs
    await tab.buys()
    assert (await tab.board())["digest"] == (await tab.board())["digest"]


async def test_a_stranger_does_not_see_the_board_of_others(tabs: tuple[Tab, Tab], standin: Standin) -> None:
    """The board shows the orders of one's own session, whatever number is asked for."""
    mine, theirs = tabs
    await mine.buys()
    (order_id,) = standin.payments
    assert order_id in (await mine.board(f"/_demo/board?order_id={order_id}"))["html"]
    assert order_id not in (await theirs.board(f"/_demo/board?order_id={order_id}"))["html"]


async def test_the_page_is_readable_without_scripts(tabs: tuple[Tab, Tab], standin: Standin) -> None:
    """The story is in the page itself, and the page renews itself."""
    tab, _ = tabs
    await tab.text("/?sl=ar")
    await tab.buys()
    html = await tab.text("/")
    assert '<noscript><meta http-equiv="refresh"' in html
    assert texts("ar")("shop.left_for_page") in html
    assert next(iter(standin.payments)) in html


async def test_the_keys_stay_on_the_server(tabs: tuple[Tab, Tab], standin: Standin) -> None:
    """Neither the API key nor the signing secret is in anything a browser is given."""
    tab, _ = tabs
    await tab.buys()
    (order_id,) = standin.payments
    order_page = f"/index.php?dispatch=orders.details&order_id={order_id}"
    seen = "".join([await tab.text(path) for path in ("/", order_page, "/_demo/board", "/_demo/orders")])
    assert API_KEY not in seen
    assert SIGNING_SECRET.removeprefix("whsec_") not in seen


async def test_static_files_are_served_and_nothing_else(tabs: tuple[Tab, Tab]) -> None:
    """Styles, script and drawings, with their types."""
    kinds = {}
    for name in ("demo.css", "demo.js", "coffee.svg", "..%2Ftemplates%2Ffront.html", "none.css"):
        async with tabs[0].http.get(URL(f"/static/{name}", encoded=True)) as answer:
            kinds[name] = answer.content_type if answer.status == 200 else str(answer.status)
    assert list(kinds.values()) == ["text/css", "text/javascript", "image/svg+xml", "404", "404"]


async def test_cookies_are_not_for_scripts_or_foreign_forms(tabs: tuple[Tab, Tab]) -> None:
    """HttpOnly, and SameSite=Lax as CS-Cart sets it."""
    async with tabs[0].http.get("/") as answer:
        cookie = answer.cookies["sid_customer"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "lax")
