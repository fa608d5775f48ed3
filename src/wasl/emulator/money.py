"""Money as the gateway holds it: an integer of minor units and a currency that knows its decimals."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final

import msgspec

AMOUNT_MIN: Final = Decimal("0.01")
AMOUNT_MAX: Final = Decimal("9999999999.99")
AMOUNT_DIGITS_MAX: Final = 40  # more than any amount needs, few enough to be harmless
# ISO 4217, for the currencies of PayTabs reference §8.1 and §8.2. IQD and JPY can be switched.
DECIMALS: Final = MappingProxyType(
    dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)
    | dict.fromkeys(("AED", "AZN", "DZD", "EGP", "EUR", "GBP", "HKD", "INR", "LBP", "MAD"), 2)
    | dict.fromkeys(("PKR", "QAR", "SAR", "TRY", "USD"), 2)
    | dict.fromkeys(("JPY", "KRW"), 0)
)
# What one US dollar buys, for the equivalent a page may show in another currency: for information, never for charging.
PER_DOLLAR: Final = MappingProxyType(
    {
        "AED": Decimal("3.6725"),
        "AZN": Decimal("1.70"),
        "BHD": Decimal("0.376"),
        "DZD": Decimal(134),
        "EGP": Decimal(48),
        "EUR": Decimal("0.92"),
        "GBP": Decimal("0.79"),
        "HKD": Decimal("7.80"),
        "INR": Decimal(83),
        "IQD": Decimal(1310),
        "JOD": Decimal("0.709"),
        "JPY": Decimal(150),
        "KRW": Decimal(1350),
        "KWD": Decimal("0.307"),
        "LBP": Decimal(89500),
        "LYD": Decimal("4.85"),
        "MAD": Decimal("9.95"),
        "OMR": Decimal("0.3845"),
        "PKR": Decimal(278),
        "QAR": Decimal("3.64"),
        "SAR": Decimal("3.75"),
        "TND": Decimal("3.10"),
        "TRY": Decimal(34),
        "USD": Decimal(1),
    }
)


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """`minor` units of `currency`, of which 10 ** `decimals` make one major unit."""

    minor: int
    currency: str
    decimals: int

    def __str__(self) -> str:
        """As the gateway prints it: fixed to the currency's decimals (PayTabs reference §8.3)."""
        return f"{Decimal(self.minor).scaleb(-self.decimals):.{self.decimals}f}"

    def of(self, minor: int) -> "Money":
        """Another amount of the same currency."""
        return Money(minor=minor, currency=self.currency, decimals=self.decimals)


class BadAmount(Exception):
    """What was given is not an amount the gateway takes; `str()` says why."""


def parse_amount(given: object, currency: str, decimals: int, *, exact: bool) -> Money:
    """Major units, as a JSON number read to int or Decimal or as a numeric string, to money.

    Excess decimals are rounded half up, or refused if *exact* (what the gateway does is unknown: reference §8.3).
    Raises BadAmount.
    """
    value = _decimal(given)
    if not AMOUNT_MIN <= value <= AMOUNT_MAX:
        raise BadAmount(f"an amount is between {AMOUNT_MIN} and {AMOUNT_MAX}")
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if rounded != value and exact:
        raise BadAmount(f"{currency} has {decimals} decimals")
    minor = int(rounded.scaleb(decimals))
    if minor == 0:
        raise BadAmount(f"{currency} has no amount that small")
    return Money(minor=minor, currency=currency, decimals=decimals)


def equivalent(money: Money, currency: str) -> Money | None:
    """About the same in another currency, for display; None where no rate is known."""
    if currency not in PER_DOLLAR or money.currency not in PER_DOLLAR:
        return None
    dollars = Decimal(money.minor).scaleb(-money.decimals) / PER_DOLLAR[money.currency]
    decimals = DECIMALS[currency]
    minor = int((dollars * PER_DOLLAR[currency]).scaleb(decimals).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return Money(minor=minor, currency=currency, decimals=decimals)


def _decimal(given: object) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, int | Decimal | str):
        raise BadAmount("an amount is a number")
    text = str(given)
    if len(text) > AMOUNT_DIGITS_MAX or not text.isascii() or "_" in text:
        raise BadAmount("an amount is a number of few digits")
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise BadAmount("an amount is a number") from None
    if not value.is_finite():
        raise BadAmount("an amount is a number")
    return value
