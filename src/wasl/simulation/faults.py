"""What may go wrong, how often in this world, and the one dice that decides."""

import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from wasl.simulation.trace import Trace

# Every kind of trouble with the highest rate a world may draw for it: per message, call, commit, payment or hour.
KINDS: Final[Mapping[str, float]] = MappingProxyType(
    {
        # a notification: each one, or each attempt to deliver one
        "notice_dropped": 0.5, "notice_duplicated": 0.4, "notice_delayed": 0.4, "notice_reordered": 0.4,
        "notice_corrupted": 0.3, "notice_lost": 0.3, "notice_answer_lost": 0.2, "notice_forged": 0.5,
        # a call of the gateway, to open a page or to ask
        "page_unsent": 0.2, "page_lost": 0.3, "page_slow": 0.2, "page_5xx": 0.2, "page_429": 0.2,
        "query_lost": 0.3, "query_slow": 0.15, "query_5xx": 0.3, "query_429": 0.2, "query_stale": 0.3,
        # a call of the gateway that asks for an operation; what fails may have been done
        "follow_unsent": 0.3, "follow_lost": 0.4, "follow_slow": 0.3, "follow_5xx": 0.3, "follow_429": 0.2,
        "follow_repeated": 0.3,
        # a call of a shop
        "shop_down": 0.4, "shop_slow": 0.2, "shop_reset": 0.3, "shop_html": 0.3,
        # an order
        "out_of_stock": 0.2, "edited_by_hand": 0.15, "canceled_by_hand": 0.2, "completed_by_hand": 0.2, "deleted": 0.1,
        "canceled_by_store": 0.3, "amount_changed": 0.5, "currency_changed": 0.5,
        "stranger_paid": 0.5, "partner_late": 0.5,
        # a buyer
        "two_tabs": 0.7, "went_back": 0.7, "came_again": 0.7,
        "paid_late": 0.3, "deferred": 0.3, "declined": 0.4, "canceled": 0.3,
        "closed_tab": 0.4, "held": 0.2, "unanswered": 0.2, "never_paid": 0.2, "return_forged": 0.3,
        # staff at the gateway's dashboard
        "refunded": 0.5, "captured_in_part": 0.5, "voided": 0.4, "rejected": 0.5,
        # staff at Wasl
        "asked_refund": 0.4, "asked_capture": 0.5, "asked_void": 0.3, "asked_too_much": 0.3, "asked_at_once": 0.5,
        "asked_again": 0.5, "accepted": 0.4, "cases_refunded": 0.4,
        # Wasl's own processes and their machine
        "killed": 0.02, "disk_failed": 0.03, "clock_jumped": 0.5, "key_rotated": 0.6,
    }
)  # fmt: skip
ON: Final = 0.7  # how many kinds a world draws


class UnknownFault(ValueError):
    """No kind of trouble is called this."""


def read_faults(text: str) -> frozenset[str]:
    """The kinds named in `all`, `none` or a comma-separated list; raises UnknownFault."""
    if text in ("all", "none"):
        return frozenset(KINDS) if text == "all" else frozenset()
    names = frozenset(text.split(","))
    unknown = sorted(names - KINDS.keys())
    if unknown:
        raise UnknownFault(f"{unknown[0]!r} is no fault; there are {', '.join(KINDS)}")
    return names


def draw_rates(chance: random.Random, allowed: Collection[str]) -> Mapping[str, float]:
    """A world's own mix. What is not *allowed* is drawn all the same, so that leaving it out changes nothing else."""
    drawn = {kind: chance.random() ** 2 * highest if chance.random() < ON else 0.0 for kind, highest in KINDS.items()}
    return {kind: rate for kind, rate in drawn.items() if rate and kind in allowed}


@dataclass(slots=True, kw_only=True)
class Dice:
    """Decides whether a fault happens now. `quiet` ends all of them."""

    chance: random.Random
    rates: Mapping[str, float]
    trace: Trace
    quiet: bool = False

    def happens(self, kind: str, about: str = "", *, chance: random.Random | None = None) -> bool:
        """Whether it does; counted. Of two worlds with one seed the one without this kind draws as many numbers."""
        draw = (chance or self.chance).random()
        if self.quiet or draw >= self.rates.get(kind, 0.0):
            return False
        self.trace.fault(kind, about)
        return True

    def first(self, kinds: Iterable[str], about: str = "") -> str:
        """The first of *kinds* that happens, or nothing."""
        return next((kind for kind in kinds if self.happens(kind, about)), "")
