"""From words to facts: every golden means what it says, and nothing else is ever guessed."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.evidence import Fact, Kind, Verdict
from wasl.domain.money import Currency, Money
from wasl.gateway.translate import fact_of, fact_of_return, instant_of, kind_of, unrecognized
from wasl.gateway.wire.answers import ENTRIES, STATEMENT, Statement, loose
from wire.gateway.goldens import golden

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def money(text: str, code: str = "AED") -> Money:
    """An amount as a person writes it."""
    return Money.parse(text, Currency.of(code))


def stated(name: str) -> Fact:
    """The fact in one golden that states one."""
    fact = fact_of(STATEMENT.decode(golden(name)))
    assert fact is not None
    return fact


def told(fact: Fact) -> tuple[Kind, Verdict, str, str | None]:
    """What decides: the type, what became of it, the amount, and what it acts on."""
    return fact.kind, fact.verdict, str(fact.amount), fact.previous_ref


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("query-sale.json", (Kind.SALE, Verdict.APPROVED, "12.30", None)),
        ("query-held.json", (Kind.AUTH, Verdict.HELD, "12.30", None)),
        ("query-release.json", (Kind.RELEASE, Verdict.APPROVED, "1.33", "TST2623802990100")),
        ("callback-sale.json", (Kind.SALE, Verdict.APPROVED, "12.30", None)),
        ("callback-declined.json", (Kind.SALE, Verdict.DECLINED, "12.30", None)),
        ("callback-cancelled.json", (Kind.SALE, Verdict.CANCELED, "12.30", None)),
        ("callback-held.json", (Kind.AUTH, Verdict.HELD, "12.30", None)),
        ("callback-capture.json", (Kind.CAPTURE, Verdict.APPROVED, "2.00", "TST2623802990101")),
        ("callback-discount.json", (Kind.SALE, Verdict.APPROVED, "700.00", None)),
        ("callback-payment-request.json", (Kind.PAYMENT_REQUEST, Verdict.PENDING, "120.30", None)),
        ("callback-deferred-sale.json", (Kind.SALE, Verdict.APPROVED, "120.30", "PTE2625000000017")),
        ("callback-expired.json", (Kind.PAYMENT_REQUEST, Verdict.EXPIRED, "12.30", None)),
        ("callback-unanswered.json", (Kind.SALE, Verdict.UNANSWERED, "12.30", None)),
        ("callback-void.json", (Kind.VOID, Verdict.APPROVED, "120.30", "TST2623802990100")),
        ("callback-register.json", (Kind.REGISTER, Verdict.APPROVED, "1.00", None)),
        ("callback-kwd.json", (Kind.SALE, Verdict.APPROVED, "12.345", None)),
        ("callback-liberal.json", (Kind.SALE, Verdict.APPROVED, "12.30", None)),
        ("ipn-refund.json", (Kind.REFUND, Verdict.APPROVED, "5.00", "TST2623802990085")),
        ("ipn-unknown-words.json", (Kind.UNRECOGNIZED, Verdict.UNRECOGNIZED, "12.30", None)),
        ("follow-up-capture.json", (Kind.CAPTURE, Verdict.APPROVED, "12.30", "TST2623802990101")),
        ("follow-up-void.json", (Kind.VOID, Verdict.APPROVED, "120.30", "TST2623802990100")),
        ("follow-up-refund.json", (Kind.REFUND, Verdict.APPROVED, "5.00", "TST2623802990085")),
        ("follow-up-refund-pending.json", (Kind.REFUND, Verdict.PENDING, "5.00", "TST2623802990085")),
        ("follow-up-on-hold.json", (Kind.VOID, Verdict.ERROR, "12.30", "TST2623802990101")),
    ],
)
def test_every_golden_means_what_it_says(name: str, expected: tuple[Kind, Verdict, str, str | None]) -> None:
    """Type, result, amount and predecessor of each captured shape are read."""
    assert told(stated(name)) == expected


def test_a_sale_is_read_whole() -> None:
    """All that a fact holds comes from where the reference says it stands."""
    assert stated("callback-sale.json") == Fact(
        tran_ref=stated("query-sale.json").tran_ref,
        kind=Kind.SALE,
        verdict=Verdict.APPROVED,
        cart_id=stated("query-sale.json").cart_id,
        amount=money("12.30"),
        moved=money("12.30"),
        at=instant_of("2026-08-26T10:15:30Z"),
        code="G33093",
        message="Authorised",
        method="Visa",
    )


def test_callback_and_query_state_one_fact() -> None:
    """Their spellings differ; one sale heard twice must not become two."""
    assert stated("callback-sale.json").same_as(stated("query-sale.json"))


def test_a_discount_lowers_what_moved_and_not_what_was_asked() -> None:
    """Comparing the total with the order would call a discounted payment wrong."""
    fact = stated("callback-discount.json")
    assert (fact.amount, fact.moved) == (money("700", "SAR"), money("690", "SAR"))


def test_three_decimals_stay_three() -> None:
    """12.345 dinars are 12,345 fils."""
    fact = stated("callback-kwd.json")
    assert fact.amount is not None
    assert (fact.amount.minor, fact.cart_id) == (12_345, "طلب 102")


def test_a_deferred_payment_carries_the_number_to_quote_twice() -> None:
    """The reference of the request is the code of the sale that settles it."""
    asked, paid = stated("callback-payment-request.json"), stated("callback-deferred-sale.json")
    assert asked.code == paid.code == "12624479397955"
    assert (asked.method, paid.previous_ref) == ("Aman", asked.tran_ref)
    assert paid.at == instant_of("2026-09-07T17:42:57.034Z")


def test_a_page_nobody_paid_on_states_nothing() -> None:
    """Without a result there is no fact, in a query of one and in a list."""
    assert fact_of(STATEMENT.decode(golden("query-unused.json"))) is None
    facts = [fact_of(STATEMENT.decode(entry)) for entry in ENTRIES.decode(golden("query-cart.json"))]
    verdicts = [fact and fact.verdict for fact in facts]
    assert verdicts == [
        Verdict.APPROVED,
        Verdict.APPROVED,
        Verdict.CANCELED,
        Verdict.DECLINED,
        Verdict.DECLINED,
        None,
    ]


def changed(**fields: Any) -> Statement:  # any JSON value may stand in a field
    """The sale of the golden with some fields another way; None leaves one out."""
    body = msgspec.json.decode(golden("callback-sale.json"))
    body |= fields
    return STATEMENT.decode(msgspec.json.encode({name: value for name, value in body.items() if value is not None}))


@pytest.mark.parametrize(
    "amount",
    [
        "12.3O",
        "",
        " 12.30",
        "1e1",
        "-12.30",
        "12,30",
        "12.301",
        "+1",
        "١٢.٣٠",
        12.3012,
        True,
        [12],
        {},
        "123456789012.00",
    ],
)
def test_an_amount_that_cannot_be_read_exactly_is_none(amount: object) -> None:
    """Nothing is rounded, trimmed or guessed: a person has to look."""
    fact = fact_of(changed(cart_amount=amount, tran_total=amount))
    assert fact is not None
    assert (fact.amount, fact.moved, fact.verdict) == (None, None, Verdict.APPROVED)


@pytest.mark.parametrize(("amount", "minor"), [("12.3", 1230), ("12.300", 1230), (12, 1200), (12.5, 1250), ("0", 0)])
def test_an_amount_may_be_text_or_number(amount: object, minor: int) -> None:
    """Either is read as the decimal that is written there."""
    fact = fact_of(changed(cart_amount=amount))
    assert fact is not None
    assert fact.amount == Money(minor, Currency.of("AED"))


def test_an_amount_in_an_unknown_currency_is_none() -> None:
    """Without the currency's decimals an amount means nothing."""
    fact = fact_of(changed(cart_currency="XXX", tran_currency=None))
    assert fact is not None
    assert (fact.amount, fact.moved) == (None, None)


@pytest.mark.parametrize("missing", [None, ""])
def test_a_total_without_currency_is_in_the_carts(missing: str | None) -> None:
    """A charge is always in the cart's currency, and some answers leave the second name out."""
    fact = fact_of(changed(tran_currency=missing, tran_total="12.30"))
    assert fact is not None
    assert fact.moved == money("12.30")


def test_a_total_that_is_not_stated_is_none() -> None:
    """The cart's amount is no statement about what moved."""
    fact = fact_of(changed(tran_total=None))
    assert fact is not None
    assert fact.moved is None


@pytest.mark.parametrize(
    ("field", "length"), [("tran_ref", 65), ("cart_id", 65), ("tran_ref", 0)], ids=["long ref", "long cart", "no ref"]
)
def test_a_name_that_had_to_be_cut_counts_no_money(field: str, length: int) -> None:
    """Two long names with one beginning must not become one transaction."""
    fact = fact_of(changed(**{field: "x" * length}))
    assert fact is not None
    assert fact.kind is Kind.UNRECOGNIZED
    assert max(len(fact.tran_ref), len(fact.cart_id)) <= 64


def test_every_text_is_cut_and_free_of_nul() -> None:
    """What a database cannot keep would be asked for again and again and then lost."""
    result = {"response_status": "A", "response_code": "9" * 99, "response_message": "\0m" * 999}
    fact = fact_of(
        changed(payment_result=result, payment_info={"payment_method": "v" * 99}, previous_tran_ref="p" * 99)
    )
    assert fact is not None
    assert [len(t) for t in (fact.code, fact.message, fact.method, fact.previous_ref or "")] == [64, 256, 64, 64]
    assert "\0" not in fact.message


@pytest.mark.parametrize("info", [{"card_scheme": "mada"}, {"payment_method": None, "card_scheme": "mada"}])
def test_the_scheme_stands_where_no_method_is_stated(info: object) -> None:
    """One of the two names how it was paid."""
    fact = fact_of(changed(payment_info=info))
    assert fact is not None
    assert fact.method == "mada"


@pytest.mark.parametrize("info", ["Visa", 5, [], {"payment_method": 5}, None])
def test_strange_payment_info_never_hides_money(info: object) -> None:
    """What only decorates a transaction cannot make it unreadable."""
    fact = fact_of(changed(payment_info=info))
    assert fact is not None
    assert (fact.verdict, fact.method) == (Verdict.APPROVED, "")


@pytest.mark.parametrize(
    ("letter", "code", "verdict"),
    [
        ("A", "015975", Verdict.APPROVED),
        ("a", "", Verdict.APPROVED),
        ("H", "", Verdict.HELD),
        ("P", "401", Verdict.PENDING),
        ("V", "", Verdict.REVERSED),
        ("E", "400", Verdict.UNANSWERED),
        ("e", 401, Verdict.UNANSWERED),
        ("E", "206", Verdict.ERROR),
        ("D", "401", Verdict.DECLINED),
        ("X", "355", Verdict.EXPIRED),
        ("C", "321", Verdict.CANCELED),
        ("B", "", Verdict.UNRECOGNIZED),
        ("", "", Verdict.UNRECOGNIZED),
        (0, "", Verdict.UNRECOGNIZED),
        (None, None, Verdict.UNRECOGNIZED),
    ],
)
@pytest.mark.requirement("R28")
def test_every_letter_has_its_verdict(letter: object, code: object, verdict: Verdict) -> None:
    """An error in which the bank was not heard is no failure; a letter nobody knows is no failure either."""
    fact = fact_of(changed(payment_result={"response_status": letter, "response_code": code}))
    assert fact is not None
    assert fact.verdict is verdict


@pytest.mark.parametrize("word", ["Payment Request", "payment request", "PAYMENT REQUEST"])
def test_types_are_read_whatever_their_case(word: str) -> None:
    """Requests are written small and answers with capitals."""
    assert kind_of(word) is Kind.PAYMENT_REQUEST


@pytest.mark.parametrize("word", ["", None, 7, "Chargeback", "Sale ", "AuthExt"])
@pytest.mark.requirement("R28")
def test_a_type_nobody_has_documented_is_unrecognized(word: str | int | None) -> None:
    """An unknown type takes part in no sum."""
    assert kind_of(word) is Kind.UNRECOGNIZED


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-09-07T07:08:57.034903127Z", datetime(2026, 9, 7, 7, 8, 57, 34_000, tzinfo=UTC)),
        ("2026-09-07T07:08:57Z", datetime(2026, 9, 7, 7, 8, 57, tzinfo=UTC)),
        ("2026-09-07T11:08:57+04:00", datetime(2026, 9, 7, 7, 8, 57, tzinfo=UTC)),
        ("2026-09-07T07:08:57", None),
        ("0001-01-01T00:00:00Z", None),
        ("1969-12-31T23:59:59Z", None),
        ("07/09/2026", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_read_to_the_millisecond_or_not_at_all(text: str | None, moment: datetime | None) -> None:
    """A time without an offset may be hours off, and money's lateness hangs on it."""
    expected = None if moment is None else round(moment.timestamp() * 1_000)
    assert instant_of(text) == expected


def test_what_is_not_understood_is_kept_by_name() -> None:
    """A Basic Web IPN names its transaction and cart, and proves nothing."""
    fact = unrecognized(loose(golden("ipn-basic.json")))
    assert (fact.tran_ref, fact.cart_id) == ("TST2623802990085", "o-1042-1")
    assert (fact.kind, fact.verdict, fact.amount) == (Kind.UNRECOGNIZED, Verdict.UNRECOGNIZED, None)


def test_a_return_states_neither_type_nor_amount() -> None:
    """Nobody can be paid by what a browser carries."""
    fact = fact_of_return({"tranRef": "T1", "cartId": "c", "respStatus": "A", "respCode": "G1", "respMessage": "ok"})
    assert (fact.kind, fact.verdict, fact.amount, fact.moved) == (Kind.UNSTATED, Verdict.APPROVED, None, None)
    assert (fact.tran_ref, fact.cart_id, fact.code, fact.message) == ("T1", "c", "G1", "ok")


@given(st.dictionaries(st.sampled_from([*Statement.__struct_encode_fields__, "x"]), JSON, max_size=8) | JSON)
def test_no_json_makes_it_raise(value: object) -> None:
    """Whatever the gateway may invent, reading it gives a fact, nothing, or a shape that was never promised."""
    body = msgspec.json.encode(value)
    try:
        statement = STATEMENT.decode(body)
    except msgspec.ValidationError:
        fact: Fact | None = unrecognized(loose(body))
    else:
        fact = fact_of(statement)
    assert fact is None or (len(fact.tran_ref) <= 64 and len(fact.cart_id) <= 64)


CURRENCIES = st.sampled_from(["AED", "KWD", "JPY", "BHD", "OMR", "JOD", "IQD", "EGP", "CLF"]).map(Currency.of)


@given(CURRENCIES, st.integers(0, 10**11 - 1), st.booleans())
@pytest.mark.requirement("R31")
def test_money_goes_out_and_comes_in_exactly(currency: Currency, minor: int, text: bool) -> None:  # noqa: FBT001 - drawn
    """No amount of any currency loses a unit on the wire, as a number or as text."""
    there = Money(minor, currency)
    written = f'"{there}"' if text else str(there)
    body = f'{{"cart_amount":{written},"cart_currency":"{currency.code}","payment_result":{{}}}}'
    fact = fact_of(STATEMENT.decode(body.encode()))
    assert fact is not None
    assert fact.amount == there
