"""Profiles: who a merchant is at the gateway, what they may take, and which notifications they have configured."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from wasl.emulator.methods import METHODS
from wasl.emulator.money import DECIMALS

# The published sample keys of PayTabs' documentation: they open nothing anywhere (PayTabs reference §1.3, §6.6).
DEFAULT_PROFILE_ID: Final = 47170
DEFAULT_SERVER_KEY: Final = "SGJNZ96JLG-JDMKHGRWT9-RWRK2KJNRJ"
DEFAULT_CLIENT_KEY: Final = "CKKMD9-HQVQ62-6RTT2R-GRMP2B"
MERCHANT_ID: Final = 20121
AGENT: Final = "Go-http-client/1.1"
URL_MAX: Final = 255
END: Final = r"(?![\s\S])"  # the end of the text in every dialect: `$` lets a line end pass
_PORT: Final = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
URL: Final = rf"^https?://([A-Za-z0-9][A-Za-z0-9._-]*|\[::1\])(:{_PORT})?([/?#][!-~]*)?{END}"
PROFILES_MAX: Final = 10_000
IPN_ENTRIES_MAX: Final = 20

Event = Literal["sale", "auth", "register", "payment request", "capture", "void", "release", "refund", "failure"]
ALL_EVENTS: Final[tuple[Event, ...]] = (
    "sale", "auth", "register", "payment request", "capture", "void", "release", "refund", "failure",
)  # fmt: skip
Key = Annotated[str, Meta(min_length=1, max_length=128, pattern=rf"^[!-~]+{END}")]
ProfileId = Annotated[int, Meta(ge=1, le=2**53)]


class IpnEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the dashboard's notification settings (PayTabs reference §5.3).

    `with_callback`: also for payments that named a callback of their own.
    """

    url: Annotated[str, Meta(max_length=URL_MAX, pattern=URL)]
    type: Literal["Default Web", "Basic Web"] = "Default Web"
    events: tuple[Event, ...] = ALL_EVENTS
    with_callback: bool = True
    user_agent: Annotated[str, Meta(min_length=1, max_length=200, pattern=rf"^[ -~]+{END}")] = AGENT


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant's profile. `test` ones have references that begin with TST; what is not `active` cannot be used."""

    profile_id: int
    merchant_id: int = MERCHANT_ID
    server_key: str
    client_key: str
    name: str = "Test shop"
    test: bool = True
    active: bool = True
    recurring: bool = True
    currencies: frozenset[str] = frozenset(DECIMALS)
    methods: frozenset[str] = frozenset(METHODS)
    ipn: tuple[IpnEntry, ...] = ()

    def __repr__(self) -> str:
        return f"Profile({self.profile_id})"  # never its keys
