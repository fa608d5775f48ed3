"""Every history a payment can have, each with what it proves; here those of several pages and of misfits."""

from typing import Final

from builders import NOON, PRICE, SAR, attempt, fact
from unit.domain.edges import EDGES
from unit.domain.one_page import DEFERRED, ENDINGS, HOLDS, REFUNDS, RESERVATIONS, SALES
from unit.domain.stating import (
    BOTH_PAGES,
    FULL,
    HALF,
    KWD,
    LATER,
    SECOND_CART,
    TENTH,
    History,
    auth,
    closed,
    hold,
    paid,
    proves,
    refund,
    released,
    second,
)
from wasl.domain.evidence import CartId, ClosingReason, Kind, Verdict
from wasl.domain.money import Money
from wasl.domain.outcome import Concern, State
from wasl.domain.payment import Answer
from wasl.domain.time import DAY_MS, Instant

MISFITS: Final[dict[str, History]] = {
    "less than the order": proves(
        fact(amount=HALF, moved=HALF), state=State.OPEN, concern=Concern.AMOUNT_MISMATCH, unmatched=(HALF,)
    ),
    "one minor unit less than the order": proves(
        fact(amount=Money(FULL - 1, SAR), moved=Money(FULL - 1, SAR)),
        state=State.OPEN,
        concern=Concern.AMOUNT_MISMATCH,
        unmatched=(Money(FULL - 1, SAR),),
    ),
    "one minor unit more than the order": proves(
        fact(amount=Money(FULL + 1, SAR), moved=Money(FULL + 1, SAR)),
        state=State.OPEN,
        concern=Concern.AMOUNT_MISMATCH,
        unmatched=(Money(FULL + 1, SAR),),
    ),
    "more moved than the cart": proves(
        fact(moved=Money(9999, SAR)),
        state=State.OPEN,
        concern=Concern.AMOUNT_MISMATCH,
        unmatched=(Money(9999, SAR),),
    ),
    "nothing moved": proves(fact(moved=Money(0, SAR)), state=State.OPEN, concern=Concern.AMOUNT_MISMATCH),
    "an amount nobody can read": proves(
        fact(amount=None), state=State.OPEN, concern=Concern.AMOUNT_MISMATCH, unmatched=(PRICE,)
    ),
    "another currency": proves(
        fact(amount=Money(FULL, KWD), moved=Money(FULL, KWD)),
        state=State.OPEN,
        concern=Concern.CURRENCY_MISMATCH,
        unmatched=(Money(FULL, KWD),),
    ),
    "a misfit given back in the dashboard": proves(
        fact(amount=HALF, moved=HALF),
        refund("TST2", money=HALF),
        state=State.OPEN,
        concern=Concern.AMOUNT_MISMATCH,
    ),
    "a misfit, then the exact amount on the second page": paid(
        fact(amount=HALF, moved=HALF),
        second(),
        concern=Concern.AMOUNT_MISMATCH,
        unmatched=(HALF,),
        attempts=BOTH_PAGES,
    ),
    "a decline of another amount": proves(fact(verdict=Verdict.DECLINED, amount=HALF, moved=HALF), state=State.FAILED),
    "one transaction, two amounts": proves(
        fact(), fact(amount=HALF, moved=HALF), state=State.OPEN, concern=Concern.CONTRADICTED, unmatched=(HALF,)
    ),
    "one transaction, two carts": proves(
        fact(), fact(cart_id=SECOND_CART), state=State.OPEN, concern=Concern.CONTRADICTED, unmatched=(PRICE,)
    ),
    "a misfit voided in the dashboard": proves(
        fact(amount=HALF, moved=HALF),
        released("TST2", money=HALF),
        state=State.OPEN,
        concern=Concern.AMOUNT_MISMATCH,
    ),
    "money of last season under the same cart": proves(
        fact(at=Instant(NOON - 90 * DAY_MS)), state=State.OPEN, concern=Concern.UNRECOGNIZED, unmatched=(PRICE,)
    ),
    "money of last season, given back then": proves(
        fact(at=Instant(NOON - 90 * DAY_MS)),
        refund("TST2", at=Instant(NOON - 89 * DAY_MS)),
        state=State.OPEN,
        concern=Concern.UNRECOGNIZED,
    ),
    "money of last season, and the order paid": paid(
        fact(at=Instant(NOON - 90 * DAY_MS)), fact("TST2"), concern=Concern.UNRECOGNIZED, unmatched=(PRICE,)
    ),
    "a payment, and the check of a card, under one reference": proves(
        fact(), fact(kind=Kind.REGISTER), state=State.OPEN, concern=Concern.CONTRADICTED
    ),
    "money on a page that another amount superseded": proves(
        fact(amount=HALF, moved=HALF),
        state=State.OPEN,
        concern=Concern.AMOUNT_MISMATCH,
        unmatched=(HALF,),
        attempts=(attempt(amount=HALF), attempt(2)),
    ),
}

PAGES: Final[dict[str, History]] = {
    "declined, the next page open": proves(fact(verdict=Verdict.DECLINED), state=State.OPEN, attempts=BOTH_PAGES),
    "declined, then paid on the next page": paid(fact(verdict=Verdict.DECLINED), second(), attempts=BOTH_PAGES),
    "paid, then a decline of the other page": paid(fact(), second(verdict=Verdict.DECLINED), attempts=BOTH_PAGES),
    "paid, then a cancel of the other page": paid(fact(), second(verdict=Verdict.CANCELED), attempts=BOTH_PAGES),
    "paid, the other page expired by our closing": paid(fact(), attempts=BOTH_PAGES, closings=(closed(2),)),
    "paid on the second, the first expired by our closing": paid(second(), attempts=BOTH_PAGES, closings=(closed(),)),
    "declined, then cancelled": proves(
        fact(verdict=Verdict.DECLINED), second(verdict=Verdict.CANCELED), state=State.CANCELED, attempts=BOTH_PAGES
    ),
    "cancelled, then declined": proves(
        fact(verdict=Verdict.CANCELED), second(verdict=Verdict.DECLINED), state=State.FAILED, attempts=BOTH_PAGES
    ),
    "declined on three pages": proves(
        fact(verdict=Verdict.DECLINED),
        second(verdict=Verdict.DECLINED),
        fact("TST3", verdict=Verdict.DECLINED, cart_id=CartId("t-1042-3")),
        state=State.FAILED,
        attempts=(attempt(), attempt(2), attempt(3)),
    ),
    "declined on two pages, paid on the third": paid(
        fact(verdict=Verdict.DECLINED),
        second(verdict=Verdict.DECLINED),
        fact("TST3", cart_id=CartId("t-1042-3")),
        attempts=(attempt(), attempt(2), attempt(3)),
    ),
    "declined, the other page unanswered": proves(
        fact(verdict=Verdict.DECLINED), second(verdict=Verdict.UNANSWERED), state=State.OPEN, attempts=BOTH_PAGES
    ),
    "unanswered, then paid on the next page": paid(fact(verdict=Verdict.UNANSWERED), second(), attempts=BOTH_PAGES),
    "unanswered but taken, and paid on the next page": proves(
        fact(verdict=Verdict.UNANSWERED),
        fact(),
        second(),
        state=State.PAID,
        concern=Concern.PAID_TWICE,
        captured=2 * FULL,
        attempts=BOTH_PAGES,
    ),
    "paid before the page's answer was stored": paid(fact(), attempts=(attempt(answer=Answer.AWAITED, tran_ref=None),)),
    "the page's answer was lost, the next page paid": paid(
        second(), attempts=(attempt(answer=Answer.LOST, tran_ref=None), attempt(2))
    ),
    "the page's answer was lost, and both were paid": proves(
        fact(),
        second(),
        state=State.PAID,
        concern=Concern.PAID_TWICE,
        captured=2 * FULL,
        attempts=(attempt(answer=Answer.LOST, tran_ref=None), attempt(2)),
    ),
    "paid twice on one cart": proves(
        fact(), fact("TST2"), state=State.PAID, concern=Concern.PAID_TWICE, captured=2 * FULL
    ),
    "paid twice on two pages": proves(
        fact(), second(), state=State.PAID, concern=Concern.PAID_TWICE, captured=2 * FULL, attempts=BOTH_PAGES
    ),
    "paid twice, once refunded": paid(
        fact(), fact("TST2"), refund("TST3", of="TST2"), captured=2 * FULL, refunded=FULL
    ),
    "paid twice, once voided": paid(fact(), fact("TST2"), released("TST3", of="TST2")),
    "paid twice, both refunded": proves(
        fact(),
        fact("TST2"),
        refund("TST3"),
        refund("TST4", of="TST2"),
        state=State.REFUNDED,
        captured=2 * FULL,
        refunded=2 * FULL,
    ),
    "held on the first page, paid on the second": paid(hold(), second(), attempts=BOTH_PAGES),
    "authorised on both pages": proves(
        auth(),
        auth("TST2", cart_id=SECOND_CART),
        state=State.AUTHORIZED,
        authorized=2 * FULL,
        concern=Concern.PAID_TWICE,
        attempts=BOTH_PAGES,
    ),
    "paid after the page's life": paid(fact(at=LATER), concern=Concern.PAID_LATE, closings=(closed(),)),
    "paid after the store had cancelled": paid(
        fact(at=LATER), concern=Concern.PAID_LATE, closings=(closed(reason=ClosingReason.CANCELED_BY_STORE),)
    ),
    "paid in time, heard of after the closing": paid(fact(), closings=(closed(),)),
    "declined in time, paid late under another reference": paid(
        fact(verdict=Verdict.DECLINED), fact("TST2", at=LATER), concern=Concern.PAID_LATE, closings=(closed(),)
    ),
    "late and twice": History(
        facts=(fact(at=LATER), second(at=LATER)),
        state=State.PAID,
        concerns=(Concern.PAID_TWICE, Concern.PAID_LATE),
        captured=2 * FULL,
        attempts=BOTH_PAGES,
        closings=(closed(), closed(2)),
    ),
    "late, and given back": proves(
        fact(at=LATER), refund("TST2"), state=State.REFUNDED, captured=FULL, refunded=FULL, closings=(closed(),)
    ),
    "paid, and authorised on the other page": paid(
        fact(), auth("TST2", cart_id=SECOND_CART), authorized=FULL, concern=Concern.PAID_TWICE, attempts=BOTH_PAGES
    ),
    "paid, and an authorisation of the other page let go": paid(
        fact(), auth("TST2", cart_id=SECOND_CART), released("TST3", of="TST2"), attempts=BOTH_PAGES
    ),
    "more given back than was taken": proves(
        fact(),
        refund("TST2"),
        refund("TST3", money=TENTH),
        state=State.REFUNDED,
        captured=FULL,
        refunded=FULL + TENTH.minor,
        concern=Concern.AMOUNT_MISMATCH,
    ),
    "one page given back too much, the other paid": paid(
        fact(),
        refund("TST3"),
        refund("TST4", money=TENTH),
        second(),
        captured=2 * FULL,
        refunded=FULL + TENTH.minor,
        concern=Concern.AMOUNT_MISMATCH,
        attempts=BOTH_PAGES,
    ),
    "authorised late": proves(
        auth(at=LATER), state=State.AUTHORIZED, authorized=FULL, concern=Concern.PAID_LATE, closings=(closed(),)
    ),
}

CATALOGUE: Final[dict[str, History]] = {
    **ENDINGS,
    **SALES,
    **REFUNDS,
    **RESERVATIONS,
    **HOLDS,
    **DEFERRED,
    **MISFITS,
    **PAGES,
    **EDGES,
}
