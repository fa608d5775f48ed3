"""Histories of one hosted page, each with what it proves: PayTabs reference §5 and §10, said as facts."""

from typing import Final

from builders import NOON, PRICE, SAR, fact
from unit.domain.stating import (
    BOTH_PAGES,
    FULL,
    HALF,
    KWD,
    PART,
    TENTH,
    History,
    auth,
    capture,
    closed,
    hold,
    number,
    paid,
    proves,
    refund,
    released,
    second,
)
from wasl.domain.evidence import ClosingReason, Kind, TranRef, Verdict
from wasl.domain.money import Money
from wasl.domain.outcome import Concern, State
from wasl.domain.time import DAY_MS, Instant

ENDINGS: Final[dict[str, History]] = {
    "nothing heard": proves(state=State.OPEN),
    "declined": proves(fact(verdict=Verdict.DECLINED), state=State.FAILED),
    "an error": proves(fact(verdict=Verdict.ERROR), state=State.FAILED),
    "cancelled by the buyer": proves(fact(verdict=Verdict.CANCELED), state=State.CANCELED),
    "expired at the gateway": proves(fact(verdict=Verdict.EXPIRED), state=State.EXPIRED),
    "expired by our closing": proves(state=State.EXPIRED, closings=(closed(),)),
    "cancelled by the store": proves(state=State.CANCELED, closings=(closed(reason=ClosingReason.CANCELED_BY_STORE),)),
    "declined, then expired by our closing": proves(
        fact(verdict=Verdict.DECLINED), state=State.FAILED, closings=(closed(),)
    ),
    "declined twice on one page": proves(
        fact(verdict=Verdict.DECLINED), fact("TST2", verdict=Verdict.DECLINED), state=State.FAILED
    ),
    "declined, then cancelled on one page": proves(
        fact(verdict=Verdict.DECLINED), fact("TST2", verdict=Verdict.CANCELED), state=State.FAILED
    ),
    "the bank did not answer": proves(fact(verdict=Verdict.UNANSWERED), state=State.OPEN),
    "no answer, then declined": proves(
        fact(verdict=Verdict.UNANSWERED), fact(verdict=Verdict.DECLINED), state=State.FAILED
    ),
    "no answer, and closed after days of asking": proves(
        fact(verdict=Verdict.UNANSWERED), state=State.EXPIRED, closings=(closed(),)
    ),
    "an unknown letter": proves(fact(verdict=Verdict.UNRECOGNIZED), state=State.OPEN, concern=Concern.UNRECOGNIZED),
    "an unknown type": proves(fact(kind=Kind.UNRECOGNIZED), state=State.OPEN, concern=Concern.UNRECOGNIZED),
    "a card check is no payment": proves(fact(kind=Kind.REGISTER), state=State.VOIDED),
    "a browser that says paid": proves(fact(kind=Kind.UNSTATED, amount=None, moved=None), state=State.OPEN),
    "a browser that says paid, a callback that says declined": proves(
        fact(kind=Kind.UNSTATED, amount=None, moved=None), fact(verdict=Verdict.DECLINED), state=State.FAILED
    ),
    "pending, then declined": proves(fact(verdict=Verdict.PENDING), fact(verdict=Verdict.DECLINED), state=State.FAILED),
}

SALES: Final[dict[str, History]] = {
    "a sale of the exact amount": paid(fact()),
    "a browser that says declined, a callback that says paid": paid(
        fact(kind=Kind.UNSTATED, verdict=Verdict.DECLINED, amount=None, moved=None), fact()
    ),
    "no answer, then approved": paid(fact(verdict=Verdict.UNANSWERED), fact()),
    "an unknown letter that a query explains": paid(fact(verdict=Verdict.UNRECOGNIZED), fact()),
    "an unknown type beside a sale never unpays it": paid(
        fact(), fact(kind=Kind.UNRECOGNIZED), concern=Concern.UNRECOGNIZED
    ),
    "a card check, then the sale": paid(fact(kind=Kind.REGISTER), fact("TST2")),
    "pending, then approved": paid(fact(verdict=Verdict.PENDING), fact()),
    "pending, held, approved": paid(fact(verdict=Verdict.PENDING), fact(verdict=Verdict.HELD), fact()),
    "pending, held, approved, reversed": proves(
        fact(verdict=Verdict.PENDING),
        fact(verdict=Verdict.HELD),
        fact(),
        fact(verdict=Verdict.REVERSED),
        state=State.VOIDED,
    ),
    "declined and approved under one reference": paid(fact(verdict=Verdict.DECLINED), fact()),
    "expired and approved under one reference": paid(fact(verdict=Verdict.EXPIRED), fact()),
    "decline, then another transaction of the cart": paid(fact(verdict=Verdict.DECLINED), fact("TST2")),
    "success, then a decline of the same cart": paid(fact(), fact("TST2", verdict=Verdict.DECLINED)),
    "cancelled, then another transaction of the cart": paid(fact(verdict=Verdict.CANCELED), fact("TST2")),
    "two declines, a cancel, then success": paid(
        fact(verdict=Verdict.DECLINED),
        fact("TST2", verdict=Verdict.DECLINED),
        fact("TST3", verdict=Verdict.CANCELED),
        fact("TST4"),
    ),
    "a card discount lowers what moved": paid(fact(moved=HALF)),
    "a sale that was voided": proves(fact(), fact(verdict=Verdict.REVERSED), state=State.VOIDED),
    "a sale with a void of its own": proves(fact(), released("TST2"), state=State.VOIDED),
    "a discounted sale voided": proves(fact(moved=HALF), released("TST2", HALF, amount=PRICE), state=State.VOIDED),
    "a sale voided under both references": proves(
        fact(), fact(verdict=Verdict.REVERSED), released("TST2"), state=State.VOIDED
    ),
    "a sale whose void was refused": paid(fact(), released("TST2", verdict=Verdict.ERROR)),
}

REFUNDS: Final[dict[str, History]] = {
    "fully refunded": proves(fact(), refund("TST2"), state=State.REFUNDED, captured=FULL, refunded=FULL),
    "refunded in part": proves(
        fact(), refund("TST2", money=HALF), state=State.PARTIALLY_REFUNDED, captured=FULL, refunded=PART
    ),
    "refunded in two parts": proves(
        fact(),
        refund("TST2", money=HALF),
        refund("TST3", money=HALF),
        state=State.REFUNDED,
        captured=FULL,
        refunded=FULL,
    ),
    "refunded in part and in the dashboard again": proves(
        fact(),
        refund("TST2", money=HALF),
        refund("TST3", money=TENTH),
        state=State.PARTIALLY_REFUNDED,
        captured=FULL,
        refunded=PART + TENTH.minor,
    ),
    "a discounted sale refunded": proves(
        fact(moved=HALF), refund("TST2", money=HALF), state=State.REFUNDED, captured=FULL, refunded=PART
    ),
    "a discounted sale refunded in part": proves(
        fact(moved=HALF), refund("TST2", money=TENTH), state=State.PARTIALLY_REFUNDED, captured=FULL, refunded=579
    ),
    "a refund of the captured part": proves(
        auth(),
        capture("TST2", HALF),
        refund("TST3", of="TST2", money=HALF),
        state=State.REFUNDED,
        captured=PART,
        refunded=PART,
        authorized=PART,
    ),
    "a refund that names the authorisation instead of the capture": proves(
        auth(), capture("TST2"), refund("TST3"), state=State.REFUNDED, captured=FULL, refunded=FULL
    ),
    "a refund that waits": paid(fact(), refund("TST2", verdict=Verdict.PENDING)),
    "a refund that waited and was done": proves(
        fact(),
        refund("TST2", verdict=Verdict.PENDING),
        refund("TST2"),
        state=State.REFUNDED,
        captured=FULL,
        refunded=FULL,
    ),
    "a refund that waited and was refused": paid(
        fact(), refund("TST2", verdict=Verdict.PENDING), refund("TST2", verdict=Verdict.DECLINED)
    ),
    "a refund that was refused": paid(fact(), refund("TST2", verdict=Verdict.ERROR)),
    "a refund on hold": paid(fact(), refund("TST2", verdict=Verdict.HELD)),
    "a refund refused for its amount, then a smaller one": proves(
        fact(),
        refund("TST2", verdict=Verdict.DECLINED),
        refund("TST3", money=HALF),
        state=State.PARTIALLY_REFUNDED,
        captured=FULL,
        refunded=PART,
    ),
    "a refund of what nobody knows": proves(refund("TST2", of="TST9"), state=State.OPEN, concern=Concern.UNRECOGNIZED),
    "a refund of a declined sale": proves(
        fact(verdict=Verdict.DECLINED),
        refund("TST2"),
        state=State.FAILED,
        refunded=FULL,
        concern=Concern.AMOUNT_MISMATCH,
    ),
    "a refund in another currency": paid(
        fact(), refund("TST2", money=Money(100, KWD)), concern=Concern.CURRENCY_MISMATCH
    ),
}

RESERVATIONS: Final[dict[str, History]] = {
    "authorised": proves(auth(), state=State.AUTHORIZED, authorized=FULL),
    "an authorisation declined": proves(auth(verdict=Verdict.DECLINED), state=State.FAILED),
    "authorised and captured": paid(auth(), capture("TST2")),
    "a capture whose authorisation nobody heard of": paid(capture("TST2")),
    "captured in part": proves(
        auth(), capture("TST2", HALF), state=State.PARTIALLY_CAPTURED, captured=PART, authorized=PART
    ),
    "captured in two parts": paid(auth(), capture("TST2", HALF), capture("TST3", HALF)),
    "captured in part, the next capture refused": proves(
        auth(),
        capture("TST2", HALF),
        capture("TST3", verdict=Verdict.DECLINED),
        state=State.PARTIALLY_CAPTURED,
        captured=PART,
        authorized=PART,
    ),
    "a capture under way": proves(
        auth(), capture("TST2", verdict=Verdict.PENDING), state=State.AUTHORIZED, authorized=FULL
    ),
    "a capture larger than the order": proves(
        auth(),
        capture("TST2", Money(FULL + 1, SAR)),
        state=State.AUTHORIZED,
        concern=Concern.AMOUNT_MISMATCH,
        authorized=FULL,
        unmatched=(Money(FULL + 1, SAR),),
    ),
    "captures that add up to more than the order": proves(
        auth(),
        capture("TST2"),
        capture("TST3", HALF),
        state=State.PAID,
        concern=Concern.PAID_TWICE,
        captured=FULL + PART,
    ),
    "a capture that is reported as a sale": proves(
        auth(),
        fact("TST2", previous_ref=TranRef("TST1"), amount=HALF, moved=HALF),
        state=State.PARTIALLY_CAPTURED,
        captured=PART,
        authorized=PART,
    ),
    "a capture reported as capture and as sale": paid(
        auth(), capture("TST2"), fact("TST2", previous_ref=TranRef("TST1"))
    ),
    "authorised and voided": proves(auth(), released("TST2"), state=State.VOIDED),
    "authorised and released": proves(auth(), released("TST2", kind=Kind.RELEASE), state=State.VOIDED),
    "authorised, half released": proves(
        auth(), released("TST2", HALF, Kind.RELEASE), state=State.AUTHORIZED, authorized=PART
    ),
    "a void that was executed as a release": proves(
        auth(),
        released("TST2", HALF),
        released("TST2", HALF, Kind.RELEASE),
        state=State.AUTHORIZED,
        authorized=PART,
    ),
    "a discounted authorisation voided": proves(
        auth(moved=HALF), released("TST2", HALF, amount=PRICE), state=State.VOIDED
    ),
    "a void that was refused": proves(
        auth(), released("TST2", verdict=Verdict.ERROR), state=State.AUTHORIZED, authorized=FULL
    ),
    "captured in part, the rest released": proves(
        auth(),
        capture("TST2", HALF),
        released("TST3", HALF, Kind.RELEASE),
        state=State.PARTIALLY_CAPTURED,
        captured=PART,
    ),
    "captured, and the capture voided the same day": proves(
        auth(), capture("TST2"), released("TST3", of="TST2"), state=State.VOIDED
    ),
    "captured twice, one capture voided": proves(
        auth(),
        capture("TST2", HALF),
        capture("TST3", HALF),
        released("TST4", HALF, of="TST2"),
        state=State.PARTIALLY_CAPTURED,
        captured=PART,
    ),
    "captured in two parts, one of them refunded": proves(
        auth(),
        capture("TST2", HALF),
        capture("TST3", HALF),
        refund("TST4", of="TST2", money=HALF),
        state=State.PARTIALLY_REFUNDED,
        captured=FULL,
        refunded=PART,
    ),
    "captured in part, rest released, the part refunded in part": proves(
        auth(),
        capture("TST2", HALF),
        released("TST3", HALF, Kind.RELEASE),
        refund("TST4", of="TST2", money=TENTH),
        state=State.PARTIALLY_REFUNDED,
        captured=PART,
        refunded=579,
    ),
    "an authorisation that was voided": proves(auth(verdict=Verdict.REVERSED), state=State.VOIDED),
    "an authorisation voided under both references": proves(
        auth(), auth(verdict=Verdict.REVERSED), released("TST2"), state=State.VOIDED
    ),
    "one transaction, sale and authorisation": proves(fact(), auth(), state=State.AUTHORIZED, authorized=FULL),
}

HOLDS: Final[dict[str, History]] = {
    "held": proves(hold(), state=State.HELD),
    "a held sale that turned into an authorisation": proves(fact(verdict=Verdict.HELD), hold(), state=State.HELD),
    "a held sale approved under its own reference": paid(fact(verdict=Verdict.HELD), fact()),
    "held, then captured in the dashboard": paid(hold(), capture("TST2")),
    "held, then captured in part": proves(hold(), capture("TST2", HALF), state=State.PARTIALLY_CAPTURED, captured=PART),
    "held, captured in part, then the rest": paid(hold(), capture("TST2", HALF), capture("TST3", HALF)),
    "held, captured in part, the rest released": proves(
        hold(),
        capture("TST2", HALF),
        released("TST3", HALF, Kind.RELEASE),
        state=State.PARTIALLY_CAPTURED,
        captured=PART,
    ),
    "held, then let go": proves(hold(), released("TST2"), state=State.VOIDED),
    "held, then released": proves(hold(), released("TST2", kind=Kind.RELEASE), state=State.VOIDED),
    "a held sale let go": proves(fact(verdict=Verdict.HELD), released("TST2"), state=State.VOIDED),
    "held, then declined": proves(hold(), auth(verdict=Verdict.DECLINED), state=State.FAILED),
    "held, and a capture that the gateway refuses meanwhile": proves(
        hold(), capture("TST2", verdict=Verdict.ERROR), state=State.HELD
    ),
    "held, captured, refunded": proves(
        hold(), capture("TST2"), refund("TST3", of="TST2"), state=State.REFUNDED, captured=FULL, refunded=FULL
    ),
    "held with another amount": proves(
        hold(amount=HALF, moved=HALF), state=State.OPEN, concern=Concern.AMOUNT_MISMATCH
    ),
}

DEFERRED: Final[dict[str, History]] = {
    "a deferred method waits": proves(number(), state=State.PENDING),
    "a deferred method is paid": paid(number(), fact("TST9", previous_ref=TranRef("TST1"), code="234320012565")),
    "a deferred method is paid before its number is heard of": paid(fact("TST9", previous_ref=TranRef("TST1"))),
    "a deferred method expires under its own reference": proves(
        number(), number(verdict=Verdict.EXPIRED), state=State.EXPIRED
    ),
    "a deferred method expires under a new reference": proves(
        number(), number("TST9", verdict=Verdict.EXPIRED, previous_ref=TranRef("TST1")), state=State.EXPIRED
    ),
    "a deferred method paid although it was called expired": paid(
        number(), number(verdict=Verdict.EXPIRED), fact("TST9", previous_ref=TranRef("TST1"))
    ),
    "a deferred method paid days after our closing": paid(
        number(),
        fact("TST9", previous_ref=TranRef("TST1"), at=Instant(NOON + 11 * DAY_MS)),
        concern=Concern.PAID_LATE,
        closings=(closed(),),
    ),
    "a second number on one page, and that one is paid": paid(
        number(), number("TST2", code="9"), fact("TST9", previous_ref=TranRef("TST2"))
    ),
    "two numbers, both paid": proves(
        number(),
        number("TST2", code="9"),
        fact("TST8", previous_ref=TranRef("TST1")),
        fact("TST9", previous_ref=TranRef("TST2")),
        state=State.PAID,
        concern=Concern.PAID_TWICE,
        captured=2 * FULL,
    ),
    "a number on the first page, a card on the second": paid(number(), second(), attempts=BOTH_PAGES),
    "a number on the first page, a decline on the second": proves(
        number(), second(verdict=Verdict.DECLINED), state=State.PENDING, attempts=BOTH_PAGES
    ),
    "a deferred method paid and refunded": proves(
        number(),
        fact("TST8", previous_ref=TranRef("TST1")),
        refund("TST9", of="TST8"),
        state=State.REFUNDED,
        captured=FULL,
        refunded=FULL,
    ),
}
