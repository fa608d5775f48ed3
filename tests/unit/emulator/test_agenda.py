"""What happens by itself happens in the order of its time, also when nobody looked for long."""

from unit.emulator.merchant import Merchant, result


def test_a_long_sleep_is_caught_up_in_order(merchant: Merchant) -> None:
    """Pages end before numbers do, each at its own time."""
    merchant.switch(page_expiry="notified")
    number = merchant.open(cart_currency="SAR")
    merchant.emulator.choose(number.token, "sadad")
    merchant.notices()
    late = merchant.open(cart_id="late", paypage_ttl=60)
    early = merchant.open(cart_id="early", paypage_ttl=1)
    merchant.clock.forward(30 * 86_400)
    heard = merchant.notices()
    assert [one["tran_ref"] for one in heard] == [early.ref, late.ref, number.ref]
    assert [one["payment_result"]["transaction_time"] for one in heard] == [
        "2026-08-26T12:01:00Z",
        "2026-08-26T13:00:00Z",
        "2026-08-31T12:00:00Z",
    ]


def test_what_was_done_in_time_is_left_alone(merchant: Merchant) -> None:
    """A page that was used and a number that was paid do not end a second time."""
    merchant.switch(page_expiry="notified")
    paid = merchant.paid()
    merchant.clock.forward(30 * 86_400)
    assert merchant.notices() == []
    assert result(merchant.query(paid))[1] == "A"
