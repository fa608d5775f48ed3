"""Single fields of a request."""

from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from wasl.emulator import fields as read
from wasl.emulator.refusals import ApiRefusal


@pytest.mark.parametrize("given", [47170, "47170", Decimal("47170.0")])
def test_a_whole_number_has_three_spellings(given: object) -> None:
    """Documentation allows text, and JSON does not tell 1.0 from 1."""
    assert read.whole({"profile_id": given}, "profile_id", least=1) == 47170


@pytest.mark.parametrize(
    "given", [True, 0, -1, "", " 1", "1e3", "٤", Decimal("1.5"), Decimal("1e999999"), [], "9" * 17]
)
def test_what_is_no_whole_number_is_refused(given: object) -> None:
    """Also what is out of bounds."""
    with pytest.raises(ApiRefusal, match="Invalid profile_id"):
        read.whole({"profile_id": given}, "profile_id", least=1)


def test_absent_fields_have_a_neutral_value() -> None:
    """Null is as good as absent."""
    nothing: dict[str, object] = {"a": None}
    assert (read.text(nothing, "a"), read.flag(nothing, "a"), read.codes(nothing, "a")) == ("", False, ())
    assert (read.whole(nothing, "a", least=1), read.part(nothing, "a"), read.url(nothing, "a")) == (None, None, "")


def test_methods_may_come_as_one_text_with_commas() -> None:
    """As documentation once says."""
    assert read.codes({"a": "creditcard, mada"}, "a") == ("creditcard", "mada")
    for wrong in ([""], [1], "a,,b", 5, ["x"] * 256):
        with pytest.raises(ApiRefusal):
            read.codes({"a": wrong}, "a")


@pytest.mark.parametrize(
    ("url", "usable", "public"),
    [
        ("https://shop.example/c?x=1", True, True),
        ("http://localhost:8000/c", True, False),
        ("https://shop.example:444/c", True, False),
        ("https://8.8.8.8/c", True, True),
        ("https://10.1.2.3/c", True, False),
        ("https://shop/c", True, False),
        ("https://shop.internal./c", True, False),
        ("http://[::1]:80/c", True, False),
        ("https://shop.example:70000/c", False, False),
        ("https://user@shop.example/", False, False),
        ("https:///c", False, False),
        ("//shop.example/c", False, False),
        ("https://shop.example/ c", False, False),
        ("https://shop.example/c\n", False, False),
        ("javascript:alert(1)", False, False),
    ],
)
def test_addresses_are_usable_or_public(url: str, *, usable: bool, public: bool) -> None:
    """Public ones have no port and no obviously private host (PayTabs reference §5.2)."""
    assert read.is_url(url) is usable
    assert not usable or read.is_public(urlsplit(url)) is public
