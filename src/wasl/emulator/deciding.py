"""Transactions come to be, are decided, and leave something available for what follows."""

from typing import Final

import msgspec

from wasl.emulator.notices import announce
from wasl.emulator.records import (
    HOSTED_PAGE,
    SETTLED,
    TRANSACTION_API,
    Instrument,
    Kind,
    Order,
    Result,
    Transaction,
)
from wasl.emulator.refusals import SYSTEM, ApiRefusal
from wasl.emulator.rulings import Ruling
from wasl.emulator.world import World

TRANSACTIONS_MAX: Final = 200_000
CODED: Final = frozenset({"A", "H", "V"})  # letters that come with a fresh authorisation code
# What follow-ups take from: an authorisation is captured, voided or released, money taken is refunded.
TAKES_FROM: Final = {
    Kind.AUTH: frozenset({Kind.CAPTURE, Kind.VOID, Kind.RELEASE}),
    Kind.SALE: frozenset({Kind.REFUND}),
    Kind.CAPTURE: frozenset({Kind.REFUND}),
}


def begin(
    world: World, kind: Kind, order: Order, *, previous: Transaction | None = None, root_ref: str = ""
) -> Transaction:
    """A new transaction that nothing is decided about. It acts on, or is paid like, the *previous* one.

    *root_ref* is the first transaction of the page it belongs to; without it the new one is the first.
    """
    if len(world.state.transactions) >= TRANSACTIONS_MAX:
        raise ApiRefusal(SYSTEM, "The emulator is full: reset it, or start it afresh", status=503)
    ref = world.new_ref(world.state.profiles[str(order.profile_id)])
    transaction = Transaction(
        ref=ref,
        root_ref=root_ref or ref,
        previous_ref=previous.ref if previous else "",
        kind=kind,
        order=order,
        total=order.amount,
        instrument=previous.instrument if previous else Instrument(),
        method=previous.method if previous else "",
        service_id=TRANSACTION_API if previous else HOSTED_PAGE,
        trace=world.new_trace("PMNT0101"),
        opened_ms=world.now(),
    )
    world.state.add_transaction(transaction)
    return transaction


def decide(
    world: World, transaction: Transaction, ruling: Ruling, *, at_ms: int | None = None, fraction: str = ""
) -> Transaction:
    """The transaction with a further result, remembered. A deferred method's number is the acquirer's reference too."""
    if not ruling.code and ruling.status in CODED:
        ruling = msgspec.structs.replace(ruling, code=world.new_code())
    result = Result(
        ruling=ruling,
        at_ms=world.now() if at_ms is None else at_ms,
        fraction=fraction,
        reference=ruling.code if transaction.kind is Kind.PAYMENT_REQUEST and ruling.status == "P" else "",
    )
    decided = msgspec.structs.replace(transaction, results=(*transaction.results, result))
    world.remember(decided)
    return decided


def decide_and_tell(world: World, transaction: Transaction, ruling: Ruling, *, at_ms: int | None = None) -> Transaction:
    """Decide, and let the merchant know."""
    decided = decide(world, transaction, ruling, at_ms=at_ms)
    announce(world, decided)
    return decided


def available(world: World, transaction: Transaction) -> int:
    """Minor units that can still be captured, voided or released of an authorisation, or refunded of money taken."""
    kinds = TAKES_FROM.get(transaction.kind, frozenset())
    taken = sum(
        follower.total.minor
        for follower in world.state.follow_ups(transaction.ref)
        if follower.kind in kinds and follower.status in SETTLED
    )
    return transaction.total.minor - taken
