"""What makes one fact, and how statements of it join."""

from dataclasses import replace
from typing import Any

import pytest

from builders import NOON, SAR, fact, said
from wasl.domain.evidence import FAILED, FOLLOW_UPS, RANK, WAITING, CartId, Kind, TranRef, Verdict, merged
from wasl.domain.money import Money
from wasl.domain.time import Instant


@pytest.mark.parametrize(
    "changes",
    [
        {"tran_ref": TranRef("TST2")},
        {"kind": Kind.AUTH},
        {"verdict": Verdict.DECLINED},
        {"cart_id": CartId("t-1042-2")},
        {"amount": Money(1, SAR)},
        {"moved": None},
    ],
    ids=str,
)
def test_a_fact_is_its_reference_kind_verdict_cart_and_money(changes: dict[str, Any]) -> None:
    """Any of these makes another fact; what else a body says does not."""
    assert not fact().same_as(replace(fact(), **changes))
    assert fact().same_as(replace(fact(), code="0", message="", method="", at=None, previous_ref=TranRef("TST9")))


def test_of_one_fact_heard_twice_the_greater_details_stay() -> None:
    """In either order, and what only one speaker states stays too."""
    early = fact(previous_ref=TranRef("A"), at=NOON, code="1", message="a", method="Mada")
    late = fact(previous_ref=TranRef("B"), at=Instant(NOON + 1), code="2", message="b", method="Visa")
    bare = fact(previous_ref=None, at=None, code="", message="", method="")
    assert merged(early, late) == merged(late, early) == late
    assert merged(early, bare) == merged(bare, early) == early
    assert merged(bare, bare) == bare
    assert merged(bare, replace(bare, code="1")) == replace(bare, code="1")


@pytest.mark.parametrize("name", ["previous_ref", "at", "code", "message", "method"])
def test_one_greater_detail_is_enough(name: str) -> None:
    """Two statements that differ in one detail alone join as all others do."""
    less: Any = {"previous_ref": TranRef("A"), "at": NOON, "code": "1", "message": "a", "method": "Mada"}
    more: Any = {"previous_ref": TranRef("B"), "at": Instant(NOON + 1), "code": "2", "message": "b", "method": "Visa"}
    one = fact(**less)
    other = replace(one, **{name: more[name]})
    assert merged(one, other) == merged(other, one) == other


def test_statuses_join_upwards() -> None:
    """Pending, held, the ways to fail, approved, reversed; what nobody understands is below all of them."""
    ranks = [RANK[v] for v in (Verdict.UNRECOGNIZED, Verdict.PENDING, Verdict.UNANSWERED, Verdict.HELD)]
    failed = sorted(RANK[v] for v in FAILED)
    assert [*ranks, *failed, RANK[Verdict.APPROVED], RANK[Verdict.REVERSED]] == list(range(len(Verdict)))


def test_every_verdict_but_two_waits_or_failed() -> None:
    """Only approved and reversed move money, and only four kinds act on another transaction."""
    assert set(Verdict) - FAILED - WAITING == {Verdict.APPROVED, Verdict.REVERSED}
    assert not FAILED & WAITING
    assert {Kind.CAPTURE, Kind.VOID, Kind.RELEASE, Kind.REFUND} == FOLLOW_UPS


def test_evidence_is_heard_once_at_first() -> None:
    """Repeats are counted from there."""
    assert said().heard == 1
