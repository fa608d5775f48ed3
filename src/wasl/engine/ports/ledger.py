"""The durable memory."""

from collections.abc import Sequence
from typing import Protocol

from wasl.domain.evidence import Evidence
from wasl.domain.payment import Payment, PaymentId
from wasl.domain.store import Store, StoreId
from wasl.domain.time import Instant
from wasl.engine.ports.records import (
    Alert,
    Change,
    Comparison,
    Delivery,
    Forgery,
    Lease,
    PaymentFilter,
    PaymentKey,
    PaymentPage,
)
from wasl.engine.ports.shops import Receipt, Telling


class Ledger(Protocol):
    """The durable memory. Every method may raise LedgerUnavailable; then nothing was kept."""

    async def amend(self, key: PaymentKey, change: Change) -> Payment | None:
        """Apply *change* to one payment under its lock and make the difference durable before answering.

        *change* may run more than once and must be pure. Answers the payment as it now is, None if there is none.
        A payment that *change* makes out of nothing is created.
        """
        ...

    async def shelve(self, store_id: StoreId, piece: Evidence) -> None:
        """Keep evidence for a cart nobody knows. It joins its payment when an attempt with that cart is recorded."""
        ...

    async def shelved(self, store_id: StoreId, *, since: Instant, limit: int) -> Sequence[Evidence]:
        """Evidence for carts that nobody knows, heard since then, the latest first."""
        ...

    async def payment(self, key: PaymentKey) -> Payment | None:
        """One payment with everything heard, without the sealed bytes."""
        ...

    async def payment_by_return(self, store_id: StoreId, return_key: str) -> Payment | None:
        """The payment whose attempt carries this key in its return URL."""
        ...

    async def payments(self, store_id: StoreId, only: PaymentFilter, cursor: str | None, limit: int) -> PaymentPage:
        """A page of a store's payments, most recently changed first. Raises ValueError for a cursor it never gave."""
        ...

    async def raw_evidence(self, store_id: StoreId, payment_id: PaymentId) -> Sequence[bytes]:
        """The opened bytes behind each piece of evidence, in the order of `Payment.evidence`."""
        ...

    async def deliveries(self, store_id: StoreId, payment_id: PaymentId) -> Sequence[Delivery]:
        """Every version and what became of telling it, oldest first."""
        ...

    async def lease_asks(
        self, *, now: Instant, until: Instant, limit: int, besides: Sequence[StoreId] = ()
    ) -> Sequence[Lease]:
        """Take up to *limit* payments whose `ask_at` is due, within their stores' budgets of questions, until *until*.

        Those whose buyer came back go first, then the youngest. What a budget cannot pay for yet is put off,
        and so is what is due to the stores *besides*.
        """
        ...

    async def spare_question(self, store_id: StoreId, *, now: Instant) -> Instant:
        """Take a question that the store's budget has to spare now; else when to try again, after *now*.

        What waits for `lease_asks` goes first.
        """
        ...

    async def reserve_auto_refund(
        self, store_id: StoreId, cause: str, amount: int, *, ceiling: int, since: Instant, now: Instant
    ) -> bool:
        """Whether *amount* still fits under the ceiling of what went back since then; counted once for each cause."""
        ...

    async def claim_reconcile(self, *, now: Instant, before: Instant, unless: Instant) -> Comparison | None:
        """A store whose last whole comparison began *before* then; the caller's alone for now.

        None if there is none, or if another worker's comparison of it began after *unless*.
        """
        ...

    async def record_reconcile(self, store_id: StoreId, began: Instant) -> None:
        """A comparison that *began* then has come to its end."""
        ...

    async def mend_clock(self, now: Instant) -> bool:
        """Let what was put off while a clock ran ahead be done now; answers whether one had. Harmless to repeat."""
        ...

    async def lease_tells(
        self, *, now: Instant, until: Instant, limit: int, besides: Sequence[StoreId] = ()
    ) -> Sequence[Lease]:
        """Take up to *limit* payments whose `tell_at` is due, of all stores but *besides*, and move it to *until*."""
        ...

    async def postpone_ask(self, lease: Lease, ask_at: Instant) -> None:
        """Give a leased question back for later. Ignored if the lease was lost."""
        ...

    async def telling(self, lease: Lease, *, in_order: bool) -> Telling | None:
        """The next version to tell, or the latest; None if nothing is left to tell."""
        ...

    async def nothing_to_tell(self, lease: Lease) -> None:
        """The store knows everything already. Ignored if the lease was lost."""
        ...

    async def record_receipt(self, lease: Lease, telling: Telling, receipt: Receipt, *, now: Instant) -> None:
        """The store has taken this version and all before it. Ignored if the lease was lost."""
        ...

    async def record_failure(
        self, lease: Lease, telling: Telling, note: str, *, now: Instant, tell_at: Instant | None
    ) -> None:
        """Telling failed; try again at *tell_at*, or park for a person if it is None. Ignored if the lease was lost."""
        ...

    async def retell(self, store_id: StoreId, payment_id: PaymentId, *, now: Instant) -> bool:
        """Let a parked or waiting telling go on now; False if there is nothing to tell."""
        ...

    async def raise_alert(self, store_id: StoreId, payment_id: PaymentId | None, cause: str, *, now: Instant) -> None:
        """Let a person be told of *cause*, of a payment or of the whole store. Repeating it raises no second alert."""
        ...

    async def lease_alerts(
        self, *, now: Instant, until: Instant, limit: int, besides: Sequence[StoreId] = ()
    ) -> Sequence[Alert]:
        """Take up to *limit* alerts that are due to be sent, of all stores but *besides*."""
        ...

    async def record_alert(self, alert: Alert, note: str, *, sent_at: Instant | None, send_at: Instant | None) -> None:
        """What became of sending an alert: sent, to be tried again at *send_at*, or given up. Ignored if lost."""
        ...

    async def keep_forgery(self, forgery: Forgery) -> None:
        """Shelve it; a full shelf forgets the forgery it heard longest ago."""
        ...

    async def forgeries(self, store_id: StoreId) -> Sequence[Forgery]:
        """What is on a store's shelf, the newest first."""
        ...

    async def untold(self, limit: int) -> Sequence[Payment]:
        """Payments whose store has not yet heard of their latest version, those due first."""
        ...

    async def watched(self, limit: int) -> Sequence[Payment]:
        """Payments that are asked about, the youngest first."""
        ...

    async def last_voice(self, store_id: StoreId) -> Instant | None:
        """When a callback or an IPN of this store's was last heard; None if never."""
        ...

    async def store(self, store_id: StoreId) -> Store | None:
        """One store, archived or not."""
        ...

    async def store_by_key(self, api_key_digest: str) -> Store | None:
        """The store, not archived, whose API key has this SHA-256 digest in hex."""
        ...

    async def sharing(self, store: Store, *, archived: bool = False) -> Sequence[Store]:
        """The other stores on the same profile of the same gateway; *archived* ones are among them if wanted."""
        ...

    async def stores(self, *, archived: bool = False) -> Sequence[Store]:
        """All stores; *archived* ones are among them if wanted."""
        ...

    async def add_store(self, store: Store, api_key_digest: str) -> None:
        """Keep a new store, its keys sealed. Raises ValueError if one with this id exists."""
        ...

    async def change_store(self, store: Store) -> None:
        """Keep a store's new settings and keys; its API key stays. Harmless to repeat."""
        ...

    async def ping(self) -> None:
        """Raises LedgerUnavailable unless the database answers."""
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the database. Harmless to repeat."""
        ...
