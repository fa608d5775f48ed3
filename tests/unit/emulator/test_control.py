"""The control API in process: what a script's buyer does where it says nothing."""

import pytest

from unit.emulator.merchant import VERIFIED, Merchant
from wasl.emulator import ControlRefusal
from wasl.emulator.control import cancel, pay, transactions


def test_a_buyer_who_is_at_the_bank_already_goes_on_there(merchant: Merchant) -> None:
    """A browser typed the card, the script answers the bank."""
    page = merchant.open()
    merchant.pay(page, card=VERIFIED)
    assert pay(merchant.emulator, page.ref, {"otp": "1"})["code"] == "310"


def test_each_try_on_a_page_is_paid_under_its_own_reference(merchant: Merchant) -> None:
    """The answer to a decline has no return, since the page goes on; the old reference is no page any more."""
    merchant.switch(attempts_per_page=2)
    page = merchant.open()
    declined = pay(merchant.emulator, page.ref, {"cvv": "999"})
    assert (declined["status"], declined["return"], declined["page"]) == ("D", None, "open")
    with pytest.raises(ControlRefusal, match="not the transaction of a page"):
        pay(merchant.emulator, page.ref, {})
    [second, first] = transactions(merchant.emulator, cart_id="o-1042-1", tran_ref=None)["transactions"]
    assert first["tran_ref"] == page.ref
    assert pay(merchant.emulator, second["tran_ref"], {})["status"] == "A"


def test_a_partners_page_can_be_cancelled(merchant: Merchant) -> None:
    """Nothing is paid there yet."""
    page = merchant.open()
    merchant.emulator.choose(page.token, "tamara")
    assert cancel(merchant.emulator, page.ref)["status"] == "C"


def test_a_buyer_fills_in_only_what_the_merchant_left_out(merchant: Merchant) -> None:
    """And donates what the script says."""
    page = merchant.open(customer_details={"name": "Omar Haddad"}, donation_mode=True, cart_min=1, cart_max=99)
    pay(merchant.emulator, page.ref, {"amount": "7"})
    told = merchant.query(page.ref)
    assert (told["cart_amount"], told["customer_details"]["name"]) == ("7.00", "Omar Haddad")
    assert told["customer_details"]["email"] == "buyer@example.com"


def test_what_is_listed_says_what_can_be_done(merchant: Merchant) -> None:
    """Empty text for what is not known; the actions that would succeed now."""
    page = merchant.open()
    [open_view] = transactions(merchant.emulator, cart_id=None, tran_ref=page.ref)["transactions"]
    assert (open_view["status"], open_view["decided_at"], open_view["actions"]) == ("", "", [])
    assert (open_view["page"]["stage"], open_view["page"]["expires_at"]) == ("open", "2026-08-26T12:20:00Z")
    merchant.pay(page)
    [paid_view] = transactions(merchant.emulator, cart_id=None, tran_ref=page.ref)["transactions"]
    assert (paid_view["status"], paid_view["total"], paid_view["actions"]) == ("A", "12.30", ["refund"])
    assert paid_view["deliveries"][0]["due_at"] == "2026-08-26T12:00:00.000Z"
