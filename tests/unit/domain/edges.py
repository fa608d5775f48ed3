"""Histories at the edges of the law: each is one condition that a mutation of the fold would otherwise pass by."""

from typing import Final

from builders import NOON, attempt, fact
from unit.domain.stating import (
    BOTH_PAGES,
    FULL,
    HALF,
    LATER,
    SECOND_CART,
    History,
    auth,
    capture,
    closed,
    number,
    paid,
    proves,
    refund,
    released,
    second,
)
from wasl.domain.evidence import ClosingReason, Kind, Verdict
from wasl.domain.outcome import Concern, State
from wasl.domain.time import MINUTE_MS, Instant

CLOSED_AT: Final = closed().at
EDGES: Final[dict[str, History]] = {
    "a capture of an authorisation that fits nothing": proves(
        auth(amount=HALF, moved=HALF),
        capture("TST2", HALF),
        state=State.OPEN,
        concern=Concern.AMOUNT_MISMATCH,
        unmatched=(HALF,),
    ),
    "an odd sale and an odd authorisation": proves(
        fact(amount=HALF, moved=HALF),
        auth("TST2", amount=HALF, moved=HALF),
        state=State.OPEN,
        concern=Concern.AMOUNT_MISMATCH,
        unmatched=(HALF,),
    ),
    "an odd sale under risk review": proves(
        fact(verdict=Verdict.HELD, amount=HALF, moved=HALF), state=State.OPEN, concern=Concern.AMOUNT_MISMATCH
    ),
    "a sale of an amount nobody states": proves(
        fact(amount=None, moved=None), state=State.OPEN, concern=Concern.AMOUNT_MISMATCH
    ),
    "an odd sale of which nobody says what moved": proves(
        fact(amount=HALF, moved=None), state=State.OPEN, concern=Concern.AMOUNT_MISMATCH, unmatched=(HALF,)
    ),
    "the first page cancelled by the store, the second over": proves(
        state=State.EXPIRED,
        attempts=BOTH_PAGES,
        closings=(closed(reason=ClosingReason.CANCELED_BY_STORE), closed(2)),
    ),
    "cancelled by the buyer, then over": proves(
        fact(verdict=Verdict.CANCELED), state=State.CANCELED, closings=(closed(),)
    ),
    "cancelled, and a refund of it declined": proves(
        fact(verdict=Verdict.CANCELED), refund("TST2", verdict=Verdict.DECLINED), state=State.CANCELED
    ),
    "paid in the very moment of the closing": paid(fact(at=CLOSED_AT), closings=(closed(),)),
    "authorised in time, captured after the closing": paid(auth(), capture("TST2", at=LATER), closings=(closed(),)),
    "an authorisation that states no time, captured in time": paid(
        auth(at=None), capture("TST2", at=Instant(NOON + MINUTE_MS)), closings=(closed(),)
    ),
    "an authorisation that states no time, captured late": paid(
        auth(at=None), capture("TST2", at=LATER), concern=Concern.PAID_LATE, closings=(closed(),)
    ),
    "paid on the second page after the first was closed": paid(
        second(at=LATER), attempts=BOTH_PAGES, closings=(closed(),)
    ),
    "voided in part and refunded whole": proves(
        fact(),
        released("TST2", HALF),
        refund("TST3"),
        state=State.REFUNDED,
        captured=FULL - HALF.minor,
        refunded=FULL,
        concern=Concern.AMOUNT_MISMATCH,
    ),
    "a number on the page that is over, a decline on the next": proves(
        number(),
        second(verdict=Verdict.DECLINED),
        state=State.FAILED,
        attempts=BOTH_PAGES,
        closings=(closed(),),
    ),
    "declined, and no answer of the bank on the same page": proves(
        fact(verdict=Verdict.DECLINED), fact("TST2", verdict=Verdict.UNANSWERED), state=State.OPEN
    ),
    "declined, and a refund of something nobody knows": proves(
        fact(verdict=Verdict.DECLINED),
        refund("TST2", of="NOBODY"),
        state=State.FAILED,
        concern=Concern.UNRECOGNIZED,
    ),
    "captured whole, and paid on the other page": paid(
        auth(),
        capture("TST2"),
        fact("TST3", cart_id=SECOND_CART),
        captured=2 * FULL,
        concern=Concern.PAID_TWICE,
        attempts=(attempt(), attempt(2)),
    ),
    "a card check under an authorisation's reference": proves(
        auth(), fact(kind=Kind.REGISTER), state=State.OPEN, concern=Concern.CONTRADICTED
    ),
}
