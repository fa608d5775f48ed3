"""A store asks for money."""

import asyncio
from dataclasses import replace

import pytest

from builders import PRICE, SAR, STORE, fact
from wasl.domain.evidence import CartId, Verdict, Voice
from wasl.domain.money import Money
from wasl.domain.outcome import Concern, State
from wasl.domain.paying import ANSWER_AWAITED_MS, ATTEMPTS_MAX
from wasl.domain.payment import Answer, OrderId
from wasl.domain.time import MINUTE_MS
from wasl.engine.hear import hear
from wasl.engine.open import NotOpened, Opened, Wish, open_payment
from wasl.engine.ports import ByPayment, PageRefused
from wasl.engine.views import payment_view
from wasl.errors import GatewayUnavailable, Misconfigured
from worlds import NO_ANSWER, SIGNED, World

WISH = Wish(order_id=OrderId("1042"), amount=PRICE, description="Two shirts", return_url="https://shop.example/back")


async def opened(w: World, wish: Wish = WISH) -> Opened:
    """What the store gets, when it gets a payment."""
    answer = await open_payment(w.engine, w.store, wish)
    assert isinstance(answer, Opened)
    return answer


async def says(w: World, *, cart: str, verdict: Verdict = Verdict.APPROVED, ref: str = "TST1") -> None:
    """A genuine callback."""
    w.gateway.facts[b"body"] = fact(ref, cart_id=CartId(cart), verdict=verdict)
    assert await hear(w.engine, w.store, Voice.CALLBACK, signature=SIGNED, body=b"body") is None


async def test_a_new_order_gets_a_page(w: World) -> None:
    """The gateway is asked with the attempt's own cart, amount, callback and unguessable return address."""
    answer = await opened(w)
    assert answer.created
    (wish,) = w.gateway.wishes
    attempt = answer.payment.last_attempt
    assert attempt is not None
    assert (wish.cart_id, wish.amount, wish.page_minutes) == ("t-1042-1", PRICE, 20)
    assert wish.callback_url == "https://wasl.example/paytabs/st_test/callback"
    assert wish.return_url == f"https://wasl.example/paytabs/st_test/return/{attempt.return_key}"
    assert attempt.redirect_url == "https://gateway.example/1"


@pytest.mark.requirement("R10", "R20")
async def test_the_same_order_asked_again_gives_the_same_page(w: World) -> None:
    """One page at a time: the gateway is asked once."""
    first, again = await opened(w), await opened(w)
    assert not again.created
    assert again.payment == first.payment
    assert len(w.gateway.wishes) == 1


@pytest.mark.requirement("R10", "R20")
async def test_two_tabs_at_once_get_one_page(w: World) -> None:
    """Whoever comes second waits for the first one's answer instead of opening another page."""
    w.gateway.gate = asyncio.Event()
    tabs = [asyncio.create_task(opened(w)) for _ in range(2)]
    await w.gateway.at_gate.wait()
    w.gateway.gate.set()
    first, second = await asyncio.gather(*tabs)
    assert len(w.gateway.wishes) == 1
    assert first.payment.attempts == second.payment.attempts
    assert {first.created, second.created} == {True, False}


async def test_a_paid_order_gets_the_news_instead_of_a_page(w: World) -> None:
    """A buyer who presses pay again is told that it is paid."""
    await opened(w)
    await says(w, cart="t-1042-1")
    again = await opened(w)
    assert again.payment.outcome.state is State.PAID
    assert len(w.gateway.wishes) == 1


@pytest.mark.requirement("R34")
async def test_a_declined_order_gets_the_next_attempt(w: World) -> None:
    """With a cart of its own, so that the gateway's duplicate rule does not strand the buyer."""
    await opened(w)
    await says(w, cart="t-1042-1", verdict=Verdict.DECLINED)
    again = await opened(w)
    assert again.payment.outcome.state is State.OPEN
    assert [one.cart_id for one in w.gateway.wishes] == ["t-1042-1", "t-1042-2"]


async def test_a_lost_answer_opens_the_next_attempt_at_once(w: World) -> None:
    """The lost page's cart stays on record and will be asked about."""
    w.gateway.pages = [NO_ANSWER]
    answer = await opened(w)
    assert [one.answer for one in answer.payment.attempts] == [Answer.LOST, Answer.PAGE]
    assert answer.payment.ask_at is not None


async def test_two_lost_answers_are_told_to_the_store_and_are_safe_to_repeat(w: World) -> None:
    """502 to the store; its next try continues with a third attempt."""
    w.gateway.pages = [NO_ANSWER, NO_ANSWER]
    with pytest.raises(GatewayUnavailable):
        await open_payment(w.engine, w.store, WISH)
    answer = await opened(w)
    assert [one.answer for one in answer.payment.attempts] == [Answer.LOST, Answer.LOST, Answer.PAGE]
    assert not answer.created


@pytest.mark.requirement("R27")
async def test_a_crash_before_the_answer_does_not_strand_the_order(w: World) -> None:
    """A wish whose asker died is given up after a while, and the next attempt opens."""
    w.gateway.gate = asyncio.Event()
    dying = asyncio.create_task(open_payment(w.engine, w.store, WISH))
    await w.gateway.at_gate.wait()
    dying.cancel()
    w.gateway.gate = None
    w.clock.forward(ANSWER_AWAITED_MS)
    answer = await opened(w)
    assert [one.answer for one in answer.payment.attempts] == [Answer.AWAITED, Answer.PAGE]


async def test_a_refusal_is_told_in_the_gateways_words(w: World) -> None:
    """The order stays payable once the profile is mended."""
    w.gateway.pages = [PageRefused(code=206, message="Currency not available")]
    answer = await open_payment(w.engine, w.store, WISH)
    assert answer == NotOpened(reason="Currency not available")
    (attempt,) = (await opened(w)).payment.attempts
    assert (attempt.cart_id, attempt.answer) == ("t-1042-2", Answer.PAGE)


async def test_a_profile_the_gateway_refuses_does_not_block_the_order(w: World) -> None:
    """A wrong key is told at once, and once it is mended the next try opens without waiting."""
    w.gateway.pages = [Misconfigured("the server key belongs to another region")]
    assert await open_payment(w.engine, w.store, WISH) == NotOpened(reason="the server key belongs to another region")
    assert len({(await opened(w)).payment.attempts[0].cart_id for _ in range(3)}) == 1


async def test_refusals_use_up_no_attempts(w: World) -> None:
    """A shop that repeats against a wrong key for a day can be paid at once when the key is mended."""
    for _ in range(ATTEMPTS_MAX + 5):
        w.gateway.pages = [PageRefused(code=206, message="Currency not available")]
        await open_payment(w.engine, w.store, WISH)
    (attempt,) = (await opened(w)).payment.attempts
    assert attempt.cart_id == f"t-1042-{ATTEMPTS_MAX + 6}"


async def test_another_amount_supersedes_the_unpaid_page(w: World) -> None:
    """The order was edited: a new page for the new amount, and money on the old page is a mismatch."""
    await opened(w)
    dearer = await opened(w, replace(WISH, amount=Money(9999, SAR)))
    assert [str(one.amount) for one in dearer.payment.attempts] == ["57.90", "99.99"]
    await says(w, cart="t-1042-1")
    known = await w.payment(dearer.payment)
    assert (known.outcome.state, known.outcome.concerns) == (State.OPEN, (Concern.AMOUNT_MISMATCH,))


async def test_a_page_is_not_handed_out_in_its_last_minute(w: World) -> None:
    """The buyer gets a fresh one instead of one that dies under the card form."""
    await opened(w)
    w.clock.forward(19 * MINUTE_MS + 1)
    assert len((await opened(w)).payment.attempts) == 2


async def test_while_the_banks_answer_is_unknown_another_amount_opens_nothing(w: World) -> None:
    """Both could be paid; the page is not handed out again either."""
    await opened(w)
    await says(w, cart="t-1042-1", verdict=Verdict.UNANSWERED)
    more = await opened(w, replace(WISH, amount=Money(9_900, SAR)))
    assert (len(more.payment.attempts), more.payment.amount) == (1, PRICE)
    assert payment_view(more.payment, now=w.clock.now()).redirect_url is None


async def test_an_order_has_an_end_of_attempts_whatever_its_amount(w: World) -> None:
    """Changing the amount again and again opens no page beyond the last."""
    made = (await opened(w)).payment
    many = tuple(
        replace(made.attempts[0], number=n, cart_id=CartId(f"t-1042-{n}"), return_key=f"k{n}")
        for n in range(1, ATTEMPTS_MAX + 1)
    )
    key = ByPayment(STORE, made.payment_id)
    await w.engine.ledger.amend(key, lambda p: p and replace(p, attempts=many))
    assert isinstance(await open_payment(w.engine, w.store, replace(WISH, amount=Money(9_900, SAR))), NotOpened)


async def test_an_order_opened_in_the_test_time_of_a_store_goes_live_with_it(w: World) -> None:
    """Its next page counts real money only."""
    first = await opened(w)
    await says(w, cart="t-1042-1", verdict=Verdict.DECLINED)
    again = await open_payment(w.engine, replace(w.store, live=True), WISH)
    assert isinstance(again, Opened)
    assert (first.payment.live, again.payment.live, len(again.payment.attempts)) == (False, True, 2)
