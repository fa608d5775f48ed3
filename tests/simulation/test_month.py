"""A short month: few orders, as many days. The long one is `make month`."""

import pytest

from wasl.simulation.faults import KINDS
from wasl.simulation.run import simulate, template
from wasl.simulation.season import month

pytestmark = pytest.mark.timeout(300)
ORDERS = 120


def test_after_a_month_of_business_the_three_books_agree() -> None:
    """Every day passes, every order is compared in both directions, and nothing is violated or left out."""
    days: list[int] = []
    with template() as empty:
        history = simulate(
            1,
            orders=range(ORDERS),
            allowed=frozenset(KINDS),
            template=empty,
            season=month(progress=lambda day, _: days.append(day)),
        )
    assert history.violations == ()
    assert days == list(range(1, 30))
    assert history.compared is not None
    assert history.compared.agree + history.compared.waiting == ORDERS
    assert history.compared.agree > ORDERS / 2
