"""How long a world lasts, how orders come, and what goes wrong how often."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from wasl.simulation.faults import KINDS

DAY_S: Final = 86_400.0
MONTH_S: Final = 30 * DAY_S
ROUNDS: Final = 12
ROUND_S_MEAN: Final = 1_950.0
SHARE: Final = 0.1  # of the highest rate that a small world draws: a month of a shop that is not on fire
# What one event does to every order of its hour is as rare as in a month of business; what is asked of staff is the
# merchant's habit: one order in twenty is given back, at Wasl or in the gateway's dashboard.
_OF_A_MONTH: Final = MappingProxyType(
    {
        "asked_refund": 0.016, "accepted": 0.1, "cases_refunded": 0.1,
        "asked_again": 0.3, "asked_at_once": 0.3, "refunded": 0.004, "clock_jumped": 0.05,
        "disk_failed": 0.000_3, "follow_lost": 0.2, "follow_5xx": 0.1, "follow_unsent": 0.05, "follow_repeated": 0.05,
        "key_rotated": 1.0, "killed": 0.000_3, "out_of_stock": 0.002, "shop_down": 0.000_5,
    }
)  # fmt: skip


def _nobody(days: int, orders: int) -> None:
    """Nobody wants to know how far it is."""
    del days, orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """Orders come over `orders_s`, each begins within half an hour; faults end after `faults_s`.

    *rates* None draws a mix of the world's own. *progress* hears of every day that is over, with how many orders came.
    """

    orders_s: float = 0.0
    faults_s: float = 5 * DAY_S
    rounds: int = ROUNDS
    rates: Mapping[str, float] | None = None
    progress: Callable[[int, int], None] = _nobody


WORLD: Final = Season()


def month(*, allowed: Collection[str] = frozenset(KINDS), progress: Callable[[int, int], None] = _nobody) -> Season:
    """A month of business, in which everything goes wrong now and then."""
    rates = {kind: _OF_A_MONTH.get(kind, highest * SHARE) for kind, highest in KINDS.items() if kind in allowed}
    rounds = round(MONTH_S / ROUND_S_MEAN)
    return Season(orders_s=MONTH_S, faults_s=MONTH_S, rounds=rounds, rates=rates, progress=progress)
