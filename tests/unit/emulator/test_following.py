"""Follow-ups by the API: limits, refusals and what they leave (PayTabs reference §3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.emulator.merchant import HELD, Merchant, result


def authorised(merchant: Merchant, amount: float | str = 12.3) -> str:
    """The reference of an approved authorisation."""
    page = merchant.open(tran_type="auth", cart_amount=amount)
    merchant.pay(page)
    merchant.notices()
    return page.ref


def test_an_authorisation_is_captured_and_the_capture_refunded(merchant: Merchant) -> None:
    """§10.6: each step is a transaction of its own that names the one before, and each is told."""
    auth = authorised(merchant)
    assert result(merchant.query(auth))[:2] == ("Auth", "A")
    capture = merchant.act("capture", auth, 10)
    assert result(capture)[:2] == ("Capture", "A")
    assert (capture["previous_tran_ref"], capture["serviceId"]) == (auth, 1)
    assert capture["paymentChannel"] == "Transaction API"
    refund = merchant.act("refund", capture["tran_ref"], 10)
    assert result(refund)[:2] == ("Refund", "A")
    told = merchant.notices()
    assert [one["tran_ref"] for one in told] == [capture["tran_ref"], refund["tran_ref"]]
    assert result(merchant.query(auth))[1] == "A"


def test_more_than_is_left_is_118(merchant: Merchant) -> None:
    """Partial captures and refunds add up; one minor unit too many is refused in an ordinary answer."""
    auth = authorised(merchant)
    first = merchant.act("capture", auth, "5.00")
    merchant.act("capture", auth, "7.30")
    assert result(merchant.act("capture", auth, "0.01")) == ("Capture", "E", "118")
    merchant.act("refund", first["tran_ref"], "4.99")
    assert result(merchant.act("refund", first["tran_ref"], "0.02")) == ("Refund", "E", "118")
    assert result(merchant.act("refund", first["tran_ref"], "0.01"))[1] == "A"


def test_a_held_payment_takes_no_follow_up(merchant: Merchant) -> None:
    """§3.6: E and 120 inside a normal 200 answer."""
    page = merchant.open()
    merchant.pay(page, card=HELD)
    assert result(merchant.act("void", page.ref)) == ("Void", "E", "120")
    assert result(merchant.act("capture", page.ref, 1)) == ("Capture", "E", "120")


def test_another_currency_is_206(merchant: Merchant) -> None:
    """A follow-up is in the original's currency."""
    ref = merchant.paid()
    assert result(merchant.act("refund", ref, 1, cart_currency="SAR")) == ("Refund", "E", "206")


def test_a_full_void_and_a_partial_one(merchant: Merchant) -> None:
    """§3.3: all of it is a Void; a part is a Release, and only the query says what was asked for."""
    part = merchant.act("void", authorised(merchant), "1.33")
    assert result(part)[:2] == ("Release", "A")
    assert "original_tran_type" not in part
    [notice] = merchant.notices()
    assert "original_tran_type" not in notice
    assert merchant.query(part["tran_ref"])["original_tran_type"] == "Void"
    merchant.clock.forward(200)
    assert result(merchant.act("void", authorised(merchant), 12.3))[:2] == ("Void", "A")


def test_voids_by_switch(merchant: Merchant) -> None:
    """A partial void may stay a Void, and a voided authorisation may show V: only to those who ask."""
    merchant.switch(partial_void="void", voided_original="voided")
    auth = authorised(merchant)
    assert result(merchant.act("void", auth))[:2] == ("Void", "A")
    assert result(merchant.query(auth))[:2] == ("Auth", "V")
    assert [one["tran_type"] for one in merchant.notices()] == ["Void"]
    assert result(merchant.act("capture", auth))[:2] == ("Capture", "D")
    merchant.clock.forward(200)
    assert result(merchant.act("void", authorised(merchant), 1))[:2] == ("Void", "A")


@pytest.mark.parametrize("tran_type", ["capture", "void", "release", "authext"])
def test_a_sale_has_nothing_to_capture_or_release(merchant: Merchant, tran_type: str) -> None:
    """335: the type is not supported on what it is asked for."""
    assert result(merchant.act(tran_type, merchant.paid()))[1:] == ("D", "335")


def test_a_method_without_refunds_says_so(merchant: Merchant) -> None:
    """SADAD money cannot be sent back."""
    page = merchant.open(cart_currency="AED")
    merchant.emulator.choose(page.token, "tabby")
    merchant.emulator.agree(page.token, agreed=True)
    assert result(merchant.act("refund", page.ref)) == ("Refund", "D", "335")


def test_an_extension_moves_nothing(merchant: Merchant) -> None:
    """Authext refreshes the hold; all of it can still be captured."""
    auth = authorised(merchant)
    assert result(merchant.act("authext", auth))[1] == "A"
    assert result(merchant.act("capture", auth))[:2] == ("Capture", "A")


def test_a_pending_refund_counts_and_is_decided_later(merchant: Merchant) -> None:
    """§10.7: P at once, the sum is taken; later A or D under the same reference, told by callback."""
    merchant.switch(refund="pending", pending_refund_decided_after_s=3600)
    ref = merchant.paid()
    refund = merchant.act("refund", ref, 12.3)
    assert result(refund) == ("Refund", "P", "600")
    assert result(merchant.act("refund", ref, "0.01")) == ("Refund", "E", "118")
    merchant.notices()
    merchant.clock.forward(3600)
    assert [(one["tran_ref"], result(one)[1]) for one in merchant.notices()] == [(refund["tran_ref"], "A")]
    merchant.switch(pending_refund_decision="reject")
    other = merchant.paid(cart_id="other")
    merchant.act("refund", other, 12.3)
    merchant.clock.forward(3600)
    assert [result(one)[1] for one in merchant.notices()] == ["P", "D"]
    assert result(merchant.act("refund", other, 12.3))[1] == "P"


def test_a_follow_up_has_a_cart_of_its_own(merchant: Merchant) -> None:
    """§3.1: another cart_id is taken, and the original's cart does not list it."""
    ref = merchant.paid()
    merchant.act("refund", ref, 1, cart_id="r-1")
    assert [one["tran_ref"] for one in merchant.cart()] == [ref]
    assert [one["tran_type"] for one in merchant.cart("r-1")] == ["Refund"]


def test_equal_follow_ups_are_duplicates_by_switch_only(merchant: Merchant) -> None:
    """§14.5 is open: by default two equal refunds both go through."""
    ref = merchant.paid()
    merchant.act("refund", ref, 1)
    merchant.act("refund", ref, 1)
    merchant.switch(duplicate_scope="everything")
    merchant.act("refund", ref, 1)
    assert merchant.request(tran_type="refund", tran_ref=ref, cart_amount=1)[0] == 409


@given(st.lists(st.tuples(st.sampled_from(["capture", "void", "release"]), st.integers(1, 600)), max_size=8))
def test_no_sequence_takes_more_than_was_authorised(steps: list[tuple[str, int]]) -> None:
    """Whatever is asked in whatever order, captures and releases together stay within the authorisation."""
    merchant = Merchant()
    auth = authorised(merchant)
    moved = 0
    for kind, minor in steps:
        told = merchant.act(kind, auth, f"{minor / 100:.2f}")
        moved += minor if result(told)[1] == "A" else 0
    assert moved <= 1230
