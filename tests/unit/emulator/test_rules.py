"""What a request makes of its page (PayTabs reference §2.4, §2.5)."""

from typing import Any

import pytest

from unit.emulator.merchant import Merchant
from wasl.emulator.records import PageRules


def rules(merchant: Merchant, **fields: Any) -> PageRules:
    """The rules of a page that was asked for with these fields."""
    page = merchant.emulator.page(merchant.open(**fields).token)
    assert page is not None
    return page.rules


def test_a_page_without_wishes_is_plain(merchant: Merchant) -> None:
    """No frame, no filter, no token, in the buyer's language."""
    plain = rules(merchant, **{"return": None})
    assert plain == PageRules(methods=plain.methods)


@pytest.mark.parametrize(
    ("fields", "target"),
    [
        ({}, "_self"),
        ({"framed": True}, "_self"),
        ({"framed": True, "framed_return_top": True}, "_top"),
        ({"framed": True, "framed_return_parent": True}, "_parent"),
        ({"framed_return_top": True}, "_self"),
    ],
)
def test_which_window_goes_on(merchant: Merchant, fields: dict[str, Any], target: str) -> None:
    """Only a framed page leaves a frame."""
    assert rules(merchant, **fields).target == target


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"tokenise": 1}, 0),
        ({"tokenise": "2"}, 2),
        ({"token_info": {"tokenise": 3, "token_type": "registered"}}, 3),
        ({}, 0),
    ],
)
def test_which_token_is_made(merchant: Merchant, fields: dict[str, Any], kind: int) -> None:
    """1 is none; the terms of a saved card may say it too."""
    assert rules(merchant, **fields).tokenise == kind


def test_a_message_goes_to_an_origin(merchant: Merchant) -> None:
    """HTTPS, and on one's own machine also HTTP; nothing but the origin."""
    assert rules(merchant, framed_message_target="https://shop.example/").message_target == "https://shop.example"
    local = "http://localhost:3000"
    assert rules(merchant, cart_id="b", framed_message_target=local).message_target == local
    for wrong in ("http://shop.example", "https://shop.example/path", "https://shop.example/?a=1", "none"):
        assert merchant.request(cart_id="c", framed_message_target=wrong)[0] == 400


def test_a_language_has_two_letters(merchant: Merchant) -> None:
    """Plug-ins send what the shop has; what is not spoken here is the browser's choice."""
    assert [rules(merchant, cart_id=sent, paypage_lang=sent).language for sent in ("AR", "ar-SA", "DEFAULT")] == [
        "ar",
        "ar",
        "de",
    ]
