"""What the comparison of three sides says, one difference at a time."""

from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import PRICE, SAR, fact, payment, said
from wasl.domain.evidence import CartId, Decision, Evidence, Fact, Kind, Ruling, TranRef, Verdict
from wasl.domain.fold import fold
from wasl.domain.money import Currency, Money
from wasl.domain.outcome import State
from wasl.domain.payment import Payment
from wasl.domain.reconcile import (
    Difference,
    Finding,
    ShopOrder,
    informed,
    not_compared,
    of_no_payment,
    of_nobody,
    shown_state,
    with_gateway,
    with_shop,
    within_ledger,
)
from wasl.domain.time import Instant
from wasl.domain.transaction import transactions

NOW: Final = Instant(1_795_000_100_000)
REFUND: Final = fact("TST2", kind=Kind.REFUND, previous_ref=TranRef("TST1"))
ODD: Final = fact("TST5", amount=Money(9999, SAR), moved=Money(9999, SAR))
DECLINED: Final = fact(verdict=Verdict.DECLINED)
STATEMENTS: Final = (
    fact(),
    fact(verdict=Verdict.PENDING),
    fact(verdict=Verdict.REVERSED),
    fact("TST4", kind=Kind.AUTH),
    fact("TST6", kind=Kind.VOID, previous_ref=TranRef("TST4")),
    fact("TST7", verdict=Verdict.UNANSWERED),
    fact("TST8", moved=None),
    REFUND,
    ODD,
    DECLINED,
)


def knows(*facts: Fact, **changes: Any) -> Payment:
    """A payment whose ledger has heard these facts, and whose shop has heard of it."""
    made = payment(evidence=tuple(said(one) for one in facts), version=2, told=2)
    return replace(made, **{"outcome": fold(made), **changes})


def has(status: str, *, wanted: str = "", paid: bool | None = False, amount: Money = PRICE) -> ShopOrder:
    """The order in the shop."""
    return ShopOrder(status=status, wanted=wanted, paid=paid, amount=amount)


def at_gateway(known: Payment, *facts: Fact) -> list[tuple[Difference, str]]:
    """What differs from a gateway that states these facts: the kind, and the money at risk."""
    return kinds(with_gateway(known, informed(known, facts, now=NOW)))


def in_shop(known: Payment, order: ShopOrder | None, *facts: Fact) -> list[tuple[Difference, str]]:
    """The same for a shop."""
    return kinds(with_shop(known, informed(known, facts, now=NOW), order))


def kinds(findings: tuple[Finding, ...]) -> list[tuple[Difference, str]]:
    """Kind and risk of each."""
    return [(finding.difference, str(finding.at_risk)) for finding in findings]


def test_what_all_sides_say_alike_is_no_difference() -> None:
    """A paid order that is processed there, and an open one nobody has paid."""
    paid = knows(fact())
    assert within_ledger(paid) == ()
    assert at_gateway(paid, fact()) == []
    assert in_shop(paid, has("P", wanted="P", paid=True), fact()) == []
    assert at_gateway(knows()) == []
    assert in_shop(knows(), has("N")) == []


@pytest.mark.parametrize(
    ("known", "stated", "difference", "risk"),
    [
        ([], [fact()], Difference.MONEY_UNHEARD, "57.90"),
        ([], [fact(kind=Kind.AUTH)], Difference.MONEY_UNHEARD, "57.90"),
        ([fact()], [fact(), REFUND], Difference.RETURN_UNHEARD, "57.90"),
        ([fact()], [replace(REFUND, moved=Money(1000, SAR))], Difference.RETURN_UNHEARD, "10.00"),
        ([fact()], [fact(verdict=Verdict.REVERSED)], Difference.RETURN_UNHEARD, "57.90"),
        ([fact(), ODD], [fact(), ODD, replace(REFUND, previous_ref=ODD.tran_ref)], Difference.RETURN_UNHEARD, "57.90"),
        ([], [DECLINED], Difference.NEWS_UNHEARD, "0.00"),
    ],
)
def test_what_the_gateway_knows_better_is_named_with_its_money(
    known: list[Fact], stated: list[Fact], difference: Difference, risk: str
) -> None:
    """Missed voices: money taken or held, money given back, and news without money."""
    assert at_gateway(knows(*known), *stated)[0] == (difference, risk)


def test_an_amount_that_is_not_the_orders_shows_both_numbers() -> None:
    """Tolerance 0: one minor unit is a difference, heard of or not, until a person has decided."""
    odd = fact(amount=Money(5791, SAR), moved=Money(5791, SAR))
    known = knows(odd)
    (finding,) = with_gateway(known, informed(known, [odd], now=NOW))
    assert finding.difference is Difference.AMOUNTS_DIFFER
    assert "57.90 SAR" in finding.sentence
    assert "57.91 SAR" in finding.sentence
    assert str(finding.at_risk) == "57.91"
    assert {kind for kind, _ in at_gateway(knows(), odd)} == {Difference.MONEY_UNHEARD, Difference.AMOUNTS_DIFFER}
    decision = Decision(ruling=Ruling.ACCEPTED, causes=known.outcome.causes, note="", by="mona", at=NOW)
    assert at_gateway(replace(known, decisions=(decision,)), odd) == []


def test_odd_money_that_is_known_is_no_news() -> None:
    """What else the gateway knows better puts the odd money at risk once, as the open case it is."""
    odd = fact(amount=Money(5791, SAR), moved=Money(5791, SAR))
    riddle = fact("TST3", kind=Kind.UNRECOGNIZED, verdict=Verdict.UNRECOGNIZED)
    assert at_gateway(knows(odd), odd, riddle) == [
        (Difference.NEWS_UNHEARD, "0.00"),
        (Difference.AMOUNTS_DIFFER, "57.91"),
    ]


def test_another_currency_is_at_risk_in_its_own() -> None:
    """57.90 of the wrong currency is not 57.90 of the right one."""
    usd = Money(5790, Currency.of("USD"))
    known = knows(fact(amount=usd, moved=usd))
    (finding,) = with_gateway(known, fold(known))
    assert (finding.difference, finding.at_risk) == (Difference.AMOUNTS_DIFFER, usd)


def test_money_that_came_twice_risks_the_excess() -> None:
    """The order's price is owed once."""
    again = fact("TST9")
    assert at_gateway(knows(fact(), again), fact(), again) == [(Difference.AMOUNTS_DIFFER, "57.90")]


def test_a_snapshot_that_does_not_follow_from_its_evidence_is_found() -> None:
    """Somebody or something wrote past the fold."""
    broken = knows(fact(), outcome=fold(knows()))
    assert kinds(within_ledger(broken)) == [(Difference.SNAPSHOT, "57.90")]


@pytest.mark.parametrize(
    ("changes", "words", "advice"),
    [
        ({"told": 1, "tell_at": NOW, "tell_failures": 4}, "not been told yet after 4 failed tries", "--mend"),
        ({"told": 1, "parked": "no such order"}, "waits for a person (no such order)", "delivery retry"),
        ({}, "changed there since", "Wasl does not touch it"),
    ],
    ids=["untold", "parked", "by hand"],
)
def test_a_paid_order_that_is_not_paid_in_the_shop_says_why(changes: dict[str, Any], words: str, advice: str) -> None:
    """Untold, parked and changed by hand are three different things to do."""
    known = knows(fact(), **changes)
    (finding,) = with_shop(known, known.outcome, has("N", wanted="P"))
    assert (finding.difference, str(finding.at_risk)) == (Difference.PAID_NOT_IN_SHOP, "57.90")
    assert words in finding.sentence
    assert advice in finding.advice


def test_a_partly_refunded_order_risks_what_was_kept() -> None:
    """What went back cannot be lost again; no status is named for it, which is said."""
    known = knows(fact(), replace(REFUND, moved=Money(1000, SAR)))
    (finding,) = with_shop(known, known.outcome, has("N"))
    assert str(finding.at_risk) == "47.90"
    assert "name no status" in finding.sentence


def test_an_order_paid_in_the_shop_alone_is_found() -> None:
    """By hand or by another plugin: nobody's money proves it. What the gateway has just said counts as proof."""
    assert in_shop(knows(), has("P", paid=True)) == [(Difference.PAID_IN_SHOP_ONLY, "57.90")]
    assert in_shop(knows(DECLINED), has("C", wanted="F", paid=True)) == [(Difference.PAID_IN_SHOP_ONLY, "57.90")]
    assert in_shop(knows(), has("P", paid=True), fact()) == []


def test_a_refund_concerns_the_shop_only_where_policy_names_a_status() -> None:
    """A completed order that was refunded stays completed unless the merchant chose otherwise."""
    refunded = knows(fact(), REFUND)
    assert refunded.outcome.state is State.REFUNDED
    assert in_shop(refunded, has("C", paid=True)) == []
    assert in_shop(refunded, has("P", wanted="I", paid=True)) == [(Difference.PAID_IN_SHOP_ONLY, "57.90")]


def test_a_status_of_the_merchants_own_is_left_to_the_merchant() -> None:
    """Told and acknowledged, then moved on to a status whose meaning nobody here knows."""
    assert in_shop(knows(fact()), has("X", wanted="P", paid=None)) == []
    assert in_shop(knows(fact(), told=1), has("X", wanted="P", paid=None)) == [(Difference.PAID_NOT_IN_SHOP, "57.90")]
    assert in_shop(knows(fact()), has("B", wanted="P", paid=True)) == []


def test_a_shop_that_has_yet_to_hear_of_a_failure_is_behind() -> None:
    """No money is at risk; an order that both call unpaid, told long ago, is no difference."""
    assert in_shop(knows(DECLINED, told=1), has("N", wanted="F")) == [(Difference.SHOP_BEHIND, "0.00")]
    assert in_shop(knows(DECLINED), has("I", wanted="F")) == []
    canceled = fact(verdict=Verdict.CANCELED)
    assert in_shop(knows(canceled, told=1), has("N")) == []
    assert in_shop(knows(canceled, told=1, parked="HTTP 500"), has("N")) == [(Difference.SHOP_BEHIND, "0.00")]


def test_an_order_the_shop_does_not_know_matters_if_it_has_money() -> None:
    """Shops delete unfinished orders every day."""
    assert in_shop(knows(), None) == []
    assert in_shop(knows(fact()), None) == [(Difference.NO_SUCH_ORDER, "57.90")]
    assert in_shop(knows(), None, fact(kind=Kind.AUTH)) == [(Difference.NO_SUCH_ORDER, "57.90")]


def test_an_edited_order_shows_both_amounts() -> None:
    """The shop's order is over another amount than its payment."""
    known = knows(fact())
    (finding,) = with_shop(known, known.outcome, has("P", wanted="P", paid=True, amount=Money(6790, SAR)))
    assert finding.difference is Difference.AMOUNTS_DIFFER
    assert "67.90 SAR" in finding.sentence
    assert "57.90 SAR" in finding.sentence


def test_a_cart_of_nobody_risks_what_was_taken() -> None:
    """One row for a transaction, whoever told of it; a declined one risks nothing."""

    def told(*pieces: Evidence) -> list[Finding]:
        return [of_nobody(one, Money(0, SAR)) for one in transactions(pieces).values()]

    stray = fact(cart_id=CartId("elsewhere-7"))
    (finding,) = told(said(stray), said(stray))
    assert str(finding.at_risk) == "57.90"
    assert "elsewhere-7" in finding.sentence
    (declined,) = told(said(replace(stray, verdict=Verdict.DECLINED)))
    assert str(declined.at_risk) == "0.00"


@given(heard_of=st.lists(st.sampled_from(STATEMENTS)), stated=st.lists(st.sampled_from(STATEMENTS)))
def test_recording_what_the_gateway_states_leaves_nothing_unheard(heard_of: list[Fact], stated: list[Fact]) -> None:
    """A law: whatever was heard and whatever is stated, in any order and number, mending closes the gap for good."""
    before = knows(*dict.fromkeys(heard_of))
    truth = informed(before, stated, now=NOW)
    assert informed(before, reversed(stated), now=NOW) == truth
    after = knows(*dict.fromkeys((*heard_of, *stated)))
    unheard = {Difference.MONEY_UNHEARD, Difference.RETURN_UNHEARD, Difference.NEWS_UNHEARD}
    assert not unheard & {kind for kind, _ in at_gateway(after, *stated)}
    assert (fold(before) == truth) is not bool(unheard & {kind for kind, _ in at_gateway(before, *stated)})


def test_an_order_that_only_its_shop_counts_as_paid_says_so() -> None:
    """Nobody ever asked for its money here: all of it is in question."""
    finding = of_no_payment(ShopOrder(status="P", amount=PRICE, paid=True, wanted=""))
    assert (finding.difference, finding.at_risk) == (Difference.PAID_IN_SHOP_ONLY, PRICE)
    assert finding.sentence.startswith("The shop has P, as if it were paid")


def test_what_was_not_compared_says_so() -> None:
    """Silence is neither agreement nor a loss."""
    assert not_compared(PRICE, "shop: HTTP 503").sentence == "not compared: shop: HTTP 503"
    assert kinds((not_compared(Money(0, PRICE.currency), "shop"),)) == [(Difference.NOT_COMPARED, "0.00")]
    assert shown_state(knows(fact()).outcome) == "paid 57.90"
    assert shown_state(knows().outcome) == "open"


def test_every_amount_stands_in_the_sentence() -> None:
    """Taken, given back, reserved, and what fits no page; what is nothing is not named."""
    half, root = Money(2895, SAR), TranRef("TST1")
    captured = fact("TST2", kind=Kind.CAPTURE, previous_ref=root, amount=half, moved=half)
    back = replace(REFUND, tran_ref=TranRef("TST3"), previous_ref=TranRef("TST2"), amount=half, moved=Money(1, SAR))
    (unheard, odd) = with_gateway(knows(), informed(knows(), [fact(kind=Kind.AUTH), captured, back, ODD], now=NOW))
    assert unheard.sentence == (
        "The gateway says: partially_refunded, 28.95 SAR taken, 0.01 SAR given back, 28.95 SAR authorised,"
        " 99.99 SAR that fits no page. The ledger has: open."
    )
    assert odd.sentence == "The order is over 57.90 SAR, the gateway took 28.95 SAR and 99.99 SAR."
    assert str(odd.at_risk) == "99.99"


def test_what_was_given_back_of_double_money_is_not_at_risk() -> None:
    """The excess is what is kept above the price, and comes before money that fits no page."""
    stated = (fact(), fact("TST9"), replace(REFUND, moved=Money(1000, SAR)), ODD)
    assert at_gateway(knows(*stated), *stated) == [(Difference.AMOUNTS_DIFFER, "47.90")]


def test_a_case_without_money_says_so() -> None:
    """More was given back than ever came: there is nothing left to lose."""
    stated = (DECLINED, REFUND)
    known = knows(*stated)
    (finding,) = with_gateway(known, informed(known, stated, now=NOW))
    assert finding.sentence == "The order is over 57.90 SAR, the gateway took nothing that fits."
    assert str(finding.at_risk) == "0.00"


def test_money_that_fits_no_page_is_news_by_its_smallest_unit() -> None:
    """Also where the ledger knows of some already."""
    one = fact("TST6", amount=Money(1, SAR), moved=Money(1, SAR))
    assert at_gateway(knows(), one)[0] == (Difference.MONEY_UNHEARD, "0.01")
    assert at_gateway(knows(ODD), ODD, one)[0] == (Difference.MONEY_UNHEARD, "0.01")
    usd = Money(250, Currency.of("USD"))
    assert at_gateway(knows(ODD), ODD, fact("TST6", amount=usd, moved=usd))[0] == (Difference.MONEY_UNHEARD, "2.50")


def test_part_of_the_price_is_neither_paid_nor_unpaid() -> None:
    """A merchant who captured a part knows why, whatever the shop's status says."""
    part = fact("TST2", kind=Kind.CAPTURE, previous_ref=TranRef("TST1"), amount=Money(1, SAR), moved=Money(1, SAR))
    assert in_shop(knows(fact(kind=Kind.AUTH), part), has("P", paid=True)) == []


def test_a_shop_that_has_what_is_wanted_is_right() -> None:
    """However the receipt got lost."""
    assert in_shop(knows(DECLINED, told=1), has("F", wanted="F")) == []


def test_a_shop_behind_that_counts_the_order_as_paid_is_behind_only() -> None:
    """No money is at risk, but it has not heard the last of it."""
    assert in_shop(knows(fact(), told=1), has("C", wanted="P", paid=True)) == [(Difference.SHOP_BEHIND, "0.00")]


def test_a_refund_that_the_shop_knows_is_no_difference() -> None:
    """Its status says already that nobody counts on the money."""
    refunded = knows(fact(), REFUND)
    assert in_shop(refunded, has("N", wanted="R", paid=False)) == []
    assert in_shop(refunded, has("C", wanted="R", paid=True)) == [(Difference.PAID_IN_SHOP_ONLY, "57.90")]
    assert in_shop(refunded, None) == []


@pytest.mark.parametrize(
    ("changes", "wanted", "words", "advice"),
    [
        ({"told": 1}, "P", "has N: it has not been told yet.", "Let it be told now: `wasl reconcile --mend` or"),
        ({"told": 1, "parked": "gone"}, "P", "a person (gone).", "Look at the order there, then `wasl reconcile"),
        ({"told": 1}, "", "your settings name no status for this.", "Choose one in the store's settings"),
    ],
    ids=["untold", "parked", "unnamed"],
)
def test_the_reason_decides_what_to_do(changes: dict[str, Any], wanted: str, words: str, advice: str) -> None:
    """A telling that waits, one that waits for a person, and a state that no status was named for."""
    known = knows(fact(), **changes)
    (finding,) = with_shop(known, known.outcome, has("N", wanted=wanted))
    assert finding.sentence.endswith(words)
    assert finding.advice.startswith(advice)


@pytest.mark.parametrize(
    ("stated", "risk", "shown"),
    [
        (fact(kind=Kind.CAPTURE, moved=Money(1, SAR)), "0.01", "0.01 SAR"),
        (fact(moved=None), "57.90", "57.90 SAR"),
        (fact(moved=None, amount=None), "0.00", "0.00 SAR"),
        (fact(kind=Kind.VOID), "0.00", "57.90 SAR"),
        (REFUND, "0.00", "57.90 SAR"),
    ],
    ids=["capture", "unmoved", "unread", "void", "refund"],
)
def test_a_strangers_money_is_at_risk_if_it_was_taken(stated: Fact, risk: str, shown: str) -> None:
    """By what moved, or what the cart states; what gives money back risks none."""
    ((_, transaction),) = transactions([said(stated)]).items()
    finding = of_nobody(transaction, Money(0, SAR))
    assert (finding.difference, str(finding.at_risk)) == (Difference.UNKNOWN_CART, risk)
    assert shown in finding.sentence


def test_a_return_that_lowered_the_orders_total_is_no_difference() -> None:
    """Some shops take what went back off the order; collecting it again would be wrong."""
    back = replace(REFUND, amount=Money(2000, SAR), moved=Money(2000, SAR))
    known = knows(fact(), back)
    assert in_shop(known, has("C", paid=True, amount=Money(3790, SAR)), fact(), back) == []
    assert in_shop(known, has("C", paid=True, amount=Money(3791, SAR)), fact(), back) != []
    assert in_shop(knows(fact()), has("C", paid=True, amount=Money(3790, SAR)), fact()) != []
