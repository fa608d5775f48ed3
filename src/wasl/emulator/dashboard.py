"""What staff, PayTabs' team or a partner's agent does behind the counter (PayTabs reference §3.5, §3.6)."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

import msgspec

from wasl.emulator.deciding import available, begin, decide, decide_and_tell
from wasl.emulator.following import dashboard_order, decide_refund, follow
from wasl.emulator.money import BadAmount
from wasl.emulator.notices import announce
from wasl.emulator.records import Kind, Transaction
from wasl.emulator.refusals import ControlRefusal
from wasl.emulator.rulings import APPROVED, EXPIRED, REFUSED, Ruling
from wasl.emulator.values import CONFLICT, UNPROCESSABLE
from wasl.emulator.world import World

NANOSECOND_DIGITS: Final = 9
Given = str | int | None


def settle(world: World, transaction: Transaction, given: Given) -> Transaction:
    """The buyer pays the number of a deferred method at an agent or bank: a sale of its own (reference §5.6)."""
    if not is_awaiting_payment(transaction) or is_settled(world, transaction):
        raise ControlRefusal(CONFLICT, f"{transaction.ref} is not a deferred payment that waits to be paid")
    amount = _amount(world, transaction, given, most=transaction.total.minor)
    order = msgspec.structs.replace(transaction.order, amount=transaction.total.of(amount))
    sale = begin(world, Kind.SALE, order, previous=transaction, root_ref=transaction.root_ref)
    # Fixtures of settled payments have Go's nanoseconds (reference §13).
    fraction = f"{world.chance.randrange(10**NANOSECOND_DIGITS):0{NANOSECOND_DIGITS}d}"
    ruling = Ruling(status="A", code=transaction.code, message=APPROVED.message)
    sale = decide(world, sale, ruling, fraction=fraction)
    announce(world, sale)
    return sale


def approve(world: World, transaction: Transaction, given: Given) -> Transaction:
    """Take what was held for review, let a waiting refund through, or have the silent bank say yes."""
    if transaction.status == "H":
        return capture(world, transaction, given)
    if is_awaiting_review(transaction):
        return decide_refund(world, transaction, approve=True)
    if is_unanswered(transaction):
        return decide_and_tell(world, transaction, APPROVED)
    raise ControlRefusal(CONFLICT, f"{transaction.ref} does not wait for a decision")


def reject(world: World, transaction: Transaction, given: Given) -> Transaction:
    """Let go what was held for review, refuse a waiting refund, or have the silent bank say no."""
    if transaction.status == "H":
        return release(world, transaction, given)
    if is_awaiting_review(transaction):
        return decide_refund(world, transaction, approve=False)
    if is_unanswered(transaction):
        return decide_and_tell(world, transaction, REFUSED)
    raise ControlRefusal(CONFLICT, f"{transaction.ref} does not wait for a decision")


def capture(world: World, transaction: Transaction, given: Given) -> Transaction:
    """Take all or part of an authorisation; one that is held is approved by it."""
    return _act(world, Kind.CAPTURE, transaction, given)


def void(world: World, transaction: Transaction, given: Given) -> Transaction:
    """Undo an authorisation, or a part of it."""
    return _act(world, Kind.VOID, transaction, given)


def release(world: World, transaction: Transaction, given: Given) -> Transaction:
    """Let go of an authorisation, or a part of it."""
    return _act(world, Kind.RELEASE, transaction, given)


def refund(world: World, transaction: Transaction, given: Given) -> Transaction:
    """Give money back."""
    return _act(world, Kind.REFUND, transaction, given)


def expire(world: World, transaction: Transaction, given: Given) -> Transaction:
    """Nobody paid the number of a deferred method in time."""
    del given
    if not is_awaiting_payment(transaction) or is_settled(world, transaction):
        raise ControlRefusal(CONFLICT, f"{transaction.ref} is not a deferred payment that waits to be paid")
    return decide_and_tell(world, transaction, EXPIRED)


ACTIONS: Final[MappingProxyType[str, Callable[[World, Transaction, Given], Transaction]]] = MappingProxyType(
    {
        "settle": settle,
        "approve": approve,
        "reject": reject,
        "capture": capture,
        "void": void,
        "release": release,
        "refund": refund,
        "expire": expire,
    }
)


def actions_for(world: World, transaction: Transaction) -> tuple[str, ...]:
    """The actions that would be done now, for people to choose from."""
    if transaction.status == "H" or is_awaiting_review(transaction) or is_unanswered(transaction):
        return ("approve", "reject")
    if is_awaiting_payment(transaction) and not is_settled(world, transaction):
        return ("settle", "expire")
    if transaction.status != "A" or available(world, transaction) <= 0:
        return ()
    if transaction.kind is Kind.AUTH:
        return ("capture", "void", "release")
    return ("refund",) if transaction.kind in (Kind.SALE, Kind.CAPTURE) else ()


def is_awaiting_payment(transaction: Transaction) -> bool:
    """Whether the buyer has a number and has not paid it, as far as this transaction tells."""
    return transaction.kind is Kind.PAYMENT_REQUEST and transaction.status == "P"


def is_awaiting_review(transaction: Transaction) -> bool:
    """Whether a refund waits for PayTabs' team."""
    return transaction.kind is Kind.REFUND and transaction.status == "P"


def is_unanswered(transaction: Transaction) -> bool:
    """Whether the bank did not answer, so that nobody knows whether money moved."""
    return transaction.status == "E" and transaction.code in ("400", "401")


def _act(world: World, kind: Kind, transaction: Transaction, given: Given) -> Transaction:
    amount = _amount(world, transaction, given, most=available(world, transaction))
    if transaction.status == "H":
        # The funds were authorised all along; approving and rejecting both begin by lifting the hold (reference §3.6).
        ruling = Ruling(status="A", code=transaction.code, message=APPROVED.message)
        transaction = decide(world, transaction, ruling)
    elif transaction.status != "A" or kind.lower() not in actions_for(world, transaction):
        raise ControlRefusal(CONFLICT, f"{transaction.ref} cannot be given to {kind.lower()} as it is now")
    return follow(world, kind, dashboard_order(transaction, amount), transaction)


def _amount(world: World, transaction: Transaction, given: Given, *, most: int) -> int:
    """Minor units to act on: what was given, else everything that is left."""
    if given is None:
        return most
    try:
        amount = world.money(given, transaction.total.currency)
    except BadAmount as error:
        raise ControlRefusal(UNPROCESSABLE, f"The amount is wrong: {error}.", field="amount") from error
    if amount.minor > most:
        left = transaction.total.of(most)
        raise ControlRefusal(
            UNPROCESSABLE, f"Only {left} {left.currency} of {transaction.ref} is left.", field="amount"
        )
    return amount.minor


def is_settled(world: World, transaction: Transaction) -> bool:
    """Whether a deferred payment's number was paid."""
    return any(follower.kind is Kind.SALE for follower in world.state.follow_ups(transaction.ref))
