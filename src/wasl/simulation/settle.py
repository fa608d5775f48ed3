"""When the faults are over and days have gone by, every order has to be what the independent model says."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from wasl.domain.evidence import CartId, TranRef, Verdict
from wasl.domain.outcome import Concern, State
from wasl.domain.payment import OrderId as PaidOrder
from wasl.domain.payment import Payment
from wasl.domain.store import AutoRefund
from wasl.domain.time import DAY_MS
from wasl.emulator.records import Channel, Kind, Result, Transaction
from wasl.engine.ask import ask
from wasl.engine.engine import Engine
from wasl.engine.ports import ByOrder
from wasl.ledger.ledger import FORGERIES_MAX
from wasl.simulation.buyers import Purchase
from wasl.simulation.checks import BOUNDED, DURABLE, ENDS, HEARS, NEVER_SILENT, PROVED, QUESTION, Checks
from wasl.simulation.cs_cart.orders import Order, OrderId
from wasl.simulation.model import UNKNOWN, Entry, Sheet, Truth, judge

TRIES_MIN: Final = 3 * 24  # to tell a shop, before a person is asked to look
WATCHED_MS: Final = 3 * DAY_MS
_WAITING: Final = frozenset({Kind.AUTH, Kind.PAYMENT_REQUEST})
_VERDICTS: Final = {
    "A": Verdict.APPROVED,
    "H": Verdict.HELD,
    "P": Verdict.PENDING,
    "E": Verdict.ERROR,
    "D": Verdict.DECLINED,
    "X": Verdict.EXPIRED,
    "C": Verdict.CANCELED,
}
PAID_LETTERS: Final = frozenset("PCB")
FAILED_LETTERS: Final = frozenset("FNIB")


async def mend(checks: Checks, engine: Engine, purchases: list[Purchase]) -> int:
    """Ask once about what happened after Wasl had every reason to stop asking, if every voice of it was lost.

    This is what `wasl reconcile --mend` does; answers how many orders needed it.
    """
    mended, books = 0, _by_order(checks)
    for one in purchases:
        store = one.shop.store
        payment = await engine.ledger.payment(ByOrder(store.store_id, PaidOrder(one.order_id)))
        if payment is None:
            continue
        there = books.get(_name(one), [])
        if _differences(payment, _truth(payment, there)) and _is_excused(payment, there):
            await ask(engine, (await engine.store(store.store_id) or store).profile, payment)
            mended += 1
    return mended


async def settle(checks: Checks, engine: Engine, purchases: list[Purchase]) -> None:
    """Compare everything with the truth; what differs is a violation."""
    books, alerts = _by_order(checks), _alerts(checks)
    for one in purchases:
        payment = await engine.ledger.payment(ByOrder(one.shop.store.store_id, PaidOrder(one.order_id)))
        there = books.get(_name(one), [])
        if payment is None:
            checks.stage.ensure(not there, QUESTION, "the gateway was asked before the wish was kept", one.order_id)
            checks.stage.ensure(
                checks.stage.dice.rates, ENDS, "nothing went wrong, and no page was opened", one.order_id
            )
            continue
        truth = _truth(payment, there)
        over = truth.state not in ("open", "pending") or truth.stray
        checks.stage.ensure(over, ENDS, f"it is {truth.state} for ever", one.order_id)
        for sentence in _differences(payment, truth):
            checks.stage.ensure(False, PROVED if "paid" in sentence else ENDS, sentence, one.order_id)
        for sentence in checks.operations.ended(payment):
            checks.stage.ensure(False, ENDS, sentence, one.order_id)
        checks.operations.balanced(there, one.order_id)
        _check_told(checks, one, payment)
        _check_alerts(checks, payment, alerts.get(payment.payment_id, {}))
    for (ref, _), about in checks.answered.items():
        checks.ensure_kept(ref, about)
    shelf = checks.observer.execute("SELECT count(*) FROM forgeries GROUP BY store_id").fetchall()
    checks.stage.ensure(all(row[0] <= FORGERIES_MAX for row in shelf), BOUNDED, "the shelf of forgeries overflows")


def _by_order(checks: Checks) -> Mapping[str, list[Transaction]]:
    """Every transaction under a cart of each order, whatever Wasl knows of it."""
    found: defaultdict[str, list[Transaction]] = defaultdict(list)
    for transaction in checks.emulator.world.state.transactions:
        found[transaction.order.cart_id.rpartition("-")[0]].append(transaction)
    return found


def _name(one: Purchase) -> str:
    """What every cart of an order begins with."""
    return f"{one.shop.store.cart_prefix}{one.order_id}"


def _alerts(checks: Checks) -> Mapping[str, dict[str, int]]:
    """Of each payment, the causes of its alerts, and whether they were sent, or given up after many tries."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    rows = checks.observer.execute(
        "SELECT payment_id, cause, sent_at IS NOT NULL OR (send_at IS NULL AND tries > 0) FROM alerts"
    )
    for payment_id, cause, ended in rows:
        found[payment_id][cause] = ended
    return found


def _truth(payment: Payment, there: list[Transaction]) -> Truth:
    numbers = {attempt.cart_id: attempt.number for attempt in payment.attempts}
    sheets = [
        Sheet(
            number=attempt.number,
            minor=attempt.amount.minor,
            currency=attempt.amount.currency.code,
            closed={c.reason.value: c.at for c in payment.closings if c.attempt == attempt.number},
        )
        for attempt in payment.attempts
    ]
    entries = [
        Entry(
            at_ms=result.at_ms,
            ref=t.ref,
            previous_ref=t.previous_ref,
            kind=t.kind.value,
            letter=result.ruling.status,
            code=result.ruling.code,
            minor=t.total.minor,
            currency=t.total.currency,
            page=numbers[CartId(t.order.cart_id)],
        )
        for t in there
        for result in t.results
    ]
    return judge(payment.amount.minor, payment.amount.currency.code, sheets, entries, _decided(payment))


def _decided(payment: Payment) -> frozenset[tuple[str, str]]:
    """The cases that staff have closed, as they are recorded, each with one of its transactions."""
    causes = (cause.split(" ") for decision in payment.decisions for cause in decision.causes)
    return frozenset((case, ref) for case, *refs in causes for ref in refs)


def _differences(payment: Payment, truth: Truth) -> list[str]:
    outcome = payment.outcome
    concerns = {concern.value for concern in outcome.concerns}
    pairs = (
        ("its state", outcome.state.value, truth.state),
        ("what was paid", outcome.captured.minor, truth.paid),
        ("what was paid back", outcome.refunded.minor, truth.refunded),
        ("its concerns", sorted(concerns - truth.doubtful), sorted(truth.concerns - truth.doubtful)),
    )
    return [f"{what} is {found} and must be {wanted}" for what, found, wanted in pairs if found != wanted]


def _is_excused(payment: Payment, there: list[Transaction]) -> bool:
    """Whether all that Wasl has not heard happened when it had every reason to have stopped asking.

    Money that was taken is final: a refund in the dashboard is told by a notification or by nobody. A page is asked
    about for three days after its end; what waits, is held or reserved, for longer than any world lasts.
    """
    heard = {(piece.fact.tran_ref, piece.fact.verdict) for piece in payment.evidence}
    ends = {attempt.cart_id: attempt.expires_at + WATCHED_MS for attempt in payment.attempts}
    waiting = {t.ref for t in there if t.kind in _WAITING}
    # That a voided authorisation is void is said again by the query alone, and changes nothing.
    last = [(t, t.results[-1]) for t in there if t.status and t.status != "V"]
    unheard = [(t, result.at_ms) for t, result in last if (TranRef(t.ref), _verdict(result)) not in heard]
    return bool(unheard) and all(
        _in_dashboard(t) or (t.ref not in waiting and at_ms > ends[CartId(t.order.cart_id)])
        for t, at_ms in unheard
        if t.previous_ref not in waiting or t.kind is Kind.REFUND
    )


def _in_dashboard(transaction: Transaction) -> bool:
    """A refund that nobody asked Wasl for: no question looks for it."""
    return transaction.kind is Kind.REFUND and transaction.order.channel == Channel.DASHBOARD


def _verdict(result: Result) -> Verdict:
    ruling = result.ruling
    return Verdict.UNANSWERED if ruling.status == "E" and ruling.code in UNKNOWN else _VERDICTS[ruling.status]


def _check_told(checks: Checks, one: Purchase, payment: Payment) -> None:
    """The shop knows the latest version, or a person was asked to look; and its order is what its money is."""
    ensure, about = checks.stage.ensure, one.order_id
    ensure(payment.told == payment.version or payment.parked, HEARS, f"v{payment.version} was not told", about)
    # A shop that has not taken it for days is left to a person; hourly at the latest, so never before so many tries.
    gave_up = bool(payment.parked) and payment.tell_failures >= TRIES_MIN
    if not one.shop.is_cart:
        known = one.shop.known.get(payment.payment_id, 1)
        ensure(
            known == payment.version or gave_up, HEARS, f"the application knows v{known} of v{payment.version}", about
        )
        return
    order = one.shop.books.orders.get(OrderId(one.order_id))
    person = order is None or order.by_hand or one.edited or order.total != payment.amount
    ensure(person or gave_up or not payment.parked, HEARS, f"it was parked without a reason: {payment.parked}", about)
    if order is not None and not order.by_hand and not payment.parked:
        sentence = f"the order is {order.status}, the payment {payment.outcome.state}"
        going_back = (
            AutoRefund.PAID_LATE in one.shop.store.auto_refund and Concern.PAID_LATE in payment.outcome.concerns
        )
        ensure(going_back or _fits(order, payment), HEARS, sentence, about)


def _fits(order: Order, payment: Payment) -> bool:
    """Whether the order's status says what is proved. What the status map does not name leaves the order as it was."""
    match payment.outcome.state:
        case State.PAID:
            return order.status in PAID_LETTERS
        case State.FAILED:
            return order.status in FAILED_LETTERS
        case State.PARTIALLY_REFUNDED | State.REFUNDED:
            return True
        case _:
            return order.status not in PAID_LETTERS


def _check_alerts(checks: Checks, payment: Payment, done: Mapping[str, int]) -> None:
    """Each open case was told to a person, or given up after three days in which nobody took it."""
    for cause in payment.outcome.causes:
        told = [ended for known, ended in done.items() if known.endswith(cause)]
        checks.stage.ensure(told == [1], NEVER_SILENT, f"nobody was alerted of {cause}", payment.order_id)
    faults = [cause for cause in done if "fault" in cause]
    checks.stage.ensure(not faults, DURABLE, f"the engine failed: {faults}", payment.order_id)
