"""Amounts come in as numbers or text, are held in minor units, and go out with their currency's decimals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.emulator.money import DECIMALS, BadAmount, Money, equivalent, parse_amount


@pytest.mark.parametrize(
    ("given_amount", "currency", "text"),
    [
        (Decimal("12.3"), "AED", "12.30"),
        ("46.17", "JOD", "46.170"),
        (500, "JPY", "500"),
        (Decimal("12.345"), "EGP", "12.35"),
        (Decimal("9999999999.99"), "SAR", "9999999999.99"),
    ],
)
def test_an_amount_is_printed_with_its_currencys_decimals(given_amount: object, currency: str, text: str) -> None:
    """Fixed decimals, excess rounded half up."""
    assert str(parse_amount(given_amount, currency, DECIMALS[currency], exact=False)) == text


@pytest.mark.parametrize(
    "bad",
    [None, True, "", "NaN", "Infinity", "1e400", "١٢", "1_000", 0, "-1", "0.001", 10**10, 12.5, [], {}, "9" * 50],
)
def test_what_is_no_amount_is_refused(bad: object) -> None:
    """Nothing but a number within the gateway's limits is an amount; a binary float is none."""
    with pytest.raises(BadAmount):
        parse_amount(bad, "SAR", 2, exact=False)


def test_excess_decimals_can_be_refused() -> None:
    """A profile that does not round says so."""
    with pytest.raises(BadAmount, match="2 decimals"):
        parse_amount("1.005", "SAR", 2, exact=True)


def test_an_amount_below_the_smallest_unit_is_refused() -> None:
    """A yen cannot be split."""
    with pytest.raises(BadAmount, match="that small"):
        parse_amount("0.01", "JPY", 0, exact=False)


@given(st.integers(1, 10**12 - 1), st.sampled_from(sorted(DECIMALS)))
def test_printing_and_reading_are_inverse(minor: int, currency: str) -> None:
    """Whatever the gateway prints, it reads as the same money."""
    money = Money(minor=minor, currency=currency, decimals=DECIMALS[currency])
    if Decimal(str(money)) < Decimal("0.01") or Decimal(str(money)) > Decimal("9999999999.99"):
        return
    assert parse_amount(str(money), currency, money.decimals, exact=True) == money


def test_an_equivalent_has_its_own_decimals() -> None:
    """The informative amount is in the other currency's units."""
    sar = Money(minor=37_500, currency="SAR", decimals=2)
    assert str(equivalent(sar, "KWD")) == "30.700"
    assert equivalent(sar, "XXX") is None
