"""The control API as functions: what a script tells the gateway to do, as a buyer or from behind the counter.

Each takes the emulator and the JSON value it was sent, and answers a JSON value or raises ControlRefusal.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from wasl.emulator import cards, dashboard, pages
from wasl.emulator.forms import PayForm, missing_billing
from wasl.emulator.gateway import Emulator
from wasl.emulator.methods import METHODS, Way
from wasl.emulator.pages import Corrected, Leaving, PageClosed, Step
from wasl.emulator.records import Page, Stage, Transaction
from wasl.emulator.refusals import ControlRefusal
from wasl.emulator.values import CONFLICT, NOT_FOUND, UNPROCESSABLE, read_value
from wasl.emulator.views import View, transaction_view
from wasl.emulator.wire import time_text
from wasl.emulator.world import World

LIST_MAX: Final = 1_000
CARD: Final = "4111111111111111"
YEARS_GOOD: Final = 3
# What a script's buyer types where the merchant said nothing.
FILLER: Final = {
    "name": "Test Buyer",
    "email": "buyer@example.com",
    "phone": "+971500000000",
    "street1": "1 Test Street",
    "city": "Dubai",
    "state": "DU",
    "country": "AE",
    "zip": "00000",
}
Word = Annotated[str, Meta(max_length=64)]


class Pay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a script's buyer pays: by default with the card that is approved, its own security code and the right OTP."""

    card: Word = CARD
    cvv: Word | None = None
    otp: Word = cards.OTP
    method: Word | None = None
    agree: bool = True
    save_card: bool = False
    amount: Word = ""


class Act(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much an action behind the counter is about; everything that is left if it is not said."""

    amount: Word | int | None = None


def pay(emulator: Emulator, tran_ref: str, given: Any) -> View:
    """The buyer pays on a page, in as many steps as it takes."""
    order = read_value(given, Pay)
    with emulator.doing() as world:
        page = _page(world, tran_ref)
        try:
            step = _pay(world, page, order)
        except PageClosed as closed:
            raise _closed(tran_ref, closed) from closed
        if isinstance(step, Corrected):
            field, said = next(iter(step.wrong.items()))
            raise ControlRefusal(UNPROCESSABLE, f"The page asks to correct {field}: {said}", field=field)
        return _outcome(world, world.state.transactions[page.ref], step)


def cancel(emulator: Emulator, tran_ref: str) -> View:
    """The buyer presses cancel."""
    with emulator.doing() as world:
        page = _page(world, tran_ref)
        try:
            step = pages.cancel(world, page)
        except PageClosed as closed:
            raise _closed(tran_ref, closed) from closed
        return _outcome(world, world.state.transactions[page.ref], step)


def close(emulator: Emulator, tran_ref: str) -> View:
    """The buyer closes the tab: unpaid, or 345 if they were at the bank."""
    with emulator.doing() as world:
        try:
            return _outcome(world, pages.close(world, _page(world, tran_ref)))
        except PageClosed as closed:
            raise _closed(tran_ref, closed) from closed


def expire_page(emulator: Emulator, tran_ref: str) -> View:
    """The page's life ends now."""
    with emulator.doing() as world:
        try:
            return _outcome(world, pages.expire(world, _page(world, tran_ref), at_ms=world.now()))
        except PageClosed as closed:
            raise _closed(tran_ref, closed) from closed


def act(emulator: Emulator, tran_ref: str, action: str, given: Any) -> View:
    """One of `dashboard.ACTIONS` on a transaction; answers the transaction that came of it."""
    amount = read_value(given, Act).amount
    if action not in dashboard.ACTIONS:
        known = ", ".join(dashboard.ACTIONS)
        raise ControlRefusal(NOT_FOUND, f"There is no action {action!r}; there are {known}.")
    with emulator.doing() as world:
        transaction = find_transaction(world, tran_ref)
        return transaction_view(world, dashboard.ACTIONS[action](world, transaction, amount))


def transactions(emulator: Emulator, *, cart_id: str | None, tran_ref: str | None) -> View:
    """Transactions, newest first: of a cart, one by its reference, or the latest thousand."""
    with emulator.doing() as world:
        found: Iterator[Transaction]
        if cart_id is None:
            found = reversed(list(world.state.transactions))
        else:
            found = (
                one for profile in world.state.profiles for one in world.state.of_cart(profile.profile_id, cart_id)
            )
        wanted = (one for one in found if tran_ref is None or one.ref == tran_ref)
        return {"transactions": [transaction_view(world, one) for one in islice(wanted, LIST_MAX)]}


def _pay(world: World, page: Page, order: Pay) -> Step:
    if (
        page.stage is Stage.OPEN
        and order.method
        and METHODS.get(order.method, METHODS["creditcard"]).way is not Way.CARD
    ):
        step = _choose(world, page, order.method)
    elif page.stage is Stage.OPEN:
        step = pages.pay(world, page, _form(world, page, order))
    else:
        step = pages.Onwards(page=page)
    if isinstance(step, pages.Onwards) and step.page.stage is Stage.PROOF:
        return pages.prove(world, step.page, order.otp)
    if isinstance(step, pages.Onwards) and step.page.stage is Stage.PARTNER:
        return pages.agree(world, step.page, agreed=order.agree)
    if isinstance(step, pages.Onwards) and not step.declined:
        raise PageClosed(page.stage)
    return step


def _choose(world: World, page: Page, method: str) -> Step:
    try:
        return pages.choose(world, page, method)
    except KeyError as missing:
        offered = ", ".join(page.rules.methods)
        raise ControlRefusal(
            UNPROCESSABLE, f"This page does not offer {method}, but {offered}.", field="method"
        ) from missing


def _form(world: World, page: Page, order: Pay) -> PayForm:
    digits = cards.digits_of(order.card)
    missing = missing_billing(world, page.order.customer)
    return PayForm(
        number=digits,
        cvv=cards.own_cvv(digits) if order.cvv is None else order.cvv,
        expiry_month="12",
        expiry_year=str(int(time_text(world.now())[:4]) + YEARS_GOOD),
        holder=page.order.customer.name or FILLER["name"],
        amount=order.amount,
        save_card=order.save_card,
        billing={part: FILLER[part] for part in missing},
    )


def _outcome(world: World, transaction: Transaction, step: Step | None = None) -> View:
    """What became of a page: the transaction's status, and the return that is the script's to play or not."""
    leaving = step if isinstance(step, Leaving) and step.url else None
    return {
        "tran_ref": transaction.ref,
        "status": transaction.status,
        "code": transaction.code,
        "type": transaction.kind,
        "return": {"method": leaving.method, "url": leaving.url, "fields": leaving.fields} if leaving else None,
        "page": world.state.pages[world.state.page_of_root[transaction.root_ref]].stage,
    }


def find_transaction(world: World, tran_ref: str) -> Transaction:
    """A transaction by its reference; raises ControlRefusal."""
    transaction = world.state.transactions.get(tran_ref)
    if transaction is None:
        raise ControlRefusal(NOT_FOUND, f"There is no transaction {tran_ref!r}.")
    return transaction


def _page(world: World, tran_ref: str) -> Page:
    """The page whose current try has this reference."""
    page = world.state.page_of(find_transaction(world, tran_ref).ref)
    if page is None or page.ref != tran_ref:
        raise ControlRefusal(NOT_FOUND, f"{tran_ref} is not the transaction of a page.")
    return page


def _closed(tran_ref: str, closed: PageClosed) -> ControlRefusal:
    return ControlRefusal(CONFLICT, f"The page of {tran_ref} does not allow this: its stage is {closed.stage}.")
