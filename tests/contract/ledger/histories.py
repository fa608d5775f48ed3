"""Histories of one payment as values that can be kept as JSON, and how a ledger lives through one of them.

Whoever records histories writes a list of `History` as JSON; `read` takes it back. Times are Unix milliseconds.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from hypothesis import HealthCheck, Phase, given, seed, settings

from builders import NOON, PAYMENT, attempt, payment
from unit.domain.test_lives import closings, lives
from wasl.domain.evidence import Closing, Decision, Evidence, Fact, Ruling, Voice
from wasl.domain.payment import Answer, Attempt, Payment
from wasl.domain.revise import hastened, heard, revise
from wasl.domain.schedule import YEAR_MS, closings_due
from wasl.domain.store import StoreId
from wasl.domain.time import DAY_MS, MINUTE_MS, SECOND_MS, Instant, after
from wasl.engine.ports import Alert, Arrival, ByCart, ByPayment, Ledger, Receipt

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


Event = Opened | Heard | Asked | Closed | Decided | CameBack | Told | Retold
HOW: Final[tuple[Literal["taken", "busy", "refused", "lost", "late"], ...]] = (
    "taken", "taken", "busy", "refused", "lost", "late",
)  # fmt: skip


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to one payment, in order."""

    events: tuple[Event, ...]


def read(path: Path) -> list[History]:
    """Histories that somebody recorded."""
    return msgspec.json.decode(path.read_bytes(), type=list[History])


def drawn(count: int, *, number: int) -> list[History]:
    """*count* histories from the lives that payments really have, drawn from a seed and mixed with everything else."""
    chance, made = random.Random(number), list[History]()

    @seed(number)
    @settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(stated=lives(), closed=closings)
    def collect(stated: list[Fact], closed: tuple[Closing, ...]) -> None:
        made.append(_mixed(stated, closed, chance))

    collect()
    return made[:count]


def _mixed(stated: Sequence[Fact], closed: Sequence[Closing], chance: random.Random) -> History:
    """One life as it may be heard: in any order, with repeats, by any voice, between tellings that go well or badly."""
    clock = [NOON]

    def at() -> Instant:
        clock[0] = after(clock[0], chance.choice((0, 1, SECOND_MS, 20 * SECOND_MS, MINUTE_MS, 30 * MINUTE_MS)))
        return clock[0]

    facts = [*stated, *(fact for fact in stated if chance.random() < 0.3)]
    chance.shuffle(facts)
    voices = (Voice.CALLBACK, Voice.CALLBACK, Voice.IPN, Voice.QUERY, Voice.ANSWER)
    rest: list[Any] = [lambda at, fact=fact: Heard(at=at, voice=chance.choice(voices), fact=fact) for fact in facts]
    rest += [lambda at, one=one: Closed(at=at, closing=replace(one, at=at)) for one in closed]
    rest += [lambda at: Told(at=at, how=chance.choice(HOW))] * chance.randint(1, 5)
    rest += [lambda at: Asked(at=at, facts=tuple(chance.sample(facts, min(len(facts), 2))))] * chance.randint(0, 2)
    rest += [lambda at: CameBack(at=at, buyer=chance.random() < 0.5)] * chance.randint(0, 2)
    rest += [lambda at: Decided(at=at, note="seen"), lambda at: Retold(at=at)] * chance.randint(0, 1)
    pages = [(page, replace(page, answer=Answer.LOST, tran_ref=None, redirect_url=None))
             for page in (attempt(), attempt(2), attempt(3))]  # fmt: skip
    rest += [lambda at, both=both: Opened(at=at, attempt=chance.choice(both)) for both in pages]
    chance.shuffle(rest)
    return History(events=tuple([make(at()) for make in rest]))


async def live(ledger: Ledger, history: History, store_id: StoreId, besides: Sequence[StoreId]) -> list[object]:
    """Let a payment of *store_id* live through it; answers everything the ledger said on the way, and all it knows.

    Stores *besides* it live at the same time, so that the ledger has batches to make.
    """
    key = ByPayment(store_id, PAYMENT)
    first = replace(payment(), store_id=store_id, attempts=())
    said: list[object] = [await ledger.amend(key, lambda _: revise(first, now=NOON))]
    said += [await _happen(ledger, key, event, besides) for event in history.events]
    end = max((event.at for event in history.events), default=NOON)
    for _ in range(TELLINGS_MAX):
        end = after(end, DAY_MS)
        said.append(await _tell(ledger, key, Told(at=end, how="taken"), besides))
        if said[-1] == []:
            break
    said += [await ledger.payment(key), await ledger.deliveries(store_id, PAYMENT)]
    said += [await ledger.raw_evidence(store_id, PAYMENT), await ledger.shelved(store_id, since=NOON, limit=ALL)]
    return said


async def alerts_of(ledger: Ledger) -> list[Alert]:
    """Whatever people should be told."""
    end = after(NOON, YEAR_MS)
    alerts = await ledger.lease_alerts(now=end, until=after(end, LEASE_MS), limit=ALERTS_MAX)
    return sorted(alerts, key=lambda alert: (alert.store_id, alert.cause))


async def _happen(ledger: Ledger, key: ByPayment, event: Event, besides: Sequence[StoreId]) -> object:
    match event:
        case Heard(at=at, voice=voice, fact=fact):
            return await _hear(ledger, key.store_id, _piece(at, voice, fact))
        case Told():
            return await _tell(ledger, key, event, besides)
        case Retold(at=at):
            return await ledger.retell(key.store_id, key.payment_id, now=at)
        case Opened(at=at):
            # As `engine.open` does: the wish first, which takes what was shelved for its cart; then the answer.
            await ledger.amend(key, lambda one: None if one is None else _with(one, event))
            return await ledger.amend(key, lambda one: None if one is None else revise(_with(one, event), now=at))
        case _:
            return await ledger.amend(key, lambda one: None if one is None else revise(_with(one, event), now=event.at))


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
        case _:
            return one


def _piece(at: Instant, voice: Voice, fact: Fact) -> Evidence:
    raw = msgspec.json.encode(fact)
    return Evidence(voice=voice, fact=fact, first_heard_at=at, last_heard_at=at, raw=raw)


async def _hear(ledger: Ledger, store_id: StoreId, piece: Evidence) -> object:
    """As `engine.hear` files it: into its payment, or on the shelf."""
    now = piece.first_heard_at
    key = ByCart(store_id, piece.fact.cart_id)
    found = await ledger.amend(key, lambda one: None if one is None else revise(heard(one, piece), now=now))
    if found is None:
        await ledger.shelve(store_id, piece)
    return found


async def _tell(ledger: Ledger, key: ByPayment, event: Told, besides: Sequence[StoreId]) -> list[object]:
    """Everything that is due is leased, told, and reported as the event says."""
    now, until = event.at, after(event.at, LEASE_MS)
    leases = await ledger.lease_tells(now=now, until=until, limit=ALL, besides=besides)
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
            await ledger.lease_tells(now=until, until=after(until, LEASE_MS), limit=ALL, besides=besides)
            await ledger.record_receipt(lease, telling, Receipt(arrival=Arrival.CHANGED, note=""), now=until)
        said.append(await ledger.payment(key))
    return said
