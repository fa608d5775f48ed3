"""A page is opened, unless the same one was asked for a moment ago."""

from unit.emulator.merchant import Merchant
from wasl.emulator.configuring import add_profile


def test_the_same_cart_within_two_minutes_is_a_duplicate(merchant: Merchant) -> None:
    """§10.11: 409 and code 4 without any reference, until the window has passed."""
    merchant.open()
    assert merchant.request()[0] == 409
    assert merchant.request(cart_amount=12.31)[0] == 200
    merchant.clock.forward(119)
    status, told = merchant.request()
    assert (status, told["code"], told["message"]) == (409, 4, "Duplicate Request")
    merchant.clock.forward(1)
    assert merchant.request()[0] == 200


def test_a_refused_request_is_no_first_one(merchant: Merchant) -> None:
    """What was not opened is not repeated; what differs in callback, words or buyer is the same all the same."""
    assert merchant.request(tran_type="sale", paypage_ttl=0)[0] == 400
    assert merchant.request()[0] == 200
    assert merchant.request(callback=None, cart_description="Other", customer_details=None)[0] == 409


def test_profiles_do_not_repeat_each_other(merchant: Merchant) -> None:
    """The same cart of another profile is another one."""
    add_profile(merchant.emulator, {"profile_id": 8, "server_key": "S8"})
    merchant.open()
    assert merchant.request(key="S8", profile_id=8)[0] == 200


def test_the_window_is_a_switch_and_its_memory_is_bounded(merchant: Merchant) -> None:
    """Old requests are forgotten as new ones come."""
    merchant.switch(duplicate_window_s=1)
    for number in range(50):
        merchant.open(cart_id=f"c{number}")
        merchant.clock.forward(1)
    assert len(merchant.emulator.world.state.asked_ms) < 5
