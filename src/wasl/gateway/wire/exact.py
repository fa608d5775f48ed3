"""Numbers and identifiers as the wire writes them: an amount never passes through a binary float."""

from typing import Final

import msgspec

from wasl.domain.money import BadAmount, Currency, Money, UnknownCurrency

NOTHING: Final = msgspec.Raw()

Ident = str | int | None
"""An id, a code or a letter: documented as text or whole number, and either is read (reference §5.4)."""

_SCALAR: Final = msgspec.json.Decoder(str | int | None)


def amount_out(money: Money) -> msgspec.Raw:
    """A JSON number in major units with the currency's own decimals, such as `12.500` (reference §8.3)."""
    return msgspec.Raw(str(money).encode())


def amount_in(raw: msgspec.Raw, currency: Ident) -> Money | None:
    """The amount in a JSON string or number, read as its decimal text; None if it cannot be read exactly."""
    written = bytes(raw).strip()
    text = text_in(scalar_in(raw)) if written.startswith(b'"') else written.decode(errors="replace")
    try:
        return Money.parse(text, Currency.of(text_in(currency)))
    except (BadAmount, UnknownCurrency):
        return None


def text_in(value: Ident) -> str:
    """An identifier as text, empty where there is none."""
    return "" if value is None else str(value)


def scalar_in(raw: msgspec.Raw) -> Ident:
    """The text or whole number in *raw*; None for anything else."""
    try:
        value: Ident = _SCALAR.decode(raw)
    except (ValueError, RecursionError):
        return None
    return value
