"""Worlds that nobody has seen before: half a minute of them, others with every change of the source."""

import hashlib
import time
from pathlib import Path
from typing import Final

import pytest

import wasl
from wasl.simulation.faults import KINDS
from wasl.simulation.run import simulate, template
from wasl.simulation.world import PAYMENTS_MAX

pytestmark = pytest.mark.timeout(300)
SPENT_S: Final = 30.0


def seed_of_this_version() -> int:
    """New whenever the source is, so that a version is tried by worlds of its own and a failure comes again.

    Worlds that are new each time are `make sim`.
    """
    digest = hashlib.sha256()
    for path in sorted(Path(wasl.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return int.from_bytes(digest.digest()[:4])


def test_new_worlds_break_nothing() -> None:
    """No violation in as many worlds as fit; the seed of one that has any is in the failure's words."""
    seed, began = seed_of_this_version(), time.monotonic()
    with template() as empty:
        while time.monotonic() - began < SPENT_S:
            history = simulate(seed, orders=range(PAYMENTS_MAX), allowed=frozenset(KINDS), template=empty)
            assert history.violations == (), f"wasl simulate --seed {seed} --payments {PAYMENTS_MAX}"
            seed += 1
