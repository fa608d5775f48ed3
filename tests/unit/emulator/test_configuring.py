"""The control API's settings in process."""

import pytest

from unit.emulator.merchant import PROFILE_ID, Merchant
from wasl.emulator import ControlRefusal
from wasl.emulator.configuring import OFFSET_MS_MAX, add_profile, advance, clock, profiles, set_ipn
from wasl.emulator.profiles import PROFILES_MAX


def test_a_profile_in_the_place_of_another_keeps_its_notifications(merchant: Merchant) -> None:
    """Keys and abilities change, the IPN stays."""
    set_ipn(merchant.emulator, {"profile_id": PROFILE_ID, "url": "https://shop.example/ipn"})
    add_profile(merchant.emulator, {"profile_id": PROFILE_ID, "server_key": "SNEW", "methods": ["mada"]})
    kept = merchant.emulator.world.state.profile(PROFILE_ID)
    assert kept is not None
    assert (kept.server_key, len(kept.ipn), kept.methods) == ("SNEW", 1, frozenset({"mada"}))
    assert merchant.request()[0] == 401
    assert merchant.request(key="SNEW", cart_currency="SAR")[0] == 200
    assert merchant.request(key="SNEW")[1]["code"] == 112


def test_the_clock_only_goes_forward_and_not_for_ever(merchant: Merchant) -> None:
    """A sentence when it is too far ahead."""
    assert advance(merchant.emulator, {"advance_s": 1.5})["now"] == "2026-08-26T12:00:01Z"
    assert clock(merchant.emulator)["ahead_s"] == 1.5
    merchant.emulator.world.state.set(offset_ms=OFFSET_MS_MAX - 1000)
    with pytest.raises(ControlRefusal, match="too far ahead"):
        advance(merchant.emulator, {"advance_s": 2})


def test_profiles_are_bounded(merchant: Merchant) -> None:
    """Ten thousand, then a sentence."""
    world = merchant.emulator.world
    for number in range(1, PROFILES_MAX):
        world.state.profiles.put(str(10**6 + number), merchant.config.profile())
    with pytest.raises(ControlRefusal, match="already"):
        add_profile(merchant.emulator, {"profile_id": 8, "server_key": "S8"})
    assert len(profiles(merchant.emulator)["profiles"]) == PROFILES_MAX
