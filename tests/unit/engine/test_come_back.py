"""The buyer's return hastens a question and proves nothing."""

import pytest

from builders import PAYMENT, STORE, fact, payment
from wasl.domain.evidence import Kind, Voice
from wasl.domain.outcome import State
from wasl.domain.revise import revise
from wasl.domain.time import SECOND_MS, Instant
from wasl.engine.come_back import RETURNS_APART_MS, come_back
from wasl.engine.ports import ByPayment
from worlds import World


async def waiting(w: World) -> None:
    """A payment whose page is open."""
    made = revise(payment(), now=w.clock.now())
    await w.engine.ledger.amend(ByPayment(STORE, PAYMENT), lambda _: made)
    w.clock.forward(10 * SECOND_MS)


@pytest.mark.requirement("R39")
async def test_a_return_that_says_paid_only_hastens_a_question(w: World) -> None:
    """The payment stays open, is due to be asked about at once, and remembers what the browser said."""
    await waiting(w)
    w.gateway.facts[b"form"] = fact(kind=Kind.UNSTATED, amount=None, moved=None)
    back = await come_back(w.engine, w.store, "key-1", b"form")
    assert back is not None
    assert (back.outcome.state, back.ask_at, back.version) == (State.OPEN, w.clock.now(), 1)
    assert [e.voice for e in back.evidence] == [Voice.RETURN]
    assert w.engine.wakers.ask.is_set()


async def test_an_empty_return_still_finds_its_payment(w: World) -> None:
    """A plain-HTTP shop gets a bare GET: the address alone tells which payment it is."""
    await waiting(w)
    back = await come_back(w.engine, w.store, "key-1", b"")
    assert back is not None
    assert (back.returned_at, back.evidence) == (w.clock.now(), ())


async def test_a_forged_form_is_not_remembered(w: World) -> None:
    """Only what the gateway signed is a voice."""
    await waiting(w)
    back = await come_back(w.engine, w.store, "key-1", b"forged")
    assert back is not None
    assert back.evidence == ()


async def test_a_reloaded_return_asks_no_more_often(w: World) -> None:
    """Holding the reload key does not flood the gateway."""
    await waiting(w)
    first = await come_back(w.engine, w.store, "key-1", b"")
    w.clock.forward(SECOND_MS)
    second = await come_back(w.engine, w.store, "key-1", b"")
    assert first is not None
    assert second is not None
    assert second.returned_at == first.returned_at
    w.clock.forward(RETURNS_APART_MS)
    third = await come_back(w.engine, w.store, "key-1", b"")
    assert third is not None
    assert third.returned_at == w.clock.now()


async def test_an_address_nobody_was_given_finds_nothing(w: World) -> None:
    """Keys cannot be guessed, and a wrong one reveals nothing."""
    await waiting(w)
    assert await come_back(w.engine, w.store, "key-2", b"") is None
    assert Instant(0) < w.clock.now()
