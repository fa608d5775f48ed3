"""The money law, by enumeration: every history in every order, with everything said again by other voices."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from builders import NOON, SAR, payment, said
from unit.domain.histories import CATALOGUE
from unit.domain.stating import History
from wasl.domain.evidence import Evidence, Voice
from wasl.domain.fold import fold
from wasl.domain.money import Money
from wasl.domain.outcome import Outcome
from wasl.domain.payment import Payment
from wasl.domain.revise import heard, revise

HISTORIES_MIN: Final = 125
ORDERS_MIN: Final = 20_000
# Up to this many facts everything is doubled at once; with more, one at a time, or the orders cannot be counted out.
ALL_DOUBLED_MAX: Final = 3
_OTHERS: Final = (Voice.IPN, Voice.QUERY, Voice.ANSWER)


def orders(history: History) -> Iterator[tuple[Evidence, ...]]:
    """Every order of what was heard; with every fact said again by another voice; and with one heard again."""
    pieces = [said(one) for one in history.facts]
    yield from itertools.permutations(pieces)
    again = [replace(piece, voice=voice) for piece, voice in zip(pieces, itertools.cycle(_OTHERS), strict=False)]
    if len(pieces) <= ALL_DOUBLED_MAX:
        yield from itertools.permutations([*pieces, *again])
    else:
        for one in again:
            yield from itertools.permutations([*pieces, one])
    for one in pieces:
        yield from itertools.permutations([*pieces, one])


def gathered(history: History, order: tuple[Evidence, ...]) -> Payment:
    """The payment of *history* that heard everything in this *order*."""
    told = payment(*history.attempts, closings=history.closings)
    for piece in order:
        told = heard(told, piece)
    return told


@pytest.mark.requirement("R25")
@pytest.mark.parametrize("name", CATALOGUE)
def test_every_order_of_a_history_gives_its_outcome(name: str) -> None:
    """Order and repetition change nothing, and state, concerns and amounts are the law's."""
    history = CATALOGUE[name]
    seen: set[Outcome] = {fold(gathered(history, order)) for order in orders(history)}
    assert len(seen) == 1
    (outcome,) = seen
    assert (outcome.state, outcome.concerns) == (history.state, history.concerns)
    assert (outcome.captured, outcome.refunded, outcome.authorized) == (
        Money(history.captured, SAR),
        Money(history.refunded, SAR),
        Money(history.authorized, SAR),
    )
    assert outcome.unmatched == history.unmatched


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_history_heard_piece_by_piece_ends_where_it_ends_at_once(name: str) -> None:
    """Every snapshot on the way is a fold of its own, and none leaves a trace in the last."""
    history = CATALOGUE[name]
    for order in itertools.permutations(said(one) for one in history.facts):
        told = revise(payment(*history.attempts, closings=history.closings), now=NOON)
        for piece in order:
            told = revise(heard(told, piece), now=NOON)
        assert told.outcome == fold(gathered(history, order))


def test_the_orders_of_closings_change_nothing() -> None:
    """Our own facts are a set too."""
    for history in CATALOGUE.values():
        told = gathered(history, tuple(said(one) for one in history.facts))
        outcomes = {fold(replace(told, closings=order)) for order in itertools.permutations(history.closings)}
        assert len(outcomes) == 1


def test_the_catalogue_is_as_large_as_it_is_said_to_be() -> None:
    """What is enumerated is counted, so that it does not shrink unnoticed."""
    counts = [sum(1 for _ in orders(history)) for history in CATALOGUE.values()]
    assert len(counts) >= HISTORIES_MIN
    assert sum(counts) >= ORDERS_MIN
    assert all(count >= math.factorial(len(h.facts)) for count, h in zip(counts, CATALOGUE.values(), strict=True))
