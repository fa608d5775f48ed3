"""Buyers and the shops they buy from: each payment has a plan of its own, drawn from its own seed."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from wasl.domain.money import Currency, Money
from wasl.domain.paying import live_page
from wasl.domain.payment import OrderId as PaidOrder
from wasl.domain.store import StoreId
from wasl.emulator import ControlRefusal, Emulator, control
from wasl.engine.cancel import cancel_payment
from wasl.engine.come_back import come_back
from wasl.engine.engine import Engine
from wasl.engine.open import NotOpened, Opened, Wish, open_payment
from wasl.engine.ports import ByOrder, Contact
from wasl.errors import Misconfigured, Unavailable, required
from wasl.simulation.checks import Checks
from wasl.simulation.cs_cart.orders import Line, OrderId
from wasl.simulation.process import PUBLIC_URL, Gone, Process
from wasl.simulation.shops import PRODUCT, ShopDouble
from wasl.simulation.stage import Stage

BUYER: Final = Contact(name="Layla Haddad", email="layla.haddad@mail.example", phone="+971501234567", city="Dubai",
                       street1="12 Palm Street", country="AE")  # fmt: skip
OTHER_CURRENCY: Final = Currency.of("USD")
TRIES: Final = 8
OLD_TAB: Final = 0.5  # how many pay in the tab they had open
MINUTE_S: Final = 60.0
DAY_S: Final = 86_400.0
HELD_CARD: Final = "4000000000000259"
SILENT_CARD: Final = "4000000000000119"
POOR_CARD: Final = "4000000000009995"
PROVING_CARD: Final = "4000000000000002"
GOOD_CARD: Final = "4111111111111111"


class Site(Protocol):
    """The world, as far as a buyer reaches it."""

    stage: Stage
    emulator: Emulator
    checks: Checks

    def listener(self) -> Process | None:
        """A process that listens now, if one does."""
        ...


@dataclass(slots=True, kw_only=True)
class Purchase:
    """One order. `sum_minor` what the shop asks for now."""

    order_id: str
    shop: ShopDouble
    seed: str
    chance: random.Random
    starts_s: float
    sum_minor: int
    currency: Currency
    tran_type: str = ""
    edited: bool = False
    deleted: bool = False
    by_hand: str = ""
    refs: list[str] = field(default_factory=list)

    def stream(self, whose: str) -> random.Random:
        """Chances of another actor's own, so that what one does changes nothing of what others draw."""
        return random.Random(f"{self.seed}/{whose}")

    @property
    def amount(self) -> Money:
        """What the shop asks for."""
        return Money(self.sum_minor, self.currency)


async def buy(site: Site, one: Purchase) -> None:
    """The whole story of one order, until its buyer has nothing more to do."""
    stage = site.stage
    await asyncio.sleep(one.starts_s)
    _place(one)
    stage.trace.note("buyer", f"orders for {one.sum_minor}", one.order_id)
    ref = await checkout(site, one)
    if _happens(site, one, "two_tabs"):
        stage.spawn(_second_tab(site, one))
    await asyncio.sleep(one.chance.uniform(2, 90))
    if _happens(site, one, "went_back"):
        await _return(site, one, "", {})
        ref = await checkout(site, one) or ref
    if _repriced(site, one):
        old, ref = ref, await checkout(site, one) or ref
        ref = old if one.chance.random() < OLD_TAB else ref
    if _happens(site, one, "canceled_by_store"):
        stage.spawn(_cancel(site, one))
    if ref:
        await _at_the_page(site, one, ref)


async def _at_the_page(site: Site, one: Purchase, ref: str) -> None:
    if _happens(site, one, "return_forged"):
        await _forged_return(site, one, ref)
    if _happens(site, one, "never_paid"):
        return
    if _happens(site, one, "paid_late"):
        await asyncio.sleep(one.chance.uniform(1, one.shop.store.page_minutes) * MINUTE_S)
    if _happens(site, one, "canceled"):
        await _pay(site, one, ref, None)
        ref = await checkout(site, one) or ref
    elif _happens(site, one, "declined"):
        await _pay(site, one, ref, {"card": POOR_CARD})
        await asyncio.sleep(one.chance.uniform(1, 60))
        ref = await checkout(site, one) or ref
    if one.chance.random() < 0.9:  # noqa: PLR2004  most who were refused try again
        await _pay(site, one, ref, _means(site, one))
    if _happens(site, one, "came_again"):
        await asyncio.sleep(one.chance.uniform(5, 600))
        ref = await checkout(site, one)
        if ref:
            await _pay(site, one, ref, {"card": GOOD_CARD})


def _means(site: Site, one: Purchase) -> dict[str, Any]:
    """What a buyer pays by."""
    sale = one.tran_type != "auth"
    if sale and one.currency is not OTHER_CURRENCY and _happens(site, one, "deferred"):
        return {"method": "sadad"}
    if _happens(site, one, "held"):
        return {"card": HELD_CARD}
    if _happens(site, one, "unanswered"):
        return {"card": SILENT_CARD}
    return {"card": one.chance.choice((GOOD_CARD, PROVING_CARD))}


async def checkout(site: Site, one: Purchase) -> str:
    """Ask Wasl for a page, as often as a shop would; its reference, empty if there is none."""
    wish = Wish(
        order_id=PaidOrder(one.order_id),
        amount=one.amount,
        description=f"Order {one.order_id}",
        return_url="https://shop.example/return",
        customer=BUYER,
        tran_type=one.tran_type,
    )
    for _ in range(TRIES):
        process = site.listener()
        try:
            if process is not None:
                opened = await process.do(partial(_opened, store_id=one.shop.store.store_id, wish=wish))
                return _given(site, one, opened, process) if isinstance(opened, Opened) else ""
        except (Gone, Unavailable):
            pass
        await asyncio.sleep(one.chance.uniform(2, 20))
    return ""


async def _opened(engine: Engine, *, store_id: StoreId, wish: Wish) -> Opened | NotOpened:
    store = required(await engine.store(store_id), "stores are never removed")
    return await open_payment(engine, store, wish)


def _given(site: Site, one: Purchase, opened: Opened, process: Process) -> str:
    page = live_page(opened.payment, now=process.now())
    if page is None or page.tran_ref is None:
        site.stage.trace.note("shop", f"gets no page: {opened.payment.outcome.state}", one.order_id)
        return ""
    site.stage.trace.note("shop", f"gets page {page.tran_ref} of {page.cart_id}", one.order_id)
    known = site.emulator.world.state.page_of(page.tran_ref)
    fits = known is not None and known.order.amount.minor == opened.payment.amount.minor
    site.stage.ensure(fits, "7 one page at a time", f"{page.tran_ref} is a page over another amount", one.order_id)
    site.checks.handed_out(one.order_id, page.tran_ref)
    one.refs.append(page.tran_ref)
    return page.tran_ref


async def _pay(site: Site, one: Purchase, ref: str, means: Mapping[str, Any] | None) -> None:
    """Pay by *means*, or cancel for None, and perhaps go back to the shop."""
    try:
        said = control.cancel(site.emulator, ref) if means is None else control.pay(site.emulator, ref, dict(means))
    except ControlRefusal as refusal:
        site.stage.trace.note("buyer", f"cannot use {ref}: {refusal}", one.order_id)
        return
    site.stage.trace.note("buyer", f"pays {ref} by {means}: {said['status']} {said['code']}", one.order_id)
    back = said["return"]
    if back is not None and not _happens(site, one, "closed_tab"):
        await _return(site, one, back["url"], back["fields"])


async def _return(site: Site, one: Purchase, url: str, fields: Mapping[str, str]) -> None:
    """The browser goes back to the shop, by way of Wasl."""
    await asyncio.sleep(one.chance.uniform(0.1, 3))
    process = site.listener()
    if process is None:
        return
    key = url.removeprefix(PUBLIC_URL).rpartition("/")[2]
    form, store = urlencode(fields).encode(), one.shop.store
    try:
        await process.do(lambda engine: come_back(engine, store, key, form))
    except (Gone, Unavailable):
        site.stage.trace.note("buyer", "comes back to an error page", one.order_id)


async def _forged_return(site: Site, one: Purchase, ref: str) -> None:
    """A buyer who knows the protocol comes back with a form that says it is paid."""
    page = site.emulator.world.state.page_of(ref)
    if page is None:
        return
    said = {"tranRef": ref, "cartId": page.order.cart_id, "respStatus": "A", "respCode": "G1", "respMessage": "ok"}
    signed = one.chance.choice(({}, {"signature": ""}, {"signature": "0" * 64}))
    await _return(site, one, page.rules.return_url, {**said, **signed})


async def _second_tab(site: Site, one: Purchase) -> None:
    """The same buyer in another tab: checks out again, and pays there too if that is another page."""
    await asyncio.sleep(one.chance.uniform(0, 5))
    ref = await checkout(site, one)
    await asyncio.sleep(one.chance.uniform(1, 120))
    if ref:
        await _pay(site, one, ref, {"card": GOOD_CARD})


async def _cancel(site: Site, one: Purchase) -> None:
    """The shop cancels at Wasl, perhaps while the buyer is paying."""
    await asyncio.sleep(one.chance.uniform(0, 300))
    process, store = site.listener(), one.shop.store
    if process is None:
        return
    site.stage.trace.note("shop", "cancels at Wasl", one.order_id)
    try:
        found = await process.do(lambda e: e.ledger.payment(ByOrder(store.store_id, PaidOrder(one.order_id))))
        if found is not None:
            current = await process.do(lambda engine: engine.store(store.store_id)) or store
            await process.do(lambda engine: cancel_payment(engine, current, found))
    except (Gone, Unavailable, Misconfigured):
        site.stage.trace.note("shop", "is not told whether it is cancelled", one.order_id)


def _place(one: Purchase) -> None:
    books = one.shop.books
    line = Line(product_id=PRODUCT, quantity=1, price=one.amount)
    books.next_order = int(one.order_id)
    order = books.place((line,), language="en")
    books.change(order.order_id, payment_started_at=books.clock(), by_hand=False)


def _repriced(site: Site, one: Purchase) -> bool:
    """Whether the order became dearer, or costs the same number of another currency's units now."""
    if _happens(site, one, "amount_changed"):
        one.sum_minor += one.chance.randrange(1, 500)
    elif _happens(site, one, "currency_changed"):
        one.currency = OTHER_CURRENCY
    else:
        return False
    if OrderId(one.order_id) in one.shop.books.orders:
        one.shop.books.change(OrderId(one.order_id), total=one.amount)
    return True


def _happens(site: Site, one: Purchase, kind: str) -> bool:
    return site.stage.dice.happens(kind, one.order_id, chance=one.chance)
