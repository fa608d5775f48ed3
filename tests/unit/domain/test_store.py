"""What a store promises beside its settings: whose signature counts, and for how long."""

import binascii

import pytest

from builders import NOON, store
from wasl.domain.secret import Secret
from wasl.domain.store import HOLD_DAYS, KEY_RETIRES_MS, PAGE_MINUTES, QUESTIONS_PER_S, LateMoney, Profile, RetiredKey
from wasl.domain.time import DAY_MS, Instant


def test_a_replaced_key_verifies_until_its_time_is_over() -> None:
    """To the millisecond, and the others stay."""
    soon, later = (RetiredKey(key=Secret(f"key {until}"), until=Instant(until)) for until in (NOON, NOON + 1))
    profile = Profile(base_url="https://g.example/", profile_id=1, server_key=Secret("k"), retired_keys=(soon, later))
    assert profile.verifying(Instant(NOON - 1)) == profile
    assert profile.verifying(NOON).retired_keys == (later,)
    assert profile.verifying(Instant(NOON + 1)).retired_keys == ()


def test_a_replaced_key_goes_on_for_seven_days() -> None:
    """What interfaces promise."""
    assert KEY_RETIRES_MS == 7 * DAY_MS


def test_what_nobody_set_is_as_it_is_documented() -> None:
    """The gateway's own page life, five questions a second, three days of review; late money counts, none is live."""
    assert (PAGE_MINUTES, QUESTIONS_PER_S, HOLD_DAYS) == (20, 5.0, 3)
    made = store()
    assert (made.page_minutes, made.questions_per_s, made.hold_days) == (PAGE_MINUTES, QUESTIONS_PER_S, HOLD_DAYS)
    assert (made.late_money, made.live, made.hide_shipping) == (LateMoney.ACCEPT, False, False)
    assert made.status_map == {}


def test_the_signing_key_is_what_the_text_says_in_base64() -> None:
    """Standard Webhooks: the bytes behind `whsec_`, and nothing that is not base64."""
    assert store(signing_secret=Secret("whsec_a2V5")).signing_key() == b"key"
    with pytest.raises(binascii.Error):
        store(signing_secret=Secret("whsec_a2!V5")).signing_key()
