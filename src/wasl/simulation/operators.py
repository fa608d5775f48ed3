"""A merchant's staff ask Wasl for captures, voids and refunds: at any time, twice, together, and for too much."""

import asyncio
import random
from dataclasses import dataclass
from functools import partial
from typing import Final

from wasl.domain.money import Money
from wasl.domain.operating import NotAllowed
from wasl.domain.operation import OperationKind
from wasl.domain.payment import OrderId, Payment
from wasl.engine.engine import Engine
from wasl.engine.operate import KeyTaken, Operated, OperationWish, operate
from wasl.engine.ports import ByOrder
from wasl.engine.resolve import NothingToResolve, accept, refund_cases
from wasl.errors import Unavailable, required
from wasl.simulation.buyers import DAY_S, TRIES, Purchase, Site
from wasl.simulation.process import Gone
from wasl.simulation.stage import Stage

SHIFTS_S: Final = (60.0, 900.0, 3 * 3600.0, DAY_S, 3 * DAY_S)
WHOLE: Final = 0.4  # how many ask for all that is left
EQUAL: Final = 0.3  # how many ask for as much as the last time
KINDS: Final = (OperationKind.REFUND, OperationKind.CAPTURE, OperationKind.VOID)
Answer = Operated | NotAllowed | KeyTaken | None


@dataclass(slots=True, kw_only=True)
class _Desk:
    """What one order's staff remember: how often they have asked, and for how much the last time."""

    chance: random.Random
    asked: int = 0
    last: Money | None = None


async def operate_orders(site: Site, one: Purchase) -> None:
    """Ask now and then for something to be done with an order's money."""
    desk = _Desk(chance=one.stream("operator"))
    await asyncio.sleep(one.starts_s)
    began = site.stage.loop.time()
    for after_s in SHIFTS_S:
        await asyncio.sleep(max(0, began + after_s * desk.chance.uniform(0.6, 1) - site.stage.loop.time()))
        for kind in KINDS:
            if _happens(site.stage, one, desk, f"asked_{kind}"):
                await _wished(site, one, desk, kind)
        for decision in ("accepted", "cases_refunded"):
            if _happens(site.stage, one, desk, decision):
                await _decided(site, one, desk, decision)


async def _wished(site: Site, one: Purchase, desk: _Desk, kind: OperationKind) -> None:
    """Somebody asks; a colleague may ask for the same at that moment, and the same request may come again."""
    wish = _wish(site, one, desk, kind)
    if _happens(site.stage, one, desk, "asked_at_once"):
        site.stage.spawn(_asked(site, one, desk, _renamed(one, desk, wish)))
    await _asked(site, one, desk, wish)
    if _happens(site.stage, one, desk, "asked_again"):
        await _asked(site, one, desk, wish)


def _wish(site: Site, one: Purchase, desk: _Desk, kind: OperationKind) -> OperationWish:
    part = Money(desk.chance.randrange(1, one.sum_minor + 1), one.currency)
    draw = desk.chance.random()
    amount = None if draw < WHOLE else desk.last if draw < WHOLE + EQUAL and desk.last else part
    if _happens(site.stage, one, desk, "asked_too_much"):
        amount = Money(one.sum_minor + part.minor, one.currency)
    desk.last = amount or desk.last
    return _renamed(one, desk, OperationWish(key="", kind=kind, amount=amount, reason="sent back", by="staff"))


def _renamed(one: Purchase, desk: _Desk, wish: OperationWish) -> OperationWish:
    """The same wish under a key of its own."""
    desk.asked += 1
    key = f"{one.order_id}/{desk.asked}"
    return OperationWish(key=key, kind=wish.kind, amount=wish.amount, reason=wish.reason, by=wish.by)


async def _asked(site: Site, one: Purchase, desk: _Desk, wish: OperationWish) -> None:
    """Ask under one key until there is an answer, as an application does."""
    for _ in range(TRIES):
        process = site.listener()
        try:
            if process is not None:
                answer = await process.do(partial(_operated, one=one, wish=wish))
                site.stage.trace.note(
                    "staff", f"asks for a {wish.kind} of {_amount(wish)}: {_said(answer)}", one.order_id
                )
                return
        except (Gone, Unavailable):
            pass
        await asyncio.sleep(desk.chance.uniform(2, 60))


async def _operated(engine: Engine, *, one: Purchase, wish: OperationWish) -> Answer:
    found = await found_payment(engine, one)
    if found is None:
        return None
    store = required(await engine.store(one.shop.store.store_id), "stores are never removed")
    return await operate(engine, store, found, wish)


async def _decided(site: Site, one: Purchase, desk: _Desk, decision: str) -> None:
    """Close an order's open cases: as they are, or by giving the money behind them back."""
    for _ in range(TRIES):
        process = site.listener()
        try:
            if process is not None:
                done = await process.do(partial(_resolved, one=one, decision=decision))
                site.stage.trace.note("staff", f"{decision}: {done}", one.order_id)
                return
        except (Gone, Unavailable):
            pass
        await asyncio.sleep(desk.chance.uniform(2, 60))


async def _resolved(engine: Engine, *, one: Purchase, decision: str) -> str:
    found = await found_payment(engine, one)
    if found is None:
        return "there is no payment"
    if decision == "accepted":
        accepted = await accept(engine, found, note="it is fine", by="staff")
        return "nothing to accept" if isinstance(accepted, NothingToResolve) else " and ".join(found.outcome.causes)
    store = required(await engine.store(one.shop.store.store_id), "stores are never removed")
    answers = await refund_cases(engine, store, found, note="not ours", by="staff")
    return "nothing to refund" if isinstance(answers, NothingToResolve) else "; ".join(_said(each) for each in answers)


async def found_payment(engine: Engine, one: Purchase) -> Payment | None:
    """The payment of an order, if anybody ever asked for one."""
    return await engine.ledger.payment(ByOrder(one.shop.store.store_id, OrderId(one.order_id)))


def _amount(wish: OperationWish) -> str:
    return "all that is left" if wish.amount is None else str(wish.amount.minor)


def _said(answer: Answer) -> str:
    match answer:
        case Operated():
            again = "" if answer.created else ", asked for before"
            return f"{answer.operation.operation_id} is {answer.state}{again}"
        case NotAllowed():
            return answer.reason
        case KeyTaken():
            return "the key is taken"
        case None:
            return "there is no payment"


def _happens(stage: Stage, one: Purchase, desk: _Desk, kind: str) -> bool:
    return stage.dice.happens(kind, one.order_id, chance=desk.chance)
