"""The design's invariants, looked at after every commit, every answer and every message."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from wasl.domain.evidence import ClosingReason, identity
from wasl.domain.evidence import Kind as FactKind
from wasl.domain.fold import fold
from wasl.domain.outcome import Outcome, State
from wasl.domain.payment import Payment
from wasl.domain.store import Store
from wasl.emulator import Emulator
from wasl.emulator.records import Delivery, Kind, Page, Transaction
from wasl.emulator.records import Stage as PageStage
from wasl.simulation.model import UNKNOWN
from wasl.simulation.operations import OperationChecks
from wasl.simulation.process import Process
from wasl.simulation.stage import Stage

DURABLE: Final = "1 nothing lost"
ORDER_FREE: Final = "2 order-free"
PROVED: Final = "3 paid means proved"
ENDS: Final = "4 everything ends"
HEARS: Final = "5 the store hears"
NEVER_SILENT: Final = "6 late and double money is never silent"
ONE_PAGE: Final = "7 one page at a time"
QUESTION: Final = "8 a lost answer is a question"
BOUNDED: Final = "10 bounded"

JUST_MS: Final = 2_000
HASTENED_MS: Final = 60_000
# What goes on until the gateway, a bank or a person ends it. The others are final, as far as Wasl can know.
UNFINISHED: Final = frozenset({State.OPEN, State.PENDING, State.HELD, State.AUTHORIZED})
PAGE_LIFE_MS: Final = 30 * 60_000  # longer than any page here
PAGE_LEFT_MS: Final = 60_000  # a page with less life than this may be replaced
QUESTIONS_MAX: Final = 2_500  # of one payment in two weeks, all its retries counted
_OPENABLE: Final = frozenset({State.OPEN, State.PENDING, State.FAILED, State.CANCELED, State.EXPIRED, State.VOIDED})
_PAYABLE: Final = frozenset({PageStage.OPEN, PageStage.PROOF, PageStage.PARTNER})
_TAKING: Final = frozenset({Kind.SALE, Kind.CAPTURE})
_KEPT: Final = "SELECT 1 FROM evidence WHERE store_id IN (SELECT store_id FROM stores) AND tran_ref = ?"
_AMOUNTS: Final = (
    "SELECT DISTINCT a.amount, a.currency FROM payments p JOIN attempts a USING (store_id, payment_id)"
    " WHERE p.store_id IN (SELECT store_id FROM stores) AND p.order_id = ? AND a.number BETWEEN ? AND ?"
)
_GIVEN_UP: Final = (
    "SELECT 1 FROM payments p JOIN attempts a USING (store_id, payment_id) JOIN closings c USING (store_id, payment_id)"
    " WHERE p.store_id IN (SELECT store_id FROM stores) AND p.order_id = ? AND a.tran_ref = ? AND c.attempt = a.number"
    " AND c.reason = 'canceled_by_store'"
)


@dataclass(slots=True)
class Clocks:
    """How far the machines' clocks were apart. Which pages live is a matter of clocks; the money on them is not.

    A machine whose clock is hours off takes a page for hours older or younger than another does, and the design
    promises no single page there; what is paid on two is `paid_twice`, which the model asks for all the same.
    """

    _seen: list[tuple[int, int]] = field(default_factory=list)

    def was_off(self, until_ms: int, by_ms: int) -> None:
        """Some clock was off until now, and the pages of that time live a while longer."""
        self._seen.append((until_ms + PAGE_LIFE_MS, abs(by_ms)))

    def apart_ms(self, now_ms: int) -> int:
        """How far off a clock may have been by which a page of today was judged."""
        return max((by_ms for until_ms, by_ms in self._seen if now_ms <= until_ms), default=0)


@dataclass(slots=True, kw_only=True)
class Checks:
    """Remembers as little as each invariant needs. `carts` answers the carts of a payment that the gateway knows."""

    stage: Stage
    emulator: Emulator
    observer: sqlite3.Connection
    order_of: Callable[[str], str]
    answered: dict[tuple[str, str], str] = field(default_factory=dict)
    queried_ms: dict[str, int] = field(default_factory=dict)
    questions: Counter[str] = field(default_factory=Counter)
    sent: dict[str, int] = field(default_factory=dict)
    folded: dict[str, tuple[tuple[object, ...], Outcome]] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)
    pages: dict[str, list[str]] = field(default_factory=dict)
    clocks: Clocks = field(default_factory=Clocks)
    operations: OperationChecks = field(init=False)

    def __post_init__(self) -> None:
        self.operations = OperationChecks(stage=self.stage, emulator=self.emulator, observer=self.observer)

    # ------------------------------------------------------------------ commits

    def changed(self, process: Process, before: Payment | None, after: Payment) -> None:
        """A commit changed a payment."""
        about = after.order_id
        self.orders[after.payment_id] = about
        ensure = self.stage.ensure
        state = f"{after.outcome.state} v{after.version}, {len(after.evidence)} facts"
        self.stage.trace.note(process.name, f"commits {state}", about)
        proved = self._folded_backwards(after)
        ensure(proved == after.outcome, ORDER_FREE, "the outcome is not the fold of the evidence", about)
        self._proved(after)
        self.operations.changed(before, after)
        waits = after.ask_at is not None or after.asking is not None
        ensure(waits or after.outcome.state not in UNFINISHED, ENDS, f"nobody will ask about it: {state}", about)
        told = after.told >= after.version or after.tell_at is not None or after.parked
        ensure(told, HEARS, f"version {after.version} will never be told", about)
        if before is not None:
            self._grown(before, after)

    def _folded_backwards(self, after: Payment) -> Outcome:
        """What the evidence proves, read from its end; folded again when anything that it depends on has changed."""
        facts = tuple(piece.fact for piece in after.evidence)
        inputs = (facts, after.attempts, after.closings, after.decisions, after.amount, after.live)
        known = self.folded.get(after.payment_id)
        if known is None or known[0] != inputs:
            evidence, attempts = tuple(reversed(after.evidence)), tuple(reversed(after.attempts))
            known = (inputs, fold(replace(after, evidence=evidence, attempts=attempts)))
            self.folded[after.payment_id] = known
        return known[1]

    def _grown(self, before: Payment, after: Payment) -> None:
        """What is known only grows, and a version is taken once."""
        about, ensure = after.order_id, self.stage.ensure
        lost = {identity(one.fact) for one in before.evidence} - {identity(one.fact) for one in after.evidence}
        ensure(not lost, DURABLE, "evidence is gone", about)
        step = int(after.outcome != before.outcome)
        ensure(after.version == before.version + step, HEARS, "a changed outcome is one new version", about)
        if after.hastened_at is not None and before.hastened_at not in (None, after.hastened_at):
            apart = not 0 <= after.hastened_at - (before.hastened_at or 0) < HASTENED_MS
            ensure(apart, BOUNDED, "two questions were hastened within a minute", about)
        if {one.cart_id for one in after.attempts} - {one.cart_id for one in before.attempts}:
            self._may_open(before)
        carts = {one.number: one for one in after.attempts}
        by_cart = [one.cart_id for one in after.attempts]
        for closing in after.closings[len(before.closings) :]:
            attempt = carts[closing.attempt]
            # Of several carts that are asked about the last one is answered just before.
            since, asked = closing.at - JUST_MS, max(self.queried_ms.get(cart, 0) for cart in by_cart)
            if closing.reason is ClosingReason.EXPIRED:
                since, asked = attempt.expires_at, self.queried_ms.get(attempt.cart_id, 0)
                ensure(closing.at >= since, ENDS, f"{attempt.cart_id} was called expired while its page lived", about)
            ensure(asked >= since, ENDS, f"{attempt.cart_id} was closed without a last query", about)

    def _may_open(self, before: Payment) -> None:
        """Another page is asked for only where it cannot take money that is there already, or may be."""
        about, state = before.order_id, before.outcome.state
        self.stage.ensure(state in _OPENABLE, ONE_PAGE, f"another page is opened while it is {state}", about)
        closed = {closing.attempt for closing in before.closings}
        open_carts = {one.cart_id for one in before.attempts if one.number not in closed}
        heard = {one.fact.tran_ref for one in before.evidence if one.fact.kind is not FactKind.UNSTATED}
        silent = [t for t in self._of(before) if t.status == "E" and t.code in UNKNOWN]
        unknown = [t.ref for t in silent if t.ref in heard and t.order.cart_id in open_carts]
        self.stage.ensure(not unknown, ONE_PAGE, f"another page is opened while {unknown} may be money", about)

    def _proved(self, after: Payment) -> None:
        """Money that counts is on the gateway's books, to the last minor unit, under the order's own carts."""
        captured = after.outcome.captured.minor
        if not captured:
            return
        own = [t for t in self._of(after) if t.total.currency == after.amount.currency.code and t.status == "A"]
        there = sum(t.total.minor for t in own if t.kind in _TAKING)
        sentence = f"{captured} counts as paid, the gateway has taken {there}"
        self.stage.ensure(captured <= there, PROVED, sentence, after.order_id)
        if after.outcome.state is State.PAID:
            self.stage.ensure(there >= after.amount.minor, PROVED, sentence, after.order_id)

    def _of(self, payment: Payment) -> list[Transaction]:
        state = self.emulator.world.state
        profiles = [profile.profile_id for profile in state.profiles]
        return [t for a in payment.attempts for p in profiles for t in state.of_cart(p, a.cart_id)]

    # ----------------------------------------------------------------- the road

    def queried(self, cart_id: str, now_ms: int) -> None:
        """See gateway.Witness."""
        self.queried_ms[cart_id] = max(now_ms, self.queried_ms.get(cart_id, 0))
        self.questions[cart_id] += 1
        few = self.questions[cart_id] <= QUESTIONS_MAX
        self.stage.ensure(few, BOUNDED, f"{cart_id} is asked about without end", self.order_of(cart_id))

    def acknowledged(self, delivery: Delivery) -> None:
        """See gateway.Witness."""
        transaction = self.emulator.world.state.transactions[delivery.ref]
        about = self.order_of(transaction.order.cart_id)
        self.answered[delivery.ref, delivery.channel] = about
        self.ensure_kept(delivery.ref, about)

    def submitting(self, operation: str, cart_id: str) -> None:
        """See gateway.Witness."""
        self.operations.submitting(operation, self.order_of(cart_id))

    def submitted(self, operation: str, cart_id: str, status: int) -> None:
        """See gateway.Witness."""
        self.operations.submitted(operation, cart_id, self.order_of(cart_id), status)

    def ensure_kept(self, ref: str, about: str) -> None:
        """What was answered 200 is on the disk."""
        found = self.observer.execute(_KEPT, (ref,)).fetchone()
        self.stage.ensure(found, DURABLE, f"{ref} was answered 200 and is not in the ledger", about)

    def handed_out(self, order_id: str, page: str) -> None:
        """A shop was given a page for an order. One over another amount than before takes the place of the old one."""
        pages = self.pages.setdefault(order_id, [])
        if page in pages:
            self.stage.ensure(pages[-1] == page, ONE_PAGE, f"{page} was replaced and is given out again", order_id)
            return
        new, now = self.emulator.world.state.page_of(page), self.stage.now_ms()
        for old in reversed(pages):
            known = self.emulator.world.state.page_of(old)
            if known is None or new is None or self._replaced(order_id, known, new):
                break  # superseded by another amount, and with it all before, as the contract says
            if self._is_given_up(order_id, old):
                continue
            lives = known.stage in _PAYABLE and known.expires_ms - now > PAGE_LEFT_MS + self.clocks.apart_ms(now)
            self.stage.ensure(not lives, ONE_PAGE, f"{old} can still be paid and {page} is given out too", order_id)
        pages.append(page)

    def _replaced(self, order_id: str, old: Page, new: Page) -> bool:
        """Whether a page over another amount was asked for after *old*, even if nobody ever saw that one."""
        first, last = (int(page.order.cart_id.rpartition("-")[2]) for page in (old, new))
        amounts = self.observer.execute(_AMOUNTS, (order_id, first, last)).fetchall()
        return old.order.amount != new.order.amount or len(amounts) > 1

    def _is_given_up(self, order_id: str, page: str) -> bool:
        """Whether the shop itself has cancelled: the gateway takes no page back, so what is paid there is late."""
        return self.observer.execute(_GIVEN_UP, (order_id, page)).fetchone() is not None

    # ------------------------------------------------------------------- shops

    def telling(self, store: Store, payment_id: str, version: int) -> None:
        """See shops.Witness."""
        before, about = self.sent.get(payment_id, 0), self.orders.get(payment_id, "")
        self.stage.ensure(version >= before, HEARS, f"version {version} is told after {before}", about)
        self.sent[payment_id] = max(before, version)
        row = self.observer.execute(
            "SELECT v.state, p.state FROM versions v JOIN payments p USING (store_id, payment_id)"
            " WHERE store_id = ? AND payment_id = ? AND v.version = ?",
            (store.store_id, payment_id, version),
        ).fetchone()
        self.stage.ensure(row, HEARS, f"version {version} is told and not in the ledger", about)

    def heard(self, store: Store, payment_id: str, version: int, known: int) -> None:
        """See shops.Witness."""
        del store
        about = self.orders.get(payment_id, "")
        self.stage.ensure(version <= known + 1, HEARS, f"version {version} comes after {known}", about)

    def alerting(self, store: Store, message_id: str) -> None:
        """See shops.Witness."""
        cause = message_id.replace(".", " ")
        found = self.observer.execute(
            "SELECT cause, sent_at, payment_id FROM alerts WHERE store_id = ? AND replace(cause, '.', ' ') = ?",
            (store.store_id, cause),
        ).fetchall()
        about = self.orders.get(found[0][2], "") if found else ""
        self.stage.ensure(len(found) == 1, NEVER_SILENT, f"an alert is sent for {cause} and not in the ledger", about)
        unsent = found and found[0][1] is None
        self.stage.ensure(unsent, NEVER_SILENT, f"an alert is sent again for {cause}", about)
