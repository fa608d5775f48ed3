"""The bytes on the wire: what Wasl sends, to the letter, and what it reads, without losing what it knows."""

import re
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from wasl.domain.evidence import CartId, TranRef
from wasl.domain.money import Currency, Money
from wasl.gateway import (
    CardCharge,
    CardDiscount,
    CardTerms,
    Contact,
    Donation,
    Frame,
    FrameReturn,
    Frequency,
    HostedPage,
    Intent,
    PluginInfo,
    SaveCard,
    Tokenise,
    TokenType,
)
from wasl.gateway.follow_up import FollowUp, follow_up_request
from wasl.gateway.page import page_request
from wasl.gateway.saved_card import charge_request
from wasl.gateway.wire.answers import ANSWER, ENTRIES, STATEMENT
from wasl.gateway.wire.requests import CartQuery, TokenRequest, TransactionQuery
from wire.gateway.goldens import FOLDER, PROFILE, golden, names


def money(text: str, code: str) -> Money:
    """An amount as a person writes it."""
    return Money.parse(text, Currency.of(code))


LEAST = HostedPage(cart_id=CartId("o-1042-1"), amount=money("12.30", "AED"), description="Order 1042")
FULL = HostedPage(
    cart_id=CartId("o-1042-2"),
    amount=money("12.5", "KWD"),
    description="طلب\n 1042 ",
    intent=Intent.AUTH,
    return_url="https://pay.example.com/paytabs/st_1/return/k1",
    return_by_get=True,
    callback_url="https://pay.example.com/paytabs/st_1/callback",
    customer=Contact(
        name="سارة أحمد",
        email=" sara@example.com",
        phone="+٩٦٥٥٥٠١٢٣٤٥",
        street1="شارع الخليج ١٢",
        city="الكويت",
        state="KU",
        country="kw",
        zip="۱۲۳۴۵",
        ip="203.0.113.7",
    ),
    shipping=Contact(name="Sara Ahmad", email="not an address", street1="x", city="Salmiya", country="KW"),
    hide_shipping=True,
    customer_ref="c-77",
    language="ar-KW",
    minutes=45,
    methods=("creditcard", "knet", "-meeza"),
    theme_id=7,
    alt_currency="USD",
    card_filter=("4111", "4000"),
    card_filter_title="Our bank's cards only",
    discounts=(
        CardDiscount(prefixes=("4111", "520000"), title="Ten dinars off", off=money("10", "KWD")),
        CardDiscount(prefixes=("4000",), title="A fifth off", off=Decimal("12.5")),
    ),
    donation=Donation(least=money("1", "KWD"), most=money("50", "KWD")),
    user_defined={"udf1": "1042", "udf2": "", "udf9": "ar", "other": "x"},
    frame=Frame(return_in=FrameReturn.TOP, message_target="https://shop.example.com"),
    full_ui=True,
    save_card=SaveCard(ask=True),
)
TERMS = HostedPage(
    cart_id=CartId("o-1042-3"),
    amount=money("500", "JPY"),
    description="Order 1042",
    save_card=SaveCard(
        form=Tokenise.ALPHANUM_32,
        terms=CardTerms(
            token_type=TokenType.RECURRING_VARIABLE,
            counter=1,
            total_count=12,
            frequency=Frequency.MONTHLY,
            least=money("100", "JPY"),
            most=money("900", "JPY"),
            days_apart=28,
            starts=date(2027, 3, 30),
            ends=date(2028, 12, 1),
        ),
    ),
)
CAPTURE = FollowUp(
    transaction=TranRef("TST2623802990101"),
    cart_id=CartId("o-1042-1"),
    amount=money("12.30", "AED"),
    reason="Shipped",
)
CHARGE = CardCharge(
    token="2C4656BF67A3E43DC6BE93FE66857CBD",
    saved_by=TranRef("TST2623802990085"),
    cart_id=CartId("s-9-2"),
    amount=money("49", "SAR"),
    description="October",
    callback_url="https://pay.example.com/cb",
)
PLUGIN = PluginInfo(cart_name="Wasl", cart_version="1", plugin_version="2")


@pytest.mark.parametrize(
    ("name", "request_body"),
    [
        ("request-page.json", page_request(PROFILE, LEAST)),
        ("request-page-full.json", page_request(PROFILE, FULL, plugin=PLUGIN)),
        ("request-page-terms.json", page_request(PROFILE, TERMS)),
        ("request-capture.json", follow_up_request(PROFILE, "capture", CAPTURE)),
        ("request-charge.json", charge_request(PROFILE, CHARGE)),
        ("request-query.json", TransactionQuery(profile_id=PROFILE, tran_ref="TST2623802990085")),
        ("request-query-cart.json", CartQuery(profile_id=PROFILE, cart_id="o-1042-1")),
        ("request-token.json", TokenRequest(profile_id=PROFILE, token="2C4656BF67A3E43DC6BE93FE66857CBD")),
    ],
)
def test_what_is_sent_is_sent_to_the_letter(name: str, request_body: msgspec.Struct) -> None:
    """Names, order, exact numbers and left-out empties are those of the golden."""
    assert msgspec.json.encode(request_body) == golden(name)


@pytest.mark.parametrize("name", names("request-*.json"))
def test_nothing_empty_is_sent(name: str) -> None:
    """The gateway takes an empty text for a value."""

    def emptiness(value: object) -> bool:
        if isinstance(value, dict):
            return not value or any(emptiness(inner) for inner in value.values())
        if isinstance(value, list):
            return not value or any(emptiness(inner) for inner in value)
        return value is None or value == ""

    assert not emptiness(msgspec.json.decode(golden(name)))


ANSWERS = [n for p in ("create", "follow-up", "query", "token", "error") for n in names(f"{p}-*.json")]
NOTIFICATIONS = [n for p in ("callback", "ipn") for n in names(f"{p}-*.json")]


def agrees(written: object, original: object) -> bool:
    """Whether everything that was written back stands in the original with the same value."""
    if isinstance(written, dict) and isinstance(original, dict):
        return all(name in original and agrees(value, original[name]) for name, value in written.items())
    return written == original


@pytest.mark.parametrize("name", [n for n in ANSWERS if not n.startswith("query-cart")])
def test_every_answer_is_read_and_written_back(name: str) -> None:
    """What was read of an answer, written and read again, is the same, and nothing in it was made up."""
    answer = ANSWER.decode(golden(name))
    written = msgspec.json.encode(answer)
    assert ANSWER.decode(written) == answer
    assert agrees(msgspec.json.decode(written), msgspec.json.decode(golden(name)))


@pytest.mark.parametrize("name", NOTIFICATIONS)
def test_every_notification_is_read_and_written_back(name: str) -> None:
    """The same for what the gateway says of its own accord."""
    statement = STATEMENT.decode(golden(name))
    written = msgspec.json.encode(statement)
    assert STATEMENT.decode(written) == statement
    assert agrees(msgspec.json.decode(written), msgspec.json.decode(golden(name)))


@pytest.mark.parametrize("name", names("query-cart*.json"))
def test_every_list_is_read_entry_by_entry(name: str) -> None:
    """A list is cut into the very bytes of its entries, which are kept as evidence."""
    entries = [bytes(entry) for entry in ENTRIES.decode(golden(name))]
    assert [msgspec.json.decode(entry) for entry in entries] == msgspec.json.decode(golden(name))
    assert all(entry in golden(name) for entry in entries)


def test_every_golden_names_its_evidence() -> None:
    """No payload stands here that somebody merely believed in."""
    table = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([^`]+)` \|[^|]+\| ([^|]+) \| [0-9]", table, re.MULTILINE))
    assert sorted(rows) == sorted([*names("*.json"), *names("*.txt")])
    assert all(re.match(r"[FDCTI]\b", evidence) for evidence in rows.values())
