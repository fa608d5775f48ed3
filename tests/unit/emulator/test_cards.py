"""Test cards: what is recognised, what is kept, and what their banks answer."""

import pytest

from wasl.emulator.cards import TEST_CARDS, is_card_number, is_expired, masked, own_cvv, read_card, scheme_of

MARCH_2026_MS = 1_772_500_000_000


def test_every_test_card_is_a_card_number_of_its_scheme() -> None:
    """The published numbers and our own can all be typed."""
    assert all(is_card_number(number) for number in TEST_CARDS)
    assert {card.scheme for card in TEST_CARDS.values() if card.published} == {"Visa", "MasterCard"}


@pytest.mark.parametrize(
    "digits", ["4111111111111112", "411111111111", "4" * 20, "٤١١١١١١١١١١١١١١١", "", "4111x11111111111"]
)
def test_a_mistyped_number_is_none(digits: str) -> None:
    """The check digit and the length are looked at."""
    assert not is_card_number(digits)


def test_only_first_six_and_last_four_digits_are_shown() -> None:
    """The mask is the one of captured payloads, whatever the length."""
    assert masked("4111111111111111") == "4111 11## #### 1111"
    assert masked("371449635398431") == "3714 49## ###8 431"


@pytest.mark.parametrize(
    ("month", "year", "over"), [(2, 2026, True), (3, 2026, False), (1, 2027, False), (12, 2025, True)]
)
def test_a_card_is_good_to_the_end_of_its_month(month: int, year: int, *, over: bool) -> None:
    """A card of this month still pays."""
    assert is_expired(month, year, MARCH_2026_MS) is over


@pytest.mark.parametrize(
    ("digits", "cvv", "bank", "verify"),
    [
        ("4111111111111111", "123", "approved", False),
        ("4111111111111111", "124", "wrong_cvv", False),
        ("4000000000000002", "123", "approved", True),
        ("4000000000000002", "999", "wrong_cvv", False),
        ("4000000000009995", "123", "no_funds", False),
        ("4242424242424242", "123", "refused", False),
    ],
)
def test_a_card_decides_what_its_bank_says(digits: str, cvv: str, bank: str, *, verify: bool) -> None:
    """The security code is looked at before 3-D Secure, and a foreign card is refused as on a test profile."""
    card = read_card(digits, cvv=cvv, month=12, year=2030)
    assert (card.bank, card.verify) == (bank, verify)
    assert digits not in str(card)


def test_a_scheme_is_found_by_its_longest_prefix() -> None:
    """A domestic range inside an international one is domestic."""
    assert [scheme_of(digits) for digits in ("4464049999999999", "4999999999999999", "9999999999999999")] == [
        "mada",
        "Visa",
        "",
    ]
    assert (own_cvv("4012001036983332"), own_cvv("4242424242424242")) == ("530", "123")
