"""The payment methods of a profile (PayTabs reference §8.1) and how a buyer pays by each."""

from enum import Enum
from types import MappingProxyType
from typing import Final, TypedDict, Unpack

import msgspec

ANY: Final = frozenset[str]()


class Way(Enum):
    """What the page does when a method is chosen."""

    CARD = "card"  # the card form
    PARTNER = "partner"  # the partner's own page, where the buyer agrees or not
    NUMBER = "number"  # a number to pay at an agent or a bank, hours or days later


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """One method. Empty `currencies` means any; `title` is what notifications call it, `label` what buyers read."""

    code: str
    title: str
    label: str = ""
    way: Way
    currencies: frozenset[str] = ANY
    schemes: frozenset[str] = frozenset()
    saves_cards: bool = False
    authorises: bool = False
    framed: bool = True
    refunds: bool = True
    digits: int = 0

    def takes(self, currency: str) -> bool:
        """Whether a payment in *currency* can be made by it."""
        return not self.currencies or currency in self.currencies


class _Abilities(TypedDict, total=False):
    saves_cards: bool
    authorises: bool
    framed: bool
    refunds: bool


def _card(code: str, title: str, currencies: str, schemes: str, **abilities: Unpack[_Abilities]) -> Method:
    return Method(
        code=code,
        title=title,
        way=Way.CARD,
        currencies=frozenset(currencies.split()),
        schemes=frozenset(schemes.split()),
        **abilities,
    )


def _partner(code: str, title: str, currencies: str, **abilities: Unpack[_Abilities]) -> Method:
    return Method(code=code, title=title, way=Way.PARTNER, currencies=frozenset(currencies.split()), **abilities)


def _number(code: str, title: str, currencies: str, *, digits: int, label: str = "", refunds: bool = True) -> Method:
    return Method(
        code=code,
        title=title,
        label=label,
        way=Way.NUMBER,
        currencies=frozenset(currencies.split()),
        digits=digits,
        refunds=refunds,
    )


METHODS: Final = MappingProxyType(
    {
        method.code: method
        for method in (
            _card("creditcard", "Credit card", "", "Visa MasterCard", saves_cards=True, authorises=True),
            _card("amex", "American Express", "AED SAR USD AZN TRY", "AmEx", saves_cards=True, authorises=True),
            _card("mada", "mada", "SAR", "mada", saves_cards=True, authorises=True),
            _card("omannet", "OmanNet", "OMR", "OmanNet", saves_cards=True),
            _card("meeza", "Meeza", "EGP", "Meeza", authorises=True),
            _card("knet", "KnPay", "KWD USD", "KNET", framed=False),
            _card("unionpay", "UnionPay", "AED", "UnionPay", authorises=True, framed=False),
            _card("installment", "Bank instalments", "EGP", "Visa MasterCard", refunds=False),
            _card("touchpoints", "ADCB Touchpoints", "AED", "Visa MasterCard", refunds=False),
            _partner("meezaqr", "Meeza QR", "EGP"),
            _partner("knetdebit", "KnPay (debit)", "KWD", framed=False),
            _partner("knetcredit", "KnPay (credit)", "KWD", framed=False),
            _partner("applepay", "Apple Pay", "", saves_cards=True, authorises=True, framed=False),
            _partner("samsungpay", "Samsung Pay", "AED SAR", saves_cards=True, framed=False),
            _partner("google", "Google Pay", "", saves_cards=True, authorises=True, framed=False, refunds=False),
            _partner("stcpay", "STC Pay", "SAR"),
            _partner("stcpayqr", "STC Pay QR", "SAR", framed=False, refunds=False),
            _partner("urpay", "urpay", "SAR"),
            _partner("valu", "valU", "EGP"),
            _partner("souhoola", "Souhoola", "EGP"),
            _partner("amaninstallments", "Aman instalments", "EGP"),
            _partner("forsa", "Forsa", "EGP", refunds=False),
            _partner("halan", "Halan", "EGP", refunds=False),
            _partner("tru", "TRU", "EGP"),
            _partner("tabby", "Tabby", "AED SAR", framed=False, refunds=False),
            _partner("tamara", "Tamara", "AED SAR"),
            _partner("paypal", "PayPal", "AED EGP USD EUR GBP HKD JPY", framed=False),
            _number("sadad", "SADAD (IFS)", "SAR", digits=12, label="SADAD", refunds=False),
            _number("aman", "Aman", "EGP", digits=14, refunds=False),
            _number("basata", "Basata", "EGP", digits=14, refunds=False),
            _number("fawry", "Fawry", "EGP", digits=14),
        )
    }
)
ALL: Final = "all"
# Other names of the same methods in SDK 3.
ALIASES: Final = MappingProxyType(
    {
        "any": ALL,
        "card": "creditcard",
        "qr": "meezaqr",
        "cup": "unionpay",
        "apple": "applepay",
        "samsung": "samsungpay",
        "stc": "stcpay",
        "amaninstallment": "amaninstallments",
        "shahry": "tru",
        "installments": "installment",
        "adcbtouchpoints": "touchpoints",
    }
)
PAGE_CURRENCIES: Final = frozenset().union(*(method.currencies for method in METHODS.values()))


def chosen(wanted: tuple[str, ...], enabled: frozenset[str]) -> frozenset[str] | None:
    """Method codes that `payment_methods` leaves of those *enabled*; None if it names one that is not enabled.

    `-code` excludes; exclusions alone mean everything else.
    """
    named = [(code.startswith("-"), ALIASES.get(code.lstrip("-").lower(), code.lstrip("-").lower())) for code in wanted]
    known = enabled | {ALL}
    if any(code not in known for _, code in named):
        return None
    taken = {code for excluded, code in named if not excluded}
    if not taken or ALL in taken:
        taken = set(enabled)
    return frozenset(taken - {code for excluded, code in named if excluded})
