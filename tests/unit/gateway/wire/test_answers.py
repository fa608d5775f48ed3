"""Shapes: tolerant where channels differ, strict where a wrong kind would be a guess."""

import msgspec
import pytest

from wasl.gateway.wire.answers import ANSWER, STATEMENT, LooseStatement, loose


def test_unknown_fields_are_ignored() -> None:
    """The gateway adds fields without notice."""
    assert STATEMENT.decode(b'{"tran_ref":"T","new":{"deep":[1]}}') == STATEMENT.decode(b'{"tran_ref":"T"}')


@pytest.mark.parametrize("field", ["tran_ref", "cart_id", "tran_type", "cart_currency", "profile_id", "profileId"])
@pytest.mark.parametrize("value", [b"5", b'"5"', b"null"])
def test_ids_may_be_text_or_number(field: str, value: bytes) -> None:
    """Both are documented somewhere."""
    answer = ANSWER.decode(b'{"' + field.encode() + b'":' + value + b"}")
    assert msgspec.json.encode(answer) == (b"{}" if value == b"null" else b'{"' + field.encode() + b'":' + value + b"}")


@pytest.mark.parametrize("field", ["tran_ref", "cart_id", "tran_type", "payment_result"])
@pytest.mark.parametrize("value", [b"1.5", b"true", b"[]"])
def test_another_kind_of_value_is_another_shape(field: str, value: bytes) -> None:
    """A name that is a list is no name; whoever reads it falls back to what can still be told."""
    with pytest.raises(msgspec.ValidationError):
        STATEMENT.decode(b'{"' + field.encode() + b'":' + value + b"}")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"tran_ref":"T","cart_id":7,"profile_id":"1"}', LooseStatement(tran_ref="T", cart_id=7, profile_id="1")),
        (b'{"tranRef":"T","cartId":"c","profileId":1}', LooseStatement(tran_ref="T", cart_id="c", profile_id=1)),
        (b'{"tran_ref":[],"cart_id":{"x":1}}', LooseStatement()),
        (b"[]", LooseStatement()),
        (b"null", LooseStatement()),
    ],
)
def test_what_a_strange_body_is_about_is_told(body: bytes, expected: LooseStatement) -> None:
    """Either spelling, and nothing else of it."""
    assert loose(body) == expected


@pytest.mark.parametrize("body", [b"", b"{", b"tran_ref=T", b"{}{}", b'{"tran_ref":}'])
def test_what_is_not_json_is_said(body: bytes) -> None:
    """It is the reader's place to refuse it."""
    with pytest.raises(ValueError, match=r".+"):
        loose(body)
