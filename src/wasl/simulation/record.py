"""What became of each payment's ledger in one world, commit by commit, to be lived again on other databases.

A history is one line of JSON. Instants are Unix milliseconds by the clock of the process that wrote. Left out are
leases on questions and alerts, and the mending of a clock: they change when something is done, not what is known. How
a telling ended is left out where the process was killed before it knew that this was kept: the answer was lost.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeVar

import msgspec

from wasl.domain.evidence import Closing, Decision, Evidence
from wasl.domain.money import Money
from wasl.domain.outcome import Outcome
from wasl.domain.payment import Attempt, Payment, PaymentId
from wasl.domain.revise import unpaid
from wasl.domain.store import StoreId
from wasl.domain.time import Instant
from wasl.engine.ports import Lease, Receipt, Telling
from wasl.engine.tell import LEASE_MS
from wasl.ledger.driver import Driver
from wasl.ledger.ledger import DurableLedger
from wasl.ledger.transact import Scribe
from wasl.simulation.process import Process, Surroundings

T = TypeVar("T")
_Key = tuple[StoreId, PaymentId]
# What a change of a payment may set beside what it adds, and never takes back.
SET: Final = ("amount", "live", "return_url", "language", "metadata", "returned_at", "asked_at", "hastened_at")


class Amended(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="amended"):
    """A change of the payment: what it added or changed, and what version and outcome came of it. None: as before."""

    at: Instant
    version: int
    outcome: Outcome | None = None
    attempts: tuple[Attempt, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    closings: tuple[Closing, ...] = ()
    decisions: tuple[Decision, ...] = ()
    amount: Money | None = None
    live: bool | None = None
    return_url: str | None = None
    language: str | None = None
    metadata: str | None = None
    returned_at: Instant | None = None
    asked_at: Instant | None = None
    hastened_at: Instant | None = None


class Leased(msgspec.Struct, frozen=True, kw_only=True, tag="leased"):
    """A worker takes the telling until then, and looks what to say: the next version, or the latest."""

    at: Instant
    until: Instant
    in_order: bool


class Taken(msgspec.Struct, frozen=True, kw_only=True, tag="taken"):
    """The shop has taken what was told under the lease that ends then."""

    at: Instant
    until: Instant
    receipt: Receipt


class NotTaken(msgspec.Struct, frozen=True, kw_only=True, tag="not_taken"):
    """It has not, and is told again at *tell_at*, or a person has to look."""

    at: Instant
    until: Instant
    note: str
    tell_at: Instant | None


Event = Amended | Leased | Taken | NotTaken


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """One payment as it was made, without its page, and what happened to it in the order of the commits."""

    first: Payment
    events: tuple[Event, ...]


class Recorder:
    """Listens to the processes of one world."""

    def __init__(self) -> None:
        self._first: dict[_Key, Payment] = {}
        self._events: dict[_Key, list[Event]] = defaultdict(list)

    def histories(self) -> list[Recorded]:
        """Everything that was recorded, in the order in which the payments were made."""
        return [Recorded(first=first, events=tuple(self._events[key])) for key, first in self._first.items()]

    def beside(self, around: Surroundings) -> Surroundings:
        """The same surroundings, in which this listens too."""

        def changed(process: Process, before: Payment | None, after: Payment) -> None:
            self._changed(before, after)
            around.changed(process, before, after)

        def ledger(driver: Driver, scribe: Scribe) -> DurableLedger:
            return _Ledger(driver, scribe, self.note)

        return replace(around, changed=changed, ledger=ledger)

    def note(self, store_id: StoreId, payment_id: PaymentId, event: Event) -> None:
        """One more event of a payment."""
        self._events[store_id, payment_id].append(event)

    def _changed(self, before: Payment | None, after: Payment) -> None:
        if before is None:
            before = _without_page(after)
            self._first[after.store_id, after.payment_id] = before
        event = _difference(before, after)
        if event is not None:
            self.note(after.store_id, after.payment_id, event)


class _Ledger(DurableLedger):
    """Notes what becomes of tellings."""

    def __init__(self, driver: Driver, scribe: Scribe, note: Callable[[StoreId, PaymentId, Event], None]) -> None:
        super().__init__(driver, scribe)
        self._note = note

    async def telling(self, lease: Lease, *, in_order: bool) -> Telling | None:
        """See the port."""
        telling = await super().telling(lease, in_order=in_order)
        at = Instant(lease.until - LEASE_MS)
        self._note(lease.store_id, lease.payment_id, Leased(at=at, until=lease.until, in_order=in_order))
        return telling

    async def record_receipt(self, lease: Lease, telling: Telling, receipt: Receipt, *, now: Instant) -> None:
        """See the port."""
        await super().record_receipt(lease, telling, receipt, now=now)
        self._note(lease.store_id, lease.payment_id, Taken(at=now, until=lease.until, receipt=receipt))

    async def record_failure(
        self, lease: Lease, telling: Telling, note: str, *, now: Instant, tell_at: Instant | None
    ) -> None:
        """See the port."""
        await super().record_failure(lease, telling, note, now=now, tell_at=tell_at)
        event = NotTaken(at=now, until=lease.until, note=note, tell_at=tell_at)
        self._note(lease.store_id, lease.payment_id, event)


def _without_page(payment: Payment) -> Payment:
    """A payment as it was made, before anything happened to it."""
    outcome = unpaid(payment.amount)
    return replace(payment, attempts=(), evidence=(), closings=(), decisions=(), outcome=outcome, version=1)


def _difference(before: Payment, after: Payment) -> Amended | None:
    """What a change added, changed and set; None if nothing that is known is another."""
    assigned: dict[str, Any] = {
        "attempts": _new(before.attempts, after.attempts),
        "evidence": tuple(replace(piece, raw=b"") for piece in _new(before.evidence, after.evidence)),
        "closings": _new(before.closings, after.closings),
        "decisions": _new(before.decisions, after.decisions),
    }
    assigned |= {
        name: getattr(after, name) for name in (*SET, "outcome") if getattr(after, name) != getattr(before, name)
    }
    return Amended(at=after.updated_at, version=after.version, **assigned) if any(assigned.values()) else None


def _new(before: tuple[T, ...], after: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(one for one in after if one not in before)
