"""How a hosted page shall look, whom it lets pay and where it leads (PayTabs reference §2.4, §2.5)."""

import re
from decimal import Decimal, InvalidOperation
from typing import Final
from urllib.parse import urlsplit

from wasl.emulator import fields as read
from wasl.emulator.fields import Fields
from wasl.emulator.methods import ALL, METHODS, chosen
from wasl.emulator.money import DECIMALS, BadAmount, Money
from wasl.emulator.profiles import Profile
from wasl.emulator.records import Discount, Kind, PageRules
from wasl.emulator.refusals import CURRENCY, ApiRefusal, combination, invalid
from wasl.emulator.world import World

DISCOUNTS_MAX: Final = 50
PERCENT_DIGITS_MAX: Final = 12
TOKEN_KINDS: Final = 6  # 1 is none (PayTabs reference §2.5)
TOKEN_TYPES: Final = frozenset({"", "registered", "unscheduled", "recurring_fixed", "recurring_variable"})
_FILTER: Final = re.compile(r"[0-9]{1,19}(,[0-9]{1,19})*")
_PREFIXES: Final = re.compile(r"[0-9]{4,10}(,[0-9]{4,10})*")


def read_rules(world: World, profile: Profile, fields: Fields, *, kind: Kind, amount: Money) -> PageRules:
    """The rules a request gives its page; raises ApiRefusal."""
    returns = fields.get("return")
    card_filter = _matching(_FILTER, read.text(fields, "card_filter").replace(" ", ""), "card_filter")
    read.whole(fields, "config_id", least=1)  # a theme: accepted, and every one of them looks alike here
    return PageRules(
        return_url="" if returns == "none" else read.url(fields, "return"),
        return_using_get=read.flag(fields, "return_using_get"),
        language=read.text(fields, "paypage_lang").lower()[:2],
        hide_shipping=read.flag(fields, "hide_shipping"),
        methods=_offered(profile, fields, kind=kind, currency=amount.currency),
        alt_currency=_alternative(fields),
        card_filter=card_filter,
        card_filter_title=read.text(fields, "card_filter_title"),
        discounts=_discounts(world, fields, amount.currency),
        donation=_donation(world, fields, amount.currency),
        tokenise=_tokenise(fields),
        asks_to_save=read.flag(fields, "show_save_card"),
        framed=read.flag(fields, "framed"),
        target=_target(fields),
        message_target=_message_target(fields),
    )


def _offered(profile: Profile, fields: Fields, *, kind: Kind, currency: str) -> tuple[str, ...]:
    """The methods a buyer can choose from, in the order of the catalogue; a page without any is refused."""
    codes = chosen(read.codes(fields, "payment_methods") or (ALL,), profile.methods)
    if codes is None:
        raise combination()
    framed = read.flag(fields, "framed")
    offered = tuple(
        code
        for code, method in METHODS.items()
        if code in codes
        and method.takes(currency)
        and (method.framed or not framed)
        and (method.authorises or kind is not Kind.AUTH)
        and (method.saves_cards or kind is not Kind.REGISTER)
    )
    if not offered:
        raise combination()
    return offered


def _alternative(fields: Fields) -> str:
    currency = read.text(fields, "alt_currency")
    if currency and currency not in DECIMALS:
        raise ApiRefusal(CURRENCY, "Invalid currency code")
    return currency


def _donation(world: World, fields: Fields, currency: str) -> tuple[Money, Money] | None:
    if not read.flag(fields, "donation_mode"):
        return None
    try:
        least, most = world.money(fields.get("cart_min"), currency), world.money(fields.get("cart_max"), currency)
    except BadAmount:
        raise invalid("Invalid cart_min or cart_max") from None
    if least.minor > most.minor:
        raise invalid("Invalid cart_min or cart_max")
    return least, most


def _discounts(world: World, fields: Fields, currency: str) -> tuple[Discount, ...]:
    given = fields.get("card_discounts")
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > DISCOUNTS_MAX:
        raise invalid("Invalid card_discounts")
    return tuple(_discount(world, entry, currency) for entry in given)


def _discount(world: World, entry: object, currency: str) -> Discount:
    if not isinstance(entry, dict) or (entry.get("discount_amount") is None) == (entry.get("discount_percent") is None):
        raise invalid("Invalid card_discounts")
    prefixes = _matching(_PREFIXES, read.text(entry, "discount_cards", required=True), "discount_cards")
    title = read.text(entry, "discount_title", required=True)
    if entry.get("discount_percent") is not None:
        return Discount(prefixes=prefixes, title=title, percent=_percent(entry["discount_percent"]))
    try:
        return Discount(prefixes=prefixes, title=title, off=world.money(entry["discount_amount"], currency))
    except BadAmount:
        raise invalid("Invalid discount_amount") from None


def _percent(given: object) -> str:
    text = str(given)
    numeric = isinstance(given, int | Decimal | str) and not isinstance(given, bool)
    try:
        value = Decimal(text) if numeric and len(text) <= PERCENT_DIGITS_MAX else Decimal(0)
    except InvalidOperation:
        value = Decimal(0)
    if not value.is_finite() or not 0 < value <= 100:  # noqa: PLR2004  a percentage
        raise invalid("Invalid discount_percent")
    return text


def _matching(pattern: re.Pattern[str], given: str, name: str) -> tuple[str, ...]:
    if given and not pattern.fullmatch(given):
        raise invalid(f"Invalid {name}")
    return tuple(given.split(",")) if given else ()


def _tokenise(fields: Fields) -> int:
    """The kind of token to make of the buyer's card; 0 for none."""
    info = read.part(fields, "token_info") or {}
    if read.text(info, "token_type") not in TOKEN_TYPES:
        raise invalid("Invalid token_type")
    kind = read.whole(fields, "tokenise", least=1, most=TOKEN_KINDS)
    kind = kind or read.whole(info, "tokenise", least=1, most=TOKEN_KINDS)
    return 0 if kind in (None, 1) else int(kind or 0)


def _target(fields: Fields) -> str:
    """The window that goes on after the payment."""
    if not read.flag(fields, "framed"):
        return "_self"
    if read.flag(fields, "framed_return_top"):
        return "_top"
    return "_parent" if read.flag(fields, "framed_return_parent") else "_self"


def _message_target(fields: Fields) -> str:
    """An HTTPS origin (on one's own machine also http)."""
    given = read.url(fields, "framed_message_target")
    if not given:
        return ""
    split = urlsplit(given)
    local = split.hostname in ("localhost", "127.0.0.1", "::1")
    if (split.scheme != "https" and not local) or split.path not in ("", "/") or split.query or split.username:
        raise invalid("Invalid framed_message_target")
    return f"{split.scheme}://{split.netloc}"
