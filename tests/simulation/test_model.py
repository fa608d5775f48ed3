"""The independent model, by example: what the gateway's books say of an order."""

from typing import Any

import pytest

from wasl.simulation.model import Entry, Sheet, judge

PRICE = 1000


def entry(letter: str = "A", **changes: Any) -> Entry:
    """A sale of the whole price on the first page, ten seconds in."""
    values: dict[str, Any] = {
        "at_ms": 10_000, "ref": "T1", "previous_ref": "", "kind": "Sale", "letter": letter, "code": "G1",
        "minor": PRICE, "currency": "SAR", "page": 1,
    }  # fmt: skip
    return Entry(**{**values, **changes})


def sheet(number: int = 1, *, minor: int = PRICE, currency: str = "SAR", **closed: int) -> Sheet:
    """A page over the price."""
    return Sheet(number=number, minor=minor, currency=currency, closed=closed)


REFUND = entry(ref="T2", previous_ref="T1", kind="Refund", at_ms=20_000)
AUTH = entry(kind="Auth")
STORIES: dict[str, tuple[list[Sheet], list[Entry], str, set[str], int]] = {
    "nothing happened": ([sheet()], [], "open", set(), 0),
    "paid": ([sheet()], [entry()], "paid", set(), PRICE),
    "paid in the other tab too": ([sheet(), sheet(2)], [entry(), entry(ref="T2", page=2)], "paid",
                                  {"paid_twice"}, 2000),
    "refunded": ([sheet()], [entry(), REFUND], "refunded", set(), PRICE),
    "authorised": ([sheet()], [AUTH], "authorized", set(), 0),
    "captured in part": ([sheet()], [AUTH, entry(ref="T2", previous_ref="T1", kind="Capture", minor=400)],
                         "partially_captured", set(), 400),
    "voided": ([sheet()], [AUTH, entry(ref="T2", previous_ref="T1", kind="Void")], "voided", set(), 0),
    "held": ([sheet()], [entry("H", kind="Auth")], "held", set(), 0),
    "declined": ([sheet()], [entry("D")], "failed", set(), 0),
    "declined, then another page": ([sheet(), sheet(2)], [entry("D")], "open", set(), 0),
    "cancelled": ([sheet()], [entry("C")], "canceled", set(), 0),
    "the bank did not answer": ([sheet()], [entry("E", code="401")], "open", set(), 0),
    "never used": ([sheet(expired=5_000)], [], "expired", set(), 0),
    "waits at an agent": ([sheet()], [entry("P", kind="Payment Request")], "pending", set(), 0),
    "paid after it was cancelled": ([sheet(canceled_by_store=5_000)], [entry()], "paid", {"paid_late"}, PRICE),
    "captured after the page ended": ([sheet(expired=15_000)],
                                      [AUTH, entry(ref="T2", previous_ref="T1", kind="Capture", at_ms=20_000)],
                                      "paid", set(), PRICE),
    "paid on a page over another amount": ([sheet(minor=900), sheet(2)], [entry(minor=900)], "open",
                                          {"amount_mismatch"}, 0),
    "paid in another currency": ([sheet(currency="USD"), sheet(2)], [entry(currency="USD")], "open",
                                 {"currency_mismatch"}, 0),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_the_books_say_what_an_order_must_be(story: str) -> None:
    """State, concerns and the sum that was paid, as the design says them."""
    sheets, entries, state, concerns, paid = STORIES[story]
    truth = judge(PRICE, "SAR", sheets, entries)
    assert (truth.state, set(truth.concerns), truth.paid) == (state, concerns, paid)


def test_a_closing_within_the_same_second_decides_nothing() -> None:
    """The gateway's clock has seconds: whether such money is late may go either way."""
    truth = judge(PRICE, "SAR", [sheet(expired=10_400)], [entry()])
    assert truth.doubtful == {"paid_late"}


def test_a_decision_closes_its_own_case_alone() -> None:
    """Odd money that a person accepted raises nothing any more; a capture of it is a case of its own."""
    sheets, decided = [sheet(minor=900, expired=50_000), sheet(2, expired=50_000)], {("amount_mismatch", "T1")}
    odd = entry(kind="Auth", minor=900)
    taken = entry(ref="T2", previous_ref="T1", kind="Capture", minor=900, at_ms=20_000)
    assert judge(PRICE, "SAR", sheets, [odd]).concerns == {"amount_mismatch"}
    assert judge(PRICE, "SAR", sheets, [odd], decided).concerns == frozenset()
    assert judge(PRICE, "SAR", sheets, [odd, taken], decided).concerns == {"amount_mismatch"}
