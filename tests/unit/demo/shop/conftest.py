"""A visitor's browser, and the doors for programs, at a shop that listens."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from unit.demo.standin import Standin
from wasl.demo.buyers.browser import Browser, Page


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at the shop."""

    browser: Browser
    shop_url: str

    async def sees(self, mode: str, **query: str) -> Page:
        """A page of the shop."""
        more = "".join(f"&{name}={value}" for name, value in query.items())
        return await self.browser.get(f"{self.shop_url}/index.php?dispatch={mode}{more}")

    async def buys(self, product: str = "coffee") -> tuple[Page, str]:
        """The payment page, and the number of the order."""
        page = await self.browser.submit(
            await self.browser.get(f"{self.shop_url}/"), f"product_id={product}", stay=False
        )
        return page, (await self.sees("checkout.checkout")).text("order-id")


@dataclass(frozen=True, slots=True)
class Programs:
    """Wasl's and the demonstration's calls."""

    http: aiohttp.ClientSession
    shop_url: str

    async def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """A call under /_demo/: status and JSON, or text."""
        async with self.http.request(method, f"{self.shop_url}/_demo/{path}", json=body) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, await answer.json() if is_json else await answer.text()

    async def settle(self, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        """A call of the settle door."""
        url = f"{self.shop_url}/index.php?dispatch=wasl.settle"
        async with self.http.post(url, data=body, headers=headers) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, await answer.json() if is_json else await answer.text()


@pytest.fixture
async def visitor(shop_url: str) -> AsyncIterator[Visitor]:
    """One who reads English."""
    browser = Browser(language="en")
    yield Visitor(browser, shop_url)
    await browser.close()


@pytest.fixture
async def stranger(shop_url: str) -> AsyncIterator[Visitor]:
    """Another one, in another browser."""
    browser = Browser(language="ar")
    yield Visitor(browser, shop_url)
    await browser.close()


@pytest.fixture
async def programs(shop_url: str, standin: Standin) -> Programs:
    """Whoever has the keys."""
    return Programs(standin.http, shop_url)
