"""A month of simulated business with every fault: at its end shop, Wasl and gateway have to agree, in both directions.

    .venv/bin/python scripts/month.py [--orders N] [--seed S]

One world: two shops, one or two processes on one database, 30 days in which orders come all day and one in twenty is
given back; then quiet days. The independent model and every invariant are looked at after every step, as in `wasl
simulate`, and at the end the comparison that runs daily has to find nothing but what waits for a person. Stops with 1
at the first violation. The same orders and seed give the same month.
"""

import argparse
import sys
import time
from collections.abc import Callable
from typing import Final

from wasl.simulation.faults import KINDS
from wasl.simulation.run import History, simulate, template
from wasl.simulation.season import month

ORDERS: Final = 50_000
SEED: Final = 1
SHOWN: Final = 40


def main() -> None:
    """Live through the month and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--orders", type=int, default=ORDERS, help=f"in the whole month ({ORDERS})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the world ({SEED})")
    options = parser.parse_args()
    began = time.monotonic()
    with template() as empty:
        history = simulate(
            options.seed,
            orders=range(options.orders),
            allowed=frozenset(KINDS),
            template=empty,
            season=month(progress=_progress(began)),
        )
    print(_told(history, seconds=time.monotonic() - began))
    if history.violations:
        about = history.violations[0].order_id
        lines = [str(line) for line in history.lines if line.about in ("", about)]
        sys.exit("\n".join(lines[-SHOWN:]))


def _progress(began: float) -> Callable[[int, int], None]:
    def say(days: int, orders: int) -> None:
        print(f"day {days}: {orders} orders, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)

    return say


def _told(history: History, *, seconds: float) -> str:
    """The month in one line."""
    orders, faults = len(history.orders), sum(history.faults.values())
    refunds = sum(count for what, count in history.operations.items() if what == "refund A")
    if history.violations:
        first = history.violations[0]
        end = f"VIOLATED {first.invariant}: {first.sentence} (order {first.order_id})"
    elif history.compared is None:
        end = "it did not come to its end"
    else:
        end = f"the three books agree on {history.compared.agree}, a person has to look at {history.compared.waiting}"
    return (
        f"month of {orders} orders, seed {history.seed}: {refunds} refunds of {sum(history.operations.values())}"
        f" operations, {faults} faults, {history.steps} steps, {history.mended} found by asking again: {end}"
        f" ({seconds:.0f} s, trace {history.digest[:16]})"
    )


if __name__ == "__main__":
    main()
