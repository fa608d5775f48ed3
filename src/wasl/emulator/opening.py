"""A page is opened for a merchant, unless the same one was asked for a moment ago (PayTabs reference §2.6, §2.7)."""

from typing import Final

from wasl.emulator.deciding import begin
from wasl.emulator.reading import Wanted
from wasl.emulator.records import Order, Page, Transaction
from wasl.emulator.refusals import DUPLICATE, ApiRefusal
from wasl.emulator.world import SECOND_MS, World

PAGE_EVENT: Final = "page"
MINUTE_MS: Final = 60 * SECOND_MS


def refuse_duplicate(world: World, wanted: Wanted) -> None:
    """Raise ApiRefusal for the same profile, cart, currency and amount within two minutes (reference §2.7)."""
    key, now = _sameness(wanted.order, wanted.target), world.now()
    since = world.state.asked_ms.get(key)
    window_ms = world.switches.duplicate_window_s * SECOND_MS
    if since is not None and now - since < window_ms:
        raise ApiRefusal(DUPLICATE, "Duplicate Request")
    world.state.asked_ms.pop(key, None)
    world.state.asked_ms[key] = now
    for old in list(world.state.asked_ms)[:2]:  # oldest first: the shelf never holds more than one window
        if now - world.state.asked_ms[old] >= window_ms:
            del world.state.asked_ms[old]


def recall_request(world: World, page: Page) -> None:
    """Know again, after a restart, that a page was asked for."""
    world.state.asked_ms[_sameness(page.order)] = page.opened_ms


def open_page(world: World, wanted: Wanted, *, previous: Transaction | None = None) -> tuple[Transaction, Page]:
    """A page that lives for its minutes."""
    transaction = begin(world, wanted.kind, wanted.order, previous=previous)
    now = world.now()
    page = Page(
        token=world.new_page_token(),
        ref=transaction.ref,
        kind=wanted.kind,
        order=wanted.order,
        rules=wanted.rules,
        opened_ms=now,
        expires_ms=now + wanted.minutes * MINUTE_MS,
    )
    world.state.add_page(page)
    world.schedule(page.expires_ms, PAGE_EVENT, page.token)
    return transaction, page


def _sameness(order: Order, target: str = "") -> tuple[object, ...]:
    """What makes two requests the same one to the gateway."""
    return (order.profile_id, order.cart_id, order.amount.currency, order.amount.minor, target)
