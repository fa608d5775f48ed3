"""Races: whoever comes first, late or twice, the order ends where its money is."""

import ast
import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

import wasl.engine
from builders import CART, NOON, PAYMENT, PRICE, SAR, STORE, attempt, fact, payment, said
from unit.engine.conftest import hears, keeps
from wasl.domain.evidence import CartId, ClosingReason, Evidence, Fact, Kind, TranRef, Verdict, Voice
from wasl.domain.money import Money
from wasl.domain.outcome import Concern, State
from wasl.domain.revise import heard, revise
from wasl.domain.store import Profile
from wasl.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from wasl.engine.alert import alert_due
from wasl.engine.ask import ask, ask_due
from wasl.engine.cancel import NotCanceled, cancel_payment
from wasl.engine.come_back import come_back
from wasl.engine.hear import hear
from wasl.engine.open import Opened, Wish, open_payment
from wasl.engine.ports import ByCart, ByPayment, Change, Ledger, OpenedPage, PageRefused, PageWish
from wasl.engine.tell import LEASE_MS, tell_due
from wasl.stores.herald import SENTENCES
from worlds import SIGNED, ScriptedGateway, World

SECOND: Final = CartId("t-1042-2")
WISH: Final = Wish(order_id=payment().order_id, amount=PRICE, description="Shirts", return_url="https://shop.example/")


async def tells(w: World) -> list[State]:
    """What the shop has been told, once nothing more is due."""
    while await tell_due(w.engine):
        pass
    return [telling.payment.outcome.state for telling in w.shop.told]


@pytest.mark.requirement("R12")
async def test_a_cancel_that_crosses_the_payment_finds_it(w: World) -> None:
    """The shop's timer cancels in the second in which the buyer pays: asked first, the order is paid and stays."""
    made = await keeps(w)
    w.gateway.carts[CART] = [fact()]
    answer = await cancel_payment(w.engine, w.store, made)
    assert isinstance(answer, NotCanceled)
    assert answer.payment.closings == ()
    assert await tells(w) == [State.PAID]


@pytest.mark.requirement("R12")
@pytest.mark.parametrize("reason", [ClosingReason.CANCELED_BY_STORE, ClosingReason.CANCELED_BY_MERCHANT])
async def test_money_after_the_cancel_is_late_and_told_as_that(w: World, reason: ClosingReason) -> None:
    """The page could not be called back: paid, with the concern that the store's policy for late money acts on."""
    await cancel_payment(w.engine, w.store, await keeps(w), reason=reason)
    w.clock.forward(HOUR_MS)
    await hears(w, said(fact(at=w.clock.now())))
    assert await tells(w) == [State.PAID]
    assert w.shop.told[-1].payment.outcome.concerns == (Concern.PAID_LATE,)


@pytest.mark.requirement("R18", "R47")
@pytest.mark.parametrize(
    ("news", "state"),
    [
        (fact(verdict=Verdict.PENDING), State.PAID),
        (fact(verdict=Verdict.DECLINED), State.PAID),
        (fact(verdict=Verdict.EXPIRED), State.PAID),
        (fact("TST2", verdict=Verdict.DECLINED), State.PAID),
        (fact("TST2", kind=Kind.REFUND, previous_ref=TranRef("TST1"), verdict=Verdict.PENDING), State.PAID),
        (fact(kind=Kind.UNRECOGNIZED), State.PAID),
        (fact(verdict=Verdict.REVERSED), State.VOIDED),
        (fact("TST2", kind=Kind.REFUND, previous_ref=TranRef("TST1")), State.REFUNDED),
        (fact(amount=Money(1, SAR), moved=Money(1, SAR)), State.OPEN),
    ],
)
async def test_only_greater_evidence_changes_a_paid_order(w: World, news: Fact, state: State) -> None:
    """Rank protects, not a switch: lesser news leaves paid alone; a reversal, a refund, a contradiction do not."""
    await keeps(w)
    await hears(w, said())
    w.clock.forward(HOUR_MS)
    assert (await hears(w, said(news, voice=Voice.IPN))).outcome.state is state


@pytest.mark.requirement("R19")
async def test_an_abandoned_page_ends_without_touching_the_paid_one(w: World) -> None:
    """The first page expires unpaid long after the second was paid: the order stays paid and hears nothing more."""
    made = await keeps(w, payment(attempt(), attempt(2, opened_at=Instant(NOON + MINUTE_MS))))
    await hears(w, said(fact("TST2", cart_id=SECOND)))
    assert await tells(w) == [State.PAID]
    while (due := (await w.payment(made)).ask_at) is not None:
        w.clock.at = due
        await ask_due(w.engine)
    known = await w.payment(made)
    assert [closing.attempt for closing in known.closings] == [1]
    assert (known.outcome.state, await tells(w)) == (State.PAID, [State.PAID])


@pytest.mark.requirement("R20")
async def test_a_second_payment_of_one_order_is_a_case_for_a_person(w: World) -> None:
    """Paid twice is said once, to people, with both transactions and what to do; the order stays paid."""
    await keeps(w, payment(attempt(), attempt(2)))
    await hears(w, said())
    again = fact("TST2", cart_id=SECOND)
    twice = await hears(w, *(said(again, voice=voice) for voice in (Voice.CALLBACK, Voice.IPN, Voice.QUERY)))
    assert (twice.outcome.state, twice.outcome.concerns) == (State.PAID, (Concern.PAID_TWICE,))
    while await alert_due(w.engine):
        pass
    assert w.herald.told == ["pay_test paid_twice TST1 TST2"]
    assert "Refund" in SENTENCES["paid_twice"]


@pytest.mark.requirement("R21", "R22")
async def test_four_voices_at_once_make_one_change_and_one_telling(w: World) -> None:
    """Callback, IPN, return and query in the same moment: one new version, told once."""
    made = await keeps(w)
    w.gateway.facts[b"paid"] = fact()
    w.gateway.carts[CART] = [fact()]
    await asyncio.gather(
        hear(w.engine, w.store, Voice.CALLBACK, signature=SIGNED, body=b"paid"),
        hear(w.engine, w.store, Voice.IPN, signature=SIGNED, body=b"paid"),
        come_back(w.engine, w.store, "key-1", b""),
        ask(w.engine, w.store.profile, made),
    )
    known = await w.payment(made)
    assert {piece.voice for piece in known.evidence} == {Voice.CALLBACK, Voice.IPN, Voice.QUERY}
    assert (known.version, known.outcome.captured) == (2, PRICE)
    assert await tells(w) == [State.PAID]


@pytest.mark.requirement("R21")
async def test_a_worker_that_dies_after_telling_repeats_the_same_version(w: World) -> None:
    """The lease runs out and the same version is told again: a shop that keeps versions changes nothing twice."""
    await keeps(w)
    await hears(w, said())
    lost = await w.engine.ledger.lease_tells(now=w.clock.now(), until=Instant(w.clock.now() + LEASE_MS), limit=1)
    telling = await w.engine.ledger.telling(lost[0], in_order=False)
    assert telling is not None
    await w.shop.tell(w.store, telling)
    w.clock.forward(LEASE_MS)
    await tells(w)
    assert [one.version for one in w.shop.told] == [2, 2]


@pytest.mark.requirement("R22")
async def test_one_payment_is_changed_by_one_at_a_time(ledger: Ledger) -> None:
    """Sixty voices at once, on both databases: each is counted, each change is folded once, none is lost."""
    key = ByPayment(STORE, PAYMENT)
    await ledger.amend(key, lambda _: revise(payment(), now=NOON))
    pieces = [
        said(fact(f"TST{n % 3}", verdict=(Verdict.DECLINED, Verdict.PENDING, Verdict.APPROVED)[n % 3]), voice=voice)
        for n in range(30)
        for voice in (Voice.CALLBACK, Voice.IPN)
    ]

    def hearing(piece: Evidence) -> Change:
        return lambda known: known and revise(heard(known, piece), now=NOON)

    await asyncio.gather(*(ledger.amend(ByCart(STORE, CART), hearing(piece)) for piece in pieces))
    known = await ledger.payment(key)
    assert known is not None
    assert sum(piece.heard for piece in known.evidence) == len(pieces)
    assert (known.outcome.state, known.outcome.captured) == (State.PAID, PRICE)


@pytest.mark.requirement("R22")
def test_nobody_decides_by_waiting() -> None:
    """No verb that hears, asks, tells or cancels sleeps to let somebody else be first."""
    root = Path(wasl.engine.__file__).parent
    for verb in ("hear", "come_back", "ask", "tell", "cancel", "resolve", "alert"):
        names = {n.attr for n in ast.walk(ast.parse((root / f"{verb}.py").read_text())) if isinstance(n, ast.Attribute)}
        assert "sleep" not in names, verb


@pytest.mark.requirement("R23", "R24")
@pytest.mark.parametrize("later", [30 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, 3 * DAY_MS])
@pytest.mark.parametrize("cart", [CART, SECOND])
async def test_the_first_attempts_decline_comes_hours_after_the_second_was_paid(
    w: World, later: int, cart: CartId
) -> None:
    """The bug that five systems had: on the same cart or another, the order stays paid and the shop hears nothing."""
    await keeps(w, payment(attempt(), attempt(2)))
    await hears(w, said(fact("TST-GOOD", cart_id=SECOND)))
    assert await tells(w) == [State.PAID]
    w.clock.forward(later)
    known = await hears(w, said(fact("TST-BAD", cart_id=cart, verdict=Verdict.DECLINED)))
    assert (known.outcome.state, known.version) == (State.PAID, 2)
    assert await tells(w) == [State.PAID]


@pytest.mark.requirement("R25")
async def test_a_capture_heard_before_its_authorisation_counts(w: World) -> None:
    """Arrival says nothing: captured, then authorised, then pending is the same as the other way round."""
    capture = fact("TST2", kind=Kind.CAPTURE, previous_ref=TranRef("TST1"))
    await keeps(w)
    pieces = (capture, fact(kind=Kind.AUTH), fact(kind=Kind.AUTH, verdict=Verdict.PENDING))
    states = [(await hears(w, said(piece))).outcome.state for piece in pieces]
    assert states == [State.PAID, State.PAID, State.PAID]


class Curious(ScriptedGateway):
    """Looks, when it is asked for a page, whether the wish is durable already."""

    ledger: Ledger
    found: list[bool]

    async def open_page(self, profile: Profile, wish: PageWish) -> OpenedPage | PageRefused:
        self.found.append(await self.ledger.payment(ByCart(STORE, wish.cart_id)) is not None)
        return await super().open_page(profile, wish)


@pytest.mark.requirement("R27")
async def test_the_order_is_on_record_before_the_gateway_hears_of_it(w: World) -> None:
    """Whatever the gateway does next, its notification finds the payment."""
    gateway = Curious()
    gateway.ledger, gateway.found = w.engine.ledger, []
    assert isinstance(await open_payment(replace(w.engine, gateway=gateway), w.store, WISH), Opened)
    assert gateway.found == [True]


@pytest.mark.requirement("R27")
async def test_a_callback_before_the_pages_answer_was_stored_pays(w: World) -> None:
    """The buyer was faster than our commit: the answer that is stored afterwards takes nothing away."""
    w.gateway.gate = asyncio.Event()
    w.gateway.facts[b"paid"] = fact()
    opening = asyncio.create_task(open_payment(w.engine, w.store, WISH))
    await w.gateway.at_gate.wait()
    assert await hear(w.engine, w.store, Voice.CALLBACK, signature=SIGNED, body=b"paid") is None
    w.gateway.gate.set()
    opened = await opening
    assert isinstance(opened, Opened)
    assert (opened.payment.outcome.state, opened.payment.outcome.captured) == (State.PAID, PRICE)
