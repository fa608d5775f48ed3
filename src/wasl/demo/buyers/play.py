"""Plays the buyers: many at once, the one who kills the service last, and a second look at all of them at the end."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import aiohttp

from wasl.demo.buyers.browser import Astray
from wasl.demo.buyers.buyer import Buyer
from wasl.demo.buyers.stories import STORIES, Story
from wasl.demo.buyers.verdict import Seen, fault, look
from wasl.demo.buyers.world import World
from wasl.demo.gateway_control import GatewaySilent
from wasl.demo.wasl_api import WaslRefused, WaslSilent

_TROUBLE = (Astray, GatewaySilent, WaslRefused, WaslSilent, aiohttp.ClientError, TimeoutError, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One buyer's row. `seconds` run from the payment to the order's status; None where it never changed.

    `reason` says what is wrong, empty if nothing is.
    """

    buyer: str
    did: str
    order_id: str
    gateway: str
    status: str
    state: str
    proof: str
    seconds: float | None
    right: bool
    reason: str


async def play(
    world: World, *, orders: int | None = None, seed: int = 0, done: Callable[[str], None] = lambda _: None
) -> list[Result]:
    """Send *orders* buyers through *world*: the scripted ones in turn, then again as *seed* chooses.

    Without *orders*, every story once. Never raises for what goes wrong in a story: its row says so. *done* is told
    what each buyer did as soon as their story is over.
    """
    stories = cast(orders if orders is not None else len(STORIES), random.Random(seed))
    turnstile = asyncio.Semaphore(world.concurrent_max)
    async with AsyncExitStack() as doors:
        visits = [
            (story, await doors.enter_async_context(Buyer(_patient(world, story), random.Random(f"{seed}/{number}"))))
            for number, story in enumerate(stories)
        ]

        async def lived(story: Story, buyer: Buyer) -> str:
            trouble = await _lived(story, buyer, turnstile)
            done(story.did)
            return trouble

        troubles = await asyncio.gather(*(lived(s, b) for s, b in visits if not s.alone))
        troubles += [await lived(story, buyer) for story, buyer in visits if story.alone]
        together = [visit for visit in visits if not visit[0].alone] + [visit for visit in visits if visit[0].alone]
        return [await _row(story, buyer, why) for (story, buyer), why in zip(together, troubles, strict=True)]


def cast(orders: int, chance: random.Random) -> Sequence[Story]:
    """Who plays: the first *orders* stories, beyond them repeats of those that need no stage of their own."""
    repeatable = [story for story in STORIES if not story.alone]
    return [*STORIES[:orders], *chance.choices(repeatable, k=max(0, orders - len(STORIES)))]


def _patient(world: World, story: Story) -> World:
    return replace(world, patience_s=world.patience_s * story.patience)


async def _lived(story: Story, buyer: Buyer, turnstile: asyncio.Semaphore) -> str:
    """Act the story out and wait until all three are right; answers what went wrong, empty if nothing did."""

    async def is_right() -> bool:
        try:
            return not fault(await look(buyer), story.expected)
        except (GatewaySilent, WaslSilent):
            return False

    async with turnstile:
        try:
            await story.act(buyer)
            await buyer.until(is_right, "what was expected")
        except _TROUBLE as error:
            return str(error) or type(error).__name__
    return ""


async def _row(story: Story, buyer: Buyer, trouble: str) -> Result:
    """The second look, after everybody has finished: what was right must still be."""
    seen: Seen | None = None
    if buyer.order_id:
        try:
            seen = await look(buyer)
        except _TROUBLE as error:
            trouble = trouble or str(error) or type(error).__name__
    now_wrong = fault(seen, story.expected) if seen else "there is nothing to look at"
    reason = "; ".join(part for part in (trouble, now_wrong) if part)
    return Result(
        buyer=story.name,
        did=story.did,
        order_id=buyer.order_id,
        gateway=seen.gateway if seen else "",
        status=seen.order["status"] if seen else "",
        state=seen.payment.state if seen else "",
        proof=seen.proof if seen else "",
        seconds=seen.seconds_since(buyer.acted_at, story.expected.status) if seen else None,
        right=not reason,
        reason=reason,
    )
