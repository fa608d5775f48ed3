"""Looks whether everything can work, and says what to do where it cannot."""

from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Final

from wasl.domain.evidence import CartId
from wasl.domain.payment import Payment
from wasl.domain.store import Store
from wasl.domain.time import DAY_MS, MINUTE_MS, SECOND_MS, Instant, rfc3339
from wasl.engine.engine import Engine
from wasl.errors import GatewayUnavailable, Misconfigured, StoreUnavailable, Unavailable

SKEW_MS_MAX: Final = MINUTE_MS  # more would make money look late that was not
WATCHED_MAX: Final = 1_000
SILENT_MS: Final = 7 * DAY_MS


class Grade(StrEnum):
    """How a check went."""

    GOOD = "good"
    LOOK = "look"  # it works, but somebody should know
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at. `says` is what was found and, where something is to be done, what."""

    about: str
    grade: Grade
    says: str


async def examine(engine: Engine) -> list[Check]:
    """Every check there is, of the service and of every store. Changes nothing."""
    checks = [await _database(engine)]
    if checks[0].grade is Grade.BAD:
        return checks
    checks.append(_address(engine))
    checks.append(await _asking(engine))
    checks.append(await _telling(engine))
    for store in await engine.ledger.stores():
        checks += await examine_store(engine, store)
    return checks


async def examine_store(engine: Engine, store: Store) -> list[Check]:
    """The checks of one store: its key and region, clocks, its shop, callbacks, forgeries."""
    about = f"store {store.store_id}"
    return [
        await _profile(engine, store, about),
        await _clock(engine, store, about),
        await _shop(engine, store, about),
        await _voices(engine, store, about),
        await _forgeries(engine, store, about),
    ]


async def _database(engine: Engine) -> Check:
    try:
        await engine.ledger.ping()
    except Unavailable as error:
        return Check(about="database", grade=Grade.BAD, says=str(error))
    return Check(about="database", grade=Grade.GOOD, says="it answers, on this version's schema")


def _address(engine: Engine) -> Check:
    if engine.urls.advice:
        return Check(about="public address", grade=Grade.LOOK, says=engine.urls.advice)
    return Check(about="public address", grade=Grade.GOOD, says="PayTabs and buyers can reach it")


async def _asking(engine: Engine) -> Check:
    """How long live pages have waited for their latest question: the interval that is really achieved."""
    now = engine.now()
    live = [one for one in await engine.ledger.watched(WATCHED_MAX) if _is_live(one, now)]
    if not live:
        return Check(about="asking", grade=Grade.GOOD, says="no page is open now")
    waits = [now - (payment.asked_at or payment.created_at) for payment in live]
    typical, worst = round(median(waits) / SECOND_MS), round(max(waits) / SECOND_MS)
    late = max(waits) > 2 * engine.watch_ms
    says = f"{len(live)} pages are open; they were last asked about {typical} s ago, the longest {worst} s ago"
    advice = ": is a worker running, and is the budget of questions large enough?" if late else ""
    return Check(about="asking", grade=Grade.LOOK if late else Grade.GOOD, says=says + advice)


def _is_live(payment: Payment, now: Instant) -> bool:
    last = payment.last_attempt
    return last is not None and now < last.expires_at


async def _telling(engine: Engine) -> Check:
    waiting = await engine.ledger.untold(WATCHED_MAX)
    parked = [payment for payment in waiting if payment.parked]
    if parked:
        says = f"{len(parked)} payments wait for a person before their store is told; see `wasl delivery list`"
        return Check(about="telling", grade=Grade.BAD, says=says)
    if waiting:
        says = f"{len(waiting)} payments are being told; see `wasl delivery list`"
        return Check(about="telling", grade=Grade.LOOK, says=says)
    return Check(about="telling", grade=Grade.GOOD, says="every store has heard everything")


async def _profile(engine: Engine, store: Store, about: str) -> Check:
    """A question about a cart that cannot exist: the answer tells whether address, profile and key belong together."""
    try:
        await engine.gateway.query_cart(store.profile, CartId(f"wasl-doctor-{engine.chance.token()}"))
    except Misconfigured as error:
        return Check(about=about, grade=Grade.BAD, says=str(error))
    except GatewayUnavailable as error:
        says = f"{error} at {store.profile.base_url}: is it reachable from here?"
        return Check(about=about, grade=Grade.BAD, says=says)
    return Check(about=about, grade=Grade.GOOD, says=f"PayTabs knows profile {store.profile.profile_id} and its key")


async def _clock(engine: Engine, store: Store, about: str) -> Check:
    try:
        there = await engine.gateway.time_there(store.profile)
    except (GatewayUnavailable, Misconfigured):
        there = None
    if there is None:
        return Check(about=about, grade=Grade.LOOK, says="the gateway did not tell its time")
    skew = abs(there - engine.now())
    if skew > SKEW_MS_MAX:
        says = f"this machine's clock and the gateway's differ by {skew // SECOND_MS} s: set up time synchronisation"
        return Check(about=about, grade=Grade.BAD, says=says)
    return Check(about=about, grade=Grade.GOOD, says="the clocks agree")


async def _shop(engine: Engine, store: Store, about: str) -> Check:
    try:
        says = await engine.shops[store.platform].greet(store)
    except (StoreUnavailable, Misconfigured) as error:
        return Check(about=about, grade=Grade.BAD, says=f"{error}: it is not told of any payment until that is mended")
    return Check(about=about, grade=Grade.GOOD, says=says)


async def _voices(engine: Engine, store: Store, about: str) -> Check:
    if engine.urls.callback(store) is None:
        says = (
            "works by asking alone: PayTabs calls back only public HTTPS addresses on port 443, at most 255 characters"
        )
        return Check(about=about, grade=Grade.LOOK, says=says)
    heard_at = await engine.ledger.last_voice(store.store_id)
    if heard_at is None:
        return Check(about=about, grade=Grade.LOOK, says="no callback has arrived yet; make a test payment")
    if engine.now() - heard_at > SILENT_MS:
        says = f"the last callback came on {rfc3339(heard_at)}: does a firewall block PayTabs (Go-http-client)?"
        return Check(about=about, grade=Grade.LOOK, says=says)
    return Check(about=about, grade=Grade.GOOD, says=f"the last callback came on {rfc3339(heard_at)}")


async def _forgeries(engine: Engine, store: Store, about: str) -> Check:
    day = engine.now() - DAY_MS
    forged = [one for one in await engine.ledger.forgeries(store.store_id) if one.at > day]
    if forged:
        says = f"{len(forged)} messages of the last day were not authentic; if they are yours, check the server key"
        return Check(about=about, grade=Grade.LOOK, says=says)
    return Check(about=about, grade=Grade.GOOD, says="nobody has sent forged messages in the last day")
