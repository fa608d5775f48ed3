"""The only writer of a payment's snapshot: whatever was added to a payment, it is folded anew."""

from dataclasses import replace
from typing import Final

from wasl.domain.evidence import Evidence, identity, merged
from wasl.domain.fold import fold
from wasl.domain.money import Money
from wasl.domain.outcome import Outcome, State
from wasl.domain.payment import Payment
from wasl.domain.schedule import WATCH_MS, next_ask
from wasl.domain.time import MINUTE_MS, Instant

HASTEN_MS: Final = MINUTE_MS  # what proves nothing hastens at most one question per payment in this time


def revise(payment: Payment, *, now: Instant, watch_ms: int = WATCH_MS) -> Payment:
    """Fold *payment* anew; a changed outcome is a new version, and wakes the one who tells the store.

    Repeating it changes nothing. A payment parked for a person goes on with a new version.
    """
    outcome = fold(payment)
    ask_at = next_ask(payment, watch_ms=watch_ms)
    if outcome == payment.outcome:
        return replace(payment, ask_at=ask_at)
    waiting = payment.tell_at is not None and not payment.parked
    return replace(
        payment,
        outcome=outcome,
        version=payment.version + 1,
        updated_at=now,
        ask_at=ask_at,
        tell_at=payment.tell_at if waiting else now,
        tell_failures=payment.tell_failures if waiting else 0,
        parked="",
    )


def heard(payment: Payment, new: Evidence) -> Payment:
    """*payment* with one more piece of evidence: a new fact is appended, a known one is counted.

    One voice stating one fact again, in whatever further bodies, stays one piece of evidence.
    """
    for index, known in enumerate(payment.evidence):
        if known.voice is new.voice and identity(known.fact) == identity(new.fact):
            counted = replace(
                known,
                fact=merged(known.fact, new.fact),
                heard=known.heard + 1,
                last_heard_at=max(known.last_heard_at, new.last_heard_at),
            )
            return replace(payment, evidence=(*payment.evidence[:index], counted, *payment.evidence[index + 1 :]))
    return replace(payment, evidence=(*payment.evidence, new))


def hastened(payment: Payment, *, now: Instant) -> Payment:
    """*payment* to be asked about at once, unless something hastened that within the last minute."""
    if payment.hastened_at is not None and 0 <= now - payment.hastened_at < HASTEN_MS:
        return payment
    return replace(payment, hastened_at=now)


def unpaid(amount: Money) -> Outcome:
    """The outcome of a payment nobody has said anything about."""
    nothing = Money(0, amount.currency)
    return Outcome(state=State.OPEN, concerns=(), captured=nothing, refunded=nothing, moved=nothing, authorized=nothing)
