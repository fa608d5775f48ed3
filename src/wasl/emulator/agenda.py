"""What happens by itself when its time has come: pages end, numbers are no longer taken, refunds are decided."""

import heapq
from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from wasl.emulator import pages
from wasl.emulator.dashboard import is_awaiting_payment, is_awaiting_review, is_settled
from wasl.emulator.deciding import decide_and_tell
from wasl.emulator.following import REFUND_EVENT, decide_refund
from wasl.emulator.notices import requeue
from wasl.emulator.opening import PAGE_EVENT, recall_request
from wasl.emulator.pages import DEFERRED_EVENT, PageClosed
from wasl.emulator.rulings import EXPIRED
from wasl.emulator.world import SECOND_MS, World


def catch_up(world: World) -> None:
    """Do everything whose time has come, in the order of its time."""
    now = world.now()
    while world.agenda and world.agenda[0][0] <= now:
        due_ms, event, key = heapq.heappop(world.agenda)
        _EVENTS[event](world, key, due_ms)


def resume(world: World) -> None:
    """Put everything on the agenda again, after a restart."""
    requeue(world)
    switches = world.switches
    for page in world.state.pages:
        world.schedule(page.expires_ms, PAGE_EVENT, page.token)
        recall_request(world, page)
    for transaction in world.state.transactions:
        if is_awaiting_payment(transaction):
            due_ms = transaction.results[-1].at_ms + round(switches.deferred_life_s * SECOND_MS)
            world.schedule(due_ms, DEFERRED_EVENT, transaction.ref)
        elif is_awaiting_review(transaction) and switches.pending_refund_decided_after_s is not None:
            due_ms = transaction.results[-1].at_ms + round(switches.pending_refund_decided_after_s * SECOND_MS)
            world.schedule(due_ms, REFUND_EVENT, transaction.ref)


def _end_page(world: World, token: str, due_ms: int) -> None:
    page = world.state.pages.get(token)
    if page is None:
        return
    try:
        pages.expire(world, page, at_ms=due_ms)
    except PageClosed:
        return  # it was used in time


def _end_number(world: World, ref: str, due_ms: int) -> None:
    transaction = world.state.transactions.get(ref)
    if transaction and is_awaiting_payment(transaction) and not is_settled(world, transaction):
        decide_and_tell(world, transaction, EXPIRED, at_ms=due_ms)


def _end_review(world: World, ref: str, due_ms: int) -> None:
    refund = world.state.transactions.get(ref)
    if refund and is_awaiting_review(refund):
        decide_refund(world, refund, approve=world.switches.pending_refund_decision == "approve", at_ms=due_ms)


_EVENTS: Final[MappingProxyType[str, Callable[[World, str, int], None]]] = MappingProxyType(
    {PAGE_EVENT: _end_page, DEFERRED_EVENT: _end_number, REFUND_EVENT: _end_review}
)
