"""Transactions come to be, and leave something available."""

from unit.emulator.merchant import Merchant, result
from wasl.emulator.deciding import TRANSACTIONS_MAX, available


def test_what_is_left_is_what_was_not_taken(merchant: Merchant) -> None:
    """Refusals take nothing; a pending refund does."""
    merchant.switch(refund="pending")
    ref = merchant.paid()
    merchant.act("refund", ref, "2.30")
    merchant.act("refund", ref, "500")
    world = merchant.emulator.world
    assert available(world, world.state.transactions[ref]) == 1000


def test_a_full_gateway_says_so(merchant: Merchant) -> None:
    """Memory is bounded: the next page is refused with 503, and nothing that exists is touched."""
    world = merchant.emulator.world
    ref = merchant.paid()
    paid = world.state.transactions[ref]
    for number in range(TRANSACTIONS_MAX - 1):
        world.state.transactions.put(str(number), paid)
    status, told = merchant.request(cart_id="one-more")
    assert (status, told["code"], "full" in told["message"]) == (503, 400, True)
    assert result(merchant.query(ref))[1] == "A"
    assert len(world.state.transactions) == TRANSACTIONS_MAX
