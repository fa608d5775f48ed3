"""The browser without a screen reads pages and posts their forms as a real one does."""

from collections.abc import AsyncIterator
from html import escape
from urllib.parse import parse_qsl

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from serving import serving
from wasl.demo.buyers.browser import Astray, Browser

PAGE = """<html><head><meta http-equiv="refresh" content="2; url=/x"><noscript><meta http-equiv=refresh content=9>
</noscript></head><body><p id="total">57.90 <bdi>SAR</bdi></p>
<form id="f" action="/echo?a=1" method="post"><input type="hidden" name="hash" value="&lt;x&gt;">
<input id="number" name="card"><input type="checkbox" name="no" value="1"><input type="checkbox" name="yes" checked
value="1"><select id="month" name="month"><option value="01">1</option><option value="02" selected>2</option></select>
<button id="pay" name="go" value="pay">Pay</button><button type="button" name="help">?</button></form>
<input form="f" name="outside" value="o"><form method="get" action="/echo"><button data-method="sadad">S</button></form>
<form action="/away"><input name="to"><button id="leave">L</button></form>
</body></html>"""


async def _page(_request: Request) -> Response:
    return HTMLResponse(PAGE)


async def _patient(_request: Request) -> Response:
    return HTMLResponse('<noscript><meta http-equiv="refresh" content="9"></noscript>')


async def _echo(request: Request) -> Response:
    form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    shown = {"method": request.method, "query": dict(request.query_params), "form": form}
    return HTMLResponse(f"<pre id=said>{escape(msgspec.json.encode(shown).decode())}</pre>")


async def _away(request: Request) -> Response:
    if request.query_params["to"] == "loop":
        return RedirectResponse("/away?to=loop", 302)
    return RedirectResponse(request.query_params["to"], 303)


@pytest.fixture
async def site() -> AsyncIterator[str]:
    """A page with one of everything."""
    routes = [
        Route("/", _page),
        Route("/patient", _patient),
        Route("/echo", _echo, methods=["GET", "POST"]),
        Route("/away", _away),
    ]
    async with serving(Starlette(routes=routes)) as url:
        yield url


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser."""
    opened = Browser(language="en")
    yield opened
    await opened.close()


async def test_a_form_is_posted_as_it_stands_with_what_was_filled_in(site: str, browser: Browser) -> None:
    """Hidden values unescaped, the chosen option, ticked boxes, controls outside the form, and the pressed button."""
    page = await browser.get(f"{site}/")
    said = await browser.submit(page, "pay", {"number": "4111", "month": "12"}, stay=False)
    assert '"query":{"a":"1"}' in said.text("said")
    assert '"form":{"hash":"<x>","card":"4111","yes":"1","month":"12","outside":"o","go":"pay"}' in said.text("said")


async def test_a_get_form_asks_in_the_query(site: str, browser: Browser) -> None:
    """And a payment method's button is found by its method."""
    said = await browser.submit(await browser.get(f"{site}/"), "method:sadad", stay=False)
    assert '"method":"GET"' in said.text("said")


async def test_a_page_says_when_and_by_what_it_is_replaced(site: str, browser: Browser) -> None:
    """The first refresh counts; one without an address means the page itself, also within noscript."""
    page = await browser.get(f"{site}/")
    assert (page.refresh_s, page.refresh_url) == (2, f"{site}/x")
    page = await browser.get(f"{site}/patient")
    assert (page.refresh_s, page.refresh_url) == (9, f"{site}/patient")
    assert (await browser.get(f"{site}/echo")).refresh_s is None


async def test_text_is_read_by_id(site: str, browser: Browser) -> None:
    """And what is not there leads the buyer astray, with a word that says what was missed."""
    page = await browser.get(f"{site}/")
    assert page.text("total") == "57.90 SAR"
    with pytest.raises(Astray, match="#order"):
        page.text("order")
    with pytest.raises(Astray, match="cancel"):
        page.form_with("cancel")


async def test_a_buyer_can_stay_where_a_redirect_leads_away(site: str, browser: Browser) -> None:
    """Closing the tab means that the redirect to the shop is never followed."""
    here = site.replace("127.0.0.1", "localhost")
    stayed = await browser.submit(await browser.get(f"{site}/"), "leave", {"to": f"{here}/"}, stay=True)
    assert stayed.leaving == f"{here}/"
    assert stayed.url.startswith(f"{site}/away?")
    assert (await browser.send_on(stayed)).url == f"{here}/"


async def test_a_redirect_without_end_is_left(site: str, browser: Browser) -> None:
    """Bounded, as in every browser."""
    with pytest.raises(Astray, match="without end"):
        await browser.get(f"{site}/away?to=loop")
