"""A merchant who has nothing but the page in docs/cs-cart: what it prints is typed and clicked, in its order."""

import asyncio
import re
import shlex
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from playwright.async_api import Locator, Page, expect

from wasl.demo.part import HOST
from wasl.demo.shop import Shop, ShopSettings
from wasl.demo.tree import PROFILE_ID, SERVER_KEY, Ports, Tree

DOCS: Final = Path(__file__).parents[2] / "docs" / "cs-cart"
PAGES: Final = {"en": DOCS / "README.md", "ar": DOCS / "README.ar.md"}
NAME: Final = "Oasis · واحة"
METHOD: Final = {"en": "Card, mada or Apple Pay", "ar": "بطاقة أو مدى أو Apple Pay"}
LIVE: Final = "Oasis"
REFUSED: Final = {
    "en": "The payment could not be started, and nothing was charged.",
    "ar": "تعذّر بدء عملية الدفع ولم يُخصم أي مبلغ.",
}
PACKAGE: Final = "wasl-cs-cart.zip"
CARD: Final = "4111 1111 1111 1111"
CVV: Final = "123"
TYPING_S: Final = 30.0
REPLACED_S: Final = 30.0
_COMMANDS: Final = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(slots=True)
class Guide:
    """The page in one language, read from above to below: what is looked up comes after what was looked up before."""

    language: str
    text: str
    _at: int = 0

    @classmethod
    def open(cls, language: str) -> "Guide":
        """The page as it is in the repository."""
        return cls(language, PAGES[language].read_text(encoding="utf-8"))

    def bold(self, english: str, arabic: str = "") -> str:
        """A word that the page prints in bold from here on; this is what the back office calls it."""
        return self._find("**{}**", english, arabic)

    def code(self, word: str) -> str:
        """A value that the page prints as code from here on."""
        return self._find("`{}`", word, "")

    def command(self) -> list[str]:
        """The next command, as words."""
        found = _COMMANDS.search(self.text, self._at)
        assert found, f"no command is left in the page ({self.language})"
        self._at = found.end()
        return shlex.split(found.group(1).replace("\\\n", ""))

    def _find(self, form: str, english: str, arabic: str) -> str:
        word = arabic or english if self.language == "ar" else english
        at = self.text.find(form.format(word), self._at)
        assert at >= 0, f"the page ({self.language}) does not say {word!r} at this place"
        self._at = at + len(word)
        return word


@asynccontextmanager
async def unconnected_shop(folder: Path) -> AsyncIterator[str]:
    """A shop that has never heard of Wasl; its address."""
    url = f"http://{HOST}:{Ports.free().shop}"
    shop = await Shop.install(folder / "shop", ShopSettings(url=url, name=NAME))
    part = await shop.open(int(url.rpartition(":")[2]))
    try:
        yield url
    finally:
        await part.stop()


@dataclass(slots=True, kw_only=True)
class Merchant:
    """Connects the shop at *shop_url* and buys in it. Whoever takes pictures overrides `look`."""

    guide: Guide
    tree: Tree
    shop_url: str
    folder: Path
    office: Page
    store_id: str = ""
    order_id: str = ""
    _typed: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        # What a reader puts in place of the page's samples; the emulator stands for PayTabs.
        self._typed = {
            "--region": "--gateway-url",
            "SAU": self.tree.emulator_url,
            "12345": str(PROFILE_ID),
            "SERVER-KEY": SERVER_KEY,
            "https://shop.example": self.shop_url,
            "My shop": NAME,
            "متجري": NAME,
        }

    async def look(self, page: Page, name: str, at: Locator | None = None) -> None:
        """The page shows what its picture *name* shows; *at* is what is pressed next."""

    async def connects(self, *more: str) -> None:
        """Step 1, where Wasl runs: two commands; the first with *more* options."""
        said = await self._types([*self.guide.command(), *more])
        match = re.search(r"^store_id\s+(\S+)$", said, re.MULTILINE)
        assert match, said
        self.store_id = match.group(1)
        await self._types(self.guide.command())

    async def uploads(self) -> None:
        """Step 2, in the back office: the zip."""
        office = self.office
        await office.goto(f"{self.shop_url}/admin.php?sl={self.guide.language}")
        self.guide.bold("Add-ons → Downloaded add-ons", "الإضافات ← الإضافات المحمّلة")
        await office.get_by_role("link", name=self._last_part("Downloaded add-ons", "الإضافات المحمّلة")).click()
        self.guide.bold("⚙")
        await office.locator("#addons-tools").click()
        entry = office.get_by_role("link", name=self.guide.bold("Manual installation", "التثبيت اليدوي"))
        await self.look(office, "1-manual-installation", entry)
        await entry.click()
        await office.set_input_files("input[type=file]", self.folder / self.guide.code(PACKAGE))
        button = office.get_by_role("button", name=self.guide.bold("Upload & install", "رفع وتثبيت"))
        await self.look(office, "2-upload", button)
        await button.click()
        line = office.get_by_text(self.guide.bold("Wasl: PayTabs payments", "وصل: الدفع عبر PayTabs"))
        await expect(line).to_be_visible()
        await self.look(office, "3-installed")

    async def adds_method(self) -> None:
        """Step 3: a payment method with the settings that stand there."""
        office = self.office
        self.guide.bold("Settings → Payment methods", "الإعدادات ← طرق الدفع")
        await office.get_by_role("link", name=self._last_part("Payment methods", "طرق الدفع")).click()
        await office.get_by_role("link", name=self.guide.bold("Add payment method", "إضافة طريقة دفع")).click()
        await office.get_by_label(self.guide.bold("Name", "الاسم")).fill(METHOD[self.guide.language])
        processor = office.get_by_label(self.guide.bold("Processor", "معالج الدفع"))
        await processor.select_option(label=self.guide.bold("Wasl (PayTabs)"))
        await self.look(office, "4-method", processor)
        await office.get_by_role("tab", name=self.guide.bold("Configure", "إعداد")).click()
        store = office.get_by_label(self.guide.bold("Store in Wasl", "المتجر في وصل"))
        await expect(store).to_have_value(self.store_id)
        policy = office.get_by_label(self.guide.bold("Currency to charge", "عملة الدفع"))
        await expect(policy).to_have_value("primary")
        button = office.get_by_role("button", name=self.guide.bold("Create", "إنشاء"))
        await self.look(office, "5-configure", button)
        await button.click()
        await expect(office.get_by_text(METHOD[self.guide.language]).first).to_be_visible()

    async def places_order(self, buyer: Page) -> None:
        """Step 4, as a buyer: from the shop's front page to the payment page."""
        await self._puts_into_cart(buyer)
        await buyer.goto(f"{self.shop_url}/index.php?dispatch=checkout.checkout")
        await expect(buyer.get_by_text(METHOD[self.guide.language])).to_be_visible()
        button = buyer.locator("#place-order")
        await self.look(buyer, "6-checkout", button)
        await button.click()
        await expect(buyer.locator("#number")).to_be_visible()

    async def pays(self, buyer: Page) -> None:
        """By the card that the page names."""
        await buyer.fill("#number", self.guide.code(CARD))
        await buyer.fill("#cvv", self.guide.code(CVV))
        await buyer.fill("#expiry_month", "12")
        await buyer.fill("#expiry_year", "2032")
        await buyer.fill("#holder", "Mona Ali")
        await buyer.click("#pay")

    async def is_thanked(self, buyer: Page) -> None:
        """Back in the shop, on its thank-you page."""
        await buyer.wait_for_url(re.compile(r"dispatch=checkout\.complete"))
        self.order_id = await buyer.locator("#order-id").inner_text()

    async def sees_order(self) -> None:
        """In the back office the order is paid and names its transaction."""
        office = self.office
        self.guide.bold("Orders → View orders", "الطلبات ← عرض الطلبات")
        await office.get_by_role("link", name=self._last_part("View orders", "عرض الطلبات")).click()
        await office.get_by_role("link", name=self.order_id).click()
        await expect(office.locator("#order-status")).to_have_text(self.guide.bold("Processed", "تمت المعالجة"))
        await expect(office.locator("[data-info=transaction_id]")).to_have_text(re.compile("^TST"))
        await self.look(office, "8-order")

    async def checks(self) -> str:
        """Step 5: what Wasl says of the store. Fails if something is bad."""
        return await self._types(self.guide.command())

    async def goes_live(self, buyer: Page) -> None:
        """Step 6: another store at Wasl takes over. Until it is chosen, a buyer is told that nothing was charged.

        For two seconds PHP may still run the file that was replaced, so what is done at once is done again.
        """
        step_6, self.guide = self.guide, Guide.open(self.guide.language)
        await self.connects("--name", LIVE, "--live")
        await self.uploads()
        self.guide = step_6
        refused = buyer.get_by_text(REFUSED[self.guide.language])
        assert REFUSED[self.guide.language] in self.guide.text
        page = buyer.locator("#number")
        async with asyncio.timeout(REPLACED_S):
            while not await refused.is_visible():
                await self._puts_into_cart(buyer)
                await buyer.goto(f"{self.shop_url}/index.php?dispatch=checkout.checkout")
                await _orders_anew(buyer)
                await expect(refused.or_(page)).to_be_visible()
            await self._chooses_live_store()
            while not await page.is_visible():
                await buyer.click("#pay-again")
                await expect(refused.or_(page)).to_be_visible()

    async def _chooses_live_store(self) -> None:
        office = self.office
        store = office.get_by_label(self.guide.bold("Store in Wasl", "المتجر في وصل"))
        while not await store.get_by_text(LIVE, exact=True).count():
            await office.get_by_role("link", name=self._last_part("Payment methods", "طرق الدفع")).first.click()
            await office.get_by_role("link", name=METHOD[self.guide.language]).click()
            await office.get_by_role("tab", name=self._last_part("Configure", "إعداد")).click()
        await store.select_option(label=LIVE)
        await office.get_by_role("button", name=self.guide.bold("Save", "حفظ")).click()
        await expect(office.get_by_role("status")).to_be_visible()

    async def _puts_into_cart(self, buyer: Page) -> None:
        await buyer.goto(f"{self.shop_url}/?sl={self.guide.language}")
        await buyer.locator("form.add button").first.click()

    def _last_part(self, english: str, arabic: str) -> str:
        """The entry of a menu whose way in was just looked up."""
        return arabic if self.guide.language == "ar" else english

    async def _types(self, words: list[str]) -> str:
        """Run a command of the page, with the reader's own values for its samples; what it says."""
        own = {**self._typed, "STORE-ID": self.store_id}
        program, *arguments = [own.get(word, word) for word in words]
        assert program == "wasl"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", program, *arguments, env=self.tree.environment(), cwd=self.folder,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(TYPING_S):
            out, err = await process.communicate()
        assert process.returncode == 0, (out + err).decode()
        return out.decode()


async def _orders_anew(buyer: Page) -> None:
    """Place an order of what is in the cart, also while another one waits to be paid."""
    summary = buyer.locator("details.again summary")
    if await summary.count():
        await summary.click()
    await buyer.click("#place-order")
