"""What a buyer may do now: pay on the page that lives, get another one, or nothing because the money is decided."""

from enum import StrEnum
from typing import Final

from wasl.domain.evidence import FOLLOW_UPS, Verdict
from wasl.domain.fold import weighed_evidence
from wasl.domain.outcome import State
from wasl.domain.payment import Answer, Attempt, Payment
from wasl.domain.time import MINUTE_MS, SECOND_MS, Instant
from wasl.domain.weigh import MISMATCHED, Role

ATTEMPTS_MAX: Final = 200
# The gateway's client gives up after 30 seconds; an answer nobody has recorded by then is lost.
ANSWER_AWAITED_MS: Final = 40 * SECOND_MS
# A page with less life than this is not handed out again: the buyer could not finish on it.
PAGE_LIFE_MIN_MS: Final = MINUTE_MS

_DECIDED: Final = frozenset(
    {
        State.PAID,
        State.PARTIALLY_REFUNDED,
        State.REFUNDED,
        State.PARTIALLY_CAPTURED,
        State.AUTHORIZED,
        State.HELD,
    }
)
_UNSETTLED: Final = frozenset({Role.UNKNOWN, Role.UNRECOGNIZED, *MISMATCHED})


class Next(StrEnum):
    """The answer to a store that asks for a page."""

    NONE = "none"  # decided, held or unknown: another page could take the money twice
    SAME_PAGE = "same_page"
    AWAIT = "await"  # somebody is asking the gateway for it right now
    NEW_PAGE = "new_page"


def next_page(payment: Payment, *, now: Instant) -> Next:
    """What to do when the same order asks again, for the same amount."""
    if payment.outcome.state in _DECIDED or any(w.role in _UNSETTLED for w in weighed_evidence(payment)):
        return Next.NONE
    attempt = payment.last_attempt
    if attempt is None:
        return Next.NEW_PAGE
    if attempt.answer is Answer.AWAITED and now < attempt.opened_at + ANSWER_AWAITED_MS:
        return Next.AWAIT
    return Next.SAME_PAGE if live_page(payment, now=now) == attempt else Next.NEW_PAGE


def live_page(payment: Payment, *, now: Instant) -> Attempt | None:
    """The attempt whose hosted page a buyer can still pay on, if there is one."""
    attempt = payment.last_attempt
    if attempt is None or attempt.answer is not Answer.PAGE or payment.outcome.state in _DECIDED:
        return None
    open_still = attempt_state(payment, attempt) is State.OPEN and attempt.amount == payment.amount
    return attempt if open_still and now < attempt.expires_at - PAGE_LIFE_MIN_MS else None


def attempt_state(payment: Payment, attempt: Attempt) -> State:
    """Where one attempt stands, for showing it. What decides the payment is the fold."""
    mine = [
        w
        for w in weighed_evidence(payment)
        if w.attempt is not None and w.attempt.number == attempt.number and w.transaction.kind not in FOLLOW_UPS
    ]
    roles = {w.role for w in mine}
    for role, state in _BY_ROLE.items():
        if role in roles:
            return state
    verdicts = {w.transaction.verdict for w in mine}
    if verdicts & {Verdict.DECLINED, Verdict.ERROR}:
        return State.FAILED
    if Verdict.CANCELED in verdicts:
        return State.CANCELED
    closed = any(closing.attempt == attempt.number for closing in payment.closings)
    return State.EXPIRED if closed or Verdict.EXPIRED in verdicts else State.OPEN


_BY_ROLE: Final = {
    Role.TAKES: State.PAID,
    Role.AUTHORIZES: State.AUTHORIZED,
    Role.HOLDS: State.HELD,
    Role.WAITS: State.PENDING,
    Role.WAS_VOIDED: State.VOIDED,
}
