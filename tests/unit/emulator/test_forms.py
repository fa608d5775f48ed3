"""What a buyer typed."""

import pytest

from unit.emulator.merchant import NOON_MS, Merchant
from wasl.emulator import PayForm
from wasl.emulator.forms import Wrong, check_billing, missing_billing, read_expiry
from wasl.emulator.records import Person


@pytest.mark.parametrize(
    ("month", "year", "read"),
    [
        ("12", "2030", (12, 2030)),
        (" 1", "31 ", (1, 2031)),
        ("8", "2026", (8, 2026)),
        ("13", "2030", None),
        ("0", "2030", None),
        ("12", "2057", None),
        ("12", "20300", None),
        ("", "", None),
        ("\u0661", "2030", None),
    ],
)
def test_an_expiry_is_a_month_and_a_year(month: str, year: str, read: tuple[int, int] | None) -> None:
    """Two or four digits; no card is good for more than thirty years."""
    assert read_expiry(PayForm(expiry_month=month, expiry_year=year), NOON_MS) == read


def test_only_what_is_missing_is_asked(merchant: Merchant) -> None:
    """A name too short and an address without an @ are as good as missing; a switch says what is needed."""
    world = merchant.emulator.world
    person = Person(name="Al", email="mona.example.com", street1="1 Olaya Street", city="Riyadh", country="S")
    assert missing_billing(world, person) == ("name", "email", "country")
    assert check_billing(world, person)["billing_email"] == Wrong.EMAIL
    merchant.switch(billing_required=["phone"])
    assert check_billing(world, person) == {"billing_phone": Wrong.MISSING}
    merchant.switch(billing_required=[])
    assert missing_billing(world, Person()) == ()


def test_a_form_never_shows_its_card() -> None:
    """Not in a traceback either."""
    assert "4111" not in repr(PayForm(number="4111111111111111", cvv="123"))
