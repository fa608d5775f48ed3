"""Requests for money: what is taken, and in which words the rest is refused (PayTabs reference §2)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.emulator.merchant import HERE, PROFILE_ID, RETURN, Merchant
from wasl.emulator import Emulator, EmulatorConfig
from wasl.emulator.configuring import add_profile
from wasl.emulator.reading import read_object
from wasl.emulator.refusals import ApiRefusal


def test_a_page_is_opened_and_what_was_sent_is_echoed(merchant: Merchant) -> None:
    """The create answer has the fields of §2.6, amounts as text, nothing moved yet."""
    told = merchant.open(customer_ref="c-77", plugin_info={"cart_name": "Shop"}).told
    assert told["cart_amount"] == "12.30"
    assert told["tran_total"] == "0"
    assert told["tran_type"] == "Sale"
    assert told["return"] == RETURN
    assert told["customer_ref"] == "c-77"
    assert (told["serviceId"], told["profileId"], told["merchantId"]) == (2, PROFILE_ID, 20121)
    assert told["redirect_url"].startswith(f"{HERE}/payment/wr/")
    assert len(told["redirect_url"].rsplit("/", 1)[1]) == 56
    assert "payment_result" not in told


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"cart_id": None}, 400, 2),
        ({"cart_id": 7}, 400, 2),
        ({"cart_id": ""}, 400, 2),
        ({"cart_id": "x" * 65}, 400, 2),
        ({"cart_description": 5}, 400, 102),
        ({"cart_description": "x" * 129}, 400, 102),
        ({"cart_currency": "XXX"}, 400, 206),
        ({"cart_currency": None}, 400, 206),
        ({"cart_amount": None}, 400, 2),
        ({"cart_amount": 0}, 400, 2),
        ({"cart_amount": "12,3"}, 400, 2),
        ({"cart_amount": True}, 400, 2),
        ({"tran_type": "steal"}, 400, 2),
        ({"tran_class": "vip"}, 400, 2),
        ({"callback": "ftp://x"}, 400, 2),
        ({"callback": "http://x/" + "y" * 255}, 400, 2),
        ({"return": "javascript:alert(1)"}, 400, 2),
        ({"payment_methods": ["creditcard", "nonsense"]}, 400, 112),
        ({"payment_methods": ["sadad"]}, 400, 112),
        ({"payment_methods": {}}, 400, 2),
        ({"paypage_ttl": 0}, 400, 2),
        ({"tokenise": 7}, 400, 2),
        ({"user_defined": {"udf1": ""}}, 400, 2),
        ({"user_defined": {"udf9": "x" * 256}}, 400, 2),
        ({"customer_details": "Mona"}, 400, 2),
        ({"customer_details": {"name": {}}}, 400, 2),
        ({"config_id": -1}, 400, 2),
        ({"alt_currency": "XXX"}, 400, 206),
        ({"card_filter": "4111;4000"}, 400, 2),
        ({"card_discounts": [{"discount_cards": "41", "discount_percent": 5, "discount_title": "t"}]}, 400, 2),
        ({"card_discounts": [{"discount_cards": "4111", "discount_title": "t"}]}, 400, 2),
        ({"card_discounts": [{"discount_cards": "4111", "discount_percent": 101, "discount_title": "t"}]}, 400, 2),
        ({"donation_mode": True}, 400, 2),
        ({"donation_mode": True, "cart_min": 5, "cart_max": 1}, 400, 2),
        ({"framed_message_target": "http://shop.example"}, 400, 2),
        ({"card_details": {"pan": "4111111111111111"}}, 400, 2),
        ({"tran_class": "recurring"}, 400, 2),
        ({"tran_type": "capture"}, 400, 2),
        ({"tran_type": "capture", "tran_ref": "TST1"}, 400, 2),
        ({"framed": "yes"}, 400, 2),
    ],
)
def test_what_is_not_as_documented_is_refused(
    merchant: Merchant, fields: dict[str, Any], status: int, code: int
) -> None:
    """Each with the code of §2.7, and a trace."""
    got, told = merchant.request(**fields)
    assert (got, told["code"]) == (status, code)
    assert told["trace"].startswith("PMNT0101.")


@pytest.mark.parametrize(
    ("key", "profile_id"),
    [("SXXXXXXXXX-XXXXXXXXXX-XXXXXXXXXX", PROFILE_ID), ("", PROFILE_ID), ("é", PROFILE_ID), (None, 999)],
)
def test_a_wrong_key_or_a_foreign_profile_is_code_1(merchant: Merchant, key: str | None, profile_id: int) -> None:
    """Wrong key, no key, and a key that does not belong to the profile look alike: 401 and code 1."""
    answer = merchant.emulator.post(
        "/payment/query",
        f'{{"profile_id":{profile_id},"tran_ref":"T"}}'.encode(),
        key=merchant.config.server_key if key is None else key,
        base_url=HERE,
    )
    assert (answer.status, b'"code":1,' in answer.body) == (401, True)


def test_a_request_without_a_profile_has_no_code(merchant: Merchant) -> None:
    """The one refusal that the gateway gives without a code."""
    status, told = merchant.call("/payment/query", tran_ref="T")
    assert (status, told["message"]) == (400, "No merchant information found in the request")
    assert "code" not in told


def test_a_profile_that_is_not_live_cannot_be_used(merchant: Merchant) -> None:
    """Code 109 until the gateway activates it."""
    add_profile(merchant.emulator, {"profile_id": 8, "server_key": "S8", "active": False})
    status, told = merchant.request(key="S8", profile_id=8)
    assert (status, told["code"]) == (400, 109)


def test_errors_can_come_with_http_200(merchant: Merchant) -> None:
    """Where sources disagree about the status, a switch decides."""
    merchant.switch(error_status="ok")
    status, told = merchant.request(cart_currency="XXX")
    assert (status, told["code"]) == (200, 206)


def test_strict_refuses_callbacks_nobody_could_reach() -> None:
    """Ports and private hosts are refused with code 2; a public host is taken."""
    merchant = Merchant(config=EmulatorConfig(strict=True))
    for callback in (
        "https://shop.example:8443/c",
        "https://localhost/c",
        "https://10.0.0.1/c",
        "https://shop.local/c",
    ):
        assert merchant.request(callback=callback)[0] == 400
    assert merchant.request(callback="https://shop.example/c")[0] == 200


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b"\xff", b'"x"', b"[" * 100_000, b'{"a":"\\ud800"}', b'{"a":1e}']
)
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    """In the gateway's words; nothing else escapes."""
    with pytest.raises(ApiRefusal) as refused:
        read_object(body)
    assert refused.value.code == 2


def test_a_number_beyond_all_bounds_is_no_amount(merchant: Merchant) -> None:
    """An exponent that no machine can write out is refused like any other wrong amount."""
    body = merchant.config.server_key
    answer = merchant.emulator.post(
        "/payment/request",
        b'{"profile_id":47170,"tran_type":"sale","tran_class":"ecom","cart_id":"a","cart_description":"d",'
        b'"cart_currency":"SAR","cart_amount":1e999999999}',
        key=body,
        base_url=HERE,
    )
    assert answer.status == 400


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    (
        *(
            "tran_type",
            "tran_class",
            "cart_id",
            "cart_description",
            "cart_currency",
            "cart_amount",
            "callback",
            "return",
        ),
        *(
            "customer_details",
            "shipping_details",
            "payment_methods",
            "paypage_ttl",
            "user_defined",
            "tokenise",
            "token",
        ),
        *("tran_ref", "card_filter", "card_discounts", "donation_mode", "cart_min", "cart_max", "framed", "token_info"),
        *("plugin_info", "alt_currency", "profile_id", "config_id"),
    )
)
SHARED = Merchant()


@given(st.dictionaries(NAMES, VALUES))
def test_no_request_makes_the_gateway_fail(fields: dict[str, Any]) -> None:
    """Whatever a field holds, the answer is a page, a transaction or a refusal: never an exception, never a 5xx."""
    status, told = SHARED.request(**fields)
    assert status in (200, 400, 401, 409)
    assert "tran_ref" in told or "message" in told


def test_the_emulator_never_shows_its_keys() -> None:
    """Representations of what holds keys do not hold them."""
    config = EmulatorConfig(token="t" * 20)
    shown = repr(config) + repr(config.profile()) + repr(Emulator)
    assert config.server_key not in shown
    assert config.token not in shown
