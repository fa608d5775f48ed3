"""What each transaction proves about a payment: the reasons behind the fold, and the body of `explain`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wasl.domain.evidence import FAILED, FOLLOW_UPS, WAITING, CartId, Kind, TranRef, Verdict
from wasl.domain.money import Money
from wasl.domain.payment import Attempt
from wasl.domain.time import DAY_MS
from wasl.domain.transaction import Transaction

TEST_REFERENCES: Final = ("TST", "SFT")  # prefixes of test profiles (reference/paytabs-pt2.md §2.6)


class Role(StrEnum):
    """The part one transaction plays."""

    TAKES = "takes"  # a sale or a capture: counted money
    AUTHORIZES = "authorizes"
    HOLDS = "holds"  # risk review: funds are held, nothing is taken
    RETURNS_HOLD = "returns_hold"  # a void or a release of what was reserved
    UNDOES = "undoes"  # a void of a sale or a capture
    REFUNDS = "refunds"
    WAITS = "waits"  # a deferred method has still to be paid
    UNDER_WAY = "under_way"  # a capture, void or refund that is not proved yet
    UNKNOWN = "unknown"  # the bank did not answer: to be asked about
    ENDED = "ended"  # declined, cancelled, expired or an error: no money
    WAS_VOIDED = "was_voided"
    CARD_CHECK = "card_check"  # a registration proves a card, not a payment
    AMOUNT_DIFFERS = "amount_differs"
    CURRENCY_DIFFERS = "currency_differs"
    CONTRADICTED = "contradicted"
    OLD_MONEY = "old_money"  # taken long before the page was opened: it cannot have been paid there
    TEST_MONEY = "test_money"
    UNRECOGNIZED = "unrecognized"


MISMATCHED: Final = frozenset({Role.AMOUNT_DIFFERS, Role.CURRENCY_DIFFERS, Role.CONTRADICTED, Role.OLD_MONEY})
# A day forgives any clock and any time zone; money older than that was paid for another order under the same cart.
OLD_MS: Final = DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A transaction and its role, judged against the attempt it belongs to.

    `family` is the first transaction of its chain: a sale, or the authorisation that captures, voids and releases
    act on. A refund belongs to the family whose money it gives back. `settled`: a person has decided about it.
    """

    transaction: Transaction
    role: Role
    family: TranRef
    attempt: Attempt | None
    settled: bool = False


def weigh(
    found: Mapping[TranRef, Transaction], *, amount: Money, live: bool, attempts: Iterable[Attempt]
) -> tuple[Weighed, ...]:
    """Give every transaction its role, judged against its own attempt and the order's *amount*."""
    scale = _Scale(found=found, by_cart={a.cart_id: a for a in attempts}, amount=amount, live=live)
    return tuple(scale.weigh(transaction) for transaction in found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """What every transaction of one payment is judged against."""

    found: Mapping[TranRef, Transaction]
    by_cart: Mapping[CartId, Attempt]
    amount: Money
    live: bool

    def weigh(self, transaction: Transaction) -> Weighed:
        root = self._root(transaction)
        attempt = self.by_cart.get(transaction.cart_id) or self.by_cart.get(root.cart_id)
        role = self._role(transaction, root, attempt)
        return Weighed(transaction=transaction, role=role, family=root.tran_ref, attempt=attempt)

    def _root(self, transaction: Transaction) -> Transaction:
        """Follow `previous_ref` up to the sale or authorisation it all began with.

        A settled deferred payment points at its payment request, which took no money: it is a root of its own.
        """
        seen = {transaction.tran_ref}
        while transaction.previous_ref is not None and transaction.previous_ref not in seen:
            previous = self.found.get(transaction.previous_ref)
            if previous is None or previous.kind not in (Kind.SALE, Kind.AUTH, Kind.CAPTURE):
                break
            seen.add(previous.tran_ref)
            transaction = previous
        return transaction

    def _role(self, transaction: Transaction, root: Transaction, attempt: Attempt | None) -> Role:
        """The one place that branches on what a transaction is; the functions below only compare."""
        kind, verdict = transaction.kind, transaction.verdict
        if verdict is Verdict.UNRECOGNIZED or kind in (Kind.UNRECOGNIZED, Kind.UNSTATED):
            return Role.UNRECOGNIZED
        if verdict in FAILED:
            return Role.ENDED
        if self.live and transaction.tran_ref.startswith(TEST_REFERENCES):
            return Role.TEST_MONEY
        if transaction.contradicted:
            return Role.CONTRADICTED
        if verdict in WAITING:
            return self._waiting(transaction, root, attempt)
        if kind is Kind.REGISTER:
            return Role.CARD_CHECK
        if kind is Kind.PAYMENT_REQUEST:
            return Role.UNRECOGNIZED
        if verdict is Verdict.REVERSED:
            return Role.WAS_VOIDED
        if kind in FOLLOW_UPS and kind is not Kind.CAPTURE:
            return self._giving_back(transaction, root)
        taken = Role.AUTHORIZES if kind is Kind.AUTH else Role.TAKES
        return self._misfit(transaction, root, attempt) or taken

    def _waiting(self, transaction: Transaction, root: Transaction, attempt: Attempt | None) -> Role:
        """Nothing is proved yet; a follow-up under way stands beside the state and does not change it."""
        if transaction.kind in FOLLOW_UPS:
            return Role.UNDER_WAY
        if transaction.verdict is Verdict.UNANSWERED:
            return Role.UNKNOWN
        if transaction.verdict is Verdict.PENDING or transaction.kind is Kind.PAYMENT_REQUEST:
            return Role.ENDED if self._expired_elsewhere(transaction) else Role.WAITS
        return self._misfit(transaction, root, attempt) or Role.HOLDS

    def _expired_elsewhere(self, request: Transaction) -> bool:
        """Whether the end of a payment request was said under a reference of its own (PayTabs reference §5.6)."""
        ended = (one for one in self.found.values() if one.verdict is Verdict.EXPIRED)
        return any(one.previous_ref == request.tran_ref and one.kind not in FOLLOW_UPS for one in ended)

    def _giving_back(self, transaction: Transaction, root: Transaction) -> Role:
        """A refund, void or release counts against a known family in that family's currency, and nowhere else."""
        target = self.found.get(transaction.previous_ref) if transaction.previous_ref is not None else None
        if target is None or root is transaction or transaction.moved is None or root.amount is None:
            return Role.UNRECOGNIZED
        if transaction.moved.currency != root.amount.currency:
            return Role.CURRENCY_DIFFERS
        if transaction.kind is Kind.REFUND:
            return Role.REFUNDS
        taken = target.verdict is Verdict.APPROVED and target.kind in (Kind.SALE, Kind.CAPTURE)
        return Role.UNDOES if taken else Role.RETURNS_HOLD

    def _misfit(self, transaction: Transaction, root: Transaction, attempt: Attempt | None) -> Role | None:
        """Why this money may not be counted: paid means proved, to the last minor unit.

        A capture may be a part of what was authorised. A discount may lower what moved, nothing may raise it. Money
        on a page that was superseded by another amount fits nothing any more.
        """
        stated, moved = transaction.amount, transaction.moved
        if attempt is None or stated is None or moved is None:
            return Role.AMOUNT_DIFFERS
        if not stated.currency == moved.currency == attempt.amount.currency == self.amount.currency:
            return Role.CURRENCY_DIFFERS
        part = _is_capture(transaction, root)
        fits = 0 < stated.minor <= attempt.amount.minor if part else stated == attempt.amount
        if not fits or attempt.amount != self.amount or not 0 < moved.minor <= stated.minor:
            return Role.AMOUNT_DIFFERS
        old = transaction.at is not None and transaction.at < attempt.opened_at - OLD_MS
        return Role.OLD_MONEY if old and transaction is root else None


def _is_capture(transaction: Transaction, root: Transaction) -> bool:
    """A capture, or a sale that acts on an authorisation: some captures are reported so (reference §10.6)."""
    return transaction.kind is Kind.CAPTURE or (transaction.kind is Kind.SALE and root.kind is Kind.AUTH)
