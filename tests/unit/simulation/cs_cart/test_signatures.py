"""Whom the shop believes: Wasl's signed call, once."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.demo.standin import KEY, signed
from wasl.domain.time import SECOND_MS, Instant
from wasl.simulation.cs_cart.signatures import CallGate, Distrust

NOON = Instant(1_764_000_000_000)
AT = NOON // SECOND_MS
BODY = b'{"type":"order.read","order_id":"1042"}'


def test_the_published_vector_of_standard_webhooks_is_believed() -> None:
    """The scheme is the published one, with its own example: another implementation's bytes, not ours."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    gate = CallGate(key=base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    assert gate.check(headers, b'{"test": 2432232314}', now=Instant(1614265330 * SECOND_MS)) is None


def test_a_call_is_believed_once() -> None:
    """A recorded call sent again is a replay, however genuine it was."""
    gate, headers = CallGate(key=KEY), signed(BODY, at=AT)
    assert gate.check(headers, BODY, now=NOON) is None
    assert gate.check(headers, BODY, now=NOON) is Distrust.REPLAYED


def test_a_second_signature_may_be_the_one_that_fits() -> None:
    """While a key is being replaced Standard Webhooks sends one signature per key, separated by blanks."""
    headers = signed(BODY, at=AT)
    headers["webhook-signature"] = f"v1,AAAA {headers['webhook-signature']}"
    assert CallGate(key=KEY).check(headers, BODY, now=NOON) is None


@pytest.mark.parametrize(("age_s", "verdict"), [(300, None), (301, Distrust.STALE), (-60, None), (-61, Distrust.STALE)])
def test_a_call_is_good_for_five_minutes(age_s: int, verdict: Distrust | None) -> None:
    """Older than five minutes is refused, and so is what claims to come from the future."""
    assert CallGate(key=KEY).check(signed(BODY, at=AT - age_s), BODY, now=NOON) is verdict


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_call_without_one_of_its_headers_is_not_believed(missing: str) -> None:
    """All three headers are part of the proof."""
    headers = signed(BODY, at=AT)
    del headers[missing]
    assert CallGate(key=KEY).check(headers, BODY, now=NOON) in (Distrust.UNSIGNED, Distrust.FORGED)


@given(st.binary(max_size=200), st.sampled_from(["body", "webhook-id", "key"]))
def test_whatever_is_changed_the_signature_no_longer_fits(noise: bytes, changed: str) -> None:
    """Body, nonce and key are all under the signature."""
    headers, body, key = signed(BODY, at=AT, nonce="n-1"), BODY, KEY
    if changed == "body":
        body = BODY + noise + b" "
    elif changed == "key":
        key = KEY + noise + b"x"
    else:
        headers["webhook-id"] = "n-2"
    assert CallGate(key=key).check(headers, body, now=NOON) is Distrust.FORGED


def test_nonces_are_forgotten_when_their_call_could_not_be_replayed_any_more() -> None:
    """Memory is bounded by time: a nonce is kept as long as its call would be believed, no longer."""
    gate = CallGate(key=KEY)
    assert gate.check(signed(BODY, at=AT, nonce="same"), BODY, now=NOON) is None
    later = Instant(NOON + 600 * SECOND_MS)
    assert gate.check(signed(BODY, at=AT + 600, nonce="same"), BODY, now=later) is None
