"""What one buyer can do at the shop and on the payment page, and what a story may do behind the counters."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
import msgspec

from wasl.demo.buyers.browser import Astray, Browser, Page
from wasl.demo.buyers.world import POLL_S, World
from wasl.demo.gateway_control import GatewayControl
from wasl.demo.wasl_api import Payment, WaslApi

GOOD_CARD: Final = "4111111111111111"
SECURE_CARD: Final = "4000000000000002"
EMPTY_CARD: Final = "4000000000009995"
GOOD_CVV: Final = "123"
GOOD_OTP: Final = "1234"
PRODUCTS: Final = ("coffee", "dates", "oud", "basket")
CALL_TIMEOUT_S: Final = 10.0


@dataclass(slots=True)
class Buyer:
    """One buyer with a browser. `acted_at` is when the gateway was last told something that decides the payment."""

    world: World
    chance: random.Random
    browser: Browser = field(init=False)
    wasl: WaslApi = field(init=False)
    gateway: GatewayControl = field(init=False)
    order_id: str = ""
    acted_at: float = 0
    _http: aiohttp.ClientSession = field(init=False)

    async def __aenter__(self) -> Self:
        self.browser = Browser(language=self.chance.choice(("ar", "en")))
        self._http = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=CALL_TIMEOUT_S)
        )
        self.wasl = WaslApi(http=self._http, base_url=self.world.wasl_url, api_key=self.world.api_key)
        self.gateway = GatewayControl(http=self._http, base_url=self.world.gateway_url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.browser.close()
        await self._http.close()

    # ------------------------------------------------------------ at the shop

    async def buys(self, product_id: str = "") -> Page:
        """Buy something in one click, whatever it is unless said; answers the payment page."""
        window = await self.browser.get(f"{self.world.shop_url}/")
        wanted = product_id or self.chance.choice(PRODUCTS)
        return await self._places(await self.browser.submit(window, f"product_id={wanted}", stay=False))

    async def buys_together(self, product_ids: Sequence[str]) -> Page:
        """Put one piece of each into the cart and place one order; answers the payment page."""
        window = await self.browser.get(f"{self.world.shop_url}/")
        fields = {"security_hash": window.forms[0].values["security_hash"]}
        for product_id in product_ids:
            fields |= {
                f"product_data[{product_id}][product_id]": product_id,
                f"product_data[{product_id}][amount]": "1",
            }
        await self.browser.post(f"{self.world.shop_url}/index.php?dispatch=checkout.add", fields)
        cart = await self.browser.get(self._cart)
        return await self._places(await self.browser.submit(cart, "place-order", stay=False))

    async def _places(self, page: Page) -> Page:
        self.order_id = (await self.browser.get(self._cart)).text("order-id")
        return page

    @property
    def _cart(self) -> str:
        return f"{self.world.shop_url}/index.php?dispatch=checkout.checkout"

    async def looks_at_order(self) -> Page:
        """Open the order's page in another tab."""
        return await self.browser.get(
            f"{self.world.shop_url}/index.php?dispatch=orders.details&order_id={self.order_id}"
        )

    async def pays_again(self, order_page: Page) -> Page:
        """Press "Pay this order"; answers the payment page."""
        return await self.browser.submit(order_page, "pay-again", stay=False)

    async def returns(self, done: Page) -> Page:
        """Let the browser go back to the shop, and wait on its pages as long as they renew themselves."""
        return await self.waits(await self.comes_back(done))

    async def comes_back(self, done: Page) -> Page:
        """Let the browser go back to the shop, and look at what it shows at once."""
        return await self.browser.send_on(done)

    async def waits(self, page: Page) -> Page:
        """Stay on a page as long as it renews itself; answers the one that no longer does."""
        async with asyncio.timeout(self.world.patience_s):
            while page.refresh_s is not None:
                await asyncio.sleep(page.refresh_s)
                page = await self.browser.get(page.refresh_url)
        return page

    # ---------------------------------------------------- on the payment page

    async def pays(self, page: Page, *, card: str = GOOD_CARD, cvv: str = GOOD_CVV) -> Page:
        """Fill in the card form and pay; answers the page after it, without going back to the shop yet."""
        self.acted_at = time.time()
        year = time.gmtime().tm_year + 2
        filled = {"number": card, "cvv": cvv, "expiry_month": "12", "expiry_year": str(year), "holder": "Mona Ali"}
        return await self.browser.submit(page, "pay", filled, stay=True)

    async def proves_identity(self, page: Page, otp: str) -> Page:
        """Answer the bank's 3-D Secure page."""
        self.acted_at = time.time()
        return await self.browser.submit(page, "submit-otp", {"otp": otp}, stay=True)

    async def cancels(self, page: Page) -> Page:
        """Press cancel on the payment page."""
        self.acted_at = time.time()
        return await self.browser.submit(page, "cancel", stay=True)

    async def chooses(self, page: Page, method: str) -> Page:
        """Choose a method other than a card."""
        return await self.browser.submit(page, f"method:{method}", stay=True)

    async def pays_too_late(self, page: Page) -> None:
        """Pay on a page that another tab has used up already; whatever it answers."""
        paid_at = self.acted_at
        await self.pays(page)
        self.acted_at = paid_at

    async def pays_number(self, payment_request: str) -> None:
        """Pay a deferred method's number at the partner's counter."""
        self.acted_at = time.time()
        await self.gateway.settle(payment_request)

    # ------------------------------------------------------ behind the counters

    async def payment(self) -> Payment:
        """The payment as Wasl knows it."""
        payment = await self.wasl.payment_of(self.order_id)
        if payment is None:
            raise Astray(f"Wasl knows no payment of order {self.order_id}")
        return payment

    async def tran_ref(self) -> str:
        """The transaction of the page that was opened last."""
        ref = (await self.payment()).attempts[-1].tran_ref
        if ref is None:
            raise Astray(f"the last attempt of order {self.order_id} has no page")
        return ref

    async def spoil_notifications(self, faults: Mapping[str, Any]) -> None:
        """Let the gateway's messages about this page go wrong."""
        await self.gateway.set_page_faults(await self.tran_ref(), dict(faults))

    async def order(self) -> dict[str, Any]:
        """The order with its log, as the shop knows it."""
        return await self._at_shop("GET", "")

    async def at_shop(self, method: str, control: str, body: Mapping[str, Any] | None = None) -> None:
        """Use one of the shop's demonstration controls on this order."""
        await self._at_shop(method, f"/{control}", body)

    async def notify(self, body: bytes, signature: str) -> int:
        """Post a callback to Wasl as anybody can; answers its HTTP status."""
        store = await self.wasl.store()
        url = f"{self.world.wasl_url}/paytabs/{store.store_id}/callback"
        headers = {"signature": signature, "content-type": "application/json"}
        async with self._http.post(url, data=body, headers=headers) as answer:
            return answer.status

    async def until(self, holds: Callable[[], Awaitable[bool]], what: str) -> None:
        """Look again and again until something holds; raises Astray when patience ends."""
        try:
            async with asyncio.timeout(self.world.patience_s):
                while not await holds():  # noqa: ASYNC110  the other side is another process; nothing can wake us
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            raise Astray(f"{what} did not happen within {self.world.patience_s:.0f} s") from None

    async def _at_shop(self, method: str, control: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        url = f"{self.world.shop_url}/_demo/orders/{self.order_id}{control}"
        content = None if body is None else msgspec.json.encode(body)
        async with self._http.request(method, url, data=content) as answer:
            if answer.status != 200:  # noqa: PLR2004  the one status a control answers when it did what it should
                raise Astray(f"the shop answered HTTP {answer.status} to {method} {control or 'order'}")
            told: dict[str, Any] = msgspec.json.decode(await answer.read())
            return told
