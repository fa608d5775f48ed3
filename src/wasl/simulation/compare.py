"""The daily comparison in a world that has come to rest: it finds what a person has to look at, and nothing else."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from wasl.domain.outcome import Concern, State
from wasl.domain.payment import OrderId as PaidOrder
from wasl.domain.payment import Payment
from wasl.domain.reconcile import Difference
from wasl.domain.time import Instant
from wasl.engine.discrepancies import Row
from wasl.engine.engine import Engine
from wasl.engine.ports import ByOrder
from wasl.engine.reconcile import Plan, reconcile
from wasl.errors import required
from wasl.simulation.buyers import Purchase
from wasl.simulation.checks import Checks
from wasl.simulation.cs_cart.orders import OrderId
from wasl.simulation.stage import EPOCH_MS

AGREE: Final = "13 three books agree"
STRANGERS: Final = "invoice-"
# Money that a person has to decide about: the comparison names it until that is done.
_OPEN_CASES: Final = frozenset(
    {Concern.AMOUNT_MISMATCH, Concern.CURRENCY_MISMATCH, Concern.PAID_TWICE, Concern.PAID_LATE, Concern.CONTRADICTED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How many orders agree on all three sides, and how many wait for a person who was told why."""

    agree: int
    waiting: int


async def compare(checks: Checks, engine: Engine, purchases: Collection[Purchase]) -> Compared:
    """Compare everything in both directions; what differs without a reason, or is mended, is a violation."""
    before = await _payments(engine, purchases)
    orders = {one.order_id: one for one in purchases}
    stores = {one.shop.store.store_id for one in purchases}
    known = [required(await engine.store(store_id), "stores are never removed") for store_id in sorted(stores)]
    report = await reconcile(engine, Plan(stores=tuple(known), since=Instant(EPOCH_MS)))
    after = await _payments(engine, purchases)
    found: dict[str, list[Row]] = {}
    for row in report.rows:
        found.setdefault(row.order_id, []).append(row)
    for order_id, rows in found.items():
        one = orders.get(order_id)
        reason = _reason(one, before[order_id]) if one else order_id.startswith(STRANGERS)
        sentence = f"the comparison finds {rows[0].finding.difference}: {rows[0].finding.sentence}"
        checks.stage.ensure(reason, AGREE, sentence, order_id if one else "")
    for order_id, one in orders.items():
        missed = one.deleted and _keeps_money(before[order_id]) and not _names(found.get(order_id, []))
        checks.stage.ensure(not missed, AGREE, "a deleted order that keeps money is not found", order_id)
        same = _known(before[order_id]) == _known(after[order_id])
        checks.stage.ensure(same, AGREE, "the comparison has changed a payment", order_id)
    waiting = sum(order_id in found for order_id in orders)
    return Compared(agree=len(orders) - waiting, waiting=waiting)


async def _payments(engine: Engine, purchases: Collection[Purchase]) -> Mapping[str, Payment | None]:
    return {
        one.order_id: await engine.ledger.payment(ByOrder(one.shop.store.store_id, PaidOrder(one.order_id)))
        for one in purchases
    }


def _known(payment: Payment | None) -> tuple[object, ...]:
    """What a comparison may not touch."""
    if payment is None:
        return ()
    return (payment.version, payment.told, payment.operations, payment.decisions, len(payment.evidence))


def _reason(one: Purchase, payment: Payment | None) -> bool:
    """Whether a person has changed this order in the shop, or has still to decide about its money."""
    order = one.shop.books.orders.get(OrderId(one.order_id))
    if payment is None or order is None or order.by_hand or one.edited or order.total != payment.amount:
        return True
    # What was paid and given back in part before the shop heard of either has no status of its own there.
    unnamed = payment.outcome.state is State.PARTIALLY_REFUNDED
    return bool(unnamed or payment.parked or _OPEN_CASES & set(payment.outcome.concerns))


def _keeps_money(payment: Payment | None) -> bool:
    return payment is not None and payment.outcome.captured.minor > payment.outcome.refunded.minor


def _names(rows: Collection[Row]) -> bool:
    return any(row.finding.difference is Difference.NO_SUCH_ORDER for row in rows)
