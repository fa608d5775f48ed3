"""How all statements about one transaction become what is known of it."""

import itertools
from dataclasses import replace
from typing import Any, Final

import pytest

from builders import NOON, PRICE, SAR, fact, said
from unit.domain.stating import HALF, KWD, SECOND_CART
from wasl.domain.evidence import CartId, Fact, Kind, TranRef, Verdict
from wasl.domain.money import Money
from wasl.domain.time import Instant
from wasl.domain.transaction import Transaction, transactions, without_raw

LATER: Final = Instant(NOON + 9)
# The kind that claims least comes first.
CAUTION: Final = (
    Kind.REGISTER,
    Kind.PAYMENT_REQUEST,
    Kind.RELEASE,
    Kind.VOID,
    Kind.AUTH,
    Kind.REFUND,
    Kind.CAPTURE,
    Kind.SALE,
)


def joined(*facts: Fact) -> Transaction:
    """What is known of the one transaction that these facts are about, in whatever order they are heard."""
    known = [transactions([said(one) for one in order]) for order in itertools.permutations(facts)]
    assert all(one == known[0] for one in known)
    (transaction,) = known[0].values()
    return transaction


def test_one_statement_is_what_is_known() -> None:
    """Nothing can disagree with it."""
    stated = fact(previous_ref=TranRef("TST0"), moved=HALF)
    known = joined(stated)
    fields = ("tran_ref", "kind", "verdict", "cart_id", "amount", "moved", "previous_ref", "at", "code", "message")
    assert [getattr(known, name) for name in (*fields, "method")] == [
        getattr(stated, name) for name in (*fields, "method")
    ]
    assert (known.contradicted, known.unclear) == (False, False)


def test_of_sums_that_differ_the_one_that_claims_least_is_shown() -> None:
    """By currency first, as no rate is known; and where no voice states a sum that can be read, there is none."""
    hundred, half = Money(10_000, SAR), HALF
    assert joined(fact(amount=hundred), fact(amount=half)).amount == half
    assert joined(fact(amount=Money(100, SAR)), fact(amount=Money(57_900, KWD))).amount == Money(57_900, KWD)
    unread = joined(fact(amount=None, moved=None), fact(amount=None, moved=None, verdict=Verdict.PENDING))
    assert (unread.amount, unread.moved) == (None, None)


def test_the_buyers_return_is_no_statement() -> None:
    """Alone it makes no transaction, beside a callback it says nothing; references come in their order."""
    claim = said(fact(kind=Kind.UNSTATED, amount=None, moved=None))
    assert transactions([claim]) == {}
    assert list(transactions([said(fact("TST2")), claim, said(fact("TST1"))])) == ["TST1", "TST2"]


def test_the_highest_statement_stands_with_its_own_details() -> None:
    """Its verdict, amounts, time, code and message; what it acts on and how it was paid may come from any."""
    first = fact(
        verdict=Verdict.PENDING,
        moved=HALF,
        at=LATER,
        code="99999",
        message="Waiting",
        method="SADAD",
        previous_ref=TranRef("TST0"),
    )
    last = fact(at=NOON, code="G1", message="Authorised", method="")
    known = joined(first, last)
    assert (known.verdict, known.moved, known.at) == (Verdict.APPROVED, PRICE, NOON)
    assert (known.code, known.message) == ("G1", "Authorised")
    assert (known.method, known.previous_ref) == ("SADAD", "TST0")
    assert (known.contradicted, known.unclear) == (False, False)


def test_of_equally_high_statements_the_latest_details_stand() -> None:
    """Money that one of them does not state exactly is no disagreement."""
    known = joined(fact(moved=None, at=LATER, code="1", message="a"), fact(at=NOON, code="2", message="b"))
    assert (known.at, known.code, known.message, known.contradicted) == (LATER, "2", "b", False)
    assert (known.amount, known.moved) == (PRICE, PRICE)
    assert joined(fact(amount=None), fact()).amount == PRICE


def test_one_fact_said_twice_is_one_with_the_greater_details() -> None:
    """Whoever says it, in whatever order."""
    known = joined(fact(at=LATER, code="1", method="Visa"), fact(at=NOON, code="2", method="Mada"))
    assert (known.at, known.code, known.method, known.contradicted) == (LATER, "2", "Visa", False)


@pytest.mark.parametrize(("less", "more"), list(itertools.combinations(CAUTION, 2)))
def test_of_two_kinds_the_one_that_claims_less_stands(less: Kind, more: Kind) -> None:
    """A payment that is also called the check of a card may be either, so it is contradicted."""
    known = joined(fact(kind=less, code="less"), fact(kind=more, code="more"))
    assert (known.kind, known.code, known.unclear) == (less, "less", False)
    assert known.contradicted is (less is Kind.REGISTER)


def test_an_unknown_kind_is_unclear_and_takes_nothing_away() -> None:
    """A known word beside it stands; a lower statement's kind is no rival."""
    known = joined(fact(), fact(kind=Kind.UNRECOGNIZED))
    assert (known.kind, known.unclear, known.contradicted) == (Kind.SALE, True, False)
    both = joined(fact(kind=Kind.UNRECOGNIZED), fact(kind=Kind.UNRECOGNIZED, moved=None))
    assert (both.kind, both.unclear) == (Kind.UNRECOGNIZED, False)
    earlier = joined(fact(), fact(kind=Kind.UNRECOGNIZED, verdict=Verdict.PENDING))
    assert (earlier.kind, earlier.unclear) == (Kind.SALE, False)
    cards = joined(fact(kind=Kind.REGISTER), fact(kind=Kind.REGISTER, moved=None))
    assert (cards.kind, cards.contradicted) == (Kind.REGISTER, False)
    check = joined(fact(), fact(kind=Kind.REGISTER, verdict=Verdict.PENDING))
    assert (check.kind, check.contradicted) == (Kind.SALE, False)


@pytest.mark.parametrize(
    ("changes", "contradicted"),
    [
        ({"cart_id": SECOND_CART}, True),
        ({"cart_id": CartId("")}, False),
        ({"amount": HALF}, True),
        ({"amount": Money(PRICE.minor, KWD)}, True),
        ({"amount": None}, False),
        ({"moved": HALF}, True),
        ({"moved": None}, False),
        ({"verdict": Verdict.PENDING, "cart_id": SECOND_CART}, True),
        ({"verdict": Verdict.PENDING, "amount": HALF}, True),
        ({"verdict": Verdict.PENDING, "moved": HALF}, False),
    ],
    ids=str,
)
def test_another_cart_amount_or_total_is_a_contradiction(changes: dict[str, Any], contradicted: bool) -> None:  # noqa: FBT001  a column of the table
    """A lower statement's total may differ, for a discount is known only at the end; what is not stated does not."""
    assert joined(fact(), replace(fact(), **changes)).contradicted is contradicted


def test_sealed_evidence_keeps_no_bytes() -> None:
    """The rest stays."""
    assert without_raw(said(raw=b"secret")) == said(raw=b"")


def test_what_one_statement_leaves_out_another_states() -> None:
    """A cart or an amount that is missing in one of two equally high statements takes nothing from the other."""
    whole = fact()
    for bare in (fact(cart_id=CartId("")), fact(amount=None), fact(moved=None), fact(amount=None, moved=None)):
        known = joined(whole, bare)
        assert (known.cart_id, known.amount, known.moved, known.contradicted) == (whole.cart_id, PRICE, PRICE, False)
    halves = joined(fact(amount=None), fact(moved=None))
    assert (halves.amount, halves.moved) == (PRICE, PRICE)
