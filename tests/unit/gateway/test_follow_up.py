"""Follow-ups, where their golden does not say it already."""

import msgspec

from wasl.domain.evidence import CartId, TranRef
from wasl.domain.money import Currency, Money
from wasl.gateway.follow_up import FollowUp, follow_up_request


def test_without_a_reason_the_cart_describes_itself() -> None:
    """A description is required and may not be empty."""
    what = FollowUp(transaction=TranRef("T1"), cart_id=CartId("c-1"), amount=Money(5, Currency.of("JPY")))
    body = msgspec.json.decode(msgspec.json.encode(follow_up_request(7, "void", what)))
    assert (body["cart_description"], body["cart_amount"], body["tran_type"]) == ("c-1", 5, "void")
