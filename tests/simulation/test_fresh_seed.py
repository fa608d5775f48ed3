"""Worlds that nobody has seen before: half a minute of them, another half minute each time."""

import secrets
import time
from typing import Final

import pytest

from wasl.simulation.faults import KINDS
from wasl.simulation.run import simulate, template
from wasl.simulation.world import PAYMENTS_MAX

pytestmark = pytest.mark.timeout(300)
SPENT_S: Final = 30.0


def test_new_worlds_break_nothing() -> None:
    """No violation in as many worlds as fit; the seed of one that has any is in the failure's words."""
    seed, began = secrets.randbelow(1_000_000_000), time.monotonic()
    with template() as empty:
        while time.monotonic() - began < SPENT_S:
            history = simulate(seed, orders=range(PAYMENTS_MAX), allowed=frozenset(KINDS), template=empty)
            assert history.violations == (), f"wasl simulate --seed {seed} --payments {PAYMENTS_MAX}"
            seed += 1
