"""What the board says first, and what it says of each side."""

from dataclasses import replace

import msgspec
import pytest

from unit.demo.page.test_timeline import PAYMENT, SALE, entry, order, piece
from wasl.demo.page.board_view import board_view, first_proof
from wasl.demo.page.timeline import Sides

PAID = Sides(payment=PAYMENT, pieces=(piece("callback"),), transactions=(SALE,))


def _in_state(state: str, **more: str) -> Sides:
    return Sides(payment=msgspec.structs.replace(PAYMENT, state=state, **more))


@pytest.mark.parametrize(
    ("columns", "sides", "headline"),
    [
        ({}, Sides(), "headline.waiting"),
        ({}, _in_state("open"), "headline.waiting"),
        ({}, replace(PAID, payment=None), "headline.money_is_in"),
        ({}, PAID, "headline.money_is_in"),
        ({"status": "P"}, PAID, "headline.paid"),
        ({"status": "B"}, PAID, "headline.backordered"),
        ({"status": "I", "by_hand": True}, PAID, "headline.by_hand"),
        ({"status": "F"}, _in_state("failed"), "headline.failed"),
        ({}, _in_state("canceled"), "headline.canceled"),
        ({}, _in_state("pending"), "headline.pending"),
        ({"status": "P"}, _in_state("paid", concern="paid_twice"), "headline.concern"),
    ],
)
def test_the_headline_says_where_the_order_stands(columns: dict[str, object], sides: Sides, headline: str) -> None:
    """One sentence, and the gravest news first."""
    assert board_view(order(**columns), sides).headline == headline


def test_the_delay_runs_from_the_gateways_yes_to_the_orders_status() -> None:
    """From 05 to 07.3 are 2.3 seconds."""
    shop = order(entry("07.300", "shop", "status", before="N", after="P"), status="P")
    assert board_view(shop, PAID).delay == "2.3"


def test_a_clock_that_runs_ahead_shows_no_delay() -> None:
    """The emulator's clock can be advanced; a negative time would be nonsense."""
    shop = order(entry("01", "shop", "status", before="N", after="P"), status="P")
    assert board_view(shop, PAID).delay == ""


def test_the_first_proof_is_the_voice_that_proved_the_money_first() -> None:
    """Not the first that spoke: a return proves nothing, a decline of another page proves no money."""
    pieces = (
        piece("return", "01", proved=False, role="hastens"),
        piece("callback", "02", status="declined", role="ended"),
        piece("callback", "09"),
        piece("query", "08"),
    )
    assert first_proof(Sides(pieces=pieces)) == "query"
    assert first_proof(Sides(pieces=pieces[:2])) == "callback"
    assert first_proof(Sides(pieces=pieces[:1])) == ""


def test_each_side_has_its_opinion() -> None:
    """The gateway's letter, Wasl's state, the order's status: three words that should agree."""
    shown = board_view(order(status="P"), PAID)
    assert [(one.lane, one.word, one.tone) for one in shown.opinions] == [
        ("gateway", "A", "good"),
        ("wasl", "paid", "good"),
        ("shop", "P", "good"),
    ]


def test_offsets_count_from_when_the_order_was_placed() -> None:
    """Seconds with a tenth, minutes when it takes that long; the log is exact, CS-Cart's own time has whole seconds."""
    placed = entry("05.250", "buyer", "placed")
    near = board_view(order(placed, entry("10.500", "buyer", "left_for_page")), Sides())
    assert [row.offset for row in near.rows] == ["+0.0", "+5.2"]
    late = {**entry("10.500", "buyer", "pays_again"), "at": "2026-11-24T08:02:10.500Z"}
    assert [row.offset for row in board_view(order(placed, late), Sides()).rows] == ["+0.0", "+2:05"]
