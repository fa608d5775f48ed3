"""Tokens: made on a page, asked about, charged, forgotten (PayTabs reference §2.5, §4.4)."""

import re
from typing import Any

import pytest

from unit.emulator.merchant import PROFILE_ID, VERIFIED, Merchant, result
from wasl.emulator import Leaving, Onwards
from wasl.emulator.configuring import add_profile

SHAPES = {2: r"[0-9A-F]{32}", 3: r"[0-9A-Z]{20}", 4: r"[0-9]{22}", 5: r"[0-9]{16}", 6: r"[0-9A-Z]{32}"}


def saved(merchant: Merchant, card: str = "4111111111111111", kind: int = 2) -> tuple[str, str]:
    """A token, and the transaction that made it."""
    page = merchant.open(tokenise=kind, cart_id=f"save-{kind}-{card}")
    step = merchant.pay(page, card=card)
    if isinstance(step, Onwards):
        step = merchant.emulator.prove(page.token, "1234")
    assert isinstance(step, Leaving)
    merchant.notices()
    return step.fields["token"], page.ref


def charge(merchant: Merchant, **fields: Any) -> Any:
    """The answer to a charge without its buyer."""
    return merchant.request(tran_class="recurring", cart_id="charge", customer_details=None, **fields)


@pytest.mark.parametrize("kind", sorted(SHAPES))
def test_a_token_has_the_shape_that_was_asked_for(merchant: Merchant, kind: int) -> None:
    """In the return, the query and the notification alike."""
    token, ref = saved(merchant, kind=kind)
    assert re.fullmatch(SHAPES[kind], token)
    assert merchant.query(ref)["token"] == token


def test_the_buyer_may_be_asked_first(merchant: Merchant) -> None:
    """show_save_card: only a ticked box saves the card; without it every card is saved."""
    asking = merchant.open(tokenise=2, show_save_card=True)
    merchant.pay(asking)
    assert "token" not in merchant.query(asking.ref)
    ticked = merchant.open(tokenise=2, show_save_card=True, cart_id="b")
    merchant.pay(ticked, save_card=True)
    assert "token" in merchant.query(ticked.ref)


def test_nothing_is_saved_of_a_decline_or_unasked(merchant: Merchant) -> None:
    """A token stands for a card that paid."""
    declined = merchant.open(tokenise=2)
    merchant.pay(declined, cvv="999")
    assert "token" not in merchant.query(declined.ref)
    assert "token" not in merchant.query(merchant.paid(cart_id="b", tokenise=1))


def test_a_token_is_asked_about_and_forgotten(merchant: Merchant) -> None:
    """The card without a result; code 0 when it is gone; code 2 afterwards."""
    token, ref = saved(merchant)
    status, told = merchant.call("/payment/token", profile_id=PROFILE_ID, token=token)
    assert (status, told["tran_ref"], told["payment_info"]["card_scheme"]) == (200, ref, "Visa")
    assert set(told) == {"tran_ref", "payment_info", "customer_details"}
    status, told = merchant.call("/payment/token/delete", profile_id=PROFILE_ID, token=token)
    assert (status, told["code"]) == (200, 0)
    assert merchant.call("/payment/token", profile_id=PROFILE_ID, token=token)[1]["code"] == 2
    assert merchant.call("/payment/token/delete", profile_id=PROFILE_ID, token=token)[0] == 400


def test_a_saved_card_is_charged_at_once(merchant: Merchant) -> None:
    """A Sale that names the transaction which saved the card; synchronous, and told by callback."""
    token, ref = saved(merchant)
    status, told = charge(merchant, token=token, tran_ref=ref)
    assert (status, result(told)[:2]) == (200, ("Sale", "A"))
    assert (told["previous_tran_ref"], told["paymentChannel"]) == (ref, "Transaction API")
    assert told["customer_details"]["name"] == "Mona Ali"
    [notice] = merchant.notices()
    assert (notice["tran_ref"], notice["tran_class"]) == (told["tran_ref"], "Recurring")


@pytest.mark.parametrize("by", ["token", "tran_ref", "token_info"])
def test_a_saved_card_is_named_in_three_ways(merchant: Merchant, by: str) -> None:
    """By its token, by what saved it, or inside token_info."""
    token, ref = saved(merchant)
    ways: dict[str, dict[str, Any]] = {
        "token": {"token": token},
        "tran_ref": {"tran_ref": ref},
        "token_info": {"token_info": {"token": token}},
    }
    assert charge(merchant, **ways[by])[0] == 200


def test_a_token_and_a_transaction_have_to_agree(merchant: Merchant) -> None:
    """Somebody else's transaction, and a token of another profile, are refused."""
    token, _ = saved(merchant)
    other = merchant.paid(cart_id="other")
    assert charge(merchant, token=token, tran_ref=other)[0] == 400
    add_profile(merchant.emulator, {"profile_id": 8, "server_key": "S8", "recurring": False})
    status, told = charge(merchant, token=token, key="S8", profile_id=8)
    assert (status, told["code"]) == (400, 112)


def test_a_saved_card_that_is_refused(merchant: Merchant) -> None:
    """Saved cards keep their banks: a charge of a held one is held."""
    page = merchant.open(tokenise=2, tran_type="register")
    step = merchant.pay(page, card="4000000000000259")
    assert isinstance(step, Leaving)
    assert step.fields["respStatus"] == "A"
    assert result(charge(merchant, token=step.fields["token"])[1])[:2] == ("Auth", "H")


def test_a_present_buyer_proves_a_saved_card_where_its_bank_asks(merchant: Merchant) -> None:
    """Ecom with a token: completed at once, or a page that begins at the bank."""
    token, _ = saved(merchant)
    assert result(merchant.request(token=token, cart_id="at-once")[1])[:2] == ("Sale", "A")
    token, ref = saved(merchant, card=VERIFIED)
    page = merchant.open(token=token, cart_id="prove")
    step = merchant.emulator.prove(page.token, "1234")
    assert isinstance(step, Leaving)
    told = merchant.query(page.ref)
    assert (result(told)[:2], told["previous_tran_ref"]) == (("Sale", "A"), ref)
