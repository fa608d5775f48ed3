"""The table: aligned, at most 120 columns, whatever is in it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from wasl.demo.buyers import Result
from wasl.demo.buyers.stories import STORIES
from wasl.demo.table import WIDTH_MAX, as_document, as_table, columns


def _result(**changes: object) -> Result:
    plain: dict[str, object] = {
        "buyer": "returns",
        "did": "paid and came back",
        "order_id": "1042",
        "gateway": "Sale A",
        "status": "P",
        "state": "paid",
        "proof": "callback",
        "seconds": 0.4213,
        "right": True,
        "reason": "",
    }
    return Result(**{**plain, **changes})  # type: ignore[arg-type]  # a builder takes whatever a test changes


def test_a_row_says_what_each_side_knows() -> None:
    """What the buyer did, the gateway, the order, Wasl, the first proof, the seconds."""
    row = as_table([_result()]).splitlines()[2]
    assert re.split(r"\s{2,}", row) == [
        "✓", "paid and came back", "Sale A", "P Processed", "paid", "callback", "0.42",
    ]  # fmt: skip


def test_a_wrong_row_says_why() -> None:
    """And the sum counts only the right ones."""
    lines = as_table([_result(), _result(right=False, reason="the order is N, not P")]).splitlines()
    assert lines[4].strip() == "the order is N, not P"
    assert lines[-1] == "1 of 2 orders are right."


def test_every_story_fits_its_column() -> None:
    """What the buyers of the demonstration do is shown whole."""
    assert "…" not in as_table([_result(did=story.did, gateway="Payment Request P, Sale A") for story in STORIES])


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["C"]), max_size=80), min_size=4, max_size=4))
def test_no_line_is_wider_than_the_terminal(texts: list[str]) -> None:
    """Arabic, marks that take no room, signs that take two: the columns stay where they are."""
    did, gateway, state, reason = texts
    table = as_table([_result(did=did, gateway=gateway, state=state, reason=reason, right=False)])
    assert max(columns(line) for line in table.splitlines()) <= WIDTH_MAX


def test_arabic_keeps_the_columns_in_place() -> None:
    """An isolated cell takes the room its letters take, and does not turn its neighbours around."""
    plain, arabic = (as_table([_result(did=did)]).splitlines()[2] for did in ("x" * 3, "دفع"))
    assert columns(plain) == columns(arabic)
    assert "\u2068دفع\u2069" in arabic


def test_json_carries_the_same_rows() -> None:
    """One document with the counts and every row."""
    told = as_document([_result(), _result(right=False, seconds=None)])
    assert (told["right"], told["orders"]) == (1, 2)
    assert [row["seconds"] for row in told["buyers"]] == [0.421, None]
