"""What interfaces show: a payment, its evidence and its deliveries as plain values, the same everywhere."""

from collections.abc import Sequence
from typing import Any

from wasl.domain.evidence import Evidence, Kind
from wasl.domain.fold import weighed_evidence
from wasl.domain.money import Money
from wasl.domain.paying import attempt_state, live_page
from wasl.domain.payment import Attempt, Payment
from wasl.domain.time import Instant, rfc3339
from wasl.engine.ports import Delivery

View = dict[str, Any]  # JSON-ready: texts, numbers, lists and objects


def payment_view(payment: Payment, *, now: Instant) -> View:
    """A payment as the contract shows it, in `GET /v1/payments/{id}` and in every webhook.

    `paid` is what was approved, `moved` what really moved (a card discount lowers it), `unmatched` is in the
    payment's own currency; money of other currencies stands in `unmatched_other`.
    """
    outcome, currency = payment.outcome, payment.amount.currency
    page = live_page(payment, now=now)
    unmatched = {money.currency.code: money for money in outcome.unmatched}
    own = unmatched.pop(currency.code, Money(0, currency))
    instructions = outcome.instructions if outcome.state == "pending" else None
    return {
        "id": payment.payment_id,
        "order_id": payment.order_id,
        "state": outcome.state.value,
        "concern": outcome.concern.value,
        "concerns": [concern.value for concern in outcome.concerns],
        "amount": str(payment.amount),
        "currency": currency.code,
        "paid": str(outcome.captured),
        "refunded": str(outcome.refunded),
        "moved": str(outcome.moved),
        "authorized": str(outcome.authorized),
        "unmatched": str(own),
        "unmatched_other": [{"amount": str(m), "currency": m.currency.code} for m in unmatched.values()],
        "tran_ref": outcome.tran_ref,
        "version": payment.version,
        "redirect_url": page.redirect_url if page else None,
        "instructions": instructions
        and {"method": instructions.method, "reference": instructions.reference, "expires_at": None},
        "attempts": [_attempt_view(payment, attempt, page) for attempt in payment.attempts],
        "operations": [],
        "created_at": rfc3339(payment.created_at),
        "updated_at": rfc3339(payment.updated_at),
    }


def _attempt_view(payment: Payment, attempt: Attempt, page: Attempt | None) -> View:
    return {
        "cart_id": attempt.cart_id,
        "tran_ref": attempt.tran_ref,
        "state": attempt_state(payment, attempt).value,
        "redirect_url": attempt.redirect_url if attempt is page else None,
        "expires_at": rfc3339(attempt.expires_at),
    }


def evidence_view(payment: Payment) -> list[View]:
    """Every piece of evidence, oldest first, with the part it plays in the outcome.

    `proved` says whether it may prove money: a return is authentic, but states no amount.
    """
    roles = {w.transaction.tran_ref: w.role.value for w in weighed_evidence(payment)}
    return [_piece_view(piece, roles.get(piece.fact.tran_ref, "hastens")) for piece in payment.evidence]


def _piece_view(piece: Evidence, role: str) -> View:
    fact = piece.fact
    said_by_return = fact.kind is Kind.UNSTATED
    return {
        "voice": piece.voice.value,
        "kind": fact.kind.value,
        "status": fact.verdict.value,
        "amount": str(fact.amount) if fact.amount else None,
        "currency": fact.amount.currency.code if fact.amount else None,
        "moved": str(fact.moved) if fact.moved else None,
        "tran_ref": fact.tran_ref,
        "previous_tran_ref": fact.previous_ref,
        "cart_id": fact.cart_id,
        "code": fact.code,
        "message": fact.message,
        "method": fact.method,
        "transaction_time": rfc3339(fact.at) if fact.at is not None else None,
        "first_heard_at": rfc3339(piece.first_heard_at),
        "last_heard_at": rfc3339(piece.last_heard_at),
        "heard": piece.heard,
        "proved": not said_by_return,
        "role": "hastens" if said_by_return else role,
    }


def deliveries_view(deliveries: Sequence[Delivery]) -> list[View]:
    """What the store was told of each version, and what it answered."""
    return [
        {
            "version": delivery.version,
            "state": delivery.state.value,
            "concern": delivery.concern.value,
            "created_at": rfc3339(delivery.created_at),
            "tries": delivery.tries,
            "told_at": rfc3339(delivery.told_at) if delivery.told_at is not None else None,
            "note": delivery.note,
            "status": delivery.status,
        }
        for delivery in deliveries
    ]
