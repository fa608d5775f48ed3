"""People and addresses: what the gateway would refuse is left out, so that the page asks for it instead."""

import dataclasses

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.engine.ports import Contact
from wasl.gateway.contact import LINE_MAX, party_of
from wasl.gateway.wire.requests import Party


def sent(**fields: str) -> Party:
    """What is sent of a contact with these fields."""
    return party_of(Contact(**fields)) or Party()


@pytest.mark.parametrize(
    ("field", "written", "sent_as"),
    [
        ("name", "Ali", ""),
        ("name", "  Sara\n\tAhmad ", "Sara Ahmad"),
        ("name", "x" * 200, "x" * LINE_MAX),
        ("name", "بي\u200cبي سيتي", "بي\u200cبي سيتي"),
        ("street1", "12", ""),
        ("street1", "King Fahd Road 12", "King Fahd Road 12"),
        ("city", "x", ""),
        ("city", "دبي", "دبي"),
        ("state", "D", ""),
        ("state", "Dubai", "Dubai"),
        ("country", "ae", "AE"),
        ("country", "ARE", ""),
        ("country", "إم", ""),
        ("email", "sara@example.com ", "sara@example.com"),
        ("email", "sara", ""),
        ("email", "s@" + "x" * 200 + ".com", ""),
        ("phone", "٠٥٠١٢٣٤٥٦٧", "0501234567"),
        ("zip", "۱۲۳۴۵", "12345"),
        ("zip", "SW1A 1AA", "SW1A 1AA"),
        ("ip", "2001:db8::1", "2001:db8::1"),
        ("ip", "unknown", ""),
        ("ip", "203.0.113.7, 10.0.0.1", ""),
    ],
)
def test_every_field_is_sent_within_its_bounds(field: str, written: str, sent_as: str) -> None:
    """Too long is cut, too short or invalid is left out, digits are ASCII."""
    assert getattr(sent(**{field: written}), field) == sent_as


@pytest.mark.parametrize("contact", [None, Contact(), Contact(name="x", email="?", ip="?")])
def test_a_contact_of_which_nothing_can_be_used_is_not_sent(contact: Contact | None) -> None:
    """An empty object is a value too, and the wrong one."""
    assert party_of(contact) is None


@given(st.builds(Contact, **{field.name: st.text(max_size=300) for field in dataclasses.fields(Contact)}))
def test_whatever_a_shop_sends_it_can_be_written(contact: Contact) -> None:
    """No text breaks the request, and nothing is longer than the gateway takes."""
    body = msgspec.json.encode(party_of(contact))
    assert all(0 < len(value) <= LINE_MAX for value in (msgspec.json.decode(body) or {}).values())
