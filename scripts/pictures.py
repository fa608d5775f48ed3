"""Takes the pictures of the merchant's page anew, in both languages, while the page's own steps are followed.

Usage: pictures.py        (`make pictures`; results in docs/cs-cart/pictures, to be looked at before they are committed)
"""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, FloatRect, Locator, Page, ViewportSize, async_playwright
from setup import debian

from journey.conftest import CHROMIUM, FLAGS
from journey.merchant import DOCS, PAGES, Guide, Merchant, unconnected_shop
from wasl.demo.tree import Ports, Tree

PICTURES: Final = DOCS / "pictures"
BYTES_MAX: Final = 100_000  # a page with pictures of both sizes opens at once on a phone's connection
OFFICE: Final[ViewportSize] = {"width": 980, "height": 800}
PHONE: Final[ViewportSize] = {"width": 390, "height": 560}
SCALE: Final = 1.5
BELOW: Final = 24  # of the last thing that is shown
MARK: Final = "outline: 3px solid #d6336c; outline-offset: 4px; border-radius: 4px"


class Photographer(Merchant):
    """Follows the page and keeps what is seen."""

    async def look(self, page: Page, name: str, at: Locator | None = None) -> None:
        """Keep what *page* shows, with a mark round what is pressed next."""
        if at is not None:
            await at.evaluate("(element, style) => { element.style.cssText += style; }", MARK)
        path = PICTURES / f"{self.guide.language}-{name}.png"
        shot = await page.screenshot(clip=await _used(page), animations="disabled")
        path.write_bytes(_palette(shot))
        print(f"{path.name:<32} {path.stat().st_size / 1000:5.0f} kB", file=sys.stderr)
        if path.stat().st_size > BYTES_MAX:
            sys.exit(f"{path} has more than {BYTES_MAX} bytes")

    async def waits(self, buyer: Page) -> None:
        """Pay while the shop's door is shut for a moment, so that the page that waits is seen."""
        controls = f"{self.shop_url}/_demo/orders"
        newest = (await (await buyer.request.get(controls)).json())["items"][0]["order_id"]
        await buyer.request.put(f"{controls}/{newest}/pause", data={"point": "settle.arrived"})
        await self.pays(buyer)
        await buyer.locator("#wasl-confirming").wait_for()
        await self.look(buyer, "7-confirming")
        await buyer.request.delete(f"{controls}/{newest}/pause")


def _palette(shot: bytes) -> bytes:
    """The same picture with at most 256 colours: a third of the bytes."""
    smaller = subprocess.run(["pngquant", "--speed", "1", "--strip", "-"], input=shot, capture_output=True, check=True)
    return smaller.stdout


async def _used(page: Page) -> FloatRect | None:
    """The part of the back office's window that says something; None for a phone's, which is shown whole."""
    if not await page.locator(".menu").count():
        return None
    bottoms = "all => Math.max(...all.map(element => element.getBoundingClientRect().bottom))"
    end = await page.locator(".menu *, main *").evaluate_all(bottoms)
    return {"x": 0, "y": 0, "width": OFFICE["width"], "height": min(end + BELOW, OFFICE["height"])}


async def take(tree: Tree, browser: Browser, language: str) -> None:
    """All pictures of one language."""
    office = await (await browser.new_context(viewport=OFFICE, locale=language, device_scale_factor=SCALE)).new_page()
    buyer = await (await browser.new_context(viewport=PHONE, locale=language, device_scale_factor=SCALE)).new_page()
    with tempfile.TemporaryDirectory(prefix="wasl-pictures-") as folder:
        async with unconnected_shop(Path(folder)) as url:
            merchant = Photographer(
                guide=Guide.open(language), tree=tree, shop_url=url, folder=Path(folder), office=office
            )
            await merchant.connects()
            await merchant.uploads()
            await merchant.adds_method()
            await merchant.places_order(buyer)
            await merchant.waits(buyer)
            await merchant.is_thanked(buyer)
            await merchant.sees_order()


async def main() -> None:
    """Start shop, gateway and service once, and take the pictures of each language."""
    if shutil.which("pngquant") is None and not debian("pngquant"):
        sys.exit("pictures: pngquant makes them small and cannot be had here; as root: apt-get install pngquant")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="wasl-pictures-") as folder:
        tree = Tree(Path(folder), Ports.free())
        try:
            await tree.start()
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
                for language in sys.argv[1:] or PAGES:
                    await take(tree, browser, language)
                await browser.close()
        finally:
            await tree.stop()


if __name__ == "__main__":
    asyncio.run(main())
