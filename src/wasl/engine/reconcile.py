"""Shop, gateway and ledger side by side: what differs for which order, and mending what policy allows."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from wasl.domain.evidence import Fact
from wasl.domain.fold import fold
from wasl.domain.money import Money
from wasl.domain.outcome import Outcome
from wasl.domain.payment import OrderId, Payment
from wasl.domain.reconcile import (
    Difference,
    Finding,
    ShopOrder,
    informed,
    not_compared,
    of_no_payment,
    of_nobody,
    shown_state,
    with_gateway,
    with_shop,
    within_ledger,
)
from wasl.domain.store import Store
from wasl.domain.time import MINUTE_MS, SECOND_MS, Instant, after
from wasl.domain.transaction import transactions
from wasl.engine.ask import Stated, record
from wasl.engine.discrepancies import Report, Row, Tally
from wasl.engine.engine import Engine
from wasl.engine.ports import ByOrder, ByPayment, Lease, PaymentFilter, Shop, ShopPage
from wasl.engine.tell import LEASE_MS, tell_leased
from wasl.errors import GatewayUnavailable, Misconfigured, StoreUnavailable, required

PAGE: Final = 100
AT_ONCE: Final = 8
LOOKS_MAX: Final = 3  # what moves while it is looked at is looked at again
SILENT_MAX: Final = 5  # whoever has not answered so often in a row is not asked any more
QUESTION_WAIT_MS: Final = MINUTE_MS  # for a budget of questions that open payments use up
SHELVED_MAX: Final = 1_000
SHOP_PAGES_MAX: Final = 10_000  # of a shop that never comes to its end
TELLS_MAX: Final = 50  # versions of one payment that a shop which hears every version may have missed
UNANSWERED: Final = "-"
_RECORDED: Final = frozenset({Difference.MONEY_UNHEARD, Difference.RETURN_UNHEARD, Difference.NEWS_UNHEARD})
_TOLD_AGAIN: Final = frozenset({Difference.PAID_NOT_IN_SHOP, Difference.SHOP_BEHIND})

T = TypeVar("T")


def _quiet(compared: int) -> None:
    del compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to compare: payments of *stores* that changed since then, and all that are not settled.

    With *mend*, what the gateway states is recorded and a shop that has not heard is told. *progress* hears how many
    orders are done, *pause* waits that many seconds.
    """

    stores: Sequence[Store]
    since: Instant
    mend: bool = False
    progress: Callable[[int], None] = _quiet
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep


async def reconcile(engine: Engine, plan: Plan) -> Report:
    """Compare every order of *plan*. Harmless to repeat; without `mend` nothing is changed anywhere.

    Gateways and shops that do not answer are reported, not raised. Raises LedgerUnavailable. A payment that changes
    for the first time in the period while the older ones are being compared waits for the next run.
    """
    tally = Tally()
    for store in plan.stores:
        run = _Run(engine=engine, plan=plan, store=store, tally=tally)
        async for payments in _pages(run):
            for start in range(0, len(payments), AT_ONCE):
                await asyncio.gather(*(_compare(run, payment) for payment in payments[start : start + AT_ONCE]))
                plan.progress(tally.orders)
        await _shops_orders(run)
        await _unknown_carts(run)
    return tally.report(since=plan.since, until=engine.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Silence:
    """Somebody did not answer; `reason` says who and how."""

    reason: str


@dataclass(slots=True)
class _Patience:
    """Asks one side until it has been silent too often in a row, so that an outage costs minutes and not hours."""

    silent: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def hear(self, answer: Callable[[], Awaitable[T]]) -> T | _Silence:
        if self.silent >= SILENT_MAX:
            return _Silence(reason=f"no answer {SILENT_MAX} times in a row; it was not asked any more")
        try:
            heard = await answer()
        except (GatewayUnavailable, StoreUnavailable, Misconfigured) as error:
            self.silent += 1
            return _Silence(reason=str(error))
        self.silent = 0
        return heard


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One store's part of a plan."""

    engine: Engine
    plan: Plan
    store: Store
    tally: Tally
    gateway: _Patience = field(default_factory=_Patience)
    shop: _Patience = field(default_factory=_Patience)

    async def ask(self, payment: Payment) -> Stated | _Silence:
        """What the gateway states of every page the payment ever had, each a question of the profile's budget."""

        async def answer() -> Stated:
            stated: list[tuple[Fact, bytes]] = []
            for attempt in payment.attempts:
                await self._spare_question()
                stated += await self.engine.gateway.query_cart(self.store.profile, attempt.cart_id)
            return stated

        return await self.gateway.hear(answer)

    async def read(self, payment: Payment) -> ShopOrder | _Silence | None:
        """What the shop says of the order."""
        shop = self.engine.shops.get(self.store.platform)
        if shop is None:
            return _Silence(reason=f"there is no connector for {self.store.platform}")
        known: Shop = shop
        return await self.shop.hear(lambda: known.read(self.store, payment))

    async def list_orders(self, after: str) -> ShopPage | _Silence:
        """Some of what the shop has of this store's orders."""
        shop = self.engine.shops.get(self.store.platform)
        if shop is None:
            return _Silence(reason=f"there is no connector for {self.store.platform}")
        known: Shop = shop
        return await self.shop.hear(lambda: known.list_orders(self.store, since=self.plan.since, after=after))

    async def _spare_question(self) -> None:
        """Wait for the profile's budget; one of this run waits at a time. Raises GatewayUnavailable in the end."""
        async with self.gateway.turn:
            begun = now = self.engine.now()
            end = after(begun, QUESTION_WAIT_MS)
            while (at := await self.engine.ledger.spare_question(self.store.store_id, now=now)) > now:
                if now >= end:
                    raise GatewayUnavailable("payments that are open now need every question of the profile's budget")
                await self.plan.pause((min(at, end) - now) / SECOND_MS)
                now = self.engine.now()


async def _pages(run: _Run) -> AsyncIterator[Sequence[Payment]]:
    """Those of the period, then the older ones that are not settled."""
    since = run.plan.since
    for only in (PaymentFilter(updated_since=since), PaymentFilter(unsettled=True)):
        cursor: str | None = ""
        while cursor is not None:
            page = await run.engine.ledger.payments(run.store.store_id, only, cursor or None, PAGE)
            yield [one for one in page.items if not only.unsettled or one.updated_at < since]
            cursor = page.next_cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """What each of the three said of one order, at about the same time."""

    payment: Payment
    stated: Stated | _Silence
    order: ShopOrder | _Silence | None
    asked_at: Instant

    @property
    def truth(self) -> Outcome:
        """What the evidence proves, with what the gateway has just stated if it answered."""
        if isinstance(self.stated, _Silence):
            return fold(self.payment)
        return informed(self.payment, [fact for fact, _ in self.stated], now=self.asked_at)

    def findings(self) -> tuple[Finding, ...]:
        """What differs, of what was answered."""
        payment, truth = self.payment, self.truth
        nothing = Money(0, payment.amount.currency)
        if isinstance(self.stated, _Silence):
            gateway: tuple[Finding, ...] = (not_compared(nothing, f"gateway: {self.stated.reason}"),)
        else:
            gateway = with_gateway(payment, truth)
        if isinstance(self.order, _Silence):
            shop: tuple[Finding, ...] = (not_compared(nothing, f"shop: {self.order.reason}"),)
        else:
            shop = with_shop(payment, truth, self.order)
        return (*within_ledger(payment), *gateway, *shop)

    def rows(self, findings: Iterable[Finding], *, mended: bool) -> list[Row]:
        """The findings with what each side says."""
        silent = isinstance(self.stated, _Silence)
        return [
            Row(
                store_id=self.payment.store_id,
                order_id=self.payment.order_id,
                payment_id=self.payment.payment_id,
                finding=finding,
                gateway=UNANSWERED if silent else shown_state(self.truth),
                ledger=shown_state(self.payment.outcome),
                shop=self.order.status if isinstance(self.order, ShopOrder) else UNANSWERED,
                mended=mended,
            )
            for finding in findings
        ]


async def _compare(run: _Run, payment: Payment) -> None:
    sides = await _look(run, payment)
    found = sides.findings()
    if not found or not run.plan.mend:
        run.tally.add(sides.rows(found, mended=False))
        return
    after_mending = await _mended(run, sides)
    left = after_mending.findings()
    still = {finding.difference for finding in left}
    mended = [finding for finding in found if finding.difference not in still]
    run.tally.add([*sides.rows(mended, mended=True), *after_mending.rows(left, mended=False)])


async def _look(run: _Run, payment: Payment, looks: int = LOOKS_MAX) -> _Sides:
    """All three sides; again if the ledger moved meanwhile, which it does when a callback arrives just now."""
    asked_at = run.engine.now()
    stated = await run.ask(payment)
    order = await run.read(payment)
    current = await _current(run, payment)
    moved = (current.version, current.told) != (payment.version, payment.told)
    if moved and looks > 1:
        return await _look(run, current, looks - 1)
    return _Sides(payment=current, stated=stated, order=order, asked_at=asked_at)


async def _mended(run: _Run, sides: _Sides) -> _Sides:
    """Record what the gateway stated, tell the shop what it has not heard; what else differs is for a person.

    A payment whose ledger disagrees with itself is left alone. Whether an order may be changed is the shop's own
    decision under its lock: it refuses to go backwards, and to undo what a person did there.
    """
    kinds = {finding.difference for finding in sides.findings()}
    if Difference.SNAPSHOT in kinds:
        return sides
    payment, stated, order = sides.payment, sides.stated, sides.order
    if kinds & _RECORDED and not isinstance(stated, _Silence):
        payment = await record(run.engine, payment, stated, asked_at=sides.asked_at)
        run.engine.wake(ask_at=payment.ask_at, tell_at=payment.tell_at)
        order = await run.read(payment)
    if not isinstance(order, _Silence):
        untold = {finding.difference for finding in with_shop(payment, payment.outcome, order)}
        if untold & _TOLD_AGAIN:
            payment = await _told_again(run, payment)
            order = await run.read(payment)
    return _Sides(payment=payment, stated=stated, order=order, asked_at=sides.asked_at)


async def _told_again(run: _Run, payment: Payment) -> Payment:
    """Tell every version the shop has yet to hear, as a worker does; stops at the first it does not take."""
    ledger = run.engine.ledger
    for _ in range(TELLS_MAX):
        until = after(run.engine.now(), LEASE_MS)
        if not await ledger.retell(payment.store_id, payment.payment_id, now=until):
            break
        before = payment.told
        await tell_leased(run.engine, Lease(store_id=payment.store_id, payment_id=payment.payment_id, until=until))
        payment = await _current(run, payment)
        if payment.told == before:
            break
    return payment


async def _current(run: _Run, payment: Payment) -> Payment:
    found = await run.engine.ledger.payment(ByPayment(payment.store_id, payment.payment_id))
    return required(found, "payments are never removed")


async def _shops_orders(run: _Run) -> None:
    """What the shop counts as paid, the other way round: of a payment that is settled here for long, or of none."""
    after, silent_before = "", run.shop.silent
    for _ in range(SHOP_PAGES_MAX):
        page = await run.list_orders(after)
        if isinstance(page, _Silence) and silent_before:
            return  # it has said no more of a single order, which stands in the report
        if isinstance(page, _Silence):
            finding = not_compared(Money(0, run.store.currency), f"the shop's list of orders: {page.reason}")
            run.tally.add([_of_shop_alone(run, "", finding, UNANSWERED)])
            return
        for order_id, order in page.orders.items():
            await _shops_order(run, order_id, order)
        if page.following is None:
            return
        after = page.following


async def _shops_order(run: _Run, order_id: OrderId, order: ShopOrder) -> None:
    if not order.paid:
        return
    payment = await run.engine.ledger.payment(ByOrder(run.store.store_id, order_id))
    if payment is None:
        run.tally.add([_of_shop_alone(run, order_id, of_no_payment(order), order.status)])
    elif payment.updated_at < run.plan.since and payment.ask_at is None and payment.told >= payment.version:
        await _compare(run, payment)  # the pages of the ledger have left it out: nothing has happened here for long


def _of_shop_alone(run: _Run, order_id: str, finding: Finding, status: str) -> Row:
    return Row(
        store_id=run.store.store_id,
        order_id=order_id,
        payment_id="",
        finding=finding,
        gateway=UNANSWERED,
        ledger=UNANSWERED,
        shop=status,
        mended=False,
    )


async def _unknown_carts(run: _Run) -> None:
    """What was heard of carts that no payment has."""
    shelved = await run.engine.ledger.shelved(run.store.store_id, since=run.plan.since, limit=SHELVED_MAX)
    for transaction in transactions(shelved).values():
        row = Row(
            store_id=run.store.store_id,
            order_id=transaction.cart_id,
            payment_id="",
            finding=of_nobody(transaction, Money(0, run.store.currency)),
            gateway=transaction.verdict.value,
            ledger=UNANSWERED,
            shop=UNANSWERED,
            mended=False,
        )
        run.tally.add([row])
