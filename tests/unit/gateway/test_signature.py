"""Signatures: the published vectors, PHP's own encoder, and nothing forged."""

import base64
import json
import subprocess
import urllib.parse
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wasl.domain.secret import Secret
from wasl.engine.ports import Refusal
from wasl.gateway.signature import (
    FORM_BYTES_MAX,
    FORM_FIELDS_MAX,
    NOTIFICATION_BYTES_MAX,
    Tilde,
    VerifiedForm,
    signed_string,
    verify_body,
    verify_form,
)
from wire.gateway.goldens import K1, K2, golden, names, signed

V0 = (
    b"acquirerMessage=&acquirerRRN=&cartId=cart_11111&customerEmail=email%40domain.com&respCode=G84718"
    b"&respMessage=Authorised&respStatus=A"
    b"&signature=7a181a32c768621eb6966107752ee70205a01f1c4403a3d13c0ff604f591f988&token=&tranRef=TST2215201242166"
)
V1 = {
    "acquirerMessage": "",
    "acquirerRRN": "",
    "cartId": "طلب رقم ١٠٢",
    "customerEmail": "سارة@example.com",
    "respCode": "G31822",
    "respMessage": "تم قبول العملية",
    "respStatus": "A",
    "token": "",
    "tranRef": "TST2104500076067",
}
V2 = {
    "acquirerMessage": "Approved + 100% & ok",
    "acquirerRRN": "123456789012",
    "cartId": "A&B=C/100%+~*()!'\"#",
    "customerEmail": "a.b+c_d-e@example.com",
    "respCode": "305",
    "respMessage": "Card security code (CVV) mismatch",
    "respStatus": "D",
    "token": "",
    "tranRef": "TST2623802990092",
}
V2_STRING = (
    b"acquirerMessage=Approved+%2B+100%25+%26+ok&acquirerRRN=123456789012&cartId=A%26B%3DC%2F100%25%2B%7E%2A%28%29%21"
    b"%27%22%23&customerEmail=a.b%2Bc_d-e%40example.com&respCode=305&respMessage=Card+security+code+%28CVV%29+mismatch"
    b"&respStatus=D&tranRef=TST2623802990092"
)
V3 = {
    "acquirerMessage": "0",
    "acquirerRRN": "0",
    "cartId": "0",
    "customerEmail": "email@domain.com",
    "respCode": "321",
    "respMessage": "Cancelled",
    "respStatus": "C",
    "token": "",
    "tranRef": "TST2623802990091",
}
V3_KEPT = "1baa10da35652142c5b61bec49fe26e591c542caba60c1d36a254a6ac405bca5"
V3_DROPPED = "2fd73c25e7560abaac201a0681a73bf491d8bb2289ff7b28325c6e83092d1584"
V4 = b"cartId=first&cartId=second&respStatus=A&respCode=G1&respMessage=Authorised&tranRef=TST2104500076067"
C1 = (
    '{"tran_ref":"TST2104500076067","profile_id":12345,"cart_id":"طلب 102","cart_currency":"KWD",'
    '"cart_amount":"12.345","tran_type":"Sale","payment_result":{"response_status":"A","response_code":"G31822",'
    '"response_message":"Authorised"}}'
).encode()
C2 = C1.replace("طلب".encode(), rb"\u0637\u0644\u0628")
VECTORS_BY_BODY = {
    C1: "50a4803c8e5cfdec48204aa961d0bb44128f1ed8d1fccbf30a91445c1f5acee5",
    C2: "6a0fba8795a6804a6770411b9cdd471ceeca3d04f84849c40a9111890d653fe7",
    C1 + b"\n": "f882ffb166927fa2365f270fc910d70687e5f460f64bf4a4a4159b0e68487130",
}
C4 = "190cb6689359acf60e35e1993cf0416b88d17edc95f70ca7268a7e48558958ee"

Encode = Callable[[dict[bytes, bytes]], bytes]


def form(fields: dict[str, str], signature: str) -> bytes:
    """A return as a browser posts it."""
    return urllib.parse.urlencode({**fields, "signature": signature}).encode()


def as_bytes(fields: dict[str, str]) -> dict[bytes, bytes]:
    """The fields as they are hashed."""
    return {name.encode(): value.encode() for name, value in fields.items()}


# ------------------------------------------------------------------ the return


def test_v0_is_the_documentations_own_return() -> None:
    """The official sample verifies with its published key, empty fields left out of the hash."""
    verified = verify_form([K1], V0)
    assert isinstance(verified, VerifiedForm)
    assert verified.tilde is Tilde.ESCAPED
    assert verified.fields["cartId"] == "cart_11111"
    assert verified.fields["token"] == ""


def test_v0_does_not_verify_with_the_digest_over_empty_fields() -> None:
    """A gateway that hashed empty fields would be another gateway."""
    wrong = b"d6e5ecaf342dcc8929c205aaf7a5d9af08075de6c66a416075b2816c17469fd0"
    claimed = b"7a181a32c768621eb6966107752ee70205a01f1c4403a3d13c0ff604f591f988"
    assert verify_form([K1], V0.replace(claimed, wrong)) is Refusal.SIGNATURE_MISMATCH


def test_v1_is_arabic() -> None:
    """Arabic text and digits are hashed as the UTF-8 they are."""
    digest = "b30830c933005d1f10313b7104bb4a25e2df7dcfd4e04963b291c2684e7723ec"
    verified = verify_form([K2], form(V1, digest))
    assert isinstance(verified, VerifiedForm)
    assert verified.fields == V1


def test_v2_has_every_sign_that_ports_get_wrong() -> None:
    """The string is encoded as PHP does it, to the letter."""
    assert signed_string(as_bytes(V2)) == V2_STRING
    verified = verify_form([K2], form(V2, "8f12cae73f7ff61975aa9656c9278599d48dd41337fb168ce46cee460ff612df"))
    assert isinstance(verified, VerifiedForm)
    assert verified.tilde is Tilde.ESCAPED


def test_v2_signed_with_a_bare_tilde_is_told_apart() -> None:
    """If the gateway encodes as Go does, the return is still believed, and which form matched is said."""
    verified = verify_form([K2], form(V2, "f4ebd34364aea33c81c2c9bb485a429e01869a169cce1d7aa411a60f25811fab"))
    assert isinstance(verified, VerifiedForm)
    assert verified.tilde is Tilde.BARE


def test_v3_keeps_zero() -> None:
    """`"0"` is a value; under the older rule anybody could add or remove fields that hold it."""
    assert isinstance(verify_form([K2], form(V3, V3_KEPT)), VerifiedForm)
    assert verify_form([K2], form(V3, V3_DROPPED)) is Refusal.SIGNATURE_MISMATCH


def test_v4_takes_the_last_of_a_repeated_field() -> None:
    """What was hashed and what is read are the same value."""
    digest = b"4ea37c71b9ef81b0ebb82ca6975496c082f82bd37b6a1043298a06f5f65a9f32"
    verified = verify_form([K2], V4 + b"&signature=" + digest)
    assert isinstance(verified, VerifiedForm)
    assert verified.fields["cartId"] == "second"


@pytest.mark.parametrize("name", names("return-*.txt"))
def test_captured_returns_verify_once_signed(name: str) -> None:
    """The shapes the gateway has been seen to send are read, and a changed letter in them is not believed."""
    body = golden(name)
    fields = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
    signature = signed(signed_string(as_bytes(fields)))
    assert isinstance(verify_form([K2], body + b"&signature=" + signature.encode()), VerifiedForm)
    changed = body.replace(b"cartId=cart01", b"cartId=cart02")
    assert verify_form([K2], changed + b"&signature=" + signature.encode()) is Refusal.SIGNATURE_MISMATCH


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", Refusal.EMPTY),
        (b"tranRef=T1&respStatus=E", Refusal.NO_SIGNATURE),
        (b"tranRef=T1&signature=", Refusal.NO_SIGNATURE),
        (b"tranRef=T1&signature", Refusal.NO_SIGNATURE),
        (b"tranRef=T1&signature=null", Refusal.SIGNATURE_MISMATCH),
        (V0 + b"&signature=00", Refusal.MALFORMED),
        (V0.replace(b"signature", b"signature[]"), Refusal.MALFORMED),
        (V0 + b"&x%5B%5D=1", Refusal.MALFORMED),
        (b"a" * (FORM_BYTES_MAX + 1), Refusal.MALFORMED),
        (b"a=1&" * FORM_FIELDS_MAX, Refusal.MALFORMED),
        (b"%zz=%&signature=%FF%FE&\xff\x00=~", Refusal.SIGNATURE_MISMATCH),
    ],
)
def test_a_return_that_proves_nothing_is_refused(body: bytes, refusal: Refusal) -> None:
    """Missing, repeated, wrong or too much: each has its name and none is an exception."""
    assert verify_form([K1], body) is refusal


def test_an_added_field_breaks_a_right_signature() -> None:
    """Whatever arrives is hashed, so that nothing can be slipped in."""
    assert verify_form([K1], V0 + b"&respStatus2=A") is Refusal.SIGNATURE_MISMATCH


def test_a_merchants_own_parameters_are_left_out_by_name() -> None:
    """A return by GET mixes in what the return URL had already."""
    assert isinstance(verify_form([K1], b"order=7&" + V0, own=frozenset({"order"})), VerifiedForm)
    assert verify_form([K1], b"order=7&" + V0) is Refusal.SIGNATURE_MISMATCH


def test_a_signature_in_capitals_is_the_same_signature() -> None:
    """Hexadecimal has no case."""
    assert isinstance(verify_form([K2], form(V3, V3_KEPT.upper())), VerifiedForm)


# ---------------------------------------------------------- callback and IPN


@pytest.mark.parametrize(("body", "digest"), VECTORS_BY_BODY.items(), ids=["C1", "C2", "C3"])
def test_c1_to_c3_are_over_the_bytes_as_received(body: bytes, digest: str) -> None:
    """One JSON value written three ways has three signatures, and each fits its own bytes only."""
    assert verify_body([K2], digest, body) is None
    others = [other for other in VECTORS_BY_BODY if other != body]
    assert [verify_body([K2], digest, other) for other in others] == [Refusal.SIGNATURE_MISMATCH] * 2


def test_c4_an_empty_body_is_refused_although_its_signature_is_right() -> None:
    """Anybody who saw one empty notification could replay it for ever."""
    assert verify_body([K2], C4, b"") is Refusal.EMPTY


@pytest.mark.requirement("R41")
def test_a_retired_key_still_verifies() -> None:
    """What was signed before a key was replaced is still the gateway's word."""
    assert verify_body([K1, K2], VECTORS_BY_BODY[C1], C1) is None
    assert verify_body([K1], VECTORS_BY_BODY[C1], C1) is Refusal.SIGNATURE_MISMATCH


@pytest.mark.requirement("R40")
def test_an_empty_key_verifies_nothing() -> None:
    """Everybody knows the empty key."""
    for nothing in ("", "  "):
        assert verify_body([Secret(nothing)], signed(C1, Secret("")), C1) is Refusal.SIGNATURE_MISMATCH
    assert verify_body([], signed(C1, Secret("")), C1) is Refusal.SIGNATURE_MISMATCH


def test_a_key_pasted_with_blanks_is_the_same_key() -> None:
    """Keys are copied from a web page, often with a line end."""
    assert verify_body([Secret(f" {K2.reveal()}\n")], VECTORS_BY_BODY[C1], C1) is None


@pytest.mark.parametrize("signature", [None, ""])
@pytest.mark.requirement("R40")
def test_a_notification_without_signature_is_refused(signature: str | None) -> None:
    """Nothing is read of it."""
    assert verify_body([K2], signature, C1) is Refusal.NO_SIGNATURE


@pytest.mark.parametrize("signature", ["0" * 64, "é" * 64, "0" * 63, "\ud800", "K" * 64, "\0"])
def test_a_strange_signature_is_a_mismatch(signature: str) -> None:
    """Whatever a header may hold, nobody crashes over it."""
    assert verify_body([K2], signature, C1) is Refusal.SIGNATURE_MISMATCH


def test_a_body_too_large_is_refused_before_it_is_hashed() -> None:
    """A right signature does not make a flood welcome."""
    body = b" " * (NOTIFICATION_BYTES_MAX + 1)
    assert verify_body([K2], signed(body), body) is Refusal.MALFORMED


@given(st.binary(min_size=1, max_size=300), st.data())
@pytest.mark.requirement("R42")
def test_a_changed_body_never_verifies(body: bytes, data: st.DataObject) -> None:
    """One changed, added or removed byte and the signature is another's."""
    at = data.draw(st.integers(0, len(body) - 1))
    other = data.draw(
        st.sampled_from(
            [
                body[:at] + bytes([body[at] ^ (1 << data.draw(st.integers(0, 7)))]) + body[at + 1 :],
                body[:at] + b"\0" + body[at:],
                body[:at] + body[at + 1 :],
            ]
        )
    )
    assert verify_body([K2], signed(body), body) is None
    if other != body:
        assert verify_body([K2], signed(body), other) in (Refusal.SIGNATURE_MISMATCH, Refusal.EMPTY)


@given(st.dictionaries(st.text(min_size=1), st.text()), st.text())
def test_a_return_signed_with_another_key_never_verifies(fields: dict[str, str], key: str) -> None:
    """Only the server key makes a return the gateway's."""
    if key.strip() in ("", K2.reveal()) or "signature" in fields or any("[" in name for name in fields):
        return
    encodable = {n: v for n, v in fields.items() if n.isprintable() and v.isprintable()}
    key = key.encode(errors="replace").decode()
    forged = form(encodable, signed(signed_string(as_bytes(encodable)), Secret(key)))
    assert verify_form([K2], forged) in (Refusal.SIGNATURE_MISMATCH, Refusal.MALFORMED)


# --------------------------------------------------------------- against PHP

PHP = r"""
while (($line = fgets(STDIN)) !== false) {
    $fields = [];
    foreach (json_decode($line, true) as [$name, $value]) {
        $value = base64_decode($value);
        if ($value !== '') { $fields[base64_decode($name)] = $value; }
    }
    ksort($fields, SORT_STRING);
    fwrite(STDOUT, base64_encode(http_build_query($fields)) . "\n");
}
"""


@pytest.fixture(scope="module")
def php() -> Iterator[Encode]:
    """PHP's own `ksort` and `http_build_query`, one process for all. Without PHP this fails: it is the reference."""
    with subprocess.Popen(["php", "-n", "-r", PHP], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def encode(fields: dict[bytes, bytes]) -> bytes:
            pairs = [[base64.b64encode(part).decode() for part in pair] for pair in fields.items()]
            stdin.write(json.dumps(pairs).encode() + b"\n")
            stdin.flush()
            return base64.b64decode(stdout.readline())

        yield encode
        stdin.close()


EVERY_BYTE = bytes(range(256))
FIELD_NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).map(str.encode)
ARABIC = st.text(st.characters(min_codepoint=0x600, max_codepoint=0x6FF), max_size=40).map(str.encode)
VALUES = st.one_of(st.binary(max_size=60), ARABIC, st.text(max_size=40).map(lambda t: t.encode(errors="replace")))


@settings(max_examples=1_500, deadline=None)
@given(fields=st.dictionaries(FIELD_NAMES, VALUES, max_size=12))
@example(fields={b"all": EVERY_BYTE})
@example(fields={bytes([byte]): bytes([byte]) for byte in range(1, 256)})
@example(fields={b"cartId": "طلب ~ ١٠٢".encode(), b"Z": b"0", b"a": b"", b"9": b"x", b"10": b"y"})
def test_the_return_is_encoded_as_php_encodes_it(php: Encode, fields: dict[bytes, bytes]) -> None:
    """Thousands of fields with Arabic, control characters and every ASCII sign give PHP's own string, byte for byte."""
    assert signed_string(fields) == php(fields)
