"""Small worlds, entirely: everything that can interleave does so in every order, with a crash at every point."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pytest

from builders import CART, NOON, PAYMENT, PRICE, STORE, attempt, fact, payment
from unit.engine.small_world import SHOP, Hands, Node, Running, SmallWorld, Verb
from wasl.domain.evidence import CartId, Fact, Kind, TranRef, Verdict, Voice
from wasl.domain.fold import fold
from wasl.domain.outcome import Outcome, State
from wasl.domain.paying import Next, next_page
from wasl.domain.payment import Answer, OrderId, Payment
from wasl.domain.revise import revise
from wasl.domain.schedule import asked_about
from wasl.domain.time import MINUTE_MS, Instant, after
from wasl.engine.ask import ask_due
from wasl.engine.hear import hear
from wasl.engine.open import Wish, open_payment
from wasl.engine.ports import ByPayment
from wasl.engine.tell import tell_due
from worlds import SIGNED

pytestmark = pytest.mark.timeout(400)
SECOND: Final = CartId("t-1042-2")
START: Final = Instant(NOON + 2 * MINUTE_MS)
AFTER_CRASH_MS: Final = 3 * MINUTE_MS  # longer than every lease
KEY: Final = ByPayment(STORE, PAYMENT)
DECLINE: Final = fact("TST1", verdict=Verdict.DECLINED)
SALE: Final = fact("TST2", cart_id=SECOND)
REFUND: Final = fact("TST3", kind=Kind.REFUND, cart_id=SECOND, previous_ref=TranRef("TST2"))
FACTS: Final = {"decline": DECLINE, "sale": SALE, "refund": REFUND}
Said = Mapping[CartId, tuple[tuple[Fact, ...], ...]]
# What the gateway may say of each cart when it is asked: how things stand, or how they stood a while ago.
SAID: Final[Said] = {CART: ((), (DECLINE,)), SECOND: ((), (SALE,), (SALE, REFUND))}
EVERYTHING: Final = {cart: said[-1] for cart, said in SAID.items()}
# What happens besides the telling and one kill, which are in every world. `again` is one repeat of any message.
WORLDS: Final = {
    "every callback, one of them twice": ("again", "decline", "refund", "sale"),
    "a query beside a callback": ("ask", "sale"),
}
OPENING: Final = ("decline", "open")
# A world that is much smaller leaves something out.
STATES_MIN: Final = 2_000
OPENING_STATES_MIN: Final = 100


def hearing(name: str) -> Verb:
    """The callback of a fact arrives."""

    async def verb(hands: Hands) -> None:
        hands.gateway.facts[name.encode()] = FACTS[name]
        await hear(hands.engine, SHOP, Voice.CALLBACK, signature=SIGNED, body=name.encode())

    return verb


async def open_again(hands: Hands) -> None:
    """The shop asks for the same order."""
    wish = Wish(
        order_id=OrderId("1042"), amount=PRICE, description="Order 1042", return_url="https://shop.example/return"
    )
    await open_payment(hands.engine, SHOP, wish)


VERBS: Final[dict[str, Verb]] = {
    **{name: hearing(name) for name in FACTS},
    "ask": lambda hands: ask_due(hands.engine),
    "tell": lambda hands: tell_due(hands.engine),
    "open": open_again,
}


@dataclass(slots=True)
class Exploration:
    """Every state that can be reached from a first one, each visited once; `paths` counts the ways to an end."""

    world: SmallWorld
    said: Said
    telling: bool = True
    paths: dict[object, int] = field(default_factory=dict)
    outcomes: dict[object, Outcome] = field(default_factory=dict)
    ends: list[tuple[Node, Payment]] = field(default_factory=list)
    steps: Counter[str] = field(default_factory=Counter)
    trace: list[str] = field(default_factory=list)

    async def visit(self, node: Node) -> int:
        """How many orders lead from here to an end. Raises AssertionError with the way here if a promise is broken."""
        key = node.key
        if key in self.paths:
            return self.paths[key]
        known = await self.world.payment(node)
        self._check(node, known)
        paths = 0
        for said, following in [one async for one in self._following(node, known)]:
            self.steps[said.partition(" ")[0]] += 1
            self.trace.append(said)
            paths += await self.visit(following)
            self.trace.pop()
        if not paths:
            self.ends.append((node, known))
        self.paths[key] = paths or 1
        return self.paths[key]

    def _check(self, node: Node, known: Payment) -> None:
        """The invariants that hold at any moment."""
        way = " / ".join(self.trace)
        heard = {piece.fact.tran_ref for piece in known.evidence if piece.voice is Voice.CALLBACK}
        assert {FACTS[name].tran_ref for name in node.answered} <= heard, f"answered 200 and lost: {way}"
        assert fold(known) == known.outcome, f"the snapshot is not what the evidence proves: {way}"
        facts = frozenset((piece.fact.tran_ref, piece.fact.verdict) for piece in known.evidence)
        carts = tuple((one.cart_id, one.answer) for one in known.attempts)
        assert self.outcomes.setdefault((facts, carts), known.outcome) == known.outcome, f"order mattered: {way}"
        proved = any(ref == SALE.tran_ref for ref, _ in facts)
        assert bool(known.outcome.captured.minor) == proved, f"paid without proof, or proved and not paid: {way}"
        assert known.outcome.state in (State.PAID, State.REFUNDED) or known.ask_at is not None, (
            f"nobody asks any more: {way}"
        )
        assert known.told == known.version or known.tell_at is not None, f"nobody tells any more: {way}"
        assert known.told <= max((version for version, _ in node.told), default=1), f"called told, and was not: {way}"
        check_shop(node, way)

    async def _following(self, node: Node, known: Payment) -> AsyncIterator[tuple[str, Node]]:
        """Every state that one more effect leads to, with what happened; and the same with the process killed after."""
        for running in self._movable(node, known):
            for facts, loses in self._answers(running.next):
                rows, left, told = await self.world.step(node, running, known=facts, loses=loses)
                others = tuple(one for one in node.running if one is not running)
                begun = node.left if running in node.running else _without(node.left, running.verb, node)
                moved = replace(node, rows=rows, told=told, left=begun)
                said = f"{running.verb}: {running.next or 'begins'}" + (" lost" if loses else "")
                if not node.crashes:
                    yield f"{said}, killed", _killed(moved, (*others, left or running))
                done = {running.verb} & set(FACTS) if left is None else set()
                yield said, replace(moved, running=(*others, *([left] if left else [])), answered=moved.answered | done)
        if node.running and not node.crashes:
            yield "killed", _killed(node, node.running)

    def _movable(self, node: Node, known: Payment) -> Iterator[Running]:
        """What may do its next effect now."""
        yield from node.running
        under_way = {one.verb for one in node.running}
        for verb in dict.fromkeys(node.left):
            if verb == "again":
                yield from (Running(name) for name in sorted(node.answered))
            elif verb != "ask" or (known.ask_at is not None and known.ask_at <= node.clock):
                yield Running(verb)
        if self.telling and "tell" not in under_way and known.tell_at is not None and known.tell_at <= node.clock:
            yield Running("tell")

    def _answers(self, effect: str) -> list[tuple[Mapping[CartId, tuple[Fact, ...]], bool]]:
        """What the gateway may answer to this effect."""
        kind, _, cart = effect.partition(" ")
        if kind == "query":
            return [({CartId(cart): said}, False) for said in self.said.get(CartId(cart), ((),))]
        return [({}, False), ({}, True)] if effect == "open page" else [({}, False)]


def _without(left: tuple[str, ...], verb: str, node: Node) -> tuple[str, ...]:
    """What may still begin when this has begun; a message that was answered before comes as the one repeat."""
    used = "again" if verb in node.answered else verb
    if used not in left:
        return left
    place = left.index(used)
    return (*left[:place], *left[place + 1 :])


def _killed(node: Node, running: tuple[Running, ...]) -> Node:
    """The process is gone and starts again when its leases are over; whoever had no answer asks once more."""
    again = tuple(one.verb for one in running if one.verb != "tell" and one.verb not in node.answered)
    left = tuple(sorted((*node.left, *again)))
    return replace(node, running=(), left=left, crashes=1, clock=after(node.clock, AFTER_CRASH_MS))


def check_shop(node: Node, way: str) -> None:
    """The shop first hears of each version in order, one thing of each, and again only because of a kill."""
    first = list(dict.fromkeys(version for version, _ in node.told))
    assert first == list(range(2, 2 + len(first))), f"told out of order: {way}"
    assert len(set(node.told)) == len(first), f"one version said two things: {way}"
    assert len(node.told) - len(first) <= node.crashes, f"told twice without need: {way}"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[SmallWorld]:
    """A database that is put into any state."""
    small = SmallWorld(tmp_path / "wasl.db", VERBS)
    yield small
    await small.close()


async def settled(world: SmallWorld, node: Node, known: Mapping[CartId, tuple[Fact, ...]]) -> tuple[Node, Payment]:
    """What becomes of a state when the worker goes on alone, whatever time that takes."""
    for _ in range(40):
        payment_now = await world.payment(node)
        due = [at for at in (payment_now.ask_at, payment_now.tell_at) if at is not None]
        if not due:
            return node, payment_now
        node = replace(node, clock=max(node.clock, min(due)))
        for verb in ("ask", "tell"):
            node = await world.whole(node, verb, known=known)
    raise AssertionError("it never ends")


@pytest.mark.parametrize("left", WORLDS.values(), ids=WORLDS)
async def test_two_attempts_and_a_refund(world: SmallWorld, left: tuple[str, ...]) -> None:
    """Declined, paid on the next page, refunded: however that is heard, asked, told and killed."""
    made = revise(payment(attempt(), attempt(2)), now=NOON)
    explored = Exploration(world, SAID)
    await explored.visit(await world.begin(made, clock=START, left=left))
    assert explored.ends
    for node, _ in explored.ends:
        quiet, _ = await settled(world, node, EVERYTHING)
        # Nobody asks about an order that is paid: a refund in the dashboard is known by its callback.
        end, known = await settled(world, await world.whole(quiet, "refund", known=EVERYTHING), EVERYTHING)
        check_shop(end, "at an end")
        assert (known.outcome.state, known.outcome.concerns) == (State.REFUNDED, ())
        assert (known.outcome.captured, known.outcome.refunded) == (PRICE, PRICE)
        assert max(version for version, _ in end.told) == known.version == known.told
    assert len(explored.paths) > STATES_MIN


async def test_opening_the_next_page(world: SmallWorld) -> None:
    """While a decline is heard the shop asks for a page, whose answer may be lost, and is killed.

    Telling has worlds of its own. In the end the shop gets a page, on a cart of its own, and every cart whose answer
    nobody knows is still asked about.
    """
    first = await world.begin(revise(payment(), now=NOON), clock=START, left=OPENING)
    explored = Exploration(world, {CART: SAID[CART]}, telling=False)
    await explored.visit(first)
    assert explored.ends
    for node, _ in explored.ends:
        declined = await world.whole(replace(node, clock=after(node.clock, MINUTE_MS)), "decline", known={})
        known = await world.payment(await world.whole(declined, "open", known={}))
        carts = [one.cart_id for one in known.attempts]
        assert len(set(carts)) == len(carts)
        assert known.attempts[-1].answer is Answer.PAGE
        assert next_page(known, now=declined.clock) is Next.SAME_PAGE
        unknown = {one.cart_id for one in known.attempts if one.answer is not Answer.PAGE}
        assert unknown <= {one.cart_id for one in asked_about(known)}
    assert len(explored.paths) > OPENING_STATES_MIN
