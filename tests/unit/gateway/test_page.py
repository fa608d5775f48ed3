"""The hosted page's request, where its golden does not say it already."""

import json
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.evidence import CartId
from wasl.domain.money import CURRENCIES, Currency, Money
from wasl.gateway.page import Frame, FrameReturn, HostedPage, page_request
from wasl.gateway.saved_card import SaveCard

AED = Currency.of("AED")


def sent(**fields: object) -> dict[str, object]:
    """The request for a page with these wishes."""
    page = HostedPage(cart_id=CartId("c-1"), amount=Money(1_230, AED), description="d", **fields)  # type: ignore[arg-type]  # a table of wishes
    body: dict[str, object] = msgspec.json.decode(msgspec.json.encode(page_request(7, page)))
    return body


@pytest.mark.parametrize(
    ("wish", "language"),
    [("ar", "ar"), ("AR-eg", "ar"), ("en", "en"), ("tr", "en"), ("fr", "en"), ("auto", None), ("", None)],
)
def test_languages_are_arabic_english_or_the_gateways_choice(wish: str, language: str | None) -> None:
    """The page exists in these two; others read English."""
    assert sent(language=wish).get("paypage_lang") == language


@pytest.mark.parametrize(("minutes", "ttl"), [(20, 20), (1, 1), (0, 1), (-5, 1), (4_320, 4_320)])
def test_the_life_of_a_page_is_always_stated(minutes: int, ttl: int) -> None:
    """Both sides have to agree on when nobody can pay any more."""
    assert sent(minutes=minutes)["paypage_ttl"] == ttl


@pytest.mark.parametrize("theme", [None, 0, -1])
def test_a_theme_is_a_positive_number(theme: int | None) -> None:
    """The gateway refuses others."""
    assert "config_id" not in sent(theme_id=theme)


@pytest.mark.parametrize(
    ("where", "names"),
    [
        (FrameReturn.FRAME, {"framed"}),
        (FrameReturn.PARENT, {"framed", "framed_return_parent"}),
        (FrameReturn.TOP, {"framed", "framed_return_top"}),
    ],
)
def test_a_frame_says_which_window_goes_on(where: FrameReturn, names: set[str]) -> None:
    """Never two of them."""
    assert {name for name in sent(frame=Frame(return_in=where)) if name.startswith("framed")} == names


def test_without_a_frame_nothing_is_said_of_frames() -> None:
    """Nor of anything else that was not wished for."""
    assert sorted(sent()) == [
        "cart_amount",
        "cart_currency",
        "cart_description",
        "cart_id",
        "paypage_ttl",
        "profile_id",
        "tran_class",
        "tran_type",
    ]


def test_own_fields_are_cut_and_others_left_out() -> None:
    """Nine names exist, and each takes 255 characters."""
    assert sent(user_defined={"udf1": "x" * 300, "udf10": "y", "udf2": ""})["user_defined"] == {"udf1": "x" * 255}
    assert "user_defined" not in sent(user_defined={"udf10": "y"})


def test_saving_a_card_without_asking_is_said_too() -> None:
    """False is a wish, and stands in the request."""
    body = sent(save_card=SaveCard())
    assert (body["tokenise"], body["show_save_card"]) == (2, False)


@given(st.builds(Money, st.integers(0, 10**11 - 1), st.sampled_from(list(CURRENCIES.values()))))
@pytest.mark.requirement("R31")
def test_no_amount_passes_through_a_binary_float(amount: Money) -> None:
    """The number in the request is the money, digit by digit."""
    page = HostedPage(cart_id=CartId("c"), amount=amount, description="d")
    body = json.loads(msgspec.json.encode(page_request(7, page)), parse_float=Decimal, parse_int=str)
    assert str(body["cart_amount"]) == str(amount)
