"""Single fields of a request, read as liberally as PayTabs documents and refused in its words."""

import ipaddress
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from wasl.emulator.profiles import URL, URL_MAX
from wasl.emulator.refusals import invalid

Fields = Mapping[str, Any]
TEXT_MAX: Final = 255
WHOLE_MAX: Final = 2**53
_WHOLE_DIGITS_MAX: Final = 16
_URL: Final = re.compile(URL)
PUBLIC_SUFFIX_MISSING: Final = frozenset({"local", "internal", "localhost", "test", "lan", "home"})


def text(fields: Fields, name: str, *, longest: int = TEXT_MAX, required: bool = False) -> str:
    """A string, empty if it was not given. A number is taken for its digits where text is meant."""
    given = fields.get(name)
    if given is None:
        given = ""
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str) or len(given) > longest or (required and not given):
        raise invalid(f"Invalid {name}")
    return given


def flag(fields: Fields, name: str) -> bool:
    """True or false; false if it was not given."""
    given = fields.get(name)
    if given is None:
        return False
    if not isinstance(given, bool):
        raise invalid(f"Invalid {name}")
    return given


def whole(fields: Fields, name: str, *, least: int, most: int = WHOLE_MAX) -> int | None:
    """A whole number, also written as a string; None if it was not given."""
    given = fields.get(name)
    if given is None:
        return None
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) <= _WHOLE_DIGITS_MAX:
        given = int(given)
    elif isinstance(given, Decimal) and given == given.to_integral_value() and abs(given) <= WHOLE_MAX:
        given = int(given)  # JSON does not tell 1.0 from 1
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        raise invalid(f"Invalid {name}")
    return given


def part(fields: Fields, name: str) -> Fields | None:
    """An object; None if it was not given."""
    given = fields.get(name)
    if given is not None and not isinstance(given, dict):
        raise invalid(f"Invalid {name}")
    return given


def codes(fields: Fields, name: str) -> tuple[str, ...]:
    """A list of strings; documentation once calls it a string with commas, which is taken too."""
    given = fields.get(name)
    if given is None:
        return ()
    if isinstance(given, str):
        given = [entry.strip() for entry in given.split(",")]
    if not isinstance(given, list) or len(given) > TEXT_MAX or not all(isinstance(one, str) and one for one in given):
        raise invalid(f"Invalid {name}")
    return tuple(given)


def url(fields: Fields, name: str, *, public: bool = False) -> str:
    """An address of at most 255 characters, empty if it was not given. *public*: no port and no private host."""
    given = fields.get(name)
    if given is None or given == "":
        return ""
    if not isinstance(given, str) or not is_url(given) or (public and not is_public(urlsplit(given))):
        raise invalid(f"Invalid {name} URL")
    return given


def is_url(given: str) -> bool:
    """Whether this is an address a browser or server could be sent to, and not longer than the gateway takes."""
    return len(given) <= URL_MAX and bool(_URL.match(given))


def is_public(split: SplitResult) -> bool:
    """Whether the gateway would send a callback there: no port, and a host that is not obviously private."""
    host = (split.hostname or "").rstrip(".")
    try:
        return split.port is None and ipaddress.ip_address(host).is_global
    except ValueError:
        return split.port is None and "." in host and host.rpartition(".")[2] not in PUBLIC_SUFFIX_MISSING
