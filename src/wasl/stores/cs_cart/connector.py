"""Tells CS-Cart by one signed POST: the add-on locks the order, lets the shop's own engine change it, reads back.

The same door answers what the order is now.
"""

from typing import Any, Final, TypeVar

import msgspec

from wasl.domain.money import BadAmount, Currency, Money, UnknownCurrency
from wasl.domain.outcome import Concern, State
from wasl.domain.payment import OrderId, Payment
from wasl.domain.reconcile import PAID_STATES, ShopOrder
from wasl.domain.store import AutoRefund, LateMoney, Receiver, Store
from wasl.domain.time import SECOND_MS, Instant
from wasl.engine.ports import OUT_OF_STOCK, PARTLY, Arrival, Chance, Clock, Receipt, ShopPage, Telling
from wasl.errors import Misconfigured, StoreUnavailable
from wasl.stores.http import ShopAnswer, ShopHttp
from wasl.stores.standard_webhooks import signed_headers

DOOR: Final = "index.php?dispatch=wasl.settle"
# What CS-Cart shows for a state unless the merchant chose otherwise; other states change nothing.
STATUS_MAP: Final = {State.PAID: "P", State.FAILED: "F"}
# Of these the order says how much went back, even where no status is chosen for them.
REFUND_STATES: Final = frozenset({State.PARTIALLY_REFUNDED, State.REFUNDED})
# What the letters it is installed with say about money (CS-Cart reference §4.1); the merchant's own say nothing.
# Backordered counts as paid: Wasl asked for paid, and the shop was out of stock.
PAID_STATUSES: Final = frozenset("PCB")
UNPAID_STATUSES: Final = frozenset("NFDIO")
BACKORDERED: Final = "B"  # what the shop's engine makes of "paid" where stock is short (§3.3)
HTTP_OK: Final = 200
LISTED: Final = 40  # orders in one answer, which may be 64 KiB; one of many vendors has some 700 bytes
_NO_ANSWER: Final = "without the add-on's answer; is the Wasl add-on active there?"
_BUSY_STATUSES: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
T = TypeVar("T")


class ChildThere(msgspec.Struct, frozen=True, kw_only=True):
    """One vendor's part of a marketplace's order."""

    order_id: str = ""
    status: str = ""


class Settled(msgspec.Struct, frozen=True):
    """The door's answer: what it found, and what the order's status is now."""

    result: str
    status: str = ""
    reason: str = ""
    children: tuple[ChildThere, ...] = ()


class OrderThere(msgspec.Struct, frozen=True, kw_only=True):
    """One of the shop's orders."""

    order_id: str = ""
    status: str = ""
    amount: str = ""
    currency: str = ""
    children: tuple[ChildThere, ...] = ()


class Found(OrderThere, frozen=True, kw_only=True):
    """The door's answer to a question about an order."""

    result: str


class Listed(msgspec.Struct, frozen=True):
    """The door's answer to which orders it has."""

    result: str
    orders: tuple[OrderThere, ...] = ()
    next: str = ""


class StatusThere(msgspec.Struct, frozen=True):
    """One of the shop's order statuses."""

    status: str
    name: str = ""


class ShopCard(msgspec.Struct, frozen=True):
    """The door's answer to who it is."""

    result: str
    addon_version: str = ""
    platform: str = ""
    platform_version: str = ""
    statuses: tuple[StatusThere, ...] = ()
    payment_methods: int = 0


class CsCart:
    """Implements `engine.ports.Shop` for platform `cs-cart`."""

    in_order = False

    def __init__(self, http: ShopHttp, clock: Clock, chance: Chance) -> None:
        self._http = http
        self._clock = clock
        self._chance = chance

    async def tell(self, store: Store, telling: Telling) -> Receipt:
        """See the port. Only the state moves an order: it counts proved money alone. Concerns wait for a person."""
        payment = telling.payment
        target = target_status(store, payment)
        if target is None and payment.outcome.state not in REFUND_STATES:
            state = payment.outcome.state.value
            return Receipt(arrival=Arrival.UNCHANGED, note=f"the status map has nothing for {state}")
        return _receipt(await self._knock(store, _settlement(store, payment, target or "")), target or "")

    async def read(self, store: Store, payment: Payment) -> ShopOrder | None:
        """See the port."""
        answer = await self._knock(store, {"type": "order.read", "order_id": payment.order_id})
        found = _decoded(answer, Found)
        if answer.status != HTTP_OK or found is None:
            raise StoreUnavailable(f"the shop answered HTTP {answer.status} {_NO_ANSWER}")
        if found.result != "found":
            return None
        return _order(found, store, wanted=target_status(store, payment) or "")

    async def list_orders(self, store: Store, *, since: Instant, after: str) -> ShopPage:
        """See the port. Orders of other payment methods are not in it, and of a marketplace's parts only the whole."""
        call = {"type": "orders.list", "since": since // SECOND_MS, "after": after or "0", "limit": LISTED}
        answer = await self._knock(store, call)
        listed = _decoded(answer, Listed)
        if answer.status != HTTP_OK or listed is None or listed.result != "listed":
            raise StoreUnavailable(f"the shop answered HTTP {answer.status} {_NO_ANSWER}")
        orders = {OrderId(one.order_id): _order(one, store, wanted="") for one in listed.orders}
        return ShopPage(orders=orders, following=listed.next or None)

    async def greet(self, store: Store) -> str:
        """See the port. Raises Misconfigured if the status map names what the shop does not have."""
        answer = await self._knock(store, {"type": "shop.read"})
        card = _decoded(answer, ShopCard)
        if answer.status != HTTP_OK or card is None or card.result != "shop":
            raise StoreUnavailable(f"the shop answered HTTP {answer.status} {_NO_ANSWER}")
        there = {one.status for one in card.statuses}
        unknown = sorted({status for status in _chosen(store).values() if status} - there)
        if unknown:
            known = ", ".join(f"{one.status} ({one.name})" for one in card.statuses)
            raise Misconfigured(f"the status map names {', '.join(unknown)}, and the shop has only {known}")
        methods = {0: "no payment method uses it yet", 1: "one payment method uses it"}
        used = methods.get(card.payment_methods, f"{card.payment_methods} payment methods use it")
        name = f"{card.platform} {card.platform_version}".strip()
        return f"add-on {card.addon_version} in {name} answers and knows this store's secret; {used}"

    async def _knock(self, store: Store, call: dict[str, Any]) -> ShopAnswer:
        body = msgspec.json.encode(call)
        headers = signed_headers(store, message_id=self._chance.token(), now=self._clock.now(), body=body)
        return await self._http.post(f"{store.store_url.rstrip('/')}/{DOOR}", body, headers)


def target_status(store: Store, payment: Payment) -> str | None:
    """The status the merchant chose for this outcome; None where the order shall stay as it is."""
    going_back = AutoRefund.PAID_LATE in store.auto_refund
    if Concern.PAID_LATE in payment.outcome.concerns and (store.late_money is LateMoney.HOLD or going_back):
        return None
    return _chosen(store).get(payment.outcome.state) or None


def _chosen(store: Store) -> dict[State, str]:
    """The whole status map: what the merchant chose, over what is chosen for everybody."""
    return {**STATUS_MAP, **store.status_map}


def _order(found: OrderThere, store: Store, *, wanted: str) -> ShopOrder:
    try:
        amount = Money.parse(found.amount, Currency.of(found.currency))
    except (BadAmount, UnknownCurrency) as error:
        raise StoreUnavailable(f"the shop's amount cannot be read: {error}") from error
    return ShopOrder(status=found.status, wanted=wanted, paid=_is_paid(found, store), amount=amount)


def _is_paid(found: OrderThere, store: Store) -> bool | None:
    """Of an order in parts, whether every part is paid; one that is not is what a person must see."""
    said = {_counts_as_paid(one.status, store) for one in found.children or (found,)}
    return None if None in said and False not in said else False not in said


def _counts_as_paid(status: str, store: Store) -> bool | None:
    if status in {store.status_map.get(state) for state in PAID_STATES} | PAID_STATUSES:
        return True
    return False if status in UNPAID_STATUSES else None


def _settlement(store: Store, payment: Payment, target: str) -> dict[str, Any]:
    outcome = payment.outcome
    return {
        "type": "order.settle",
        "order_id": payment.order_id,
        "version": payment.version,
        "target_status": target,
        "state": outcome.state.value,
        "concern": outcome.concern.value,
        "amount": str(payment.amount),
        "currency": payment.amount.currency.code,
        "paid": str(outcome.captured),
        "refunded": str(outcome.refunded),
        "tran_ref": outcome.tran_ref,
        "payment_id": payment.payment_id,
        "note": "",
        "notify": {one.value: one in store.notify for one in Receiver},
    }


def _receipt(answer: ShopAnswer, target: str) -> Receipt:
    """Only the door's own JSON counts: a maintenance page answers 200 as well."""
    if answer.status in _BUSY_STATUSES:
        return Receipt(arrival=Arrival.BUSY, note=f"the shop answered HTTP {answer.status}")
    settled = _decoded(answer, Settled)
    if answer.status != HTTP_OK or settled is None:
        return Receipt(arrival=Arrival.BUSY, note=f"the shop answered HTTP {answer.status} {_NO_ANSWER}")
    note = settled.reason or f"{settled.result}: the order is {settled.status}"
    match settled.result:
        case "changed":
            made = settled.status != target
            found = f"{target} was asked for, the shop made it {settled.status} (out of stock is B)" if made else note
            return Receipt(arrival=Arrival.CHANGED, note=found, status=settled.status, alert=_alert(settled))
        case "unchanged":
            return Receipt(arrival=Arrival.UNCHANGED, note=note, status=settled.status)
        case _:
            return Receipt(arrival=Arrival.REFUSED, note=note, status=settled.status)


def _alert(settled: Settled) -> str:
    """What a person has to look at although the money is in; of an order in parts some may be left as they were."""
    statuses = {one.status for one in settled.children} or {settled.status}
    if statuses == {BACKORDERED}:
        return OUT_OF_STOCK
    return PARTLY if settled.reason or BACKORDERED in statuses else ""


def _decoded(answer: ShopAnswer, shape: type[T]) -> T | None:
    if answer.content_type != "application/json":
        return None
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except msgspec.DecodeError:
        return None
