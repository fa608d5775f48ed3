"""Callbacks and IPNs: proved, then read, then bound to their profile; and nothing is lost for being strange."""

import pytest

from wasl.domain.evidence import Fact, Kind, Verdict
from wasl.engine.ports import Refusal
from wasl.gateway.notification import read_notification
from wire.gateway.goldens import K1, K2, PROFILE, golden, names, signed


def heard(body: bytes, *, profile_id: int = PROFILE) -> Fact | Refusal:
    """What comes of a rightly signed *body*."""
    return read_notification((K2,), profile_id=profile_id, signature=signed(body), body=body)


@pytest.mark.parametrize("name", [*names("callback-*.json"), *names("ipn-*.json")])
def test_every_golden_is_believed_if_signed_and_only_then(name: str) -> None:
    """One wrong letter in the signature, or another key, and nothing is read."""
    body = golden(name)
    profile_id = 12345 if name == "callback-kwd.json" else PROFILE
    assert isinstance(heard(body, profile_id=profile_id), Fact)
    for signature in (signed(body, K1), signed(body + b"\n"), None, ""):
        answer = read_notification((K2,), profile_id=profile_id, signature=signature, body=body)
        assert answer in (Refusal.SIGNATURE_MISMATCH, Refusal.NO_SIGNATURE)


@pytest.mark.parametrize("written", ["47170", '"47170"', '" 47170 "'])
def test_a_profile_may_be_number_or_text(written: str) -> None:
    """Both are documented."""
    body = golden("callback-sale.json").replace(b"47170", written.encode(), 1)
    fact = heard(body)
    assert isinstance(fact, Fact)
    assert fact.kind is Kind.SALE


@pytest.mark.parametrize("written", ["47171", '"47171"', '""', "0", "-47170", "4717000000000000000000000000"])
def test_another_profile_is_refused_after_its_signature(written: str) -> None:
    """Two profiles might share a key, and one must not pay the other's orders."""
    body = golden("callback-sale.json").replace(b"47170", written.encode(), 1)
    assert heard(body) is Refusal.OTHER_PROFILE
    assert read_notification((K2,), profile_id=PROFILE, signature="0" * 64, body=body) is Refusal.SIGNATURE_MISMATCH


def test_another_profile_is_refused_in_a_shape_nobody_knows() -> None:
    """What is not understood is bound to its profile all the same."""
    body = b'{"profileId": 1, "tran_ref": {"strange": true}}'
    assert heard(body) is Refusal.OTHER_PROFILE


def test_a_profile_in_the_querys_spelling_counts() -> None:
    """The channels spell it differently, and a gateway may change its mind."""
    body = golden("callback-sale.json").replace(b'"profile_id"', b'"profileId"', 1)
    fact = heard(body)
    assert isinstance(fact, Fact)
    assert fact.kind is Kind.SALE


@pytest.mark.parametrize(
    "body",
    [
        golden("callback-sale.json").replace(b'"profile_id"', b'"profil"', 1),
        golden("callback-sale.json").replace(b'"payment_result"', b'"result"', 1),
        golden("callback-sale.json").replace(b'"TST2623802990085"', b"[]", 1),
        golden("ipn-basic.json"),
        b"{}",
        b"[]",
        b"null",
        b"5",
        b'"tran_ref"',
    ],
)
def test_what_is_authentic_but_not_understood_is_kept(body: bytes) -> None:
    """Without profile, result or a documented shape nothing is counted, and nothing is thrown away."""
    fact = heard(body)
    assert isinstance(fact, Fact)
    assert (fact.kind, fact.verdict, fact.amount) == (Kind.UNRECOGNIZED, Verdict.UNRECOGNIZED, None)


@pytest.mark.parametrize(
    "body",
    [
        b"tran_ref=TST&respStatus=A",
        b"{",
        b"<html>",
        b" ",
        b'{"tran_ref":"x"} trailing',
        b'{"tran_ref":"\xff"}',
        b"\xef\xbb\xbf{}",
        b"[" * 60_000,
        b'{"payment_info":' + b"[" * 60_000,
        b'{"tran_ref":"\\ud800"}',
    ],
)
def test_what_is_not_json_is_refused_as_that(body: bytes) -> None:
    """The sender can learn what is wrong, and no nesting exhausts the stack."""
    assert heard(body) is Refusal.NOT_JSON


def test_an_empty_body_is_refused_before_its_signature() -> None:
    """An IPN to an address without TLS comes empty, and its signature is right."""
    assert heard(b"") is Refusal.EMPTY
