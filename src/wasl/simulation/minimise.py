"""A failing world, made as small as it can be made in a few tries: fewer orders, then fewer kinds of faults."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

from wasl.simulation.run import History, simulate
from wasl.simulation.world import FIRST_ORDER

TRIES_MAX: Final = 120


def minimised(history: History, *, allowed: Collection[str], template: Path) -> History:
    """The smallest world found that breaks the same invariant; *history* itself if nothing smaller does."""
    smallest, kinds, tries = history, sorted(allowed), 0

    def smaller(orders: Collection[int], faults: Collection[str]) -> bool:
        nonlocal smallest, tries
        tries += 1
        tried = simulate(history.seed, orders=orders, allowed=faults, template=template)
        if not _same(tried, history):
            return False
        smallest = tried
        return True

    for orders in _fewer(history):
        if smaller(orders, kinds):
            break
    for kind in tuple(kinds):
        fewer = [one for one in kinds if one != kind]
        if kind not in smallest.faults:
            kinds = fewer  # it never happened
        elif tries < TRIES_MAX and smaller(smallest.orders, fewer):
            kinds = fewer
    return smallest


def _fewer(history: History) -> list[tuple[int, ...]]:
    """The order it happened to alone, then with the half of all that contains it."""
    about = history.violations[0].order_id
    if not about:
        return [history.orders[: len(history.orders) // 2], history.orders[len(history.orders) // 2 :]]
    number = int(about) - FIRST_ORDER
    half = len(history.orders) // 2
    with_it = history.orders[:half] if number in history.orders[:half] else history.orders[half:]
    return [(number,), with_it]


def _same(one: History, other: History) -> bool:
    return bool(one.violations) and one.violations[0].invariant == other.violations[0].invariant
