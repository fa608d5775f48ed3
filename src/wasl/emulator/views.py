"""What scripts and people behind the counter see of the gateway's state, as JSON values."""

from typing import Any

from wasl.emulator.dashboard import actions_for
from wasl.emulator.profiles import Profile
from wasl.emulator.records import Delivery, Page, Transaction
from wasl.emulator.wire import time_text
from wasl.emulator.world import World

View = dict[str, Any]


def transaction_view(world: World, transaction: Transaction) -> View:
    """One transaction with its deliveries. What is not known is empty text, never missing."""
    order, last = transaction.order, transaction.results[-1] if transaction.results else None
    page = world.state.page_of(transaction.ref)
    return {
        "tran_ref": transaction.ref,
        "previous_tran_ref": transaction.previous_ref,
        "profile_id": order.profile_id,
        "type": transaction.kind,
        "original_type": transaction.original_kind or "",
        "class": order.tran_class,
        "cart_id": order.cart_id,
        "description": order.description,
        "status": transaction.status,
        "code": transaction.code,
        "message": last.ruling.message if last else "",
        "amount": str(order.amount),
        "total": str(transaction.total) if last else "0",
        "currency": order.amount.currency,
        "method": transaction.method,
        "instrument": transaction.instrument.description or transaction.instrument.method,
        "token": transaction.token,
        "channel": order.channel,
        "callback": order.callback,
        "opened_at": time_text(transaction.opened_ms),
        "decided_at": time_text(last.at_ms) if last else "",
        "history": [
            {"status": one.ruling.status, "code": one.ruling.code, "at": time_text(one.at_ms)}
            for one in transaction.results
        ],
        "page": page_view(page) if page and page.ref == transaction.ref else None,
        "actions": list(actions_for(world, transaction)),
        "notes": list(transaction.notes),
        "deliveries": [
            delivery_view(world.state.deliveries[one]) for one in world.state.deliveries_of.get(transaction.ref, ())
        ],
    }


def page_view(page: Page) -> View:
    """The page on which a transaction is made."""
    return {
        "path": f"/payment/wr/{page.token}",
        "stage": page.stage,
        "expires_at": time_text(page.expires_ms),
        "return_url": page.rules.return_url,
        "methods": list(page.rules.methods),
    }


def delivery_view(delivery: Delivery) -> View:
    """One callback or IPN with every attempt. `answer` is the merchant's HTTP status as text, empty without one."""
    return {
        "id": delivery.id,
        "channel": delivery.channel,
        "tran_ref": delivery.ref,
        "url": delivery.url,
        "state": delivery.outcome,
        "created_at": _exact(delivery.created_ms),
        "due_at": _exact(delivery.due_ms) if delivery.outcome == "waiting" else "",
        "attempts": [
            {
                "at": _exact(attempt.at_ms),
                "answer": "" if attempt.status is None else str(attempt.status),
                "status": attempt.status,
                "error": attempt.error,
            }
            for attempt in delivery.attempts
        ],
    }


def profile_view(profile: Profile) -> View:
    """A profile without its keys."""
    return {
        "profile_id": profile.profile_id,
        "merchant_id": profile.merchant_id,
        "name": profile.name,
        "test": profile.test,
        "active": profile.active,
        "recurring": profile.recurring,
        "currencies": sorted(profile.currencies),
        "methods": sorted(profile.methods),
    }


def _exact(at_ms: int) -> str:
    return time_text(at_ms, f"{at_ms % 1000:03d}")
