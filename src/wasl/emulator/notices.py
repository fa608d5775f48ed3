"""Callbacks and IPNs: who is told what, when again, and when no more (PayTabs reference §5.2 to §5.5)."""

import heapq
from collections.abc import Iterator
from typing import Final

import msgspec

from wasl.emulator import wire
from wasl.emulator.faults import REORDER_S_MAX, DeliveryFaults
from wasl.emulator.profiles import AGENT, IpnEntry, Profile
from wasl.emulator.records import Attempt, Delivery, Kind, Outcome, Transaction
from wasl.emulator.signature import sign_body
from wasl.emulator.world import SECOND_MS, World

CALLBACK: Final = "callback"
IPN: Final = "ipn"
FAILURES: Final = frozenset({"D", "E", "X", "C"})
BODIES_MAX: Final = 1_000  # finished deliveries whose bytes are still kept for people to read
ERROR_MAX: Final = 200
OK: Final = 200
DUPLICATE_AFTER_S_MAX: Final = 1.0
_EVENTS: Final = {kind: kind.lower() for kind in Kind} | {Kind.AUTH_EXTENSION: "auth"}


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One POST to make now. `headers` are complete; `timeout_s` is how long to wait; redirects are not followed."""

    delivery_id: str
    url: str
    headers: dict[str, str]
    body: bytes
    timeout_s: float


def announce(world: World, transaction: Transaction, *, after_ms: int = 0) -> None:
    """Let the merchant know of a transaction as it is now, on every channel that is configured for it."""
    profile = world.state.profiles[str(transaction.order.profile_id)]
    callback = transaction.order.callback
    if callback:
        _send(world, transaction, profile, channel=CALLBACK, url=callback, after_ms=after_ms)
    for entry in profile.ipn:
        if _wants(world, entry, transaction):
            _send(world, transaction, profile, channel=IPN, url=entry.url, after_ms=after_ms, entry=entry)


def take_due(world: World, limit: int) -> Iterator[Outgoing]:
    """At most *limit* deliveries whose time has come. Each has to be reported before it can come again."""
    now = world.now()
    while limit and world.outbox and world.outbox[0][0] <= now:
        due_ms, delivery_id = heapq.heappop(world.outbox)
        delivery = world.state.deliveries.get(delivery_id)
        if not delivery or delivery.outcome is not Outcome.WAITING or delivery.due_ms != due_ms:
            continue  # moved or finished since it was queued
        if delivery_id not in world.on_the_way:
            world.on_the_way.add(delivery_id)
            world.held_back.discard(delivery_id)
            limit -= 1
            yield _outgoing(world, delivery)


def report(world: World, delivery_id: str, *, status: int | None, error: str = "") -> None:
    """What the merchant answered, or what went wrong instead. A delivery that is gone or not on its way is ignored."""
    delivery = world.state.deliveries.get(delivery_id)
    if delivery is None or delivery_id not in world.on_the_way:
        return
    world.on_the_way.discard(delivery_id)
    now = world.now()
    attempts = (*delivery.attempts, Attempt(at_ms=now, status=status, error=error[:ERROR_MAX]))
    outcome, due_ms = _after(world, status=status, tries=len(attempts))
    delivery = msgspec.structs.replace(delivery, attempts=attempts, outcome=outcome, due_ms=now + due_ms)
    if outcome is Outcome.WAITING:
        _queue_again(world, delivery)
    else:
        _finish(world, delivery)
    if outcome is Outcome.EXHAUSTED:
        _note(world, delivery, f"{delivery.channel} to the merchant was given up after {len(attempts)} attempts")


def requeue(world: World) -> None:
    """Queue everything that waits, after a restart."""
    for delivery in world.state.deliveries:
        if delivery.outcome is Outcome.WAITING:
            _enter(world, delivery)
        else:
            world.state.finished.append(delivery.id)


def _after(world: World, *, status: int | None, tries: int) -> tuple[Outcome, int]:
    """What an answer leads to, and in how many milliseconds the next attempt is."""
    switches = world.switches
    if status is not None and (status == OK or (switches.success_statuses == "2xx" and OK <= status < OK + 100)):
        return Outcome.DELIVERED, 0
    if status in switches.stop_statuses:
        return Outcome.STOPPED, 0
    if tries > len(switches.retry_delays_s):
        return Outcome.EXHAUSTED, 0
    return Outcome.WAITING, round(switches.retry_delays_s[tries - 1] * SECOND_MS)


def _wants(world: World, entry: IpnEntry, transaction: Transaction) -> bool:
    if transaction.order.callback and (not entry.with_callback or world.switches.ipn_beside_callback != "both"):
        return False
    event = "failure" if transaction.status in FAILURES else _EVENTS[transaction.kind]
    return event in entry.events


def _send(  # one line per thing a message is made of
    world: World,
    transaction: Transaction,
    profile: Profile,
    *,
    channel: str,
    url: str,
    after_ms: int,
    entry: IpnEntry | None = None,
) -> None:
    describe = wire.basic if entry and entry.type == "Basic Web" else wire.noticed
    body = msgspec.json.encode(describe(transaction, profile, ipn_trace=world.new_trace("IPNS0201")))
    if url.lower().startswith("http:") and world.switches.plain_http_notices == "empty":
        body = b""
    number = world.state.settings.deliveries + 1
    world.state.set(deliveries=number)
    now = world.now()
    delivery = Delivery(
        id=f"d{number:010d}",
        channel=channel,
        ref=transaction.ref,
        root_ref=transaction.root_ref,
        profile_id=profile.profile_id,
        url=url,
        body=body,
        signature=sign_body(profile.server_key, body),
        client_key=profile.client_key,
        user_agent=entry.user_agent if entry else AGENT,
        created_ms=now,
        due_ms=now + after_ms,
    )
    _spoil(world, delivery, world.faults_of(transaction.root_ref).of(channel))


def _spoil(world: World, delivery: Delivery, faults: DeliveryFaults) -> None:
    """Queue a delivery, or what chance leaves of it."""
    if world.happens(faults.drop):
        lost = Attempt(at_ms=delivery.due_ms, error="lost by a fault")
        world.state.add_delivery(delivery)
        _finish(world, msgspec.structs.replace(delivery, outcome=Outcome.LOST, attempts=(lost,)))
        return
    late_ms = _between(world, *faults.delay_s)
    held = world.happens(faults.reorder)
    due_ms = delivery.due_ms + late_ms + (round(REORDER_S_MAX * SECOND_MS) if held else 0)
    _release_held(world, delivery.profile_id, due_ms)
    delivery = msgspec.structs.replace(delivery, due_ms=due_ms, held_back=held)
    _queue(world, delivery)
    if world.happens(faults.duplicate):
        again_ms = due_ms + _between(world, 0, DUPLICATE_AFTER_S_MAX)
        _queue(world, msgspec.structs.replace(delivery, id=f"{delivery.id}b", due_ms=again_ms))


def _release_held(world: World, profile_id: int, due_ms: int) -> None:
    """Let what was held back follow right after the message that overtakes it."""
    for delivery_id in tuple(world.held_back):
        held = world.state.deliveries[delivery_id]
        if held.profile_id == profile_id:
            world.held_back.discard(delivery_id)
            _queue_again(world, msgspec.structs.replace(held, due_ms=min(held.due_ms, due_ms + 1), held_back=False))


def _queue(world: World, delivery: Delivery) -> None:
    world.state.add_delivery(delivery)
    _enter(world, delivery)


def _queue_again(world: World, delivery: Delivery) -> None:
    world.state.deliveries.put(delivery.id, delivery)
    _enter(world, delivery)


def _enter(world: World, delivery: Delivery) -> None:
    heapq.heappush(world.outbox, (delivery.due_ms, delivery.id))
    if delivery.held_back:
        world.held_back.add(delivery.id)


def _finish(world: World, delivery: Delivery) -> None:
    """Keep what became of a delivery; the bytes of the oldest finished ones are let go."""
    world.state.deliveries.put(delivery.id, delivery)
    world.state.finished.append(delivery.id)
    if len(world.state.finished) > BODIES_MAX:
        oldest = world.state.deliveries[world.state.finished.popleft()]
        world.state.deliveries.put(oldest.id, msgspec.structs.replace(oldest, body=b""))


def _note(world: World, delivery: Delivery, note: str) -> None:
    transaction = world.state.transactions[delivery.ref]
    world.remember(msgspec.structs.replace(transaction, notes=(*transaction.notes, note)))


def _outgoing(world: World, delivery: Delivery) -> Outgoing:
    body = delivery.body
    if body and world.happens(world.faults_of(delivery.root_ref).of(delivery.channel).corrupt):
        place = world.chance.randrange(len(body))
        body = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
    return Outgoing(
        delivery_id=delivery.id,
        url=delivery.url,
        headers={
            "Content-Type": "application/json",
            "User-Agent": delivery.user_agent,
            "Signature": delivery.signature,
            "Client-Key": delivery.client_key,
        },
        body=body,
        timeout_s=world.switches.delivery_timeout_s,
    )


def _between(world: World, one_s: float, other_s: float) -> int:
    """Milliseconds drawn between two numbers of seconds. Draws nothing where nothing is left to chance."""
    if one_s == other_s:
        return round(one_s * SECOND_MS)
    return round(world.chance.uniform(one_s, other_s) * SECOND_MS)
