"""The names that one payment's attempts have at the gateway."""

import pytest

from builders import CART, NOON, PRICE, attempt, payment
from wasl.domain.payment import CART_ID_MAX, ORDER_ID_MAX, Answer, Attempt, OrderId, cart_id_for, cart_number


def test_a_cart_is_prefix_order_and_attempt() -> None:
    """Readable in the gateway's dashboard, and its number can be read back."""
    cart = cart_id_for("t-", OrderId("10-42"), 12)
    assert cart == "t-10-42-12"
    assert cart_number(cart) == 12


def test_a_cart_never_grows_past_what_the_gateway_takes() -> None:
    """64 characters are kept as they are; one more, and the order is known by its digest."""
    assert CART_ID_MAX == 64
    fits, too_long = OrderId("x" * 60), OrderId("x" * 61)
    assert cart_id_for("t-", fits, 7) == f"t-{fits}-7"
    hashed = cart_id_for("t-", too_long, 7)
    assert len(hashed) == len("t-") + 32 + len("-7")
    assert hashed == cart_id_for("t-", too_long, 7) != cart_id_for("t-", OrderId("x" * 62), 7)


@pytest.mark.parametrize("order", ["طلب", "a\tb"])
def test_a_cart_is_plain_text(order: str) -> None:
    """What is not printable ASCII has its digest too: the gateway would write it another way."""
    cart = cart_id_for("t-", OrderId(order), 1)
    assert cart.isascii()
    assert cart.isprintable()
    assert order not in cart


def test_the_last_attempt_is_the_one_a_buyer_would_pay_on() -> None:
    """None before the first."""
    assert payment(attempt(), attempt(2)).last_attempt == attempt(2)
    assert payment(attempts=()).last_attempt is None


def test_a_new_payment_has_told_its_first_version() -> None:
    """The shop made the order itself: there is nothing to tell or count yet, and its page's answer is awaited."""
    made = payment()
    assert (made.version, made.told, made.tell_failures, made.parked, made.tell_at) == (1, 1, 0, "", None)
    bare = Attempt(number=1, cart_id=CART, amount=PRICE, return_key="key", opened_at=NOON, expires_at=NOON)
    assert bare.answer is Answer.AWAITED


def test_an_order_is_called_at_most_so_long() -> None:
    """What interfaces refuse past."""
    assert ORDER_ID_MAX == 128
