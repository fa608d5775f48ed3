"""An order is right only if the shop, Wasl and the gateway all say what was expected."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from unit.demo.page.test_timeline import PAYMENT, SALE, entry, order, piece
from wasl.demo.buyers.verdict import Seen, fault
from wasl.demo.buyers.world import Expected

PAID = Expected(status="P", state="paid", taken=True)
UNPAID = Expected(status="N", state="open", taken=False)
SEEN = Seen(order=order(status="P"), payment=PAYMENT, pieces=(piece("callback"),), transactions=(SALE,))
OPEN = msgspec.structs.replace(PAYMENT, state="open", paid="0.00")


def test_all_three_agreeing_is_right() -> None:
    """Paid where it was paid, and untouched where nobody paid."""
    assert fault(SEEN, PAID) == ""
    assert fault(Seen(order=order(), payment=OPEN, pieces=(), transactions=()), UNPAID) == ""


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"order": order(status="N")}, "the order is N, not P"),
        ({"payment": OPEN}, "Wasl says open, not paid"),
        ({"payment": msgspec.structs.replace(PAYMENT, concern="paid_late")}, "Wasl is concerned: paid_late"),
        ({"payment": msgspec.structs.replace(PAYMENT, paid="57.89")}, "Wasl counts 57.89 of 57.90"),
        ({"transactions": ()}, "the gateway took money 0 times"),
        ({"transactions": (SALE, SALE)}, "the gateway took money 2 times"),
        (
            {"transactions": (msgspec.structs.replace(SALE, amount="57.91"),)},
            "the gateway took another amount than the order's",
        ),
    ],
)
def test_one_disagreeing_is_wrong(changes: dict[str, Any], sentence: str) -> None:
    """Each side can be the wrong one, and the sentence says which."""
    assert fault(replace(SEEN, **changes), PAID) == sentence


def test_a_story_may_demand_who_proved_it_and_how_often_it_was_said() -> None:
    """A lost callback that was heard after all, or a doubled one that came once, is no such story."""
    assert fault(SEEN, replace(PAID, voices=frozenset({"query"}))) == "the first proof was callback"
    assert fault(SEEN, replace(PAID, callbacks_min=2)) == "the callback was heard 1 times"


def test_money_taken_where_none_was_expected_is_wrong() -> None:
    """Even if shop and Wasl do not know of it: that is the worst case."""
    seen = Seen(order=order(), payment=OPEN, pieces=(), transactions=(SALE,))
    assert fault(seen, UNPAID) == "the gateway took money 1 times"


def test_seconds_count_to_what_the_shop_itself_did() -> None:
    """From 08:00:05 to 08:00:07; a person's change of status is nobody's speed."""
    log = (
        entry("06", "merchant", "status", before="N", after="P"),
        entry("07", "shop", "status", before="N", after="P"),
    )
    seen = replace(SEEN, order=order(*log, status="P"))
    assert seen.seconds_since(1_795_507_205, "P") == pytest.approx(2.0)
    assert seen.seconds_since(1_795_507_205, "F") is None


def test_the_gateways_knowledge_is_a_few_words() -> None:
    """Pages that still wait for their buyer are no knowledge."""
    waiting = msgspec.structs.replace(SALE, status="")
    declined = msgspec.structs.replace(SALE, status="D")
    assert replace(SEEN, transactions=(declined, SALE, waiting)).gateway == "Sale D, Sale A"
    assert replace(SEEN, transactions=(waiting,)).gateway == "no payment"
