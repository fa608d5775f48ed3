"""Ways to pay, their currencies and abilities (PayTabs reference §8.1). Hints for people: the profile decides."""

from dataclasses import dataclass
from enum import Flag, auto
from types import MappingProxyType
from typing import Final


class Can(Flag):
    """What a method is able to do, as far as the official SDKs know. Version 3's word stands where they differ."""

    NOTHING = 0
    TOKENISE = auto()
    AUTHORIZE = auto()  # and capture
    FRAME = auto()  # inside an iframe
    REFUND = auto()  # also in parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way to pay. `currencies` is None where any currency of the profile goes.

    `deferred` methods give the buyer a number to quote and are paid hours or days later, as a second transaction.
    `sdk_id` and `alias` are how version 3 of the official SDK calls it. An inactive method is known and not offered.
    """

    code: str
    title: str
    currencies: frozenset[str] | None
    can: Can
    card: bool = False
    deferred: bool = False
    active: bool = True
    sdk_id: int | None = None
    alias: str = ""

    def takes(self, currency: str) -> bool:
        """Whether this method is made for *currency* (an ISO 4217 code)."""
        return self.currencies is None or currency in self.currencies


def _in(*currencies: str) -> frozenset[str]:
    return frozenset(currencies)


_T, _A, _F, _R = Can.TOKENISE, Can.AUTHORIZE, Can.FRAME, Can.REFUND
_TABLE: Final = (
    Method(code="all", title="All of the profile", currencies=None, can=_T | _A | _F | _R, sdk_id=1, alias="any"),
    Method(
        code="creditcard",
        title="Credit card",
        currencies=None,
        can=_T | _A | _F | _R,
        card=True,
        sdk_id=2,
        alias="card",
    ),
    Method(
        code="amex",
        title="American Express",
        currencies=_in("AED", "SAR", "USD", "AZN", "TRY"),
        can=_T | _A | _F | _R,
        card=True,
        sdk_id=5,
    ),
    Method(code="mada", title="mada", currencies=_in("SAR"), can=_T | _A | _F | _R, card=True, sdk_id=101),
    Method(code="omannet", title="OmanNet", currencies=_in("OMR"), can=_T | _F | _R, card=True, sdk_id=401),
    Method(code="meeza", title="Meeza", currencies=_in("EGP"), can=_A | _F | _R, card=True, sdk_id=340),
    Method(code="meezaqr", title="Meeza QR", currencies=_in("EGP"), can=_F | _R, sdk_id=341, alias="qr"),
    Method(code="knet", title="KnPay", currencies=_in("KWD", "USD"), can=_R, card=True, sdk_id=701),
    Method(code="knetdebit", title="KnPay debit", currencies=_in("KWD"), can=_R, sdk_id=703),
    Method(code="knetcredit", title="KnPay credit", currencies=_in("KWD"), can=_R, sdk_id=702),
    Method(code="unionpay", title="UnionPay", currencies=_in("AED"), can=_A | _R, card=True, sdk_id=60, alias="cup"),
    Method(code="applepay", title="Apple Pay", currencies=None, can=_T | _A | _R, sdk_id=10, alias="apple"),
    Method(
        code="samsungpay", title="Samsung Pay", currencies=_in("AED", "SAR"), can=_T | _R, sdk_id=30, alias="samsung"
    ),
    Method(code="google", title="Google Pay", currencies=None, can=_T | _A),  # known from the Odoo plugin alone
    Method(code="stcpay", title="STC Pay", currencies=_in("SAR"), can=_F | _R, sdk_id=110, alias="stc"),
    Method(code="stcpayqr", title="STC Pay QR", currencies=_in("SAR"), can=Can.NOTHING, active=False, sdk_id=111),
    Method(code="urpay", title="urpay", currencies=_in("SAR"), can=_F | _R, sdk_id=140),
    Method(code="sadad", title="SADAD", currencies=_in("SAR"), can=_F, deferred=True, sdk_id=120),
    Method(code="aman", title="Aman", currencies=_in("EGP"), can=_F, deferred=True, sdk_id=305),
    Method(code="basata", title="Basata", currencies=_in("EGP"), can=_F, deferred=True, sdk_id=310),
    Method(code="fawry", title="Fawry", currencies=_in("EGP"), can=_F | _R, deferred=True, active=False, sdk_id=301),
    Method(code="valu", title="valU", currencies=_in("EGP"), can=_F | _R, sdk_id=360),
    Method(code="souhoola", title="Souhoola", currencies=_in("EGP"), can=_F | _R, sdk_id=345),
    Method(
        code="amaninstallments",
        title="Aman instalments",
        currencies=_in("EGP"),
        can=_F | _R,
        sdk_id=306,
        alias="amaninstallment",
    ),
    Method(code="forsa", title="Forsa", currencies=_in("EGP"), can=_F, sdk_id=315),
    Method(code="halan", title="Halan", currencies=_in("EGP"), can=_F, sdk_id=320),
    Method(code="tru", title="TRU", currencies=_in("EGP"), can=_F | _R, sdk_id=350, alias="shahry"),
    Method(
        code="installment",
        title="Bank instalments",
        currencies=_in("EGP"),
        can=_F,
        card=True,
        sdk_id=330,
        alias="installments",
    ),
    Method(
        code="touchpoints",
        title="ADCB Touchpoints",
        currencies=_in("AED"),
        can=_F,
        card=True,
        sdk_id=202,
        alias="adcbtouchpoints",
    ),
    Method(code="tabby", title="Tabby", currencies=_in("AED", "SAR"), can=_F, sdk_id=130),
    Method(code="tamara", title="Tamara", currencies=_in("AED", "SAR"), can=_F | _R, sdk_id=135),
    Method(
        code="paypal",
        title="PayPal",
        currencies=_in("AED", "EGP", "USD", "EUR", "GBP", "HKD", "JPY"),
        can=_R,
        sdk_id=50,
    ),
)

METHODS: Final = MappingProxyType({method.code: method for method in _TABLE})
_ALIASES: Final = MappingProxyType({method.alias: method for method in _TABLE if method.alias})


def method(code: str) -> Method | None:
    """The method called *code*, by its own name or version 3's alias, with or without the `-` that excludes it.

    None for a code nobody has listed: it is passed on as it is, since the gateway may know more than we do.
    """
    name = code.removeprefix("-").casefold()
    return METHODS.get(name) or _ALIASES.get(name)
