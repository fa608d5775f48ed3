"""A buyer's details in the shape the gateway takes: too long is cut, too short or invalid is left out (§2.3).

Whatever is left out the hosted page asks the buyer for; what it would refuse fails the whole request.
"""

import ipaddress
import re
from typing import Final

from wasl.engine.ports import Contact
from wasl.gateway.text import one_line
from wasl.gateway.wire.requests import Party

LINE_MAX: Final = 128
NAME_MIN: Final = 4
STREET_MIN: Final = 4
CITY_MIN: Final = 2
STATE_MIN: Final = 2
SHORT_MAX: Final = 64  # telephone and postal code: no limit is documented; longer ones are nobody's
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_ARABIC_DIGITS: Final = "٠١٢٣٤٥٦٧٨٩"
_PERSIAN_DIGITS: Final = "۰۱۲۳۴۵۶۷۸۹"
_TO_ASCII: Final = str.maketrans(_ARABIC_DIGITS + _PERSIAN_DIGITS, "0123456789" * 2)


def party_of(contact: Contact | None) -> Party | None:
    """The wire shape of *contact*; None if nothing of it can be used."""
    if contact is None:
        return None
    party = Party(
        name=_line(contact.name, NAME_MIN),
        email=_email(contact.email),
        phone=_line(contact.phone, 1)[:SHORT_MAX].translate(_TO_ASCII),
        street1=_line(contact.street1, STREET_MIN),
        city=_line(contact.city, CITY_MIN),
        state=_line(contact.state, STATE_MIN),  # documented as two letters; the gateway takes names and maps them
        country=_country(contact.country),
        zip=_line(contact.zip, 1)[:SHORT_MAX].translate(_TO_ASCII),
        ip=_ip(contact.ip),
    )
    return None if party == Party() else party


def _line(text: str, shortest: int) -> str:
    line = one_line(text)[:LINE_MAX].rstrip()
    return line if len(line) >= shortest else ""


def _email(text: str) -> str:
    address = text.strip()
    return address if len(address) <= LINE_MAX and _EMAIL.fullmatch(address) else ""


def _country(text: str) -> str:
    code = text.strip().upper()
    return code if _COUNTRY.fullmatch(code) else ""


def _ip(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return ""
