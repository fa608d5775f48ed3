"""What a buyer typed on the hosted page, and what has to be corrected before anything is sent to a bank."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from wasl.emulator import cards
from wasl.emulator.methods import METHODS, Way
from wasl.emulator.money import BadAmount, Money, parse_amount
from wasl.emulator.records import Page, Person
from wasl.emulator.world import World

YEAR_DIGITS_SHORT: Final = 2
MONTHS: Final = 12
COUNTRY_DIGITS: Final = 2
INPUT_MAX: Final = 128
NAME_MIN: Final = 4
_SHORTEST: Final = {"name": NAME_MIN, "street1": NAME_MIN, "city": 2, "state": 2, "country": COUNTRY_DIGITS}


class Wrong(StrEnum):
    """What is wrong with an input, in English; the page says it in the buyer's language."""

    NUMBER = "Check the card number."
    CVV = "Enter the 3 or 4 digits of the security code."
    EXPIRY = "Enter a month and year in which the card is still good."
    EXPIRED = "This card has expired."
    SCHEME = "This kind of card is not supported, please enter a different card."
    FILTERED = "This card is not accepted for this payment."
    MISSING = "Please fill this in."
    EMAIL = "Enter an e-mail address."
    AMOUNT = "Enter an amount within the range."
    DECLINED = "The payment was declined. You can try again, or use another card."


class PayForm(msgspec.Struct, frozen=True, kw_only=True):
    """The card form as it was posted. `billing` has only the parts the buyer was asked for; `ip` is the buyer's."""

    number: str = ""
    cvv: str = ""
    expiry_month: str = ""
    expiry_year: str = ""
    holder: str = ""
    amount: str = ""
    save_card: bool = False
    billing: Mapping[str, str] = {}
    ip: str = ""

    def __repr__(self) -> str:
        return "PayForm"  # never a card number


Corrections = Mapping[str, str]


def missing_billing(world: World, customer: Person) -> tuple[str, ...]:
    """The parts of the buyer's address that the page has to ask for."""
    return tuple(part for part in world.switches.billing_required if _wrong_part(part, getattr(customer, part)))


def merged(customer: Person, form: PayForm) -> Person:
    """What was known of the buyer, with what they typed."""
    typed = {part: text.strip()[:INPUT_MAX] for part, text in form.billing.items() if part in Person.__struct_fields__}
    return msgspec.structs.replace(customer, **{**typed, "ip": form.ip or customer.ip})


def check_billing(world: World, customer: Person) -> Corrections:
    """Inputs of the address that are missing or wrong, by their names on the page."""
    wrong = {part: _wrong_part(part, getattr(customer, part)) for part in world.switches.billing_required}
    return {f"billing_{part}": said for part, said in wrong.items() if said}


def check_card(page: Page, form: PayForm, *, now_ms: int, filters: bool) -> Corrections:
    """Inputs of the card that no bank would look at. *filters*: also what the merchant's card filter excludes."""
    digits = cards.digits_of(form.number)
    wrong: dict[str, str] = {}
    if not cards.is_card_number(digits):
        wrong["number"] = Wrong.NUMBER
    elif cards.scheme_of(digits) not in accepted_schemes(page):
        wrong["number"] = Wrong.SCHEME
    elif filters and not passes_filter(page, digits):
        wrong["number"] = page.rules.card_filter_title or Wrong.FILTERED
    if not (_is_digits(form.cvv) and len(form.cvv) in cards.CVV_DIGITS):
        wrong["cvv"] = Wrong.CVV
    expiry = read_expiry(form, now_ms)
    if expiry is None:
        wrong["expiry_month"] = Wrong.EXPIRY
    elif cards.is_expired(*expiry, now_ms):
        wrong["expiry_month"] = Wrong.EXPIRED
    return wrong


def read_expiry(form: PayForm, now_ms: int) -> tuple[int, int] | None:
    """Month and year, from two or four digits; None if there is no such month or no card is good that long."""
    month_text, year_text = form.expiry_month.strip(), form.expiry_year.strip()
    if not (_is_digits(month_text) and _is_digits(year_text)):
        return None
    month, year = int(month_text), int(year_text)
    if len(year_text) == YEAR_DIGITS_SHORT:
        year += 2000
    horizon = year - cards.YEARS_AHEAD_MAX
    if not 1 <= month <= MONTHS or len(year_text) > 4 or not cards.is_expired(MONTHS, horizon, now_ms):  # noqa: PLR2004  a year
        return None
    return month, year


def read_donation(page: Page, form: PayForm, decimals: int) -> Money | None:
    """The amount the buyer chose within the range; None if it is not one."""
    if page.rules.donation is None:
        return page.order.amount
    least, most = page.rules.donation
    try:
        chosen = parse_amount(form.amount.strip() or str(page.order.amount), least.currency, decimals, exact=True)
    except BadAmount:
        return None
    return chosen if least.minor <= chosen.minor <= most.minor else None


def accepted_schemes(page: Page) -> frozenset[str]:
    """The card schemes that can pay on this page."""
    offered = (METHODS[code] for code in page.rules.methods)
    return frozenset().union(*(method.schemes for method in offered if method.way is Way.CARD))


def method_of(page: Page, scheme: str) -> str:
    """The code of the offered method that takes a card of this scheme."""
    return next((code for code in page.rules.methods if scheme in METHODS[code].schemes), "")


def passes_filter(page: Page, digits: str) -> bool:
    """Whether the merchant's card filter lets a number through."""
    return not page.rules.card_filter or digits.startswith(page.rules.card_filter)


def _wrong_part(part: str, text: str) -> str:
    if len(text) < _SHORTEST.get(part, 1) or len(text) > INPUT_MAX:
        return Wrong.MISSING
    if part == "email" and not ("@" in text[1:-1] and " " not in text):
        return Wrong.EMAIL
    return ""


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
