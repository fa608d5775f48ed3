"""Money back that a merchant asks for in the shop, while something else happens: one refund at the gateway each time.

The real add-on in the double, the real service, the emulator behind it; the administrator uses the back office's pages.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest

from race.counters import PATIENCE_S, Controls
from race.mall import Front, Mall
from unit.stores.cs_cart_addon.office import Office, notices, offered, office
from wasl.demo.buyers.buyer import Buyer
from wasl.demo.buyers.world import POLL_S
from wasl.demo.part import HOST
from wasl.demo.shop import Rate, Shop, ShopSettings
from wasl.demo.tree import Ports, Tree

REFUNDED: Final = "I"  # the status that Wasl sets, and that asks for a refund when a person sets it
CHOSEN: Final = {"refund_status": REFUNDED, "refund_scope": "items_tax", "currency_policy": "buyer"}
NOBODY: Final = f"http://{HOST}:9"
DINAR: Final = Rate(code="KWD", coefficient="12.2", decimals=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """A shop with returns, its administrator, and what Wasl and the gateway know of its money."""

    front: Front
    desk: Office
    tree: Tree

    @property
    def shop(self) -> Controls:
        """The double's controls."""
        return self.front.controls

    async def sold(self, *products: str, currency: str = "") -> Buyer:
        """An order that its buyer has paid, one piece of each product."""
        buyer = await self.front.buyer()
        if currency:
            await buyer.browser.get(f"{self.shop.url}/?currency={currency}")
        await buyer.pays(await buyer.buys_together(products or ("coffee",)))
        await self.shop.becomes(buyer.order_id, "P")
        return buyer

    async def returned(self, buyer: Buyer, *products: str) -> str:
        """The number of the return that the buyer files of the order, complete by now."""
        await self.shop.ask("PUT", f"orders/{buyer.order_id}/status", {"status": "C"})
        told = {"order_id": buyer.order_id, "products": dict.fromkeys(products or ("coffee",), 1)}
        return str((await self.shop.ask("POST", "returns", told))["return_id"])

    async def known(self, buyer: Buyer) -> Any:
        """The payment as Wasl shows it to the store."""
        url = f"{self.tree.service_url}/v1/payments/{(await buyer.payment()).id}"
        headers = {"authorization": f"Bearer {self.front.store.api_key}"}
        async with self.shop.http.get(url, headers=headers) as answer:
            return await answer.json()

    async def refunds(self, buyer: Buyer) -> list[tuple[str, str]]:
        """Every refund that the gateway has of the order, as (amount, currency)."""
        cart_id = (await self.known(buyer))["attempts"][-1]["cart_id"]
        found = (await self.gateway("GET", f"transactions?cart_id={cart_id}"))["transactions"]
        return [(one["amount"], one["currency"]) for one in found if one["type"].casefold() == "refund"]

    async def gateway(self, method: str, path: str, told: Any = None) -> Any:
        """The emulator's control API, which also is its dashboard."""
        async with self.shop.http.request(method, f"{self.tree.emulator_url}/_control/{path}", json=told) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def order_page(self, buyer: Buyer) -> str:
        """The order in the back office."""
        return await self.desk.page("orders.details", order_id=buyer.order_id)

    @contextmanager
    def wasl_away(self) -> Iterator[None]:
        """While this lasts, nobody listens where the add-on looks for Wasl."""
        config = self.front.shop.folder / "root" / "app" / "addons" / "wasl" / "config.php"
        packed = config.read_text()
        config.write_text(packed.replace(self.tree.service_url, NOBODY))
        try:
            yield
        finally:
            config.write_text(packed)

    async def becomes(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Return when it holds."""
        async with asyncio.timeout(PATIENCE_S):
            while not await holds():  # noqa: ASYNC110  another process decides it
                await asyncio.sleep(POLL_S)

    async def shows(self, buyer: Buyer, text: str) -> None:
        """Return when the order's page in the back office has this text."""

        async def is_shown() -> bool:
            return text in await self.order_page(buyer)

        await self.becomes(is_shown)


@pytest.fixture
async def till(tree: Tree, mall: Mall) -> AsyncIterator[Till]:
    """A shop whose merchant chose in its settings what asks for refunds, and in Wasl which status they end in."""
    async with open_till(tree, mall) as opened:
        yield opened
        await opened.gateway("PUT", "switches", {"refund": "approved"})


@asynccontextmanager
async def open_till(tree: Tree, mall: Mall, *, lock: str = "database") -> AsyncIterator[Till]:
    """The same with another lock service."""
    port = Ports.free().shop
    url = f"http://{HOST}:{port}"
    name = f"till{port}"
    store = await mall.connect(name, url, status=f"refunded={REFUNDED}")
    settings = ShopSettings(url=url, name=name, currencies=(Rate(code="SAR"), DINAR), lock=lock)
    shop = await Shop.install(tree.folder / name, settings)
    await tree.pack_addon(tree.folder / f"{name}.zip", store)
    await shop.add_addon(tree.folder / f"{name}.zip")
    await shop.add_payment_method(params={"store_id": store.store_id})
    front = await mall.front(shop, store, port)
    async with office(url) as desk:
        page = await desk.page("payments.update", payment_id="1")
        fields = {f"payment_data[processor_params][{key}]": value for key, value in CHOSEN.items()}
        fields["payment_data[processor_params][store_id]"] = store.store_id
        await desk.send("payments.update", page, payment_id="1", **fields)
        yield Till(front=front, desk=desk, tree=tree)


async def test_accepted_twice_by_two_people(till: Till) -> None:
    """Two desks with the same form open, one of which clicks twice: one refund, and the order hears of it once."""
    buyer = await till.sold()
    return_id = await till.returned(buyer)
    async with office(till.shop.url) as other:
        forms = [await one.page("rma.details", return_id=return_id) for one in (till.desk, other)]
        assert [offered(form) for form in forms] == ["57.90 SAR", "57.90 SAR"]
        await asyncio.gather(
            till.desk.change_return(forms[0]), other.change_return(forms[1]), till.desk.change_return(forms[0])
        )
    await till.shop.becomes(buyer.order_id, REFUNDED)
    known = await till.known(buyer)
    assert [one["reason"] for one in known["operations"]] == [f"rma-{return_id}"]
    assert (known["state"], known["refunded"]) == ("refunded", "57.90")
    assert await till.refunds(buyer) == [("57.90", "SAR")]
    await till.shows(buyer, '<bdi data-info="wasl.refunded">57.90 SAR</bdi>')


async def test_the_status_chosen_by_two_people_at_once(till: Till) -> None:
    """Both stand in the shop's own engine with the old status read: one refund of all that is left."""
    buyer = await till.sold()
    await till.shop.pause(buyer.order_id, "status.write")
    async with office(till.shop.url) as other:
        changes = [asyncio.create_task(one.set_status(buyer.order_id, REFUNDED)) for one in (till.desk, other)]
        await till.shop.stands_at(buyer.order_id, "status.write", 2)
        await till.shop.release(buyer.order_id, "status.write")
        pages = await asyncio.gather(*changes)
    assert any("57.90 SAR" in " ".join(notices(page)) for page in pages)
    await till.shows(buyer, '<bdi data-info="wasl.refunded">57.90 SAR</bdi>')
    assert len((await till.known(buyer))["operations"]) == 1
    assert await till.refunds(buyer) == [("57.90", "SAR")]
    assert await till.shop.status(buyer.order_id) == REFUNDED


async def test_two_people_and_no_lock(tree: Tree, mall: Mall) -> None:
    """A lock service that grants everybody: both find no refund, one row stands, and Wasl knows both by one key."""
    async with open_till(tree, mall, lock="dummy") as till, office(till.shop.url) as other:
        buyer = await till.sold()
        return_id = await till.returned(buyer)
        desks = (till.desk, other)
        forms = [await one.page("rma.details", return_id=return_id) for one in desks]
        await till.shop.pause(buyer.order_id, "settle.locked")
        clicks = [asyncio.create_task(one.change_return(form)) for one, form in zip(desks, forms, strict=True)]
        await till.shop.stands_at(buyer.order_id, "settle.locked", 2)
        await till.shop.release(buyer.order_id, "settle.locked")
        assert all("57.90 SAR" in " ".join(notices(page)) for page in await asyncio.gather(*clicks))
        assert await till.refunds(buyer) == [("57.90", "SAR")]


async def test_what_wasl_settles_asks_for_nothing(till: Till) -> None:
    """A refund in Wasl sets the order to the very status that asks for one by hand: nobody asks again."""
    buyer = await till.sold()
    await till.tree.wasl("payment", "refund", (await buyer.payment()).id)
    await till.shop.becomes(buyer.order_id, REFUNDED)
    assert notices(await till.order_page(buyer)) == []
    assert len((await till.known(buyer))["operations"]) == 1
    assert await till.refunds(buyer) == [("57.90", "SAR")]


async def test_refunded_in_the_dashboard(till: Till) -> None:
    """Made elsewhere, and in part: the order says how much, its status stays, and no more than the rest can go back."""
    buyer = await till.sold("coffee", "dates")
    await till.gateway("POST", f"transactions/{await buyer.tran_ref()}/refund", {"amount": "50.00"})
    await till.shows(buyer, '<bdi data-info="wasl.refunded">50.00 SAR</bdi>')
    assert await till.shop.status(buyer.order_id) == "P"
    page = await till.desk.accept(await till.returned(buyer))
    assert "Nothing was refunded" in " ".join(notices(page))
    assert "42.40 SAR" in " ".join(notices(page))
    assert await till.refunds(buyer) == [("50.00", "SAR")]
    await till.desk.set_status(buyer.order_id, REFUNDED)
    assert sorted(await till.refunds(buyer)) == [("42.40", "SAR"), ("50.00", "SAR")]


async def test_pending_then_approved_days_later(till: Till) -> None:
    """It waits at PayTabs: said as such, not failed. Once it is decided, the order and the next look at it say so."""
    await till.gateway("PUT", "switches", {"refund": "pending"})
    buyer = await till.sold()
    page = await till.desk.accept(await till.returned(buyer))
    assert "not confirmed yet" in " ".join(notices(page))
    assert await till.shop.status(buyer.order_id) == "C"
    (operation,) = (await till.known(buyer))["operations"]
    await till.gateway("POST", f"transactions/{operation['tran_ref']}/approve", {})
    await till.shop.becomes(buyer.order_id, REFUNDED)
    assert "went back to the buyer" in " ".join(notices(await till.order_page(buyer)))
    assert await till.refunds(buyer) == [("57.90", "SAR")]


async def test_wasl_down_then_up(till: Till) -> None:
    """The return is accepted while Wasl is away: a clear word; opening the page once it is back makes it one refund."""
    buyer = await till.sold()
    return_id = await till.returned(buyer)
    form = await till.desk.page("rma.details", return_id=return_id)
    with till.wasl_away():
        assert "did not answer" in " ".join(notices(await till.desk.change_return(form)))
        assert "did not answer" in " ".join(notices(await till.order_page(buyer)))
    page = await till.desk.page("rma.details", return_id=return_id)
    assert "went back to the buyer" in " ".join(notices(page))
    await till.shop.becomes(buyer.order_id, REFUNDED)
    assert await till.refunds(buyer) == [("57.90", "SAR")]


async def test_two_returns_while_wasl_stands_in_the_door(till: Till) -> None:
    """The first refund is being told to the order when the second return is accepted: both go back, each once."""
    buyer = await till.sold("coffee", "dates")
    first, second = [await till.returned(buyer, one) for one in ("coffee", "dates")]
    await till.shop.pause(buyer.order_id, "settle.arrived")
    await till.desk.accept(first)
    await till.shop.stands_at(buyer.order_id, "settle.arrived")
    await till.shop.pause(buyer.order_id, "settle.locked")
    await till.shop.release(buyer.order_id, "settle.arrived")
    await till.shop.stands_at(buyer.order_id, "settle.locked")
    await till.shop.pause(buyer.order_id, "lock.waiting")
    other = asyncio.create_task(till.desk.accept(second))
    await till.shop.stands_at(buyer.order_id, "lock.waiting")
    await till.shop.release(buyer.order_id, "lock.waiting")
    await till.shop.release(buyer.order_id, "settle.locked")
    assert "34.50 SAR" in " ".join(notices(await other))
    await till.shop.becomes(buyer.order_id, REFUNDED)
    assert sorted(await till.refunds(buyer)) == [("34.50", "SAR"), ("57.90", "SAR")]


async def test_recalculated_by_the_shop(till: Till) -> None:
    """The page to confirm comes first; the order's lower total does not keep the result from it."""
    buyer = await till.sold("coffee", "dates")
    asks = await till.desk.accept(await till.returned(buyer, "coffee", "dates"), recalculate="R")
    assert await till.refunds(buyer) == []
    await till.desk.confirm(asks)
    await till.shop.becomes(buyer.order_id, REFUNDED)
    assert await till.refunds(buyer) == [("92.40", "SAR")]


async def test_an_order_paid_by_another_method(till: Till) -> None:
    """Not ours any more: its return offers nothing, and Wasl is not asked, even by a form from before."""
    buyer = await till.sold()
    return_id = await till.returned(buyer)
    form = await till.desk.page("rma.details", return_id=return_id)
    await till.shop.ask("PUT", f"orders/{buyer.order_id}", {"payment_id": "0"})
    assert offered(await till.desk.page("rma.details", return_id=return_id)) == ""
    assert notices(await till.desk.change_return(form)) == []
    await till.desk.set_status(buyer.order_id, REFUNDED)
    assert (await till.known(buyer))["operations"] == []


async def test_in_the_currency_the_buyer_paid_in(till: Till) -> None:
    """Two returns of an order in dinars make up the charge to the last fils, whatever the shop's prices are in."""
    buyer = await till.sold("coffee", "dates", currency="KWD")
    known = await till.known(buyer)
    assert (known["amount"], known["currency"]) == ("7.574", "KWD")
    for one in ("coffee", "dates"):
        await till.desk.accept(await till.returned(buyer, one))
    assert sorted(await till.refunds(buyer)) == [("2.828", "KWD"), ("4.746", "KWD")]
    await till.shop.becomes(buyer.order_id, REFUNDED)
    await till.shows(buyer, '<bdi data-info="wasl.refunded">7.574 KWD</bdi>')
