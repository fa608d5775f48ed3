"""Voices: any one of them suffices, none is needed, and none is lost."""

import asyncio
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import pytest

from builders import CART, PRICE, fact, said
from conftest import SEAL, describe
from requirements.conftest import cart_of
from unit.engine.conftest import hears, keeps
from unit.web.conftest import Site
from unit.web.test_notices import post
from unit.web.test_returning import goes, way_back
from wasl.domain.evidence import CartId, Fact, Kind, Verdict, Voice
from wasl.domain.outcome import State
from wasl.domain.payment import OrderId, PaymentId
from wasl.domain.store import Profile, StoreId
from wasl.domain.time import MINUTE_MS, SECOND_MS, Instant
from wasl.engine.ask import ask, ask_due
from wasl.engine.come_back import come_back
from wasl.engine.doctor import Grade, examine_store
from wasl.engine.hear import hear
from wasl.engine.open import Opened, Wish, open_payment
from wasl.engine.ports import ByPayment
from wasl.engine.tell import tell_due
from wasl.engine.work import work
from wasl.ledger.open import open_sqlite
from wasl.settings import Settings
from worlds import SIGNED, ScriptedGateway, World


@pytest.mark.requirement("R2")
async def test_200_is_answered_when_another_process_can_already_read_it(site: Site, tmp_path: Path) -> None:
    """Committed, not queued: a second connection to the file sees evidence and outcome."""
    order = await site.order()
    site.w.gateway.facts[b"paid"] = fact(cart_id=cart_of(order))
    assert await post(site, b"paid") == 200
    other = open_sqlite(tmp_path / "wasl.db", SEAL, describe)
    try:
        key = ByPayment(StoreId("st_web"), PaymentId(order["id"]))
        found = await other.payment(key)
        assert found is not None
        assert (found.outcome.state, len(found.evidence)) == (State.PAID, 1)
        assert await other.raw_evidence(key.store_id, key.payment_id) == [b"paid"]
    finally:
        await other.close()


@pytest.mark.requirement("R3", "R29")
async def test_our_own_fault_is_no_payment_result(site: Site) -> None:
    """A message that we stumble over is not answered 200, changes nothing, and pays when it is sent again."""
    order = await site.order()
    assert await post(site, b"stumbles") == 500
    _, shown = await site.call("GET", f"/v1/payments/{order['id']}")
    assert (shown["state"], shown["version"]) == ("open", 1)
    site.w.gateway.facts[b"stumbles"] = fact(cart_id=cart_of(order))
    assert await post(site, b"stumbles") == 200
    _, shown = await site.call("GET", f"/v1/payments/{order['id']}")
    assert shown["state"] == "paid"


@pytest.mark.requirement("R3")
async def test_what_we_stumbled_over_is_found_by_asking(w: World) -> None:
    """Nobody has to send it again: the next question brings the same news."""
    made = await keeps(w)
    with pytest.raises(KeyError):
        await hear(w.engine, w.store, Voice.CALLBACK, signature=SIGNED, body=b"stumbles")
    w.gateway.carts[CART] = [fact()]
    w.clock.forward(MINUTE_MS)
    await ask_due(w.engine)
    assert (await w.payment(made)).outcome.state is State.PAID


@pytest.mark.requirement("R4")
@pytest.mark.parametrize("voice", ["return", "callback", "ipn", "query"])
async def test_one_voice_is_enough(site: Site, voice: str) -> None:
    """Whichever of the four speaks alone, the order is paid; the return by bringing the question forward."""
    order = await site.order()
    paid = fact(cart_id=cart_of(order))
    if voice in ("callback", "ipn"):
        site.w.gateway.facts[b"paid"] = paid
        assert await post(site, b"paid", path=f"/paytabs/st_web/{voice}") == 200
    else:
        site.w.gateway.carts[paid.cart_id] = [paid]
        if voice == "return":
            await goes(site, way_back(site), method="POST")
        else:
            site.w.clock.forward(MINUTE_MS)
        assert await ask_due(site.w.engine) == 1
    _, shown = await site.call("GET", f"/v1/payments/{order['id']}")
    assert (shown["state"], shown["paid"]) == ("paid", "57.90")


@pytest.mark.requirement("R5", "R8", "R11")
@pytest.mark.parametrize("paid_after_s", [1, 31, 59, 61, 290])
async def test_a_silent_payment_is_known_within_a_minute(w: World, paid_after_s: int) -> None:
    """No callback address, no IPN, no return: from payment to proof it takes at most 60 seconds, by asking alone."""
    engine = replace(w.engine, urls=replace(w.engine.urls, callback=lambda _: None))
    made = await keeps(w)
    paid_at = w.clock.now() + paid_after_s * SECOND_MS
    while w.clock.now() < paid_at + 60 * SECOND_MS:
        w.clock.forward(SECOND_MS)
        if w.clock.now() >= paid_at:
            w.gateway.carts[CART] = [fact(at=Instant(paid_at))]
        await ask_due(engine)
    assert (await w.payment(made)).outcome.state is State.PAID


@pytest.mark.requirement("R5")
async def test_doctor_says_that_a_store_works_by_asking_and_when_a_voice_came_last(w: World) -> None:
    """A merchant whose host blocks the gateway sees it, instead of guessing."""
    engine = replace(w.engine, urls=replace(w.engine.urls, callback=lambda _: None))
    assert any("asking alone" in check.says for check in await examine_store(engine, w.store))
    assert any("no callback has arrived" in check.says for check in await examine_store(w.engine, w.store))
    await keeps(w)
    await hears(w, said())
    heard = [check for check in await examine_store(w.engine, w.store) if "last callback came" in check.says]
    assert [check.grade for check in heard] == [Grade.GOOD]


@pytest.mark.requirement("R8")
async def test_the_question_can_be_asked_by_hand_too(w: World) -> None:
    """What `wasl payment query` does: ask now, fold in the answer, repeat without harm."""
    made = await keeps(w)
    w.gateway.carts[CART] = [fact()]
    known = await ask(w.engine, w.store.profile, made)
    again = await ask(w.engine, w.store.profile, known)
    assert (known.outcome.state, again.version) == (State.PAID, known.version)


@dataclass(slots=True)
class Listening(ScriptedGateway):
    """Says when it is asked."""

    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def query_cart(self, profile: Profile, cart_id: CartId) -> list[tuple[Fact, bytes]]:
        self.heard.set()
        return list(await ScriptedGateway.query_cart(self, profile, cart_id))


@pytest.mark.requirement("R11")
async def test_a_worker_always_asks(w: World) -> None:
    """Nothing has to be switched on: a worker with nothing but a ledger asks about what is due."""
    gateway = Listening()
    await keeps(w)
    w.clock.forward(MINUTE_MS)
    worker = asyncio.create_task(work(replace(w.engine, gateway=gateway)))
    try:
        async with asyncio.timeout(20):
            await gateway.heard.wait()
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    assert gateway.asked == [CART]


@pytest.mark.requirement("R11")
def test_no_setting_stops_the_asking() -> None:
    """The environment has no word for it, and a store's budget of questions is a pace above nothing."""
    assert not [one.name for one in fields(Settings) if "ask" in one.name or "quer" in one.name or "poll" in one.name]


@pytest.mark.requirement("R46")
async def test_half_of_the_buyers_never_come_back(w: World) -> None:
    """Forty paid pages, twenty returns, no callback: all are paid and told, the missing ones within a minute or so."""
    made = [await _opened(w, number) for number in range(40)]
    w.clock.forward(5 * SECOND_MS)
    for one in made:
        attempt = one.payment.last_attempt
        assert attempt is not None
        w.gateway.carts[attempt.cart_id] = [fact(f"TST-{attempt.cart_id}", cart_id=attempt.cart_id)]
    for one in made[::2]:
        assert one.payment.last_attempt is not None
        await come_back(w.engine, w.store, one.payment.last_attempt.return_key, b"")
    returned_by = w.clock.now() + 15 * SECOND_MS
    while w.clock.now() < returned_by:
        w.clock.forward(SECOND_MS)
        await ask_due(w.engine)
    assert await _states(w, made[::2]) == {State.PAID}
    while w.clock.now() < returned_by + 70 * SECOND_MS:
        w.clock.forward(SECOND_MS)
        await ask_due(w.engine)
    assert await _states(w, made) == {State.PAID}
    while await tell_due(w.engine):
        pass
    assert {telling.payment.payment_id for telling in w.shop.told} == {one.payment.payment_id for one in made}


async def _opened(w: World, number: int) -> Opened:
    wish = Wish(order_id=OrderId(str(number)), amount=PRICE, description="Shirts", return_url="https://shop.example/")
    answer = await open_payment(w.engine, w.store, wish)
    assert isinstance(answer, Opened)
    return answer


async def _states(w: World, made: list[Opened]) -> set[State]:
    return {(await w.payment(one.payment)).outcome.state for one in made}


@pytest.mark.requirement("R29")
async def test_what_came_too_early_counts_when_its_order_appears(w: World) -> None:
    """Answered 200 before anybody knew the cart, sent again or not: it pays the payment that is recorded later."""
    w.gateway.facts[b"early"] = fact()
    for _ in range(2):
        assert await hear(w.engine, w.store, Voice.CALLBACK, signature=SIGNED, body=b"early") is None
    opened = await _opened(w, 1042)
    assert opened.payment.outcome.state is State.PAID


@pytest.mark.requirement("R29")
async def test_a_repeat_after_a_lesser_effect_has_its_own_effect(w: World) -> None:
    """A transaction heard as pending is not "seen": the same reference heard as approved pays."""
    made = await keeps(w)
    waits = fact(kind=Kind.PAYMENT_REQUEST, verdict=Verdict.PENDING)
    await hears(w, said(waits), said(waits))
    assert (await w.payment(made)).outcome.state is State.PENDING
    assert (await hears(w, said(fact()))).outcome.state is State.PAID
