"""Whom the shop believes: Wasl's signed call, once, and Wasl's signed words in a returning browser."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.demo.standin import KEY, SIGNING_SECRET, signed, signed_return
from wasl.demo.shop.signatures import BadSecret, CallGate, Distrust, read_claim, signing_key
from wasl.domain.secret import Secret
from wasl.domain.time import SECOND_MS, Instant

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
    gate = CallGate(key=signing_key(Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")))
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


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_not base64!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
def test_a_secret_that_is_none_is_refused_at_the_start(text: str) -> None:
    """A shop with an unusable key would refuse every call; it does not open, and its message does not show the key."""
    with pytest.raises(BadSecret) as caught:
        signing_key(Secret(text))
    assert not text.removeprefix("whsec_") or text.removeprefix("whsec_") not in str(caught.value)


def _query(**changes: str) -> dict[str, str]:
    url = signed_return("http://shop.test/index.php?dispatch=wasl.return&order_id=1042", "1042", "paid", at=AT)
    return {**dict(parse_qsl(urlsplit(url).query)), **changes}


def test_a_signed_return_says_which_order_and_what_state() -> None:
    """What Wasl signed is read as it stands, for display."""
    claim = read_claim(_query(), key=signing_key(Secret(SIGNING_SECRET)), now=NOON)
    assert claim is not None
    assert (claim.order_id, claim.state) == ("1042", "paid")


@pytest.mark.parametrize("name", ["wasl_payment", "wasl_order", "wasl_state", "wasl_time", "wasl_signature"])
def test_a_return_whose_words_were_changed_says_nothing(name: str) -> None:
    """Each of the four values is signed, and a wrong or empty signature is none."""
    assert read_claim(_query(**{name: "1"}), key=KEY, now=NOON) is None
    assert read_claim(_query(**{name: ""}), key=KEY, now=NOON) is None


def test_a_return_is_good_for_ten_minutes() -> None:
    """An address from the browser's history says nothing about now."""
    assert read_claim(_query(), key=KEY, now=Instant(NOON + 600 * SECOND_MS)) is not None
    assert read_claim(_query(), key=KEY, now=Instant(NOON + 601 * SECOND_MS)) is None
