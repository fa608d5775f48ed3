"""What a comparison of shop, gateway and ledger came to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from wasl.domain.money import Currency, Money
from wasl.domain.reconcile import Difference, Finding
from wasl.domain.store import StoreId
from wasl.domain.time import Instant

ROWS_MAX: Final = 10_000  # what differs beyond is counted, not listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One difference of one order, with what each side says: a state or a status, `-` where there was no answer.

    Of a cart that nobody knows, `order_id` is the cart and `payment_id` is empty.
    """

    store_id: StoreId
    order_id: str
    payment_id: str
    finding: Finding
    gateway: str
    ledger: str
    shop: str
    mended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Every difference, and the sums. An order counts once, as differing, mended, not compared or agreeing."""

    since: Instant
    until: Instant
    orders: int
    differing: int
    not_compared: int
    mended: int
    at_risk: tuple[Money, ...]
    rows: tuple[Row, ...]
    unlisted: int

    @property
    def all_well(self) -> bool:
        """Whether nothing differs (any more) and nothing was left out."""
        return not self.differing and not self.not_compared

    @property
    def summary(self) -> str:
        """One line for a person."""
        mended = f" ({self.mended} mended)" if self.mended else ""
        if self.all_well:
            agree = "1 order agrees" if self.orders == 1 else f"{self.orders} orders agree"
            return f"all is well: {agree}{mended}"
        risk = ", ".join(f"{money} {money.currency.code}" for money in self.at_risk) or "nothing"
        left_out = f"; {self.not_compared} not compared" if self.not_compared else ""
        return f"{self.differing} of {self.orders} orders differ, {risk} at risk{left_out}{mended}"


@dataclass(slots=True)
class Tally:
    """Adds up a report, an order at a time."""

    orders: int = 0
    differing: int = 0
    not_compared: int = 0
    mended: int = 0
    unlisted: int = 0
    rows: list[Row] = field(default_factory=list)
    risks: dict[Currency, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, rows: Sequence[Row]) -> None:
        """One order with everything that differs of it: its gravest difference is what it puts at risk."""
        self.orders += 1
        left = [row.finding for row in rows if not row.mended]
        if any(finding.difference is not Difference.NOT_COMPARED for finding in left):
            self.differing += 1
        elif left:
            self.not_compared += 1
        elif rows:
            self.mended += 1
        worst: dict[Currency, int] = defaultdict(int)
        for money in (finding.at_risk for finding in left):
            worst[money.currency] = max(worst[money.currency], money.minor)
        for currency, minor in worst.items():
            self.risks[currency] += minor
        listed = rows[: max(0, ROWS_MAX - len(self.rows))]
        self.rows += listed
        self.unlisted += len(rows) - len(listed)

    def report(self, *, since: Instant, until: Instant) -> Report:
        """The sum so far."""
        return Report(
            since=since,
            until=until,
            orders=self.orders,
            differing=self.differing,
            not_compared=self.not_compared,
            mended=self.mended,
            at_risk=tuple(Money(minor, c) for c, minor in sorted(self.risks.items(), key=_code) if minor),
            rows=tuple(self.rows),
            unlisted=self.unlisted,
        )


def _code(risk: tuple[Currency, int]) -> str:
    return risk[0].code
