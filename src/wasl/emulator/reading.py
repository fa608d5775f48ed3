"""From a request's bytes to what the merchant wants, or the refusal the gateway would answer (PayTabs reference §2)."""

import hmac
from decimal import Decimal
from typing import Any, Final

import msgspec

from wasl.emulator import fields as read
from wasl.emulator.fields import Fields
from wasl.emulator.money import DECIMALS, BadAmount, Money
from wasl.emulator.profiles import Profile
from wasl.emulator.records import Channel, Kind, Order, PageRules, Person
from wasl.emulator.refusals import (
    CURRENCY,
    DESCRIPTION,
    NOT_JSON,
    NOT_LIVE,
    ApiRefusal,
    combination,
    invalid,
    unauthenticated,
)
from wasl.emulator.rules import read_rules
from wasl.emulator.world import World

DESCRIPTION_MAX: Final = 128
CART_ID_MAX: Final = 64
USER_DEFINED: Final = tuple(f"udf{number}" for number in range(1, 10))
CLASSES: Final = {"ecom": "ECom", "moto": "Moto", "recurring": "Recurring"}
OPENING: Final = {"sale": Kind.SALE, "auth": Kind.AUTH, "register": Kind.REGISTER}
FOLLOWING: Final = {
    "capture": Kind.CAPTURE,
    "void": Kind.VOID,
    "release": Kind.RELEASE,
    "refund": Kind.REFUND,
    "authext": Kind.AUTH_EXTENSION,
}
# Bodies that PayTabs takes and this gateway does not: a card number typed at the shop never comes near it.
ABSENT: Final = ("card_details", "payment_token", "apple_pay_token", "invoice", "agreement")
MINUTES_MAX: Final = 60 * 24 * 366
# Decimal for numbers with a point, so that an amount is never a binary float.
_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A request for money: `kind` on an `order`. `target` is the transaction it acts on, `token` a saved card.

    A hosted page has `rules`, and lives for `minutes`.
    """

    kind: Kind
    order: Order
    rules: PageRules
    minutes: int
    target: str = ""
    token: str = ""
    buyer_present: bool = True

    @property
    def is_page(self) -> bool:
        """Whether a buyer is asked for a card, or for another way to pay."""
        return not self.target and not self.token


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body, whatever content type it claims (older SDKs claimed none)."""
    try:
        given = _DECODER.decode(body)
    except (msgspec.DecodeError, ValueError, ArithmeticError, RecursionError):
        raise invalid(NOT_JSON) from None
    if not isinstance(given, dict):
        raise invalid(NOT_JSON)
    return given


def authenticate(world: World, key: str | None, fields: Fields) -> Profile:
    """The profile that the body names and the key opens; raises ApiRefusal."""
    if not key:
        raise unauthenticated()
    try:
        profile_id = read.whole(fields, "profile_id", least=1)
    except ApiRefusal:
        profile_id = None
    if profile_id is None:
        raise ApiRefusal(None, "No merchant information found in the request")
    profile = world.state.profile(profile_id)
    if profile is None or not hmac.compare_digest(profile.server_key.encode(), key.strip().encode()):
        raise unauthenticated()
    if not profile.active:
        raise ApiRefusal(NOT_LIVE, "Invalid transaction mode")
    return profile


def read_wanted(world: World, profile: Profile, fields: Fields) -> Wanted:
    """What `POST /payment/request` asks for; raises ApiRefusal."""
    for name in ABSENT:
        if fields.get(name) is not None:
            raise invalid(f"{name} is not offered by this emulator")
    word = read.text(fields, "tran_type", required=True).lower()
    if word not in OPENING and word not in FOLLOWING:
        raise invalid("Invalid tran_type")
    tran_class = CLASSES.get(read.text(fields, "tran_class", required=True).lower())
    if tran_class is None:
        raise invalid("Invalid tran_class")
    order = _order(world, profile, fields, tran_class)
    if word in FOLLOWING:
        target = read.text(fields, "tran_ref", longest=CART_ID_MAX, required=True)
        return Wanted(kind=FOLLOWING[word], order=order, rules=PageRules(), minutes=1, target=target)
    return _opening(world, profile, fields, OPENING[word], order)


def _opening(world: World, profile: Profile, fields: Fields, kind: Kind, order: Order) -> Wanted:
    token, target = _saved_card(fields)
    recurring = order.tran_class == CLASSES["recurring"]
    if recurring and not profile.recurring:
        raise combination()
    if recurring and not (token or target):
        raise invalid("Invalid token")
    charges = bool(token) or recurring
    by_api = charges and order.channel == Channel.PAGE
    return Wanted(
        kind=kind,
        order=msgspec.structs.replace(order, channel=Channel.API) if by_api else order,
        rules=read_rules(world, profile, fields, kind=kind, amount=order.amount),
        minutes=read.whole(fields, "paypage_ttl", least=1, most=MINUTES_MAX) or world.switches.page_minutes,
        target=target if charges else "",
        token=token,
        buyer_present=not recurring,
    )


def _order(world: World, profile: Profile, fields: Fields, tran_class: str) -> Order:
    if not isinstance(fields.get("cart_id"), str):
        raise invalid("Invalid cart_id")
    description = fields.get("cart_description")
    if not isinstance(description, str) or not 1 <= len(description) <= DESCRIPTION_MAX:
        raise ApiRefusal(DESCRIPTION, "Description not valid")
    return Order(
        profile_id=profile.profile_id,
        tran_class=tran_class,
        cart_id=read.text(fields, "cart_id", longest=CART_ID_MAX, required=True),
        description=description,
        amount=_amount(world, fields, "cart_amount", _currency(profile, fields)),
        customer=_person(fields, "customer_details") or Person(),
        shipping=_person(fields, "shipping_details"),
        customer_ref=read.text(fields, "customer_ref"),
        user_defined=_user_defined(fields),
        callback=read.url(fields, "callback", public=world.switches.callback_hosts == "public"),
        channel=_channel(fields),
    )


def _currency(profile: Profile, fields: Fields) -> str:
    given = fields.get("cart_currency")
    if not isinstance(given, str) or given not in DECIMALS or given not in profile.currencies:
        raise ApiRefusal(CURRENCY, "Invalid currency code")
    return given


def _amount(world: World, fields: Fields, name: str, currency: str) -> Money:
    try:
        return world.money(fields.get(name), currency)
    except BadAmount:
        raise invalid(f"Invalid {name}") from None


def _person(fields: Fields, name: str) -> Person | None:
    given = read.part(fields, name)
    if given is None:
        return None
    return Person(**{part: read.text(given, part) for part in Person.__struct_fields__})


def _user_defined(fields: Fields) -> dict[str, str]:
    given = read.part(fields, "user_defined") or {}
    return {name: read.text(given, name, required=True) for name in USER_DEFINED if given.get(name) is not None}


def _channel(fields: Fields) -> str:
    plugin = read.part(fields, "plugin_info") or {}
    return read.text(plugin, "cart_name") or Channel.PAGE


def _saved_card(fields: Fields) -> tuple[str, str]:
    """The token to charge, and the transaction that saved it; `token_info` may say both too (reference §2.5)."""
    info = read.part(fields, "token_info") or {}
    token = read.text(fields, "token") or read.text(info, "token")
    return token, read.text(fields, "tran_ref") or read.text(info, "tran_ref")
