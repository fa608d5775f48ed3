"""A person buys, in Arabic and in English, on a phone and at a desk."""

import asyncio
import contextlib
import re
from typing import Final

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, expect

from journey.conftest import DESK, PHONE, picture
from wasl.demo.tree import Tree

PAID: Final = {"en": "Processed", "ar": "تمت المعالجة"}
FAILED: Final = {"en": "Failed", "ar": "فشل"}
CONFIRMING: Final = {"en": "We are confirming your payment", "ar": "نؤكّد عملية الدفع"}
VISITS: Final = [("en", DESK, "light"), ("ar", PHONE, "dark")]


class Visit:
    """One person with a browser at the demo's shop."""

    def __init__(self, demo: Tree, context: BrowserContext, board: Page, language: str) -> None:
        self.demo, self.context, self.board, self.language = demo, context, board, language

    async def buys(self) -> Page:
        """Press the first buy button: the payment page opens in a new tab."""
        async with self.context.expect_page() as opening:
            await self.board.locator("button[name=product_id]").first.click()
        page = await opening.value
        await expect(page.locator("#number")).to_be_visible()
        return page

    async def pays(self, page: Page, *, cvv: str = "123", card: str = "4111 1111 1111 1111") -> None:
        """Fill in the card form and pay."""
        await page.fill("#number", card)
        await page.fill("#cvv", cvv)
        await page.fill("#expiry_month", "12")
        await page.fill("#expiry_year", "2032")
        await page.fill("#holder", "Mona Ali")
        await page.click("#pay")

    async def sees(self, words: dict[str, str]) -> None:
        """The board shows this status of the order."""
        await expect(self.board.locator(".opinion.shop dd")).to_contain_text(words[self.language], timeout=15_000)


async def visit(demo: Tree, browser: Browser, language: str, size: ViewportSize, scheme: str) -> Visit:
    """Open the shop in one's own language."""
    context = await browser.new_context(
        viewport=size, locale=language, color_scheme="dark" if scheme == "dark" else "light"
    )
    board = await context.new_page()
    await board.goto(demo.shop_url)
    return Visit(demo, context, board, language)


@pytest.mark.parametrize(("language", "size", "scheme"), VISITS, ids=["english-desk", "arabic-phone"])
async def test_a_person_buys_and_sees_the_order_processed(
    demo: Tree, browser: Browser, language: str, size: ViewportSize, scheme: str
) -> None:
    """Shop, hosted page, back to the shop: the thank-you page, and both sides agree."""
    person = await visit(demo, browser, language, size, scheme)
    await expect(person.board.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    page = await person.buys()
    await expect(page.locator("html")).to_have_attribute("lang", language)
    await picture(page, f"{language}-1-hosted-page")
    await person.pays(page)
    await page.wait_for_url(re.compile(r"dispatch=checkout\.complete"))
    await picture(page, f"{language}-2-thank-you")
    await person.sees(PAID)
    await picture(person.board, f"{language}-3-both-sides")


@pytest.mark.parametrize(("language", "size", "scheme"), VISITS, ids=["english-desk", "arabic-phone"])
@pytest.mark.requirement("R4", "R46")
async def test_a_closed_tab_changes_nothing(
    demo: Tree, browser: Browser, language: str, size: ViewportSize, scheme: str
) -> None:
    """The buyer pays and closes the tab before the browser could go back; the order becomes processed all the same."""
    person = await visit(demo, browser, language, size, scheme)
    page = await person.buys()
    await page.route(re.compile(r"/return/"), lambda route: route.abort())
    await person.pays(page)
    # The driver may wait for ever for a tab closed while its navigation is aborted; the tab is gone all the same.
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(page.close(), 10)
    await person.sees(PAID)
    await expect(person.board.locator("#headline")).to_be_visible()


@pytest.mark.parametrize(("language", "size", "scheme"), VISITS, ids=["english-desk", "arabic-phone"])
async def test_a_declined_buyer_comes_back_and_pays_again(
    demo: Tree, browser: Browser, language: str, size: ViewportSize, scheme: str
) -> None:
    """Declined: Failed, with a sentence and a button; then a second page, and Processed."""
    person = await visit(demo, browser, language, size, scheme)
    page = await person.buys()
    await person.pays(page, cvv="321")
    await person.sees(FAILED)
    await picture(page, f"{language}-4-declined")
    await page.click("#pay-again")
    await expect(page.locator("#number")).to_be_visible()
    await person.pays(page)
    await page.wait_for_url(re.compile(r"dispatch=checkout\.complete"))
    await person.sees(PAID)


async def test_a_buyer_who_cancels_may_pay_later(demo: Tree, browser: Browser) -> None:
    """Cancelled: the order stays as it was, and its page offers to pay again."""
    person = await visit(demo, browser, "en", PHONE, "light")
    page = await person.buys()
    await page.click("#cancel")
    await expect(page.locator("#pay-again")).to_be_visible()
    await person.sees({"en": "Incomplete"})
    await page.click("#pay-again")
    await expect(page.locator("#number")).to_be_visible()


async def test_a_buyer_passes_3d_secure(demo: Tree, browser: Browser) -> None:
    """The bank's page asks for the code, and the order follows."""
    person = await visit(demo, browser, "ar", DESK, "light")
    page = await person.buys()
    await person.pays(page, card="4000 0000 0000 0002")
    await page.fill("#otp", "1234")
    await picture(page, "ar-5-3d-secure")
    await page.click("#submit-otp")
    await page.wait_for_url(re.compile(r"dispatch=checkout\.complete"))
    await person.sees(PAID)


async def test_a_buyer_waits_calmly_while_nothing_is_proved(demo: Tree, browser: Browser) -> None:
    """The callback is lost and the gateway is slow to answer: a page that waits, in the buyer's language."""
    person = await visit(demo, browser, "ar", PHONE, "light")
    page = await person.buys()
    await page.request.put(
        f"{demo.emulator_url}/_control/faults", data={"callback": {"drop": 1.0}, "query": {"error": 1.0}}
    )
    await person.pays(page)
    await page.wait_for_url(re.compile(r"/wait/"))
    await picture(page, "ar-6-waiting")
    await expect(page.locator("h1")).to_have_text("نؤكّد عملية الدفع")
    await page.request.put(f"{demo.emulator_url}/_control/faults", data={})
    await page.wait_for_url(re.compile(r"dispatch=checkout\.complete"), timeout=30_000)
    await person.sees(PAID)


@pytest.mark.parametrize(("language", "size", "scheme"), VISITS, ids=["english-desk", "arabic-phone"])
async def test_the_desk_shows_both_sides_while_it_happens(
    demo: Tree, browser: Browser, language: str, size: ViewportSize, scheme: str
) -> None:
    """The page beside the shop follows the latest order by itself, and links to everybody's own page."""
    person = await visit(demo, browser, language, size, scheme)
    desk = await person.context.new_page()
    await desk.goto(demo.desk_url)
    await expect(desk.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    await expect(desk.locator("#to-shop")).to_have_attribute("href", f"{demo.shop_url}/")
    page = await person.buys()
    orders = await (await page.request.get(f"{demo.shop_url}/_demo/orders")).json()
    await expect(desk.locator(".which")).to_contain_text(orders["items"][0]["order_id"], timeout=15_000)
    await person.pays(page)
    await expect(desk.locator(".opinion.shop dd")).to_contain_text(PAID[language], timeout=15_000)
    await picture(desk, f"{language}-7-desk")


@pytest.mark.parametrize(("language", "size", "scheme"), VISITS, ids=["english-desk", "arabic-phone"])
async def test_a_buyer_who_is_back_before_the_shop_knows_waits_there(
    demo: Tree, browser: Browser, language: str, size: ViewportSize, scheme: str
) -> None:
    """The add-on's own page confirms in the order's language, asks every second, and goes on by itself."""
    person = await visit(demo, browser, language, size, scheme)
    page = await person.buys()
    orders = await (await page.request.get(f"{demo.shop_url}/_demo/orders")).json()
    hold = f"{demo.shop_url}/_demo/orders/{orders['items'][0]['order_id']}/hold"
    await page.request.put(hold)
    await person.pays(page)
    await page.wait_for_url(re.compile(r"dispatch=wasl\.return"))
    await expect(page.locator("html")).to_have_attribute("lang", language)
    await expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    await expect(page.get_by_role("heading", name=CONFIRMING[language])).to_be_visible()
    await picture(page, f"{language}-8-confirming")
    await page.request.delete(hold)
    await page.wait_for_url(re.compile(r"dispatch=checkout\.complete"))
    await person.sees(PAID)
