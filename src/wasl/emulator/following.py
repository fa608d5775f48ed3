"""Capture, void, release, refund and extension of what was paid or authorised before (PayTabs reference §3)."""

from typing import Final

import msgspec

from wasl.emulator.deciding import available, begin, decide
from wasl.emulator.methods import METHODS
from wasl.emulator.notices import announce
from wasl.emulator.records import Channel, Kind, Order, Transaction
from wasl.emulator.refusals import invalid
from wasl.emulator.rulings import (
    ABOVE_BALANCE,
    APPROVED,
    AWAITING_REVIEW,
    NOT_SUPPORTED,
    ON_HOLD,
    OTHER_CURRENCY,
    VOIDED,
    Ruling,
)
from wasl.emulator.world import SECOND_MS, World

REFUND_EVENT: Final = "refund"
ACTS_ON: Final = {
    Kind.CAPTURE: frozenset({Kind.AUTH}),
    Kind.VOID: frozenset({Kind.AUTH}),
    Kind.RELEASE: frozenset({Kind.AUTH}),
    Kind.AUTH_EXTENSION: frozenset({Kind.AUTH}),
    Kind.REFUND: frozenset({Kind.SALE, Kind.CAPTURE}),
}


def follow_up(world: World, kind: Kind, order: Order, target_ref: str) -> Transaction:
    """Act on an earlier transaction, by the API. A refusal by rule is a transaction too.

    Raises ApiRefusal for a target that this profile does not have.
    """
    target = world.state.transactions.get(target_ref)
    if target is None or target.order.profile_id != order.profile_id:
        raise invalid("Invalid tran_ref")
    channel = Channel.API if order.channel == Channel.PAGE else order.channel
    return follow(world, kind, _inheriting(order, target, channel), target)


def follow(world: World, kind: Kind, order: Order, target: Transaction) -> Transaction:
    """Act on *target*, remember how it went, and let the merchant know."""
    ruling = _judge(world, kind, order, target)
    whole = available(world, target) == target.total.minor == order.amount.minor
    acted = kind
    if kind is Kind.VOID and ruling is APPROVED and not whole and world.switches.partial_void == "release":
        acted = Kind.RELEASE
    transaction = begin(world, acted, order, previous=target, root_ref=target.root_ref)
    if acted is not kind:
        transaction = msgspec.structs.replace(transaction, original_kind=kind)
    transaction = decide(world, transaction, ruling)
    announce(world, transaction)
    _after(world, transaction, target, whole=whole)
    return transaction


def decide_refund(world: World, refund: Transaction, *, approve: bool, at_ms: int | None = None) -> Transaction:
    """PayTabs' answer to a refund that waited for it."""
    decided = decide(world, refund, APPROVED if approve else NOT_SUPPORTED, at_ms=at_ms)
    announce(world, decided)
    return decided


def dashboard_order(target: Transaction, amount_minor: int) -> Order:
    """The order of a follow-up that is made behind the counter."""
    return msgspec.structs.replace(
        target.order, amount=target.order.amount.of(amount_minor), channel=Channel.DASHBOARD, user_defined={}
    )


def _judge(world: World, kind: Kind, order: Order, target: Transaction) -> Ruling:
    if target.status == "H":
        return ON_HOLD
    if order.amount.currency != target.total.currency:
        return OTHER_CURRENCY
    if target.status != "A" or target.kind not in ACTS_ON[kind]:
        return NOT_SUPPORTED
    if kind is Kind.AUTH_EXTENSION:
        return APPROVED
    if kind is Kind.REFUND and target.method in METHODS and not METHODS[target.method].refunds:
        return NOT_SUPPORTED
    if order.amount.minor > available(world, target):
        return ABOVE_BALANCE
    return AWAITING_REVIEW if kind is Kind.REFUND and world.switches.refund == "pending" else APPROVED


def _inheriting(order: Order, target: Transaction, channel: str) -> Order:
    """A follow-up's order: what the request leaves out is the original's, its callback too (reference §5.2)."""
    original = target.order
    return msgspec.structs.replace(
        order,
        customer=original.customer,
        shipping=original.shipping,
        callback=order.callback or original.callback,
        channel=channel,
    )


def _after(world: World, transaction: Transaction, target: Transaction, *, whole: bool) -> None:
    delay_s = world.switches.pending_refund_decided_after_s
    if transaction.status == "P" and delay_s is not None:
        world.schedule(world.now() + round(delay_s * SECOND_MS), REFUND_EVENT, transaction.ref)
    voided = transaction.kind is Kind.VOID and transaction.status == "A" and whole
    if voided and world.switches.voided_original == "voided":
        decide(world, target, VOIDED)  # only the query tells (reference §3.4)
