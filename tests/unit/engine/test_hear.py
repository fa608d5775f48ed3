"""Callbacks and IPNs."""

import asyncio
import itertools

import pytest

from builders import CART, NOON, PAYMENT, PRICE, SAR, STORE, attempt, fact, payment, store
from wasl.domain.evidence import CartId, Kind, TranRef, Verdict, Voice
from wasl.domain.money import Money
from wasl.domain.outcome import State
from wasl.domain.payment import Payment
from wasl.domain.revise import revise
from wasl.domain.store import StoreId
from wasl.domain.time import MINUTE_MS, SECOND_MS
from wasl.engine.connect import archive_store
from wasl.engine.engine import FORGERIES_BURST
from wasl.engine.hear import hear
from wasl.engine.ports import ByPayment, Refusal
from wasl.engine.tell import tell_due
from worlds import SIGNED, World

HALF = Money(2895, SAR)


async def known(w: World) -> Payment:
    """A payment that waits for its money."""
    made = await w.engine.ledger.amend(ByPayment(STORE, PAYMENT), lambda _: revise(payment(), now=w.clock.now()))
    assert made is not None
    return made


async def test_a_genuine_voice_pays_and_wakes_the_teller(w: World) -> None:
    """Evidence, outcome and delivery are one commit."""
    made = await known(w)
    w.gateway.facts[b"paid"] = fact()
    assert await hear(w.engine, w.store, Voice.CALLBACK, signature=SIGNED, body=b"paid") is None
    paid = await w.payment(made)
    assert (paid.outcome.state, paid.version, paid.tell_at) == (State.PAID, 2, w.clock.now())
    assert w.engine.wakers.tell.is_set()
    assert await w.engine.ledger.raw_evidence(STORE, PAYMENT) == [b"paid"]


@pytest.mark.parametrize("signature", [None, "forged"])
@pytest.mark.requirement("R40", "R41")
async def test_what_is_not_proved_changes_nothing(w: World, signature: str | None) -> None:
    """A forged message saying paid leaves the outcome alone: it only hastens a question, once a minute."""
    made = await known(w)
    w.gateway.facts[b"paid"] = fact()
    refusal = await hear(w.engine, w.store, Voice.CALLBACK, signature=signature, body=b"paid")
    assert isinstance(refusal, Refusal)
    after = await w.payment(made)
    assert (after.outcome, after.evidence, after.version) == (made.outcome, made.evidence, made.version)
    assert after.ask_at == after.hastened_at == w.clock.now()
    w.clock.forward(SECOND_MS)
    await hear(w.engine, w.store, Voice.CALLBACK, signature=signature, body=b"paid")
    assert await w.payment(made) == after


@pytest.mark.requirement("R21", "R26")
async def test_every_voice_is_remembered_once(w: World) -> None:
    """Callback and IPN state one fact: two voices, one sale."""
    made = await known(w)
    w.gateway.facts[b"paid"] = fact()
    await asyncio.gather(
        *(
            hear(w.engine, w.store, voice, signature=SIGNED, body=b"paid")
            for voice in (Voice.CALLBACK, Voice.IPN, Voice.CALLBACK)
        )
    )
    paid = await w.payment(made)
    assert sorted((e.voice.value, e.heard) for e in paid.evidence) == [("callback", 2), ("ipn", 1)]
    assert (paid.outcome.captured, paid.version) == (paid.amount, 2)


@pytest.mark.requirement("R29")
async def test_money_for_an_unknown_cart_is_kept(w: World) -> None:
    """It is durable before anyone answers 200, and joins its payment later."""
    w.gateway.facts[b"early"] = fact(cart_id=CART)
    assert await hear(w.engine, w.store, Voice.IPN, signature=SIGNED, body=b"early") is None
    made = await known(w)
    joined = await w.payment(made)
    assert [e.fact.tran_ref for e in joined.evidence] == ["TST1"]


async def test_an_ipn_of_a_shared_profile_is_filed_under_the_store_whose_cart_it_is(w: World) -> None:
    """Two shops, one PayTabs profile: it does not matter at whose address the IPN arrives."""
    sibling = store(store_id=StoreId("st_twin"), cart_prefix="u-")
    await w.engine.ledger.add_store(sibling, "other")
    twins = payment(attempt(cart_id=CartId("u-7-1"), return_key="k7"), store_id=StoreId("st_twin"))
    await w.engine.ledger.amend(ByPayment(StoreId("st_twin"), PAYMENT), lambda _: revise(twins, now=w.clock.now()))
    w.gateway.facts[b"paid"] = fact(cart_id=CartId("u-7-1"))
    assert await hear(w.engine, w.store, Voice.IPN, signature=SIGNED, body=b"paid") is None
    paid = await w.engine.ledger.payment(ByPayment(StoreId("st_twin"), PAYMENT))
    assert paid is not None
    assert paid.outcome.state is State.PAID


async def test_a_flood_of_forgeries_leaves_a_bounded_trace(w: World) -> None:
    """Hundreds at once: a few are shelved, all are refused, and a true voice is still served."""
    made = await known(w)
    w.gateway.facts[b"paid"] = fact()
    refusals = [await hear(w.engine, w.store, Voice.CALLBACK, signature="forged", body=b"%d" % n) for n in range(300)]
    assert set(refusals) == {Refusal.SIGNATURE_MISMATCH}
    shelved = await w.engine.ledger.forgeries(STORE)
    assert len(shelved) == FORGERIES_BURST
    assert await hear(w.engine, w.store, Voice.CALLBACK, signature=SIGNED, body=b"paid") is None
    assert (await w.payment(made)).outcome.state is State.PAID


async def test_what_is_not_understood_hastens_one_question_a_minute(w: World) -> None:
    """An unknown letter is kept and asked about, but not as often as it is repeated."""
    made = await known(w)
    w.clock.forward(5 * MINUTE_MS)
    w.gateway.facts[b"odd"] = fact(verdict=Verdict.UNRECOGNIZED)
    await hear(w.engine, w.store, Voice.CALLBACK, signature=SIGNED, body=b"odd")
    hastened = await w.payment(made)
    assert hastened.ask_at is not None
    assert hastened.ask_at <= w.clock.now()


async def test_a_follow_up_need_not_repeat_the_cart(w: World) -> None:
    """A refund under a cart of its own belongs to the sale it names."""
    made = await known(w)
    w.gateway.facts = {
        b"paid": fact(),
        b"back": fact("TST2", kind=Kind.REFUND, cart_id=CartId("refund 7"), previous_ref=TranRef("TST1")),
    }
    for body in (b"paid", b"back"):
        assert await hear(w.engine, w.store, Voice.IPN, signature=SIGNED, body=body) is None
    assert (await w.payment(made)).outcome.state is State.REFUNDED


async def test_an_archived_stores_money_is_still_its_own(w: World) -> None:
    """Its siblings hear of it, and file it where it belongs."""
    twin = store(store_id=StoreId("st_twin"), cart_prefix="u-")
    await w.engine.ledger.add_store(twin, "other")
    await archive_store(w.engine, twin)
    w.gateway.facts[b"theirs"] = fact(cart_id=CartId("u-7-1"))
    assert await hear(w.engine, w.store, Voice.IPN, signature=SIGNED, body=b"theirs") is None
    assert [one.fact.cart_id for one in await w.engine.ledger.shelved(twin.store_id, since=NOON, limit=9)] == ["u-7-1"]


@pytest.mark.parametrize("order", list(itertools.permutations(["paid", "back", "back again"])), ids="-".join)
async def test_a_follow_up_may_come_before_what_it_follows(w: World, order: tuple[str, ...]) -> None:
    """In every order, under whatever cart, the order ends refunded, and the shop hears that."""
    made = await known(w)
    aside = {"kind": Kind.REFUND, "cart_id": CartId("refund 7"), "amount": HALF, "moved": HALF}
    w.gateway.facts = {
        b"paid": fact(),
        b"back": fact("TST2", previous_ref=TranRef("TST1"), **aside),
        b"back again": fact("TST3", previous_ref=TranRef("TST1"), **aside),
    }
    for body in order:
        assert await hear(w.engine, w.store, Voice.IPN, signature=SIGNED, body=body.encode()) is None
        while await tell_due(w.engine):
            pass
    assert (await w.payment(made)).outcome.state is State.REFUNDED
    assert w.shop.told[-1].payment.outcome.state is State.REFUNDED


async def test_a_charge_of_its_own_that_names_an_earlier_sale_is_not_ours(w: World) -> None:
    """A saved card is charged again elsewhere on the profile: the order stays paid once, without a concern."""
    made = await known(w)
    w.gateway.facts = {
        b"paid": fact(),
        b"charge": fact("TST2", cart_id=CartId("subscription 9"), previous_ref=TranRef("TST1")),
        b"again": fact("TST1", cart_id=CartId("elsewhere")),
    }
    for body in (b"paid", b"charge", b"again"):
        assert await hear(w.engine, w.store, Voice.IPN, signature=SIGNED, body=body) is None
    paid = await w.payment(made)
    assert (paid.outcome.state, paid.outcome.concerns, paid.outcome.captured) == (State.PAID, (), PRICE)


async def test_money_for_an_order_nobody_knows_is_said(w: World) -> None:
    """A cart that begins like ours, and no such attempt: kept, and an alert of the store; a stranger's is none."""
    w.gateway.facts = {b"ours": fact(cart_id=CartId("t-9-9")), b"strangers": fact("TST2", cart_id=CartId("x-9-9"))}
    for body in (b"ours", b"strangers"):
        assert await hear(w.engine, w.store, Voice.IPN, signature=SIGNED, body=body) is None
    now = w.clock.now()
    assert [one.cause for one in await w.engine.ledger.lease_alerts(now=now, until=now, limit=9)] == ["stray TST1"]
