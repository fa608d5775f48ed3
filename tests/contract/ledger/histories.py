"""Histories of one payment as values that can be kept as JSON, and how a ledger lives through one of them.

They are recorded by `wasl simulate --record` or drawn here. Times are Unix milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import msgspec

from builders import NOON, payment
from wasl.domain.evidence import Closing, Decision, Evidence, Fact, Ruling, Voice, identity
from wasl.domain.payment import Attempt, Payment
from wasl.domain.revise import hastened, heard, revise
from wasl.domain.schedule import YEAR_MS, closings_due
from wasl.domain.store import StoreId
from wasl.domain.time import DAY_MS, SECOND_MS, Instant, after
from wasl.engine.ports import Alert, Arrival, ByCart, ByPayment, Lease, Ledger, Receipt, Telling
from wasl.simulation.record import SET, Amended, Leased, NotTaken, Taken

LEASE_MS: Final = 15 * SECOND_MS
ALERTS_MAX: Final = 100_000
TELLINGS_MAX: Final = 50
ALL: Final = 1_000


class Opened(msgspec.Struct, frozen=True, kw_only=True, tag="opened"):
    """An attempt is recorded, or what the gateway answered to it."""

    at: Instant
    attempt: Attempt


class Heard(msgspec.Struct, frozen=True, kw_only=True, tag="heard"):
    """A voice states a fact; for a cart that nobody knows it is shelved."""

    at: Instant
    voice: Voice
    fact: Fact


class Asked(msgspec.Struct, frozen=True, kw_only=True, tag="asked"):
    """The gateway answers a query with these facts."""

    at: Instant
    facts: tuple[Fact, ...]


class Closed(msgspec.Struct, frozen=True, kw_only=True, tag="closed"):
    """Wasl calls an attempt over."""

    at: Instant
    closing: Closing


class Decided(msgspec.Struct, frozen=True, kw_only=True, tag="decided"):
    """A person accepts whatever is a case by now."""

    at: Instant
    note: str


class CameBack(msgspec.Struct, frozen=True, kw_only=True, tag="came_back"):
    """The buyer returns, or a message that proves nothing hastens a question."""

    at: Instant
    buyer: bool


class Told(msgspec.Struct, frozen=True, kw_only=True, tag="told"):
    """The shop is told what is due: it takes it, is busy, refuses; the answer is lost; or it comes after the lease."""

    at: Instant
    how: Literal["taken", "busy", "refused", "lost", "late"]


class Retold(msgspec.Struct, frozen=True, kw_only=True, tag="retold"):
    """A person lets a telling go on."""

    at: Instant


Event = Opened | Heard | Asked | Closed | Decided | CameBack | Told | Retold | Amended | Leased | Taken | NotTaken


class History(msgspec.Struct, frozen=True, kw_only=True):
    """One payment as it was made, without a page, and what happened to it, in order."""

    events: tuple[Event, ...]
    first: Payment = replace(payment(), attempts=())


async def live(ledger: Ledger, history: History, store_id: StoreId, besides: Sequence[StoreId]) -> list[object]:
    """Let a payment of *store_id* live through it; answers everything the ledger said on the way, and all it knows.

    First what it said to each event. Stores *besides* it live at the same time, so that the ledger has batches to make.
    """
    first = replace(history.first, store_id=store_id)
    life = _Life(ledger=ledger, key=ByPayment(store_id, first.payment_id), besides=besides)
    await ledger.amend(life.key, lambda _: revise(first, now=first.created_at))
    said = [await life.happen(event) for event in history.events]
    end = max((event.at for event in history.events), default=NOON)
    for _ in range(TELLINGS_MAX):
        end = after(end, DAY_MS)
        said.append(await life.tell(Told(at=end, how="taken")))
        if said[-1] == []:
            break
    said += [await ledger.payment(life.key), await ledger.deliveries(store_id, first.payment_id)]
    said += [await ledger.raw_evidence(store_id, first.payment_id)]
    return [*said, await ledger.shelved(store_id, since=Instant(0), limit=ALL)]


def strayed(history: History, said: Sequence[object]) -> list[Event]:
    """Where a ledger came to another version or another outcome than the simulation recorded."""
    return [
        event
        for event, known in zip(history.events, said, strict=False)
        if isinstance(event, Amended)
        and isinstance(known, Payment)
        and (known.version != event.version or (event.outcome is not None and event.outcome != known.outcome))
    ]


async def alerts_of(ledger: Ledger) -> list[Alert]:
    """Whatever people should be told."""
    end = after(NOON, YEAR_MS)
    alerts = await ledger.lease_alerts(now=end, until=after(end, LEASE_MS), limit=ALERTS_MAX)
    return sorted(alerts, key=lambda alert: (alert.store_id, alert.cause))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Life:
    """One payment on one ledger; `tellings` are those that were begun, by the end of their leases."""

    ledger: Ledger
    key: ByPayment
    besides: Sequence[StoreId]
    tellings: dict[Instant, tuple[Lease, Telling]] = field(default_factory=dict)

    async def happen(self, event: Event) -> object:
        """Let it happen; answers what the ledger says to it."""

        def change(one: Payment | None) -> Payment | None:
            return None if one is None else revise(_with(one, event), now=event.at)

        match event:
            case Heard(at=at, voice=voice, fact=fact):
                return await self._hear(_piece(at, voice, fact))
            case Told():
                return await self.tell(event)
            case Retold(at=at):
                return await self.ledger.retell(self.key.store_id, self.key.payment_id, now=at)
            case Leased() | Taken() | NotTaken():
                return await self._work(event)
            case Opened():
                # As `engine.open` does: the wish first, which takes what was shelved for its cart; then the answer.
                await self.ledger.amend(self.key, lambda one: None if one is None else _with(one, event))
                return await self.ledger.amend(self.key, change)
            case _:
                return await self.ledger.amend(self.key, change)

    async def tell(self, event: Told) -> list[object]:
        """Everything that is due is leased, told, and reported as the event says."""
        ledger, now, until = self.ledger, event.at, after(event.at, LEASE_MS)
        leases = await ledger.lease_tells(now=now, until=until, limit=ALL, besides=self.besides)
        said: list[object] = list(leases)
        for lease in leases:
            telling = await ledger.telling(lease, in_order=True)
            said.append(telling)
            if telling is None:
                await ledger.nothing_to_tell(lease)
            elif event.how == "taken":
                receipt = Receipt(arrival=Arrival.CHANGED, note="HTTP 200", status="P")
                await ledger.record_receipt(lease, telling, receipt, now=now)
            elif event.how in ("busy", "refused"):
                tell_at = after(now, 2 * SECOND_MS) if event.how == "busy" else None
                await ledger.record_failure(lease, telling, "HTTP 503", now=now, tell_at=tell_at)
            elif event.how == "late":
                await ledger.lease_tells(now=until, until=after(until, LEASE_MS), limit=ALL, besides=self.besides)
                await ledger.record_receipt(lease, telling, Receipt(arrival=Arrival.CHANGED, note=""), now=until)
            said.append(await ledger.payment(self.key))
        return said

    async def _hear(self, piece: Evidence) -> object:
        """As `engine.hear` files it: into its payment, or on the shelf."""
        now = piece.first_heard_at
        key = ByCart(self.key.store_id, piece.fact.cart_id)
        found = await self.ledger.amend(key, lambda one: None if one is None else revise(heard(one, piece), now=now))
        if found is None:
            await self.ledger.shelve(self.key.store_id, piece)
        return found

    async def _work(self, event: Leased | Taken | NotTaken) -> object:
        """A worker's telling, step by step, so that news may come between; without its lease nothing is reported."""
        ledger = self.ledger
        if isinstance(event, Leased):
            leases = await ledger.lease_tells(now=event.at, until=event.until, limit=ALL, besides=self.besides)
            telling = None
            for lease in leases:
                telling = await ledger.telling(lease, in_order=event.in_order)
                if telling is None:
                    await ledger.nothing_to_tell(lease)
                else:
                    self.tellings[event.until] = (lease, telling)
            return [*leases, telling]
        if event.until in self.tellings:
            lease, telling = self.tellings.pop(event.until)
            if isinstance(event, Taken):
                await ledger.record_receipt(lease, telling, event.receipt, now=event.at)
            else:
                await ledger.record_failure(lease, telling, event.note, now=event.at, tell_at=event.tell_at)
        return await ledger.payment(self.key)


def _with(one: Payment, event: Event) -> Payment:
    """Pure: the payment with what happened to it."""
    match event:
        case Opened(attempt=page):
            others = tuple(known for known in one.attempts if known.number != page.number)
            return replace(one, attempts=tuple(sorted((*others, page), key=lambda known: known.number)))
        case Asked(at=at, facts=facts):
            for fact in facts:
                one = heard(one, _piece(at, Voice.QUERY, fact))
            one = replace(one, asked_at=at)
            return replace(one, closings=(*one.closings, *closings_due(one, now=at)))
        case Closed(closing=closing):
            known = {(closed.attempt, closed.reason) for closed in one.closings}
            new = (closing.attempt, closing.reason) not in known
            return replace(one, closings=(*one.closings, closing)) if new else one
        case Decided(at=at, note=note) if one.outcome.causes:
            decision = Decision(ruling=Ruling.ACCEPTED, causes=one.outcome.causes, note=note, by="Salma", at=at)
            return replace(one, decisions=(*one.decisions, decision))
        case CameBack(at=at, buyer=buyer):
            return replace(one, returned_at=at) if buyer else hastened(one, now=at)
        case Amended():
            return _amended(one, event)
        case _:
            return one


def _amended(one: Payment, event: Amended) -> Payment:
    """What a simulated process committed, on top of the payment as it is here."""
    attempts = {page.number: page for page in (*one.attempts, *event.attempts)}
    pieces = {(piece.voice, identity(piece.fact)): piece for piece in one.evidence}
    for piece in event.evidence:
        known = pieces.get((piece.voice, identity(piece.fact)))
        raw = msgspec.json.encode(piece.fact) if known is None else known.raw
        pieces[piece.voice, identity(piece.fact)] = replace(piece, raw=raw)
    return replace(
        one,
        attempts=tuple(attempts[number] for number in sorted(attempts)),
        evidence=tuple(pieces.values()),
        closings=(*one.closings, *event.closings),
        decisions=(*one.decisions, *event.decisions),
        **{name: getattr(event, name) for name in SET if getattr(event, name) is not None},
    )


def _piece(at: Instant, voice: Voice, fact: Fact) -> Evidence:
    raw = msgspec.json.encode(fact)
    return Evidence(voice=voice, fact=fact, first_heard_at=at, last_heard_at=at, raw=raw)
