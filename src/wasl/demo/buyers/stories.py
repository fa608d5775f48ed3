"""Every buyer of the demonstration: what they do, and what their order must be at the end."""

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from wasl.demo.buyers.browser import Astray
from wasl.demo.buyers.buyer import EMPTY_CARD, GOOD_OTP, SECURE_CARD, Buyer
from wasl.demo.buyers.world import Expected

UNAUTHORIZED: Final = 401
QUERY_PATIENCE: Final = 3  # where only Wasl's own rhythm of questions can tell
RESTART_PATIENCE: Final = 4  # what a killed worker had leased falls due again after a minute

PAID: Final = Expected(status="P", state="paid", taken=True)
FAILED: Final = Expected(status="F", state="failed", taken=False)
UNTOUCHED: Final = Expected(status="N", state="open", taken=False)
CANCELED: Final = Expected(status="N", state="canceled", taken=False)
ONLY_QUERY: Final = Expected(status="P", state="paid", taken=True, voices=frozenset({"query"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One buyer's way.

    `patience` multiplies the world's. `alone`: played last, after all others, since it touches the whole world.
    """

    name: str
    did: str
    expected: Expected
    act: Callable[[Buyer], Awaitable[None]]
    patience: int = 1
    alone: bool = False


async def _pays_and_returns(buyer: Buyer) -> None:
    await buyer.returns(await buyer.pays(await buyer.buys()))


async def _passes_3ds(buyer: Buyer) -> None:
    bank = await buyer.pays(await buyer.buys(), card=SECURE_CARD)
    await buyer.returns(await buyer.proves_identity(bank, GOOD_OTP))


async def _fails_3ds(buyer: Buyer) -> None:
    bank = await buyer.pays(await buyer.buys(), card=SECURE_CARD)
    await buyer.returns(await buyer.proves_identity(bank, "0000"))


async def _closes_tab(buyer: Buyer) -> None:
    await buyer.pays(await buyer.buys())


def _with_faults(faults: Mapping[str, Any], *, comes_back: bool) -> Callable[[Buyer], Awaitable[None]]:
    """Pay while the gateway's messages go wrong in this way."""

    async def act(buyer: Buyer) -> None:
        page = await buyer.buys()
        await buyer.spoil_notifications(faults)
        done = await buyer.pays(page)
        if comes_back:
            await buyer.returns(done)

    return act


async def _is_lied_for(buyer: Buyer) -> None:
    """Somebody who knows the address says "paid", without the key."""
    await buyer.buys()
    body = await _paid_notice(buyer, (await buyer.wasl.store()).profile_id)
    await _refused(buyer, body, secrets.token_hex(32))


async def _is_claimed_by_other_profile(buyer: Buyer) -> None:
    """Another customer of the gateway says "paid", signed with a key of their own."""
    await buyer.buys()
    body = await _paid_notice(buyer, (await buyer.wasl.store()).profile_id + 1)
    await _refused(buyer, body, hmac.new(secrets.token_bytes(32), body, hashlib.sha256).hexdigest())


async def _refused(buyer: Buyer, body: bytes, signature: str) -> None:
    status = await buyer.notify(body, signature)
    if status != UNAUTHORIZED:
        raise Astray(f"Wasl answered HTTP {status} to a callback that is not authentic")


async def _paid_notice(buyer: Buyer, profile_id: int) -> bytes:
    """A callback body as the gateway writes it (PayTabs reference §5.4), saying that this order is paid."""
    payment = await buyer.payment()
    attempt = payment.attempts[-1]
    money = {"cart_amount": payment.amount, "cart_currency": payment.currency}
    moved = {"tran_total": payment.amount, "tran_currency": payment.currency}
    result = {"response_status": "A", "response_code": "G00000", "response_message": "Authorised"}
    names = {"tran_ref": attempt.tran_ref, "cart_id": attempt.cart_id, "profile_id": profile_id}
    return msgspec.json.encode({**names, **money, **moved, "tran_type": "Sale", "payment_result": result})


async def _declined_then_pays(buyer: Buyer) -> None:
    back = await buyer.returns(await buyer.pays(await buyer.buys(), cvv="321"))
    await buyer.returns(await buyer.pays(await buyer.pays_again(back)))


async def _cancels_then_pays_in_other_tab(buyer: Buyer) -> None:
    page = await buyer.buys()
    other_tab = await buyer.looks_at_order()
    await buyer.returns(await buyer.cancels(page))
    await buyer.returns(await buyer.pays(await buyer.pays_again(other_tab)))


async def _cancels(buyer: Buyer) -> None:
    await buyer.returns(await buyer.cancels(await buyer.buys()))


async def _pays_later(buyer: Buyer) -> None:
    """Takes a number at the payment page, reads at the shop that it waits, and pays it at the bank's counter."""
    page = await buyer.buys()
    request = await buyer.tran_ref()
    await buyer.comes_back(await buyer.chooses(page, "sadad"))

    async def pending() -> bool:
        return (await buyer.payment()).state == "pending"

    await buyer.until(pending, "a pending payment")
    if (await buyer.order())["status"] != "N":
        raise Astray("the order changed before its number was paid")
    await buyer.pays_number(request)


async def _uses_two_tabs(buyer: Buyer) -> None:
    first = await buyer.buys()
    second = await buyer.pays_again(await buyer.looks_at_order())
    if first.url != second.url:
        raise Astray("the second tab was given another page")
    done = await buyer.pays(first)
    await buyer.pays_too_late(second)
    await buyer.returns(done)


async def _has_no_funds(buyer: Buyer) -> None:
    await buyer.returns(await buyer.pays(await buyer.buys(), card=EMPTY_CARD))


async def _pays_while_shop_is_down(buyer: Buyer) -> None:
    page = await buyer.buys()
    await buyer.at_shop("PUT", "outage", {"calls": 2})
    await buyer.pays(page)


async def _pays_what_a_person_withdrew(buyer: Buyer) -> None:
    page = await buyer.buys()
    await buyer.at_shop("PUT", "status", {"status": "I"})
    await buyer.pays(page)


async def _pays_while_service_dies(buyer: Buyer) -> None:
    """Wasl is killed while its call stands at the shop's door; the shop settles, and nobody hears its answer.

    Started again, Wasl tells the shop what it does not know to be told, and is answered that nothing is left to do.
    """
    page = await buyer.buys()
    await buyer.at_shop("PUT", "hold")
    await buyer.pays(page)

    async def is_being_told() -> bool:
        return int((await buyer.order())["held_calls"]) > 0

    await buyer.until(is_being_told, "Wasl's call to the shop")
    await buyer.world.kill_service()
    await buyer.at_shop("DELETE", "hold")
    await buyer.world.start_service()


STORIES: Final = (
    Story(name="returns", did="paid and came back", expected=PAID, act=_pays_and_returns),
    Story(name="3-d-secure", did="paid through 3-D Secure", expected=PAID, act=_passes_3ds),
    Story(name="closes-tab", did="paid, closed the tab", expected=PAID, act=_closes_tab),
    Story(
        name="callback-lost",
        did="paid, closed the tab; callback lost",
        expected=ONLY_QUERY,
        act=_with_faults({"callback": {"drop": 1.0}}, comes_back=False),
        patience=QUERY_PATIENCE,
    ),
    Story(
        name="callback-lost-returns",
        did="paid and came back; callback lost",
        expected=ONLY_QUERY,
        act=_with_faults({"callback": {"drop": 1.0}}, comes_back=True),
    ),
    Story(
        name="callback-twice",
        did="paid and came back; callback came twice",
        expected=Expected(status="P", state="paid", taken=True, callbacks_min=2),
        act=_with_faults({"callback": {"duplicate": 1.0}}, comes_back=True),
    ),
    Story(
        name="callback-late",
        did="paid and came back; callback came 2 s later",
        expected=Expected(status="P", state="paid", taken=True, voices=frozenset({"query"}), callbacks_min=1),
        act=_with_faults({"callback": {"delay_s": [2, 2]}}, comes_back=True),
    ),
    Story(name="forged", did="left unpaid; a forged callback said paid", expected=UNTOUCHED, act=_is_lied_for),
    Story(
        name="other-profile",
        did="left unpaid; another profile's callback: paid",
        expected=UNTOUCHED,
        act=_is_claimed_by_other_profile,
    ),
    Story(name="second-page", did="was declined, paid on a second page", expected=PAID, act=_declined_then_pays),
    Story(
        name="other-tab",
        did="cancelled, then paid in the other tab",
        expected=PAID,
        act=_cancels_then_pays_in_other_tab,
    ),
    Story(name="cancels", did="cancelled and left", expected=CANCELED, act=_cancels),
    Story(name="sadad", did="took a SADAD number, paid it later", expected=PAID, act=_pays_later),
    Story(name="two-tabs", did="opened one page in two tabs, paid in both", expected=PAID, act=_uses_two_tabs),
    Story(name="no-funds", did="had no funds and gave up", expected=FAILED, act=_has_no_funds),
    Story(name="wrong-otp", did="gave the bank a wrong code and gave up", expected=FAILED, act=_fails_3ds),
    Story(name="shop-down", did="paid, closed the tab; the shop was down", expected=PAID, act=_pays_while_shop_is_down),
    Story(
        name="withdrawn",
        did="paid after a person had withdrawn the order",
        expected=Expected(status="I", state="paid", taken=True),
        act=_pays_what_a_person_withdrew,
    ),
    Story(
        name="killed",
        did="paid, closed the tab; the service was killed",
        expected=PAID,
        act=_pays_while_service_dies,
        patience=RESTART_PATIENCE,
        alone=True,
    ),
)
