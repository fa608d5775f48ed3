"""Money is an integer of minor units and a currency that knows its decimals. Never a float."""

import re
from dataclasses import dataclass
from typing import Final

# ISO 4217. Codes with other than two decimals are listed by their number of decimals.
_DECIMALS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_TWO_DECIMALS: Final = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY "
    "COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS "
    "INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR "
    "MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD "
    "SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG"
)

# The gateway's largest amount is 9999999999.99 (reference/paytabs-pt2.md §2.2); one more digit leaves room for sums.
DIGITS_MAX: Final = 11
_AMOUNT: Final = re.compile(r"([0-9]{1,20})(?:\.([0-9]{1,10}))?", re.ASCII)


class BadAmount(ValueError):
    """The text is no amount of this currency; `str()` says why, in words for the one who sent it."""


class UnknownCurrency(ValueError):
    """The text is no ISO 4217 code this version knows."""


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 currency; `decimals` is its number of minor-unit digits."""

    code: str
    decimals: int

    @classmethod
    def of(cls, code: str) -> "Currency":
        """The currency called *code* (three capital letters); raises UnknownCurrency."""
        try:
            return CURRENCIES[code]
        except KeyError:
            raise UnknownCurrency(f"{code[:8]!r} is not an ISO 4217 currency code such as SAR or KWD") from None


CURRENCIES: Final[dict[str, Currency]] = {
    code: Currency(code, decimals)
    for decimals, codes in {**_DECIMALS, 2: _TWO_DECIMALS}.items()
    for code in codes.split()
}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in *minor* units of *currency*: 12_500 of KWD is 12.500 dinars."""

    minor: int
    currency: Currency

    @classmethod
    def parse(cls, text: str, currency: Currency) -> "Money":
        """Read a plain decimal such as `12.5`; zeros past the currency's decimals are fine, other digits are not.

        Raises BadAmount: no sign, exponent, separator or blank is read, since each has two meanings somewhere.
        """
        match = _AMOUNT.fullmatch(text)
        if match is None:
            raise BadAmount(f"{text[:24]!r} is not a plain decimal amount such as 12.50")
        whole, fraction = match[1], match[2] or ""
        if fraction[currency.decimals :].strip("0"):
            raise BadAmount(f"{text[:24]} has more than the {currency.decimals} decimals of {currency.code}")
        if len(whole.lstrip("0")) > DIGITS_MAX:
            raise BadAmount(f"{text[:24]} is larger than any amount the gateway takes")
        return cls(int(whole + fraction[: currency.decimals].ljust(currency.decimals, "0")), currency)

    def __str__(self) -> str:
        """The plain decimal with the currency's own number of decimals: `12.500`."""
        sign = "-" if self.minor < 0 else ""
        digits = str(abs(self.minor)).rjust(self.currency.decimals + 1, "0")
        cut = len(digits) - self.currency.decimals
        return f"{sign}{digits[:cut]}.{digits[cut:]}" if self.currency.decimals else f"{sign}{digits}"
