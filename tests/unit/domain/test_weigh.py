"""Whose money a transaction is about: its page, its family, and the part it plays there."""

from collections.abc import Mapping

import pytest

from builders import PRICE, SAR, attempt, fact, payment, said
from unit.domain.stating import BOTH_PAGES, HALF, KWD, SECOND_CART, auth, capture, hold, number, refund, released
from wasl.domain.evidence import CartId, Fact, Kind, TranRef, Verdict
from wasl.domain.fold import weighed_evidence
from wasl.domain.money import Money
from wasl.domain.time import Instant
from wasl.domain.weigh import OLD_MS, Role, Weighed

NOBODY = CartId("")


def weighed(*facts: Fact) -> Mapping[str, Weighed]:
    """What each transaction of a payment with two pages is, by its reference."""
    found = weighed_evidence(payment(*BOTH_PAGES, evidence=tuple(said(one) for one in facts)))
    return {one.transaction.tran_ref: one for one in found}


def test_a_transaction_belongs_to_its_own_page_and_else_to_its_familys() -> None:
    """A follow-up need not repeat its cart, and one that names a page is believed."""
    found = weighed(auth(), capture("TST2", HALF, cart_id=NOBODY), capture("TST3", HALF, cart_id=SECOND_CART))
    assert [found[ref].attempt for ref in ("TST1", "TST2", "TST3")] == [attempt(), attempt(), attempt(2)]
    assert {one.role for one in found.values()} == {Role.AUTHORIZES, Role.TAKES}
    strays = weighed(auth(cart_id=NOBODY), capture("TST2", HALF))
    assert [strays[ref].attempt for ref in ("TST1", "TST2")] == [None, attempt()]


def test_a_family_begins_with_a_sale_or_an_authorisation() -> None:
    """Through captures up to what they act on; a payment request, a refund or what nobody heard of begins none."""
    chain = weighed(auth(), capture("TST2"), refund("TST3", of="TST2"), refund("TST4", of="TST9"))
    assert {ref: one.family for ref, one in chain.items()} == {
        "TST1": "TST1",
        "TST2": "TST1",
        "TST3": "TST1",
        "TST4": "TST4",
    }
    paid = weighed(number(), fact("TST9", previous_ref=TranRef("TST1")), refund("TST8", of="TST9"))
    assert {ref: one.family for ref, one in paid.items()} == {"TST1": "TST1", "TST8": "TST9", "TST9": "TST9"}
    odd = weighed(fact(), refund("TST2"), refund("TST3", of="TST2"))
    assert odd["TST3"].family == "TST3"


def test_a_chain_without_a_beginning_is_followed_once() -> None:
    """Nonsense of the gateway's ends where it comes round again, whoever it starts with."""
    circle = [fact(f"TST{n}", previous_ref=TranRef(f"TST{n % 3 + 1}")) for n in (1, 2, 3)]
    led_in = fact("TST0", previous_ref=TranRef("TST1"))
    found = weighed(*circle, led_in, fact("TST7", previous_ref=TranRef("TST7")))
    assert {ref: one.family for ref, one in found.items()} == {
        "TST0": "TST3",
        "TST1": "TST3",
        "TST2": "TST1",
        "TST3": "TST2",
        "TST7": "TST7",
    }


@pytest.mark.parametrize(
    ("stated", "role"),
    [
        (refund("TST2", of="TST9"), Role.UNRECOGNIZED),
        (refund("TST2", previous_ref=None), Role.UNRECOGNIZED),
        (refund("TST2", moved=None), Role.UNRECOGNIZED),
        (refund("TST2", money=Money(1, KWD)), Role.CURRENCY_DIFFERS),
        (refund("TST2"), Role.REFUNDS),
        (released("TST2"), Role.UNDOES),
        (released("TST2", kind=Kind.RELEASE), Role.UNDOES),
        (refund("TST2", verdict=Verdict.HELD), Role.UNDER_WAY),
        (refund("TST2", verdict=Verdict.DECLINED), Role.ENDED),
        (refund("TST2", verdict=Verdict.REVERSED), Role.WAS_VOIDED),
        (fact("TST2", kind=Kind.REGISTER), Role.CARD_CHECK),
        (fact("TST2", kind=Kind.REGISTER, verdict=Verdict.HELD), Role.HOLDS),
        (fact("TST2", kind=Kind.PAYMENT_REQUEST), Role.UNRECOGNIZED),
        (number("TST2", verdict=Verdict.HELD), Role.WAITS),
        (fact("TST2", verdict=Verdict.PENDING), Role.WAITS),
        (fact("TST2", verdict=Verdict.UNANSWERED), Role.UNKNOWN),
        (fact("TST2", verdict=Verdict.UNRECOGNIZED), Role.UNRECOGNIZED),
        (hold("TST2", moved=None), Role.AMOUNT_DIFFERS),
        (hold("TST2"), Role.HOLDS),
        (fact("TST2", amount=None), Role.AMOUNT_DIFFERS),
        (fact("TST2", moved=Money(PRICE.minor, KWD)), Role.CURRENCY_DIFFERS),
        (fact("TST2", moved=Money(1, SAR)), Role.TAKES),
        (fact("TST2", moved=Money(0, SAR)), Role.AMOUNT_DIFFERS),
        (fact("TST2", amount=Money(0, SAR), moved=Money(0, SAR)), Role.AMOUNT_DIFFERS),
        (auth("TST2", amount=HALF, moved=HALF), Role.AMOUNT_DIFFERS),
        (capture("TST2", HALF), Role.TAKES),
        (capture("TST2", Money(1, SAR)), Role.TAKES),
        (capture("TST2", Money(0, SAR)), Role.AMOUNT_DIFFERS),
        (capture("TST2", Money(PRICE.minor + 1, SAR)), Role.AMOUNT_DIFFERS),
        (fact("TST2", cart_id=CartId("elsewhere")), Role.AMOUNT_DIFFERS),
    ],
)
def test_what_is_stated_beside_a_sale_plays_its_part(stated: Fact, role: Role) -> None:
    """To the last minor unit, and never more than is proved."""
    assert weighed(fact(), stated)["TST2"].role is role


def test_what_gives_back_unknown_money_is_not_understood() -> None:
    """A refund of a payment request, which took nothing, or of a sale whose amount nobody can read."""
    assert weighed(number(), refund("TST2"))["TST2"].role is Role.UNRECOGNIZED
    assert weighed(fact(amount=None), refund("TST2"))["TST2"].role is Role.UNRECOGNIZED


def test_a_void_undoes_a_taking_and_returns_a_hold() -> None:
    """By what it names, not by the family; a capture that was never approved took nothing."""
    found = weighed(
        auth(),
        capture("TST2", HALF),
        capture("TST3", HALF, verdict=Verdict.DECLINED),
        released("TST4", HALF, of="TST2"),
        released("TST5", HALF, of="TST3"),
        released("TST6", HALF),
    )
    assert [found[f"TST{n}"].role for n in (4, 5, 6)] == [Role.UNDOES, Role.RETURNS_HOLD, Role.RETURNS_HOLD]


def test_money_from_long_before_a_page_was_paid_for_something_else() -> None:
    """More than a day before; a capture is as old as it likes, for its authorisation was checked."""
    edge = attempt().opened_at - OLD_MS
    assert weighed(fact(at=Instant(edge)))["TST1"].role is Role.TAKES
    assert weighed(fact(at=Instant(edge - 1)))["TST1"].role is Role.OLD_MONEY
    assert weighed(auth(), capture("TST2", at=Instant(edge - 1)))["TST2"].role is Role.TAKES
    assert OLD_MS == 24 * 60 * 60 * 1000


def test_the_end_of_a_number_may_be_said_under_another_reference() -> None:
    """Its own, and only of a page's transaction: a follow-up that expired ends nothing."""
    ended = number("TST9", verdict=Verdict.EXPIRED, previous_ref=TranRef("TST1"))
    assert weighed(number(), ended)["TST1"].role is Role.ENDED
    assert weighed(number(), number("TST2"), ended)["TST2"].role is Role.WAITS
    refused = refund("TST9", verdict=Verdict.EXPIRED)
    assert weighed(number(), refused)["TST1"].role is Role.WAITS
    declined = number("TST9", verdict=Verdict.DECLINED, previous_ref=TranRef("TST1"))
    assert weighed(number(), declined)["TST1"].role is Role.WAITS
