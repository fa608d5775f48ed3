"""Verify and parse one notification: how many a second, beside a bare HMAC plus the fastest JSON decoder at hand.

    .venv/bin/python scripts/bench_verify.py [--rounds N]

The ways take turns in short slices of one process, so that a busy machine slows all of them alike; figures are medians
over the slices, and the ratio is the median of each slice's own ratio.
"""

import argparse
import hashlib
import hmac
import json
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from wasl.domain.evidence import Fact
from wasl.domain.secret import Secret
from wasl.gateway import read_notification
from wasl.gateway.wire.answers import STATEMENT

KEY = "SJKLMNOPQR-XYZABCDEFG-HIJKLMNOPQ"
PROFILE_ID = 47170
CALLS = 400
GOLDEN = Path(__file__).parents[1] / "tests" / "wire" / "gateway" / "callback-sale.json"


def rate_per_s(call: Callable[[], object]) -> float:
    """Calls a second in one slice."""
    start = time.perf_counter()
    for _ in range(CALLS):
        call()
    return CALLS / (time.perf_counter() - start)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=200, help="slices of each way (200)")
    rounds: int = parser.parse_args().rounds
    body = msgspec.json.encode(msgspec.json.decode(GOLDEN.read_bytes()))  # compact, as the gateway sends it
    key, secret = KEY.encode(), (Secret(KEY),)
    signature = hmac.new(key, body, hashlib.sha256).hexdigest()
    untyped = msgspec.json.Decoder()
    ways: dict[str, Callable[[], object]] = {
        "verify and parse to a fact": lambda: read_notification(
            secret, profile_id=PROFILE_ID, signature=signature, body=body
        ),
        "bare HMAC": lambda: hmac.digest(key, body, "sha256"),
        "json.loads": lambda: json.loads(body),
        "msgspec, untyped": lambda: untyped.decode(body),
        "msgspec, typed": lambda: STATEMENT.decode(body),
    }
    if not isinstance(ways["verify and parse to a fact"](), Fact):
        raise SystemExit("the golden notification does not verify; nothing measured would mean anything")
    slices = {name: [0.0] * rounds for name in ways}
    for index in range(rounds):
        for name, way in ways.items():
            slices[name][index] = rate_per_s(way)
    report(slices, len(body))


def report(slices: dict[str, list[float]], size: int) -> None:
    """Print medians, and the ratio to the ideal."""
    ours, bare, *decoders = slices
    fastest = max(decoders, key=lambda name: statistics.median(slices[name]))
    ideal = [1 / (1 / h + 1 / d) for h, d in zip(slices[bare], slices[fastest], strict=True)]
    print(f"{size} bytes, Python {platform.python_version()}, msgspec {msgspec.__version__}")
    for name, rates in slices.items():
        print(f"{name:<32}{statistics.median(rates):>12,.0f} /s")
    print(f"{f'{bare} + {fastest}':<32}{statistics.median(ideal):>12,.0f} /s")
    ratio = statistics.median(o / i for o, i in zip(slices[ours], ideal, strict=True))
    print(f"{'ratio':<32}{ratio:>12.2f}")


if __name__ == "__main__":
    main()
