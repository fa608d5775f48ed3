"""How many payments a second the emulator carries on one core, driven in process: create, pay, callback.

    .venv/bin/python scripts/bench_emulator.py [--payments N] [--state FILE]

Each payment is an API request with its JSON, a card form, and a signed callback that is taken and reported delivered.
The clock is the driver's and moves a millisecond with each payment. The figure is the median of five runs.
"""

import argparse
import os
import statistics
import time
from pathlib import Path

import msgspec

from wasl.emulator import DEFAULT_PROFILE_ID, Emulator, EmulatorConfig, Leaving, PayForm, SqliteShelf

RUNS = 5
NOON_MS = 1_787_745_600_000
FORM = PayForm(number="4111111111111111", cvv="123", expiry_month="12", expiry_year="2030")
BUYER = {"name": "Mona Ali", "email": "m@example.com", "street1": "1 Olaya Street", "city": "Riyadh", "country": "SA"}


class SetClock:
    """Moves when it is told to."""

    at_ms = NOON_MS

    def now_ms(self) -> int:
        """See `wasl.emulator.Clock`."""
        return self.at_ms


def rate_per_s(payments: int, shelf: SqliteShelf | None) -> float:
    """Payments a second in one run on a fresh emulator."""
    clock = SetClock()
    emulator = Emulator(EmulatorConfig(seed=1), clock=clock, shelf=shelf)
    start = time.perf_counter()
    for number in range(payments):
        clock.at_ms += 1
        pay(emulator, f"o-{clock.at_ms}-{number}")
    return payments / (time.perf_counter() - start)


def pay(emulator: Emulator, cart_id: str) -> None:
    """One payment, from its request to its callback."""
    body = {
        "profile_id": DEFAULT_PROFILE_ID,
        "tran_type": "sale",
        "tran_class": "ecom",
        "cart_id": cart_id,
        "cart_description": "Order",
        "cart_currency": "SAR",
        "cart_amount": 57.9,
        "callback": "http://127.0.0.1:9/callback",
        "return": "http://127.0.0.1:9/return",
        "customer_details": BUYER,
    }
    key = emulator.config.server_key
    answer = emulator.post("/payment/request", msgspec.json.encode(body), key=key, base_url="http://127.0.0.1")
    token = msgspec.json.decode(answer.body)["redirect_url"].rsplit("/", 1)[1]
    if not isinstance(emulator.pay(token, FORM), Leaving):
        raise SystemExit("a payment did not end; nothing measured would mean anything")
    for outgoing in emulator.take_due(10):
        emulator.report(outgoing.delivery_id, status=200)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--payments", type=int, default=3000, help="in each run (3000)")
    parser.add_argument(
        "--state", type=Path, metavar="FILE", help="keep the state in this SQLite file, which is removed"
    )
    given = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    rates = []
    for _ in range(RUNS):
        shelf = SqliteShelf(given.state) if given.state else None
        rates.append(rate_per_s(given.payments, shelf))
        if shelf:
            shelf.close()
            given.state.unlink()
    where = "a SQLite file" if given.state else "memory"
    print(f"{statistics.median(rates):,.0f} payments/s (from {min(rates):,.0f} to {max(rates):,.0f}), state in {where}")


if __name__ == "__main__":
    main()
