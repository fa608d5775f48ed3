"""Money: whole minor units, cumulative facts, no tolerance, and a defined answer to everything the gateway says."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Final

import pytest

import wasl
from builders import PRICE, attempt, fact, payment, said
from requirements.conftest import cart_of
from unit.engine.conftest import hears, keeps
from unit.web.conftest import Site
from unit.web.test_notices import post
from wasl.domain.evidence import Kind, TranRef, Verdict, Voice
from wasl.domain.fold import fold
from wasl.domain.money import Currency, Money
from wasl.domain.outcome import Concern, State
from wasl.engine.alert import alert_due
from wasl.engine.ports import PageWish
from worlds import World

HALF: Final = Money(2895, PRICE.currency)
SOURCE: Final = Path(wasl.__file__).parent
MONEY_ROOMS: Final = ("domain", "engine", "ledger", "stores", "gateway")
# What a line has to be about to have a float or a division in it.
TIME_OR_PACE: Final = re.compile(
    r"_m?s\b|_s_max|second|jitter|clock|sleep|deadline|pause|retry|per_s|step_ms|_used_until|Path\(", re.IGNORECASE
)
# What no such line may be about, whatever else it says.
MONEY: Final = re.compile(r"\b(amount|minor|money|captured|refunded|authorized|moved|price|total)\b", re.IGNORECASE)


def inexact(source: str) -> Iterator[str]:
    """Lines that divide truly, or name or write a float."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        divides = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
        named = isinstance(node, ast.Name) and node.id == "float"
        if divides or named or (isinstance(node, ast.Constant) and isinstance(node.value, float)):
            yield lines[getattr(node, "lineno", 1) - 1].strip()


@pytest.mark.requirement("R31")
def test_no_money_is_divided_or_made_a_float() -> None:
    """In every room that handles money, floats and true division stand only in lines about time or pace."""
    paths = [path for room in MONEY_ROOMS for path in (SOURCE / room).rglob("*.py")]
    found = [(path.name, line) for path in paths for line in inexact(path.read_text(encoding="utf-8"))]
    assert found
    assert [one for one in found if MONEY.search(one[1]) or not TIME_OR_PACE.search(one[1])] == []


def test_the_search_for_inexact_money_finds_it() -> None:
    """It would notice each of the three ways."""
    lines = ["share = amount / 2", "price = float(text)", "total = 0.1 + tax", "half = amount // 2"]
    assert list(inexact("\n".join(lines))) == lines[:3]
    assert all(MONEY.search(line) or not TIME_OR_PACE.search(line) for line in lines)


@pytest.mark.requirement("R26")
async def test_a_fact_heard_again_adds_nothing(w: World) -> None:
    """Doubled by every voice, in parts and whole: sums are of transactions, never of messages."""
    await keeps(w)
    parts = [
        fact(ref, kind=Kind.CAPTURE, previous_ref=TranRef("TST1"), amount=HALF, moved=HALF) for ref in ("TST2", "TST3")
    ]
    voices = (Voice.CALLBACK, Voice.IPN, Voice.QUERY, Voice.ANSWER)
    again = [said(one, voice=voice) for voice in voices for one in (fact(kind=Kind.AUTH), parts[0])]
    known = await hears(w, *again, *again, *again)
    assert (known.outcome.state, known.outcome.captured) == (State.PARTIALLY_CAPTURED, HALF)
    known = await hears(w, said(parts[1]))
    assert (known.outcome.state, known.outcome.captured) == (State.PAID, PRICE)


@pytest.mark.requirement("R28")
@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.UNSTATED])
@pytest.mark.parametrize("verdict", Verdict)
def test_everything_the_gateway_can_say_has_a_defined_result(kind: Kind, verdict: Verdict) -> None:
    """Every type with every status: ended, money, a question or a case for a person; what is unknown is a case."""
    known = payment(evidence=(said(fact(kind=kind, verdict=verdict)),))
    outcome = fold(known)
    assert isinstance(outcome.state, State)
    if Verdict.UNRECOGNIZED is verdict:
        assert outcome.concerns == (Concern.UNRECOGNIZED,)
    if kind is Kind.UNRECOGNIZED and verdict is Verdict.APPROVED:
        assert (outcome.state, outcome.concerns) == (State.OPEN, (Concern.UNRECOGNIZED,))
    if outcome.state is State.PAID:
        assert (kind, verdict) in {(Kind.SALE, Verdict.APPROVED), (Kind.CAPTURE, Verdict.APPROVED)}


@pytest.mark.requirement("R32")
@pytest.mark.parametrize(("code", "minor"), [("SAR", 20378), ("KWD", 12500), ("JPY", 1200), ("SAR", 59980)])
@pytest.mark.parametrize("off", [-1, 0, 1])
def test_the_tolerance_is_nothing(code: str, minor: int, off: int) -> None:
    """In minor units of the currency: exact is paid, one more or less is a mismatch that shows both numbers."""
    price = Money(minor, Currency.of(code))
    stated = Money(minor + off, price.currency)
    page = attempt(amount=price)
    outcome = fold(payment(page, amount=price, evidence=(said(fact(amount=stated, moved=stated)),)))
    if off:
        assert (outcome.state, outcome.concerns) == (State.OPEN, (Concern.AMOUNT_MISMATCH,))
        assert (outcome.captured.minor, outcome.unmatched) == (0, (stated,))
    else:
        assert (outcome.state, outcome.captured) == (State.PAID, price)


@pytest.mark.requirement("R32")
def test_the_gateway_is_sent_one_total() -> None:
    """No lines, no discounts, no tax: what a sum of lines could differ by is never sent."""
    money = [one.name for one in fields(PageWish) if "Money" in str(one.type)]
    assert money == ["amount"]
    assert not {"lines", "items", "products", "tax", "discount"} & {one.name for one in fields(PageWish)}


@pytest.mark.requirement("R35", "R32")
async def test_one_riyal_for_an_order_of_120_is_not_paid(site: Site) -> None:
    """Rightly signed, approved, and too little: the order waits for a person who sees both amounts and is alerted."""
    order = await site.order(amount="120.00")
    one = Money(100, PRICE.currency)
    site.w.gateway.facts[b"less"] = fact(cart_id=cart_of(order), amount=one, moved=one)
    assert await post(site, b"less") == 200
    _, shown = await site.call("GET", f"/v1/payments/{order['id']}")
    assert (shown["state"], shown["concern"]) == ("open", "amount_mismatch")
    assert (shown["amount"], shown["paid"], shown["unmatched"]) == ("120.00", "0.00", "1.00")
    again = await site.order(amount="120.00")
    assert (len(again["attempts"]), len(site.w.gateway.wishes)) == (1, 1)
    assert await alert_due(site.w.engine) == 1
