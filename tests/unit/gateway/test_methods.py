"""Ways to pay."""

import pytest

from wasl.domain.money import CURRENCIES
from wasl.gateway.methods import METHODS, Can, method

REFERENCE = """
    all creditcard amex mada omannet meeza meezaqr knet knetdebit knetcredit unionpay applepay samsungpay google
    stcpay stcpayqr urpay sadad aman basata fawry valu souhoola amaninstallments forsa halan tru installment
    touchpoints tabby tamara paypal
"""


def test_every_method_of_the_reference_is_known() -> None:
    """§8.1, in its order, each under its own code."""
    assert list(METHODS) == REFERENCE.split()
    ids = [known.sdk_id for known in METHODS.values() if known.sdk_id is not None]
    assert len(set(ids)) == len(ids)


def test_deferred_methods_are_those_that_are_paid_later() -> None:
    """Their buyer gets a number to quote."""
    assert [code for code, known in METHODS.items() if known.deferred] == ["sadad", "aman", "basata", "fawry"]


def test_currencies_are_real_ones() -> None:
    """The official table has a misspelt one."""
    for known in METHODS.values():
        assert (known.currencies or frozenset()) <= set(CURRENCIES)


@pytest.mark.parametrize(
    ("code", "currency", "takes"),
    [("mada", "SAR", True), ("mada", "AED", False), ("creditcard", "KWD", True), ("paypal", "GBP", True)],
)
def test_a_method_takes_its_currencies(code: str, currency: str, takes: bool) -> None:  # noqa: FBT001 - a column
    """None means any."""
    assert METHODS[code].takes(currency) is takes


@pytest.mark.parametrize(
    ("code", "can"),
    [
        ("all", Can.TOKENISE | Can.AUTHORIZE | Can.FRAME | Can.REFUND),
        ("omannet", Can.TOKENISE | Can.FRAME | Can.REFUND),
        ("knet", Can.REFUND),
        ("sadad", Can.FRAME),
        ("applepay", Can.TOKENISE | Can.AUTHORIZE | Can.REFUND),
        ("stcpayqr", Can.NOTHING),
    ],
)
def test_abilities_are_the_references(code: str, can: Can) -> None:
    """A sample of each pattern in the table."""
    assert METHODS[code].can == can


@pytest.mark.parametrize(
    ("name", "code"), [("MADA", "mada"), ("-meeza", "meeza"), ("shahry", "tru"), ("any", "all"), ("qr", "meezaqr")]
)
def test_a_method_is_found_by_any_of_its_names(name: str, code: str) -> None:
    """Its alias, and the sign that excludes it."""
    assert method(name) is METHODS[code]


@pytest.mark.parametrize("name", ["", "instapay", "-", "--mada"])
def test_an_unlisted_method_is_none(name: str) -> None:
    """The gateway may know more than we do."""
    assert method(name) is None
