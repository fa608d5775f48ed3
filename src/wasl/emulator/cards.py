"""The cards of a test profile (PayTabs reference §9.14), the emulator's own, and what each of them does."""

import datetime as dt
from types import MappingProxyType
from typing import Final

import msgspec

DIGITS_MIN, DIGITS_MAX = 13, 19
CVV_DIGITS: Final = frozenset({3, 4})
YEARS_AHEAD_MAX: Final = 30
OTP: Final = "1234"


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A card as far as it is kept: never its number. `bank` is what its bank answers; `verify` asks for 3-D Secure."""

    masked: str
    scheme: str
    card_type: str
    expiry_month: int
    expiry_year: int
    bank: str
    verify: bool = False


class TestCard(msgspec.Struct, frozen=True, kw_only=True):
    """A number with the security code it expects. `bank` is a key of `rulings.RULINGS`."""

    __test__ = False  # pytest collects by name

    number: str
    cvv: str
    scheme: str
    bank: str = "approved"
    verify: bool = False
    card_type: str = "Credit"
    published: bool = False


TEST_CARDS: Final = MappingProxyType(
    {
        card.number: card
        for card in (
            TestCard(number="4111111111111111", cvv="123", scheme="Visa", published=True),
            TestCard(number="4000000000000002", cvv="123", scheme="Visa", verify=True, published=True),
            TestCard(number="4012001036983332", cvv="530", scheme="Visa", verify=True, published=True),
            TestCard(number="5200000000000114", cvv="977", scheme="MasterCard", published=True),
            TestCard(number="5200000000000007", cvv="977", scheme="MasterCard", verify=True, published=True),
            TestCard(number="5498383801606532", cvv="977", scheme="MasterCard", verify=True, published=True),
            TestCard(number="4000000000009995", cvv="123", scheme="Visa", bank="no_funds"),
            TestCard(number="4000000000000259", cvv="123", scheme="Visa", bank="held"),
            TestCard(number="4000000000000069", cvv="123", scheme="Visa", bank="refused"),
            TestCard(number="4000000000000119", cvv="123", scheme="Visa", bank="no_answer"),
            TestCard(number="4000000000000127", cvv="123", scheme="Visa", bank="system_error"),
            TestCard(number="4000000000000341", cvv="123", scheme="Visa", bank="fraud"),
            TestCard(number="371449635398431", cvv="1234", scheme="AmEx"),
            TestCard(number="4464040000000007", cvv="123", scheme="mada", card_type="Debit"),
            TestCard(number="4837910000000001", cvv="123", scheme="OmanNet", card_type="Debit"),
            TestCard(number="5078030000000003", cvv="123", scheme="Meeza", card_type="Debit"),
            TestCard(number="8888880000000005", cvv="123", scheme="KNET", card_type="Debit"),
            TestCard(number="6200000000000005", cvv="123", scheme="UnionPay"),
        )
    }
)
# Longest prefix first: a domestic scheme's range lies inside an international one's.
PREFIXES: Final = (
    ("446404", "mada"),
    ("483791", "OmanNet"),
    ("507803", "Meeza"),
    ("888888", "KNET"),
    ("34", "AmEx"),
    ("37", "AmEx"),
    ("62", "UnionPay"),
    ("4", "Visa"),
    *((str(prefix), "MasterCard") for prefix in (*range(51, 56), *range(22, 28))),
)


def digits_of(number: str) -> str:
    """A card number as people type it, without its spaces and dashes."""
    return number.replace(" ", "").replace("-", "")


def is_card_number(digits: str) -> bool:
    """Whether these are 13 to 19 digits with a right check digit, or a published test card."""
    if not (digits.isascii() and digits.isdigit() and DIGITS_MIN <= len(digits) <= DIGITS_MAX):
        return False
    return digits in TEST_CARDS or _check_sum(digits) == 0


def is_expired(month: int, year: int, now_ms: int) -> bool:
    """Whether a card that is good to the end of *month* is over at *now_ms*."""
    today = dt.datetime.fromtimestamp(now_ms / 1000, dt.UTC)
    return (year, month) < (today.year, today.month)


def scheme_of(digits: str) -> str:
    """The scheme a number belongs to; empty if none is known."""
    card = TEST_CARDS.get(digits)
    if card is not None:
        return card.scheme
    return next((scheme for prefix, scheme in PREFIXES if digits.startswith(prefix)), "")


def masked(digits: str) -> str:
    """The first six and last four digits in groups of four: `4111 11## #### 1111`."""
    hidden = digits[:6] + "#" * (len(digits) - 10) + digits[-4:]
    return " ".join(hidden[start : start + 4] for start in range(0, len(hidden), 4))


def read_card(digits: str, *, cvv: str, month: int, year: int) -> Card:
    """What is kept of a card; *digits* is a card number. A security code its bank does not expect is its bank's answer.

    A number that is not a test card is refused by its bank, as on a test profile.
    """
    known = TEST_CARDS.get(digits)
    bank = "refused"
    if known is not None:
        bank = known.bank if cvv == known.cvv else "wrong_cvv"
    return Card(
        masked=masked(digits),
        scheme=scheme_of(digits),
        card_type=known.card_type if known else "Credit",
        expiry_month=month,
        expiry_year=year,
        bank=bank,
        verify=known is not None and known.verify and bank != "wrong_cvv",
    )


def own_cvv(digits: str) -> str:
    """The security code a test card expects; 123 for any other."""
    known = TEST_CARDS.get(digits)
    return known.cvv if known else "123"


def _check_sum(digits: str) -> int:
    """Luhn's: 0 for a number typed rightly."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004  the digits of a two-digit product
    return total % 10
