"""Money: exact, in the currency's own decimals, and never a float."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.money import CURRENCIES, DIGITS_MAX, BadAmount, Currency, Money, UnknownCurrency

currencies = st.sampled_from(sorted(CURRENCIES.values(), key=lambda c: c.code))


@given(minor=st.integers(0, 10**12), currency=currencies)
def test_what_is_written_is_read_back(minor: int, currency: Currency) -> None:
    """Text and integer are the same money, in every currency."""
    money = Money(minor, currency)
    if len(str(minor)) <= DIGITS_MAX:
        assert Money.parse(str(money), currency) == money


@pytest.mark.parametrize(
    ("text", "code", "minor"),
    [
        ("12.5", "KWD", 12500),
        ("12.3450", "KWD", 12345),
        ("12.30", "SAR", 1230),
        ("7", "JPY", 7),
        ("7.000", "JPY", 7),
        ("0.0001", "CLF", 1),
    ],
)
def test_each_currency_knows_its_decimals(text: str, code: str, minor: int) -> None:
    """Four for Chilean units, three for dinars, two for riyals, none for yen; zeros past them say nothing."""
    assert Money.parse(text, Currency.of(code)).minor == minor


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "1e3", "1,5", " 1", "1 ", ".5", "5.", "1_0", "0x1", "١٢", "NaN", "1" * 30]
)
def test_nothing_is_guessed(text: str) -> None:
    """Signs, exponents, separators, blanks, other digits and overlong numbers are refused."""
    with pytest.raises(BadAmount):
        Money.parse(text, Currency.of("SAR"))


def test_a_digit_too_many_is_refused_in_words() -> None:
    """Half a halala is nobody's to round."""
    with pytest.raises(BadAmount, match=r"more than the 2 decimals of SAR"):
        Money.parse("1.005", Currency.of("SAR"))


def test_no_amount_is_larger_than_the_gateway_takes() -> None:
    """Eleven digits before the point: its ten and one for sums. Zeros in front are no digits."""
    assert Money.parse("0099999999999.99", Currency.of("SAR")).minor == 9_999_999_999_999
    with pytest.raises(BadAmount, match="larger than any amount"):
        Money.parse("100000000000", Currency.of("SAR"))


def test_an_unknown_currency_is_refused() -> None:
    """A code that is none is not taken for one with two decimals."""
    with pytest.raises(UnknownCurrency):
        Currency.of("XXZ")


def test_negative_money_is_written_with_its_sign() -> None:
    """Differences can be shown."""
    assert str(Money(-5, Currency.of("KWD"))) == "-0.005"
    assert str(Money(-1, Currency.of("KWD"))) == "-0.001"
