"""The road to and from the gateway: the real client on a session without sockets, and notifications with faults."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Protocol, Self

import aiohttp
import msgspec
from aiohttp.client_reqrep import ConnectionKey

from wasl.emulator import Emulator, Faults, Outgoing
from wasl.emulator.faults import QueryFaults
from wasl.emulator.records import Delivery
from wasl.simulation.process import PUBLIC_URL, Gone, Process
from wasl.simulation.stage import Stage

BASE_URL: Final = "https://gateway.example"
TAKEN_MAX: Final = 1_000
OK: Final = 200
CONFLICT: Final = 409
GIVEN_UP: Final = 404  # a firewall in front of Wasl says so, and the gateway never tries again
_ANSWERS: Final = frozenset({OK, 400})  # that nobody knows the cart is an answer too
RETRY_AFTER_S: Final = 5
DONE_ALL_THE_SAME: Final = 0.5  # how many answers of a broken gateway hide an operation that was done
_REPEATED: Final = b'{"code":4,"message":"Duplicate Request","trace":"PMNT0101.6543210F.00000001"}'
_ADDRESS: Final = ConnectionKey("gateway.example", 443, True, True, None, None, None)
_BROKEN: Final = b"<html>no</html>"
_STALE: Final = Faults(query=QueryFaults(stale=1))


class Witness(Protocol):
    """Who watches the road."""

    def queried(self, cart_id: str, now_ms: int) -> None:
        """The gateway was asked about a cart and has answered, when it was *now_ms* for the one who asked."""
        ...

    def acknowledged(self, delivery: Delivery) -> None:
        """A notification was answered 200."""
        ...

    def submitting(self, operation: str, cart_id: str) -> None:
        """An operation leaves for the gateway."""
        ...

    def submitted(self, operation: str, cart_id: str, status: int) -> None:
        """The gateway has dealt with it and answers that HTTP status, whether or not anybody hears it."""
        ...


@dataclass(slots=True)
class Gateway:
    """The emulator on the world's clock. All of `processes` listen at Wasl's address."""

    emulator: Emulator
    stage: Stage
    processes: Sequence[Process]
    witness: Witness
    order_of: Callable[[str], str]
    asked_ms: dict[str, int] = field(default_factory=dict)
    _alarm: asyncio.TimerHandle | None = None

    def __post_init__(self) -> None:
        self.emulator.moved = self._rearm

    def listener(self) -> Process | None:
        """A process that listens now, at random; None if none does."""
        alive = [process for process in self.processes if process.alive]
        return self.stage.chance.choice(alive) if alive else None

    def session(self, process: Process) -> "Session":
        """What a process takes for its connections."""
        return Session(gateway=self, process=process, generation=process.generation)

    def _rearm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        due_ms = self.emulator.next_due_ms()
        if due_ms is not None:
            wait_s = max(0, due_ms - self.stage.now_ms()) / 1000
            self._alarm = self.stage.loop.call_later(wait_s, self._fire)

    def _fire(self) -> None:
        self._alarm = None
        for outgoing in self.emulator.take_due(TAKEN_MAX):
            self.stage.spawn(self._deliver(outgoing))

    async def _deliver(self, outgoing: Outgoing) -> None:
        delivery = self.emulator.world.state.deliveries[outgoing.delivery_id]
        about = self.order_of(self.emulator.world.state.transactions[delivery.ref].order.cart_id)
        happens, name = self.stage.dice.happens, outgoing.delivery_id
        if not delivery.attempts:
            if happens("notice_dropped", about):
                self.emulator.report(name, status=GIVEN_UP)
                return
            if happens("notice_duplicated", about):
                self.stage.spawn(self._again(outgoing, delivery, about))
            if happens("notice_delayed", about):
                await self.stage.pause(1, 7200)
            if happens("notice_reordered", about):
                await self.stage.pause(1, 30)
        if happens("notice_lost", about):
            await asyncio.sleep(outgoing.timeout_s)
            self.emulator.report(name, error="timeout")
            return
        status = await self._sent(outgoing, delivery, about)
        if status is None or happens("notice_answer_lost", about):
            self.emulator.report(name, error="connection reset")
        else:
            self.emulator.report(name, status=status)

    async def _again(self, outgoing: Outgoing, delivery: Delivery, about: str) -> None:
        await self.stage.pause(0, 5)
        await self._sent(outgoing, delivery, about)

    async def _sent(self, outgoing: Outgoing, delivery: Delivery, about: str) -> int | None:
        """The status it was answered with, None if the connection broke."""
        body = outgoing.body
        if self.stage.dice.happens("notice_corrupted", about):
            place = self.stage.chance.randrange(len(body))
            body = body[:place] + bytes((body[place] ^ 1,)) + body[place + 1 :]
        await self.stage.pause(0.01, 0.2)
        status = await self.post(outgoing.url, outgoing.headers["Signature"], body)
        self.stage.trace.note("gateway", f"{delivery.channel} of {delivery.ref}: {status or 'broken'}", about)
        if status == OK and body == outgoing.body:
            self.witness.acknowledged(delivery)
        return status

    async def post(self, url: str, signature: str | None, body: bytes) -> int | None:
        """Anybody's POST to Wasl; None if nobody answered."""
        process = self.listener()
        if process is None:
            return None
        try:
            return await process.notified(url.removeprefix(PUBLIC_URL), signature, body)
        except Gone:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """As much of an `aiohttp.ClientSession` as the client uses."""

    gateway: Gateway
    process: Process
    generation: int

    def post(
        self, url: str, *, data: bytes, headers: dict[str, str], timeout: aiohttp.ClientTimeout, **_: Any
    ) -> "_Call":
        """A POST, as an asynchronous context manager."""
        return _Call(session=self, path=url.removeprefix(BASE_URL), data=data, headers=headers, total_s=timeout.total)

    async def close(self) -> None:
        """There is nothing to close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """As much of an `aiohttp.ClientResponse` as the client uses; its own `content`."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> Self:
        """The body's stream."""
        return self

    async def iter_any(self) -> AsyncIterator[bytes]:
        """The body in one piece."""
        yield self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    session: Session
    path: str
    data: bytes
    headers: dict[str, str]
    total_s: float | None

    async def __aenter__(self) -> Answer:
        async with asyncio.timeout(self.total_s):
            return await self._answered()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """There is nothing to close."""

    async def _answered(self) -> Answer:
        gateway, process = self.session.gateway, self.session.process
        stage = gateway.stage
        asked = msgspec.json.decode(self.data)
        kind, cart_id = _kind(self.path, asked), asked.get("cart_id", "")
        about = gateway.order_of(cart_id)
        if kind == "query":
            gateway.asked_ms[cart_id] = max(process.now(), gateway.asked_ms.get(cart_id, 0))
        await process.step("before a call of the gateway", self.session.generation)
        if kind != "query" and stage.dice.happens(f"{kind}_unsent", about):
            raise aiohttp.ClientConnectorError(_ADDRESS, OSError("connection refused"))
        operation = _operation(asked) if kind == "follow" else ""
        if operation:
            gateway.witness.submitting(operation, cart_id)
        await stage.pause(0.01, 0.2)
        answer = self._in_trouble(kind, about) or self._told(kind, about)
        if operation:
            gateway.witness.submitted(operation, cart_id, answer.status)
        stage.trace.note("gateway", f"answers {process.name} {kind} {answer.status}", about)
        if stage.dice.happens(f"{kind}_slow", about):
            await stage.pause(5, 60)
        if stage.dice.happens(f"{kind}_lost", about):
            raise aiohttp.ServerDisconnectedError
        if kind == "query" and answer.status in _ANSWERS:
            # A clock may be set back while a question is repeated: what counts is what it said when it was first asked.
            gateway.witness.queried(cart_id, gateway.asked_ms[cart_id])
        await process.step("after a call of the gateway", self.session.generation)
        return answer

    def _in_trouble(self, kind: str, about: str) -> Answer | None:
        """What an overloaded or broken gateway says; it may have done what it was asked for all the same."""
        stage = self.session.gateway.stage
        trouble = stage.dice.first((f"{kind}_5xx", f"{kind}_429"), about)
        if trouble.endswith("429"):
            return Answer(status=429, body=_BROKEN, headers={"Retry-After": str(RETRY_AFTER_S)})
        if trouble:
            if kind == "follow" and stage.chance.random() < DONE_ALL_THE_SAME:
                self._told(kind, about)
            return Answer(status=502, body=_BROKEN)
        if kind == "follow" and stage.dice.happens("follow_repeated", about):
            return Answer(status=CONFLICT, body=_REPEATED)
        return None

    def _told(self, kind: str, about: str) -> Answer:
        emulator = self.session.gateway.emulator
        stale = kind == "query" and self.session.gateway.stage.dice.happens("query_stale", about)
        if stale:
            emulator.world.state.set(faults=_STALE)
        told = emulator.post(self.path, self.data, key=self.headers["Authorization"], base_url=BASE_URL)
        if stale:
            emulator.world.state.set(faults=Faults())
        return Answer(status=told.status, body=told.body)


def _kind(path: str, asked: dict[str, Any]) -> str:
    """What a call is for, as the names of faults begin."""
    if path != "/payment/request":
        return "query"
    return "follow" if "tran_ref" in asked else "page"


def _operation(asked: dict[str, Any]) -> str:
    """The operation that a request names at the beginning of its description."""
    return str(asked.get("cart_description", "")).partition(" ")[0]
