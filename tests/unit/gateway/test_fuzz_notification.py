"""Mutated goldens: whatever arrives, the parser neither crashes nor believes it without the key.

`WASL_FUZZ_SECONDS` sets how long it runs, `WASL_FUZZ_SEED` which way; a failure prints both the seed and the body.
"""

import os
import random
import resource
import time

import pytest

from wasl.domain.evidence import Fact
from wasl.engine.ports import Refusal
from wasl.gateway.notification import read_notification
from wire.gateway.goldens import K1, K2, PROFILE, golden, names, signed

SECONDS = float(os.environ.get("WASL_FUZZ_SECONDS", "20"))
SEED = int(os.environ.get("WASL_FUZZ_SEED", "20261124"))
GROWTH_KB_MAX = 64 * 1024
TEXTS_MAX = (64, 64, 64, 256, 64)
SPLICES = (
    b"null",
    b"[]",
    b"{}",
    b"true",
    b"1e309",
    b"-0",
    b"12345678901234567890123456789012345678901234567890",
    b'"\\u0000"',
    b'"\\ud800"',
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b'"',
    b"\\",
    b"[" * 2_000,
    b'{"a":' * 500,
    b'"47170"',
    b'"payment_result":{}',
    b',"tran_ref":"OTHER"',
)


def mutated(chance: random.Random, body: bytes, others: list[bytes]) -> bytes:
    """*body* with one to eight changes: bits, cuts, repeats, pieces of JSON, pieces of other goldens."""
    work = bytearray(body)
    for _ in range(chance.randint(1, 8)):
        start = chance.randrange(len(work) + 1)
        end = min(len(work), start + chance.randrange(40))
        match chance.randrange(6):
            case 0 if start < len(work):
                work[start] ^= 1 << chance.randrange(8)
            case 1:
                del work[start:end]
            case 2:
                work[start:start] = work[start:end] * chance.randrange(4)
            case 3:
                work[start:end] = chance.choice(SPLICES)
            case 4:
                other = chance.choice(others)
                work[start:end] = other[chance.randrange(len(other)) :][: chance.randrange(80)]
            case _:
                work[start:start] = bytes([chance.randrange(256)])
    return bytes(work)


def check(body: bytes, original: bytes) -> None:
    """Signed rightly it is a fact or a refusal; signed for another body or with another key it is never believed."""
    answer = read_notification((K2,), profile_id=PROFILE, signature=signed(body), body=body)
    assert isinstance(answer, Fact | Refusal)
    if isinstance(answer, Fact):
        texts = (answer.tran_ref, answer.cart_id, answer.code, answer.message, answer.method)
        assert all(len(text) <= most and "\0" not in text for text, most in zip(texts, TEXTS_MAX, strict=True))
        assert all(money is None or money.minor >= 0 for money in (answer.amount, answer.moved))
    forged = signed(body, K1) if body == original else signed(original)
    believed = read_notification((K2,), profile_id=PROFILE, signature=forged, body=body)
    assert believed in (Refusal.SIGNATURE_MISMATCH, Refusal.EMPTY, Refusal.MALFORMED)


@pytest.mark.timeout(SECONDS + 60)
def test_mutated_notifications_neither_crash_nor_verify() -> None:
    """Thousands of broken bodies: no exception, no growing memory, nothing verified without the key."""
    chance = random.Random(SEED)
    bodies = [golden(name) for name in (*names("callback-*.json"), *names("ipn-*.json"), *names("query-*.json"))]
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    deadline, count = time.monotonic() + SECONDS, 0
    while time.monotonic() < deadline:
        original = chance.choice(bodies)
        body = mutated(chance, original, bodies)
        try:
            check(body, original)
        except BaseException:
            print(f"seed {SEED}, example {count}: {body!r}")  # noqa: T201 - shown only with a failure
            raise
        count += 1
    assert count > 1_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak_kb < GROWTH_KB_MAX
