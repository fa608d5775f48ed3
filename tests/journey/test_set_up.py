"""A merchant connects a shop by the page in docs/cs-cart alone, from `wasl store add` to the first paid order."""

import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from journey.conftest import DESK, PHONE, picture
from journey.merchant import DOCS, PAGES, Guide, Merchant, unconnected_shop
from wasl.demo.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A shop in which nothing has been done yet, and the folder from which the merchant types commands."""

    url: str
    folder: Path


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """It sells things, and cannot be paid."""
    async with unconnected_shop(tmp_path) as url:
        yield Place(url=url, folder=tmp_path)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("reader", [("en", DESK), ("ar", PHONE)], ids=["english-desk", "arabic-phone"])
async def test_a_merchant_follows_the_page_to_the_first_paid_order(
    demo: Tree, browser: Browser, place: Place, reader: tuple[str, ViewportSize], capsys: pytest.CaptureFixture[str]
) -> None:
    """No key of PayTabs is typed into the shop, no file edited: each command and each click stands in the page."""
    language, size = reader
    office = await (await browser.new_context(viewport=DESK, locale=language)).new_page()
    buyer = await (await browser.new_context(viewport=size, locale=language)).new_page()
    guide = Guide.open(language)
    merchant = Merchant(guide=guide, tree=demo, shop_url=place.url, folder=place.folder, office=office)
    began = time.monotonic()
    await merchant.connects()
    await merchant.uploads()
    await expect(office.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    await merchant.adds_method()
    await merchant.places_order(buyer)
    await merchant.pays(buyer)
    await merchant.is_thanked(buyer)
    await merchant.sees_order()
    said = await merchant.checks()
    took = time.monotonic() - began
    await picture(office, f"{language}-set-up-order")
    assert "one payment method uses it" in said
    with capsys.disabled():
        print(f"\nthe merchant's page ({language}), followed to the first paid order: {took:.1f} s")  # noqa: T201  a figure for people
    await merchant.goes_live(buyer)


def test_what_is_typed_reads_from_left_to_right_in_arabic() -> None:
    """Each option, address and card number stands between two marks, or its parts would change places."""
    text = re.sub(r"^```sh\n.*?^```$", "", PAGES["ar"].read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    codes = re.findall(r"(.)`[^`\n]+`(.)", text)
    assert len(codes) == text.count("`") / 2 > 20
    assert set(codes) == {("\N{LEFT-TO-RIGHT MARK}", "\N{LEFT-TO-RIGHT MARK}")}


def test_both_pages_say_the_same() -> None:
    """The same commands, pictures and number of chapters and rows; every picture is there, small, and is shown."""
    en, ar = (PAGES[language].read_text(encoding="utf-8") for language in ("en", "ar"))
    for what in (r"```sh\n(.*?)```", r"^(\|)", r"^(##+) "):
        found = [re.findall(what, text, re.MULTILINE | re.DOTALL) for text in (en, ar)]
        assert found[0] == [words.replace('"متجري"', '"My shop"') for words in found[1]]
    shown = {name for text in (en, ar) for name in re.findall(r"pictures/([a-z0-9-]+\.png)", text)}
    kept = {path.name: path.stat().st_size for path in (DOCS / "pictures").iterdir()}
    assert shown == set(kept)
    assert {name.partition("-")[2] for name in shown if name.startswith("en-")} == {
        name.partition("-")[2] for name in shown if name.startswith("ar-")
    }
    assert max(kept.values()) <= 100_000
