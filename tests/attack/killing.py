"""A campaign: the service is killed at random moments while buyers shop and the gateway misbehaves."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from attack.crowd import ORDERS_PER_KILL, Crowd
from attack.judge import OK, Findings, lost, payments, shop_book, untold, wrong
from attack.shop import OK as TAKEN
from attack.shop import Answer, answering
from attack.site import Site
from wasl.emulator import configuring

# Everything goes wrong at once, a lost callback is lost with all its repeats, and queries are slow to make up for it.
FAULTS: Final[dict[str, Any]] = {
    "callback": {"drop": 0.1, "duplicate": 0.2, "delay_s": [0, 1.5], "reorder": 0.1, "corrupt": 0.1},
    "query": {"error": 0.05, "timeout": 0.005, "stale": 0.05},
    "request": {"lost_answer": 0.05, "error": 0.03},
}
ASK_EVERY_S: Final = 5  # with as many pages open as a campaign leaves behind, within the budget below
UP_S: Final = (0.01, 0.8)
STARTING: Final = 0.1  # so many of the kills meet a service that is just starting
STARTS_S: Final = (0.05, 1.2)
ANSWERS_S: Final = (0.0, 0.15)
BUSY: Final = 0.03
QUESTIONS_PER_S: Final = 100.0
# The gateway repeats what was not taken for longer than a service is away that is killed twice while it starts.
REPEATS_S: Final = [0.3] * 8 + [1.0] * 4 + [5.0] * 8
SETTLES_S: Final = 240.0  # a question that a kill cut off is asked again when its lease of two minutes is over
LOOK_S: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a campaign did and found."""

    kills: int
    starting: int
    orders: int
    notices: int
    answered: int
    told: int
    told_again: int
    untold: int
    findings: Findings
    crashed: bool
    settled_s: float
    seconds: float

    @property
    def clean(self) -> bool:
        """Whether everything that is promised was kept."""
        return not (any(self.findings.named.values()) or self.crashed)


async def kill_often(
    site: Site,
    *,
    kills: int,
    seed: int,
    faults: dict[str, Any] = FAULTS,
    progress: Callable[[int], None] = lambda _: None,
) -> Result:
    """Kill the running service *kills* times under load, let the world settle, and compare."""
    began = time.monotonic()
    client = await site.connect(questions_per_s=QUESTIONS_PER_S)
    site.let_callbacks(**faults)
    configuring.set_switches(site.emulator, {"retry_delays_s": REPEATS_S})
    site.shop.answers[client.hook] = _slow_shop(random.Random(seed + 2))
    crowd = Crowd(site, client, random.Random(seed))
    shopping = asyncio.create_task(crowd.run())
    starting = await _kill(site, crowd, kills, random.Random(seed + 1), progress)
    crowd.over = True
    await shopping
    quiet = time.monotonic()
    await _settled(crowd)
    settled_s = time.monotonic() - quiet
    findings = await _findings(crowd)
    book = shop_book(site, client.signing_secret)
    attempts = [attempt for one in site.emulator.world.state.deliveries for attempt in one.attempts]
    return Result(
        kills=kills,
        starting=starting,
        orders=len(crowd.orders),
        notices=sum(attempt.error != "lost by a fault" for attempt in attempts),
        answered=sum(attempt.status == OK for attempt in attempts),
        told=book.told - book.again,
        told_again=book.again,
        untold=untold(site),
        findings=findings,
        crashed=site.service.crashed,
        settled_s=settled_s,
        seconds=time.monotonic() - began,
    )


def _slow_shop(chance: random.Random) -> Answer:
    """A shop that has taken what it is told before it answers, and sometimes says that it has not."""
    busy = answering("503 Service Unavailable")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(chance.uniform(*ANSWERS_S))
        await (busy if chance.random() < BUSY else TAKEN)(reader, writer)

    return answer


async def _kill(site: Site, crowd: Crowd, kills: int, chance: random.Random, progress: Callable[[int], None]) -> int:
    """Kill and start again; answers how many kills met a service that was starting."""
    starting = 0
    for number in range(1, kills + 1):
        crowd.allowed = number * ORDERS_PER_KILL
        if chance.random() < STARTING and number > 1:
            starting += 1
            await site.service.kill()
            await site.service.begin()
            await asyncio.sleep(chance.uniform(*STARTS_S))  # the random moment, drawn from a seed
        else:
            await asyncio.sleep(chance.uniform(*UP_S))
        await site.service.kill()
        await site.service.start()
        progress(number)
    return starting


async def _settled(crowd: Crowd) -> None:
    """Wait until every order is right, or for as long as it may take at most."""
    deadline = time.monotonic() + SETTLES_S
    while time.monotonic() < deadline:
        await asyncio.sleep(LOOK_S)
        with contextlib.suppress(TimeoutError):
            if not wrong(crowd.site, await payments(crowd), shop_book(crowd.site, crowd.client.signing_secret)):
                return


async def _findings(crowd: Crowd) -> Findings:
    known, book = await payments(crowd), shop_book(crowd.site, crowd.client.signing_secret)
    return Findings(
        lost=tuple(await lost(crowd, known)),
        wrong=tuple(wrong(crowd.site, known, book)),
        doubled=tuple(book.disorder),
    )
