"""The invariants of operations: money out never exceeds money in, and no operation happens twice.

Told from the gateway's own books and from the intents in the ledger, without the code that plans and folds them.
"""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from wasl.domain.evidence import FAILED
from wasl.domain.operation import Operation, OperationKind, Reply
from wasl.domain.payment import Payment
from wasl.domain.time import DAY_MS
from wasl.emulator import Emulator
from wasl.emulator.records import SETTLED, Channel, Kind, Transaction
from wasl.simulation.stage import Stage

NOT_MORE_OUT: Final = "11 money out never exceeds money in"
ONCE: Final = "12 no operation happens twice"
BY_POLICY: Final = "policy"
CONFLICT: Final = 409
REFUSING: Final = range(400, 429)  # HTTP statuses that say that nothing was done
ABOVE_BALANCE: Final = "118"
CLOCKS_MS: Final = 6 * 3_600_000  # how far apart two machines' clocks may be, by which a day of refunds is counted
ACTS_ON: Final = {
    OperationKind.REFUND: frozenset({Kind.SALE, Kind.CAPTURE}),
    OperationKind.CAPTURE: frozenset({Kind.AUTH}),
    OperationKind.VOID: frozenset({Kind.AUTH}),
}
_INTENTS: Final = "SELECT operations FROM payments WHERE store_id IN (SELECT store_id FROM stores) AND order_id = ?"
_BACK: Final = frozenset({Kind.REFUND})
_OF_AUTH: Final = frozenset({Kind.CAPTURE, Kind.VOID, Kind.RELEASE})
_TAKING: Final = frozenset({Kind.SALE, Kind.CAPTURE})


@dataclass(slots=True, kw_only=True)
class OperationChecks:
    """Remembers what left for the gateway. `ceilings` is what may go back by itself in a day, by store."""

    stage: Stage
    emulator: Emulator
    observer: sqlite3.Connection
    ceilings: dict[str, int] = field(default_factory=dict)
    submissions: Counter[str] = field(default_factory=Counter)
    repeats: Counter[str] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)
    by_policy: defaultdict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))

    # ----------------------------------------------------------------- the road

    def submitting(self, operation: str, about: str) -> None:
        """It leaves for the gateway: claimed on disk, and once, unless the gateway took it for a repeat."""
        self.submissions[operation] += 1
        allowed = 1 + self.repeats[operation]
        sent = self.submissions[operation]
        self.stage.ensure(sent <= allowed, ONCE, f"{operation} is sent {sent} times", about)
        rows = self.observer.execute(_INTENTS, (about,)).fetchall()
        kept = [one for row in rows for one in json.loads(row[0]) if one["operation_id"] == operation]
        claimed = bool(kept) and kept[0].get("submitted_at") is not None
        self.stage.ensure(claimed, ONCE, f"{operation} is sent before that is on disk", about)

    def submitted(self, operation: str, cart_id: str, about: str, status: int) -> None:
        """The gateway has dealt with it."""
        if status == CONFLICT:
            self.repeats[operation] += 1
        elif status in REFUSING:
            self.refused.add(operation)
        there = [t for t in self._of_cart(cart_id) if _named(t) == operation]
        self.stage.ensure(len(there) <= 1, ONCE, f"{operation} is {[t.ref for t in there]} at the gateway", about)
        for one in there:
            self._bounded(one, about)
        self.balanced(self._of_cart(cart_id), about)

    def _bounded(self, one: Transaction, about: str) -> None:
        """It acts on what it can act on; and if there was too little left, then for what others had done there."""
        target = self.emulator.world.state.transactions[one.previous_ref]
        kind = OperationKind.VOID if one.kind is Kind.RELEASE else OperationKind(one.kind.value.lower())
        fits = target.kind in ACTS_ON[kind]
        self.stage.ensure(fits, NOT_MORE_OUT, f"a {kind} of {target.kind} {target.ref} is asked for", about)
        if one.code != ABOVE_BALANCE:
            return
        kinds = _BACK if kind is OperationKind.REFUND else _OF_AUTH
        ours = [t for t in self._following(target, kinds) if _named(t)]
        asked = sum(t.total.minor for t in ours) + one.total.minor
        sentence = f"{asked} of {target.ref} over {target.total.minor} is asked for"
        self.stage.ensure(asked <= target.total.minor, NOT_MORE_OUT, sentence, about)

    def balanced(self, transactions: Iterable[Transaction], about: str) -> None:
        """At the gateway no transaction gives back, or lets be taken, more than it took or reserved."""
        for one in transactions:
            kinds = _BACK if one.kind in _TAKING else _OF_AUTH
            out = sum(t.total.minor for t in self._following(one, kinds))
            sentence = f"{out} goes out of {one.ref} over {one.total.minor}"
            self.stage.ensure(out <= one.total.minor, NOT_MORE_OUT, sentence, about)

    def _following(self, target: Transaction, kinds: frozenset[Kind]) -> Iterator[Transaction]:
        found = self.emulator.world.state.follow_ups(target.ref)
        return (t for t in found if t.kind in kinds and t.status in SETTLED)

    def _of_cart(self, cart_id: str) -> list[Transaction]:
        state = self.emulator.world.state
        return [t for profile in state.profiles for t in state.of_cart(profile.profile_id, cart_id)]

    # ------------------------------------------------------------------ commits

    def changed(self, before: Payment | None, after: Payment) -> None:
        """A commit changed a payment; most have no operations, and cost nothing here."""
        if not after.operations:
            return
        about, ensure = after.order_id, self.stage.ensure
        keys = [one.key for one in after.operations]
        ensure(len(set(keys)) == len(keys), ONCE, f"one key stands for two operations: {keys}", about)
        known = before.operations if before is not None else ()
        kept = [_intent(one) for one in after.operations[: len(known)]] == [_intent(one) for one in known]
        ensure(kept, ONCE, "an intent is gone or another", about)
        for new in after.operations[len(known) :]:
            self._allowed(after, new)
        self._proved(after)

    def _allowed(self, payment: Payment, new: Operation) -> None:
        """What is asked for, with all that is not known to have come to nothing, is not more than there is."""
        target = self.emulator.world.state.transactions.get(new.target)
        if target is None:
            self.stage.ensure(False, NOT_MORE_OUT, f"{new.target} is not at the gateway", payment.order_id)
            return
        refund = new.kind is OperationKind.REFUND
        heard = {piece.fact.tran_ref for piece in payment.evidence}
        elsewhere = self._following(target, _BACK if refund else _OF_AUTH)
        others = sum(t.total.minor for t in elsewhere if not _named(t) and t.ref in heard)
        ours = [one for one in payment.operations if (one.kind is OperationKind.REFUND) == refund]
        reserved = sum(
            one.amount.minor for one in ours if one.target == new.target and not _came_to_nothing(payment, one)
        )
        sentence = f"{reserved} and {others} of {target.ref} over {target.total.minor} are under way"
        self.stage.ensure(reserved + others <= target.total.minor, NOT_MORE_OUT, sentence, payment.order_id)
        if new.by == BY_POLICY:
            self._below_ceiling(payment, new)

    def _below_ceiling(self, payment: Payment, new: Operation) -> None:
        """What went back by itself within a day, as far as two machines agree on a day."""
        now, spent = self.stage.now_ms(), self.by_policy[payment.store_id]
        spent.append((now, new.amount.minor))
        total = sum(minor for at_ms, minor in spent if at_ms > now - DAY_MS + CLOCKS_MS)
        ceiling = self.ceilings.get(payment.store_id, 0)
        sentence = f"{total} went back by itself in a day, {ceiling} may"
        self.stage.ensure(total <= ceiling, NOT_MORE_OUT, sentence, payment.order_id)

    def _proved(self, payment: Payment) -> None:
        """What counts as given back is on the gateway's books."""
        carts = [t for attempt in payment.attempts for t in self._of_cart(attempt.cart_id)]
        back = sum(t.total.minor for t in carts if t.kind is Kind.REFUND and t.status == "A")
        said = payment.outcome.refunded.minor
        sentence = f"{said} counts as given back, the gateway gave {back}"
        self.stage.ensure(said <= back, NOT_MORE_OUT, sentence, payment.order_id)

    # ------------------------------------------------------------------- the end

    def ended(self, payment: Payment) -> Iterator[str]:
        """What is wrong about each operation when everything is over, in words."""
        there = {_named(t): t for attempt in payment.attempts for t in self._of_cart(attempt.cart_id) if _named(t)}
        known = {piece.fact.tran_ref: piece.fact.verdict for piece in payment.evidence}
        for one in payment.operations:
            found = there.get(one.operation_id)
            self.done[f"{one.kind} {found.status if found is not None else one.reply.value}"] += 1
            if found is not None and found.total.minor != one.amount.minor:
                yield f"{one.operation_id} is over {one.amount.minor}, at the gateway over {found.total.minor}"
            if found is not None and found.ref not in known:
                yield f"{one.operation_id} is {found.ref} at the gateway, and nobody here has heard of it"
            elif found is None and one.reply is Reply.REFUSED:
                explained = one.operation_id in self.refused or self.repeats[one.operation_id]
                if not explained:
                    yield f"{one.operation_id} counts as refused, and the gateway never refused it"
            elif found is None and not self._is_left_to_a_person(payment, one):
                yield f"{one.operation_id} has no end: {one.reply}, nobody is alerted"

    def _is_left_to_a_person(self, payment: Payment, one: Operation) -> bool:
        row = self.observer.execute(
            "SELECT 1 FROM alerts WHERE store_id = ? AND cause LIKE ? AND (sent_at IS NOT NULL OR tries > 0)",
            (payment.store_id, f"%operation {one.operation_id}"),
        ).fetchone()
        return row is not None and one.submitted_at is not None


def _named(transaction: Transaction) -> str:
    """The operation that a transaction came of, by its description; empty if somebody did it in the dashboard."""
    word = transaction.order.description.partition(" ")[0]
    return word if transaction.order.channel != Channel.DASHBOARD and word.startswith("op_") else ""


def _intent(one: Operation) -> tuple[object, ...]:
    return (one.operation_id, one.key, one.kind, one.amount, one.target, one.cart_id, one.by)


def _came_to_nothing(payment: Payment, one: Operation) -> bool:
    """Whether the gateway has refused it, as far as anybody has heard."""
    facts = [
        piece.fact
        for piece in payment.evidence
        if one.operation_id == piece.fact.operation or piece.fact.tran_ref == one.tran_ref
    ]
    if facts:
        return all(fact.verdict in FAILED for fact in facts if fact.verdict.value != "pending") and any(
            fact.verdict in FAILED for fact in facts
        )
    return one.reply is Reply.REFUSED
