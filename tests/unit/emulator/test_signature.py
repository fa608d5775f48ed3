"""The emulator's signatures against the published and executed vectors of PayTabs reference §6.6."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.emulator.signature import form_text, sign_body, sign_form

K1 = "SGJNZ96JLG-JDMKHGRWT9-RWRK2KJNRJ"
K2 = "SJKLMNOPQR-XYZABCDEFG-HIJKLMNOPQ"
V0 = (
    "acquirerMessage=&acquirerRRN=&cartId=cart_11111&customerEmail=email%40domain.com&respCode=G84718"
    "&respMessage=Authorised&respStatus=A&signature=7a181a32c768621eb6966107752ee70205a01f1c4403a3d13c0ff604f591f988"
    "&token=&tranRef=TST2215201242166"
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
V4 = "cartId=first&cartId=second&respStatus=A&respCode=G1&respMessage=Authorised&tranRef=TST2104500076067"
C1 = (
    '{"tran_ref":"TST2104500076067","profile_id":12345,"cart_id":"طلب 102","cart_currency":"KWD",'
    '"cart_amount":"12.345","tran_type":"Sale","payment_result":{"response_status":"A","response_code":"G31822",'
    '"response_message":"Authorised"}}'
)


@pytest.mark.parametrize(
    ("key", "fields", "digest"),
    [
        (
            K1,
            dict(parse_qsl(V0, keep_blank_values=True)),
            "7a181a32c768621eb6966107752ee70205a01f1c4403a3d13c0ff604f591f988",
        ),
        (K2, V1, "b30830c933005d1f10313b7104bb4a25e2df7dcfd4e04963b291c2684e7723ec"),
        (K2, V2, "8f12cae73f7ff61975aa9656c9278599d48dd41337fb168ce46cee460ff612df"),
        (K2, V3, "1baa10da35652142c5b61bec49fe26e591c542caba60c1d36a254a6ac405bca5"),
        (K2, dict(parse_qsl(V4)), "4ea37c71b9ef81b0ebb82ca6975496c082f82bd37b6a1043298a06f5f65a9f32"),
    ],
    ids=["V0", "V1", "V2", "V3", "V4"],
)
def test_a_return_is_signed_by_the_third_sdks_rule(key: str, fields: dict[str, str], digest: str) -> None:
    """Every vector for the return form gives its digest."""
    assert sign_form(key, fields) == digest


def test_the_second_sdks_rule_leaves_out_zero() -> None:
    """V3 has another digest where "0" counts as empty."""
    assert sign_form(K2, V3, zero="drop") == "2fd73c25e7560abaac201a0681a73bf491d8bb2289ff7b28325c6e83092d1584"


def test_a_bare_tilde_is_what_go_would_sign() -> None:
    """V2 under the encoder of Go and Python gives the digest the reference names for it."""
    bare = sign_form(K2, V2, tilde="bare")
    assert bare == "f4ebd34364aea33c81c2c9bb485a429e01869a169cce1d7aa411a60f25811fab"


@pytest.mark.parametrize(
    ("body", "length", "digest"),
    [
        (C1.encode(), 235, "50a4803c8e5cfdec48204aa961d0bb44128f1ed8d1fccbf30a91445c1f5acee5"),
        (
            C1.replace("طلب", r"\u0637\u0644\u0628").encode(),
            247,
            "6a0fba8795a6804a6770411b9cdd471ceeca3d04f84849c40a9111890d653fe7",
        ),
        (C1.encode() + b"\n", 236, "f882ffb166927fa2365f270fc910d70687e5f460f64bf4a4a4159b0e68487130"),
        (b"", 0, "190cb6689359acf60e35e1993cf0416b88d17edc95f70ca7268a7e48558958ee"),
    ],
    ids=["C1", "C2", "C3", "C4"],
)
def test_a_notification_is_signed_over_its_bytes(body: bytes, length: int, digest: str) -> None:
    """Every vector for callbacks gives its digest."""
    assert len(body) == length
    assert sign_body(K2, body) == digest


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_what_is_signed_says_every_field_that_is_not_empty(fields: dict[str, str]) -> None:
    """Whatever the fields, decoding the signed string gives back those with a value, sorted by name."""
    text = form_text(fields)
    kept = sorted((name, value) for name, value in fields.items() if value and name != "signature")
    assert text.isascii()
    assert parse_qsl(text, keep_blank_values=True) == kept
