"""Journeys: real processes, real sockets, a real browser. Screenshots are left in `.build/screens`."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from wasl.demo.tree import Ports, Tree

SCREENS: Final = Path(__file__).parents[2] / ".build" / "screens"
CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
DESK: Final[ViewportSize] = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    """Shop, gateway and service, each its own process."""
    with asyncio.Runner() as runner:
        tree = Tree(tmp_path_factory.mktemp("demo"), Ports.free())
        runner.run(tree.start())
        yield tree
        runner.run(tree.stop())


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        await browser.close()


async def picture(page: Page, name: str) -> None:
    """Leave a screenshot for people to look at."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENS / f"{name}.png", full_page=True)
