"""Exact numbers: the digits on the wire are the digits of the money."""

import json
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.money import CURRENCIES, Money
from wasl.gateway.wire.exact import amount_in, amount_out, scalar_in, text_in

MONEY = st.builds(Money, st.integers(0, 10**11 - 1), st.sampled_from(sorted(CURRENCIES.values(), key=lambda c: c.code)))


@given(MONEY)
def test_an_amount_is_written_as_an_exact_number_with_its_decimals(money: Money) -> None:
    """What a reader of decimals reads is the money, and the currency's decimals are all there."""
    written = msgspec.json.encode(amount_out(money))
    assert written.decode() == str(money)
    read = json.loads(written, parse_float=Decimal, parse_int=Decimal)
    assert read * 10**money.currency.decimals == money.minor


@given(MONEY, st.sampled_from(['"{}"', "{}", ' "{}" ', " {} "]))
def test_an_amount_comes_back_exactly(money: Money, form: str) -> None:
    """As text or as number, nothing is lost."""
    assert amount_in(msgspec.Raw(form.format(money).encode()), money.currency.code) == money


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"{}", b"true", b'"', b'"\xff"', b'"12.30', b"12.30x", b"0x10"])
def test_what_is_no_amount_is_none(raw: bytes) -> None:
    """No exception, no guess."""
    assert amount_in(msgspec.Raw(raw), "AED") is None


def test_an_escaped_amount_is_the_same_amount() -> None:
    """JSON may write any character another way."""
    assert amount_in(msgspec.Raw(rb'"12\u002e30"'), "AED") == amount_in(msgspec.Raw(b'"12.30"'), "AED")


@pytest.mark.parametrize("currency", [None, "", "aed", "XXX", 784])
def test_without_a_known_currency_there_is_no_amount(currency: str | int | None) -> None:
    """Its decimals are unknown."""
    assert amount_in(msgspec.Raw(b'"12.30"'), currency) is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [(b'"x"', "x"), (b"5", 5), (b"null", None), (b"5.5", None), (b"[]", None), (b"", None), (b"[" * 9_000, None)],
)
def test_an_identifier_is_text_or_whole_number(raw: bytes, value: str | int | None) -> None:
    """Anything else identifies nothing."""
    assert scalar_in(msgspec.Raw(raw)) == value


def test_nothing_is_an_empty_text_and_zero_is_not() -> None:
    """An id may be zero; what is not stated is empty."""
    assert [text_in(value) for value in (None, "", 0, 47170, "A")] == ["", "", "0", "47170", "A"]
