"""Identifiers and the clock."""

from unit.emulator.merchant import NOON_MS, Merchant
from wasl.emulator.profiles import Profile


def test_a_reference_is_the_day_and_a_growing_number(merchant: Merchant) -> None:
    """`TST`, the year, the day of the year, eight digits that follow the time of day (PayTabs reference §9.15)."""
    world = merchant.emulator.world
    profile = Profile(profile_id=1, server_key="S", client_key="C")
    assert world.new_ref(profile) == "TST2623843200000"
    assert world.new_ref(profile) == "TST2623843200001"
    merchant.clock.at_ms -= 5_000
    assert world.new_ref(profile) == "TST2623843200002"
    merchant.clock.forward(12 * 3600 + 5)
    assert world.new_ref(profile) == "TST2623900000000"


def test_a_trace_tells_its_time(merchant: Merchant) -> None:
    """In hex, as captured ones do."""
    trace = merchant.emulator.world.new_trace("PMNT0101")
    assert int(trace.split(".")[1], 16) == NOON_MS // 1000


def test_what_cannot_happen_draws_no_chance(merchant: Merchant) -> None:
    """So that a fault that is off leaves everything else as it was."""
    world = merchant.emulator.world
    before = world.chance.getstate()
    assert (world.happens(0), world.happens(1)) == (False, True)
    assert world.chance.getstate() == before


def test_decimals_are_switched(merchant: Merchant) -> None:
    """What the gateway prints for IQD and JPY is unknown."""
    assert merchant.open(cart_currency="IQD", cart_amount=1500).told["cart_amount"] == "1500.000"
    merchant.switch(iqd_decimals=0, jpy_decimals=2)
    assert merchant.open(cart_currency="IQD", cart_amount=1500).told["cart_amount"] == "1500"
    assert merchant.open(cart_currency="JPY", cart_amount=1500).told["cart_amount"] == "1500.00"


def test_excess_decimals_are_rounded_or_refused(merchant: Merchant) -> None:
    """Half up by default."""
    assert merchant.open(cart_amount="12.345").told["cart_amount"] == "12.35"
    merchant.switch(excess_decimals="refuse")
    assert merchant.request(cart_amount="12.345")[0] == 400
