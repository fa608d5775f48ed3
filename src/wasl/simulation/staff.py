"""People who act by hand: in the gateway's dashboard, in the shop's back office, at the bank, and those who forge."""

import asyncio
import hashlib
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import msgspec

from wasl.emulator import ControlRefusal, control
from wasl.emulator.dashboard import actions_for
from wasl.emulator.deciding import decide, decide_and_tell
from wasl.emulator.records import Transaction
from wasl.emulator.rulings import APPROVED
from wasl.emulator.signature import sign_body
from wasl.simulation.buyers import DAY_S, Purchase, Site
from wasl.simulation.cs_cart.orders import OrderId
from wasl.simulation.gateway import BASE_URL, Gateway
from wasl.simulation.process import PUBLIC_URL
from wasl.simulation.shops import PRODUCT

WATCHES_S: Final = (600.0, 3 * 3600.0, DAY_S, 2 * DAY_S, 4 * DAY_S)
HOLD_DECIDED: Final = 0.9
ELSEWHERE: Final = 0.3
PARTNER_S_MAX: Final = 2.9 * DAY_S
TOLD: Final = 0.5  # of some late money the gateway tells nobody who does not ask
PAID_AT_AGENT: Final = 0.6


async def review(site: Site, one: Purchase) -> None:
    """Look at an order's transactions now and then, and do what the dashboard allows."""
    began, chance = site.stage.loop.time(), one.stream("review")
    for after_s in WATCHES_S:
        await asyncio.sleep(max(0, began + after_s * chance.uniform(0.6, 1) - site.stage.loop.time()))
        for transaction in _transactions(site, one):
            _decide(site, one, transaction, chance)


def _dice(site: Site, one: Purchase, chance: random.Random) -> Callable[[str], bool]:
    return lambda kind: site.stage.dice.happens(kind, one.order_id, chance=chance)


def _transactions(site: Site, one: Purchase) -> list[Transaction]:
    world = site.emulator.world
    found = [ref for root in one.refs for ref in (root, *world.state.followers.get(root, ()))]
    return [world.state.transactions[ref] for ref in dict.fromkeys(found)]


def _decide(site: Site, one: Purchase, transaction: Transaction, chance: random.Random) -> None:
    possible, draw = actions_for(site.emulator.world, transaction), chance.random()
    happens = _dice(site, one, chance)
    amount = str(transaction.total.of(chance.randrange(1, transaction.total.minor + 1)))
    if "settle" in possible:
        act(site, one, transaction, "settle" if draw < PAID_AT_AGENT else "")
    elif "approve" in possible and draw < HOLD_DECIDED:
        act(site, one, transaction, "reject" if happens("rejected") else "approve")
    elif "capture" in possible:
        if happens("voided"):
            act(site, one, transaction, chance.choice(("void", "release")), amount if draw < 0.3 else None)  # noqa: PLR2004  some void a part
        else:
            act(site, one, transaction, "capture", amount if happens("captured_in_part") else None)
    elif "refund" in possible and happens("refunded"):
        act(site, one, transaction, "refund", amount if draw < 0.5 else None)  # noqa: PLR2004  half of them refund a part


def act(site: Site, one: Purchase, transaction: Transaction, action: str, amount: str | None = None) -> None:
    """Do one thing in the dashboard, if it lets us."""
    if not action:
        return
    given: dict[str, Any] = {"amount": amount} if amount is not None else {}
    try:
        control.act(site.emulator, transaction.ref, action, given)
    except ControlRefusal:
        return
    site.stage.trace.note("staff", f"{action} {transaction.ref} {amount or ''}".rstrip(), one.order_id)


async def keep_shop(site: Site, one: Purchase) -> None:
    """What a merchant does to the order itself."""
    chance = one.stream("merchant")
    happens = _dice(site, one, chance)
    await asyncio.sleep(one.starts_s + chance.uniform(30, 7200))
    if not one.shop.is_cart or OrderId(one.order_id) not in one.shop.books.orders:
        return
    if happens("deleted"):
        del one.shop.books.orders[OrderId(one.order_id)]
        one.deleted = True
    elif happens("edited_by_hand"):
        order = one.shop.books.orders[OrderId(one.order_id)]
        one.edited = True
        one.shop.books.change(order.order_id, total=order.total.__class__(order.total.minor + 7, order.total.currency))
    elif happens("canceled_by_hand"):
        await one.shop.set_by_hand(one.order_id, "I")
    elif happens("completed_by_hand"):
        await one.shop.set_by_hand(one.order_id, "C")


async def keep_stock(site: Site, one: Purchase) -> None:
    """Somebody else buys the last piece for a while."""
    chance = one.stream("stock")
    if not site.stage.dice.happens("out_of_stock", one.order_id, chance=chance):
        return
    await asyncio.sleep(one.starts_s)
    books = one.shop.books
    taken = books.products[PRODUCT].stock
    books.move_stock(PRODUCT, -taken)
    await asyncio.sleep(chance.uniform(60, 1800))
    books.move_stock(PRODUCT, taken)


async def forge(site: Site, gateway: Gateway, one: Purchase) -> None:
    """Somebody who knows the protocol says that an order is paid."""
    chance = one.stream("forger")
    if not site.stage.dice.happens("notice_forged", one.order_id, chance=chance):
        return
    await asyncio.sleep(one.starts_s + chance.uniform(5, 900))
    store = one.shop.store
    for number in range(chance.randrange(1, 40)):
        profile = site.emulator.world.state.profiles[str(store.profile.profile_id)]
        elsewhere = chance.random() < ELSEWHERE
        body = msgspec.json.encode(
            {
                "tran_ref": f"TST{number:013d}",
                "profile_id": profile.profile_id + elsewhere,
                "cart_id": f"{store.cart_prefix}{one.order_id}-1",
                "tran_type": "Sale",
                "cart_amount": str(one.amount),
                "cart_currency": store.currency.code,
                "tran_total": str(one.amount),
                "tran_currency": store.currency.code,
                "payment_result": {"response_status": "A", "response_code": "G1", "response_message": "Authorised"},
            }
        )
        signature = chance.choice((None, "", hashlib.sha256(body).hexdigest()))
        if elsewhere:  # the gateway's own word, and about somebody else's profile
            signature = sign_body(profile.server_key, body)
        status = await gateway.post(f"{PUBLIC_URL}/paytabs/{store.store_id}/callback", signature, body)
        refused = status is None or status == 503 or status == 401  # noqa: PLR1714, PLR2004  not believed, or nobody there
        site.stage.ensure(refused, "3 paid means proved", f"a forgery was answered {status}", one.order_id)
        await asyncio.sleep(chance.uniform(0.01, 20))


async def use_profile_elsewhere(site: Site, one: Purchase) -> None:
    """Somebody pays what the merchant asked for without the shop, with Wasl's address as its callback."""
    chance = one.stream("stranger")
    if not site.stage.dice.happens("stranger_paid", one.order_id, chance=chance):
        return
    await asyncio.sleep(one.starts_s)
    store = one.shop.store
    profile = site.emulator.world.state.profiles[str(store.profile.profile_id)]
    asked = {
        "profile_id": profile.profile_id,
        "tran_type": "sale",
        "tran_class": "ecom",
        "cart_id": f"invoice-{one.order_id}",
        "cart_description": "An invoice",
        "cart_currency": store.currency.code,
        "cart_amount": str(one.amount),
        "callback": f"{PUBLIC_URL}/paytabs/{store.store_id}/callback",
        "return": PUBLIC_URL,
    }
    told = site.emulator.post("/payment/request", msgspec.json.encode(asked), key=profile.server_key, base_url=BASE_URL)
    with suppress(ControlRefusal):
        control.pay(site.emulator, msgspec.json.decode(told.body)["tran_ref"], {})


async def pay_after_the_end(site: Site, one: Purchase) -> None:
    """A partner's page outlives its end: the money comes hours or days after everybody had given the page up."""
    chance = one.stream("partner")
    if not site.stage.dice.happens("partner_late", one.order_id, chance=chance):
        return
    await asyncio.sleep(one.starts_s + 3600 + chance.random() ** 2 * PARTNER_S_MAX)
    with site.emulator.doing() as world:
        unused = [ref for ref in one.refs if not world.state.transactions[ref].status]
        if unused:
            tell = decide_and_tell if chance.random() < TOLD else decide
            tell(world, world.state.transactions[unused[-1]], APPROVED)
            site.stage.trace.note("partner", f"approves {unused[-1]}", one.order_id)
