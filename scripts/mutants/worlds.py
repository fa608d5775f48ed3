"""Worlds one after another, until one finds a violation; for `scripts/sim_mutants.py`, on whatever code is there.

    python worlds.py PAYMENTS SEED

What `wasl simulate --payments PAYMENTS --seed SEED` does, without making a failing world smaller for a reader: there is
none. Prints one JSON document.
"""

import json
import sys

from wasl.simulation.faults import KINDS
from wasl.simulation.run import simulate, template, worlds


def main(payments: int, first: int) -> None:
    """Print the first violation, or what broke."""
    broken: list[str] = []
    with template() as empty:
        for number, (seed, orders) in enumerate(worlds(first, payments), 1):
            try:
                history = simulate(seed, orders=orders, allowed=frozenset(KINDS), template=empty)
            except Exception as error:  # noqa: BLE001  a defect may break a world itself; the next may see what it does
                broken.append(f"world {number}: {type(error).__name__}: {error}"[:200])
                continue
            if history.violations:
                found = history.violations[0]
                print(json.dumps({"world": number, "violation": f"{found.invariant}: {found.sentence}"[:160]}))
                return
    print(json.dumps({"violation": None, "broken": broken}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
