"""Worlds that are the same in every run of the suite: about a minute of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from wasl.simulation.faults import KINDS
from wasl.simulation.run import simulate, template
from wasl.simulation.world import PAYMENTS_MAX

pytestmark = pytest.mark.timeout(300)
SEEDS: Final = range(1, 41)
ALL: Final = frozenset(KINDS)


@pytest.fixture(scope="module")
def empty() -> Iterator[Path]:
    """An empty database to be copied."""
    with template() as path:
        yield path


@pytest.mark.parametrize("seed", SEEDS)
def test_no_fault_breaks_an_invariant(empty: Path, seed: int) -> None:
    """Every order is what the independent model says, and every invariant holds at every step."""
    history = simulate(seed, orders=range(PAYMENTS_MAX), allowed=ALL, template=empty)
    assert history.violations == (), f"wasl simulate --seed {seed} --payments {PAYMENTS_MAX}"
    assert history.steps > PAYMENTS_MAX


def test_without_faults_everybody_pays(empty: Path) -> None:
    """Where nothing is allowed to go wrong nothing does, and no question from outside is needed."""
    history = simulate(1, orders=range(PAYMENTS_MAX), allowed=frozenset(), template=empty)
    assert history.violations == ()
    assert not history.faults
    assert history.mended == 0


@pytest.mark.parametrize("kind", ["killed", "notice_dropped", "two_tabs", "disk_failed", "shop_reset"])
def test_a_fault_can_be_had_alone(empty: Path, kind: str) -> None:
    """A list of kinds leaves out every other, and what is left happens in some world."""
    seen = sum(
        simulate(seed, orders=range(8), allowed=frozenset({kind}), template=empty).faults[kind] for seed in range(1, 11)
    )
    assert seen > 0
