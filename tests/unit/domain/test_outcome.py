"""What an outcome says first."""

from dataclasses import replace

from builders import PRICE
from wasl.domain.outcome import Concern
from wasl.domain.revise import unpaid


def test_the_gravest_concern_stands_first() -> None:
    """And none is said where nothing has to be looked at."""
    nothing = unpaid(PRICE)
    assert nothing.concern is Concern.NONE
    assert replace(nothing, concerns=(Concern.PAID_TWICE, Concern.PAID_LATE)).concern is Concern.PAID_TWICE
