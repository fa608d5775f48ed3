"""Doctor: what it finds, and what it says is to be done."""

from dataclasses import replace

import pytest

from builders import NOON, STORE, fact, said
from unit.engine.conftest import hears, keeps
from wasl.domain.evidence import Voice
from wasl.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from wasl.engine.doctor import Grade, examine
from wasl.engine.engine import Engine, Urls
from wasl.engine.hear import hear
from wasl.engine.ports import Arrival, Receipt
from wasl.engine.tell import tell_due
from wasl.errors import Misconfigured
from worlds import SHOP_AWAY, World


async def found(engine: Engine, word: str) -> tuple[Grade, str]:
    """The one check whose sentence has this word."""
    (check,) = [one for one in await examine(engine) if word in one.says]
    return check.grade, check.about


async def test_a_healthy_service_has_nothing_bad(w: World) -> None:
    """And what a new store has not had yet is said without alarm."""
    w.gateway.time = NOON
    checks = await examine(w.engine)
    assert [one for one in checks if one.grade is Grade.BAD] == []
    assert await found(w.engine, "no callback has arrived yet") == (Grade.LOOK, f"store {STORE}")


async def test_a_wrong_key_or_region_is_bad(w: World) -> None:
    """In the gateway's words with advice."""
    w.gateway.refusal = Misconfigured("the server key belongs to another profile")
    assert await found(w.engine, "belongs to another profile") == (Grade.BAD, f"store {STORE}")


async def test_a_gateway_that_is_not_reached_is_bad(w: World) -> None:
    """With its address."""
    w.gateway.silent = True
    assert await found(w.engine, "https://gateway.example/") == (Grade.BAD, f"store {STORE}")


@pytest.mark.parametrize(("minutes", "grade"), [(0, Grade.GOOD), (3, Grade.BAD), (-3, Grade.BAD)])
async def test_clocks_that_differ_are_bad(w: World, minutes: int, grade: Grade) -> None:
    """They would make money look late that was not."""
    w.gateway.time = Instant(NOON + minutes * MINUTE_MS)
    assert (await found(w.engine, "clock"))[0] is grade


async def test_a_shop_that_is_not_reached_is_bad(w: World) -> None:
    """Nothing could be told to it."""
    assert await found(w.engine, "the shop answers") == (Grade.GOOD, f"store {STORE}")
    w.shop.answers = [SHOP_AWAY]
    assert await found(w.engine, "is not told of any payment") == (Grade.BAD, f"store {STORE}")


async def test_an_address_the_gateway_cannot_call_is_said(w: World) -> None:
    """For the service, and for each store: it works by asking."""
    urls = Urls(callback=lambda _: None, returning=w.engine.urls.returning, advice="WASL_PUBLIC_URL is not public")
    engine = replace(w.engine, urls=urls)
    assert await found(engine, "WASL_PUBLIC_URL") == (Grade.LOOK, "public address")
    assert await found(engine, "works by asking alone") == (Grade.LOOK, f"store {STORE}")


async def test_the_interval_achieved_is_shown(w: World) -> None:
    """A page that nobody asked about for long means that no worker runs, or the budget is too small."""
    assert (await found(w.engine, "no page is open"))[0] is Grade.GOOD
    await keeps(w)
    w.clock.forward(MINUTE_MS)
    assert (await found(w.engine, "the longest 60 s ago"))[0] is Grade.GOOD
    w.clock.forward(2 * MINUTE_MS)
    assert (await found(w.engine, "is a worker running"))[0] is Grade.LOOK


async def test_what_stores_have_not_heard_is_said(w: World) -> None:
    """Being told again is worth a look; waiting for a person is bad."""
    await keeps(w)
    await hears(w, said())
    assert (await found(w.engine, "1 payments are being told"))[0] is Grade.LOOK
    w.shop.answers = [Receipt(arrival=Arrival.REFUSED, note="no such order")]
    await tell_due(w.engine)
    assert (await found(w.engine, "wait for a person"))[0] is Grade.BAD


async def test_voices_that_fell_silent_are_said(w: World) -> None:
    """A firewall that blocks the gateway is found by what no longer comes."""
    await keeps(w)
    await hears(w, said(fact(), at=NOON))
    assert (await found(w.engine, "the last callback came on"))[0] is Grade.GOOD
    w.clock.forward(8 * DAY_MS)
    assert (await found(w.engine, "firewall"))[0] is Grade.LOOK


async def test_forgeries_of_the_last_day_are_said(w: World) -> None:
    """Older ones are history."""
    await hear(w.engine, w.store, Voice.IPN, signature="forged", body=b"x")
    assert (await found(w.engine, "1 messages of the last day"))[0] is Grade.LOOK
    w.clock.forward(25 * HOUR_MS)
    assert (await found(w.engine, "nobody has sent forged"))[0] is Grade.GOOD
