"""Saved cards, where their goldens do not say it already."""

from dataclasses import replace

import msgspec

from wasl.domain.evidence import CartId, TranRef
from wasl.domain.money import Currency, Money
from wasl.gateway.saved_card import CardCharge, CardTerms, TokenType, charge_request

CHARGE = CardCharge(
    token="SAVED",
    saved_by=TranRef("T1"),
    cart_id=CartId("c"),
    amount=Money(100, Currency.of("AED")),
    description="d",
)


def test_a_buyer_who_is_there_is_charged_in_another_class() -> None:
    """Only then can the bank ask for 3-D Secure."""
    classes = [charge_request(7, replace(CHARGE, buyer_present=present)).tran_class for present in (True, False)]
    assert classes == ["ecom", "recurring"]


def test_a_charge_on_terms_names_the_card_in_them() -> None:
    """`token_info` of a charge holds the token and the transaction that saved it."""
    body = charge_request(7, replace(CHARGE, terms=CardTerms(token_type=TokenType.UNSCHEDULED, counter=3)))
    assert msgspec.json.decode(msgspec.json.encode(body.token_info)) == {
        "token": "SAVED",
        "tran_ref": "T1",
        "token_type": "unscheduled",
        "counter": 3,
    }


def test_a_token_is_never_shown() -> None:
    """Whoever has it may charge the card."""
    assert "SAVED" not in repr(CHARGE)
