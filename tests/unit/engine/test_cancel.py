"""A store cancels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from builders import CART, attempt, fact, payment, said
from unit.engine.conftest import hears, keeps
from wasl.domain.evidence import CartId, Fact, Kind, Verdict
from wasl.domain.outcome import State
from wasl.domain.store import Profile
from wasl.domain.time import MINUTE_MS, Instant
from wasl.engine.cancel import NotCanceled, cancel_payment
from wasl.errors import GatewayUnavailable
from worlds import ScriptedGateway, World


@pytest.mark.requirement("R12")
async def test_the_gateway_is_asked_before_cancelled_is_said(w: World) -> None:
    """Nothing was paid: every attempt is closed, and the store hears of it."""
    made = await keeps(w)
    canceled = await cancel_payment(w.engine, w.store, made)
    assert not isinstance(canceled, NotCanceled)
    assert w.gateway.asked == [CART]
    assert (canceled.outcome.state, canceled.version) == (State.CANCELED, 2)


@pytest.mark.requirement("R12")
async def test_money_that_nobody_has_told_of_yet_is_not_cancelled(w: World) -> None:
    """The buyer paid a second ago: the cancel finds it."""
    made = await keeps(w)
    w.gateway.carts[CART] = [fact()]
    refused = await cancel_payment(w.engine, w.store, made)
    assert isinstance(refused, NotCanceled)
    assert refused.payment.outcome.state is State.PAID


@pytest.mark.parametrize("kind", [Kind.AUTH])
async def test_held_money_is_not_cancelled(w: World, kind: Kind) -> None:
    """A risk review ends with a person at the gateway."""
    made = await keeps(w)
    w.gateway.carts[CART] = [fact(kind=kind, verdict=Verdict.HELD)]
    assert isinstance(await cancel_payment(w.engine, w.store, made), NotCanceled)


@pytest.mark.requirement("R12")
async def test_a_silent_gateway_cancels_nothing(w: World) -> None:
    """Asking again is safe."""
    made = await keeps(w)
    w.gateway.silent = True
    with pytest.raises(GatewayUnavailable):
        await cancel_payment(w.engine, w.store, made)
    assert (await w.payment(made)).outcome.state is State.OPEN


async def test_money_after_a_cancel_is_late_and_never_silent(w: World) -> None:
    """The page could not be taken back: paid late, with an alert."""
    await cancel_payment(w.engine, w.store, await keeps(w))
    w.clock.forward(MINUTE_MS)
    late = await hears(w, said(fact(at=Instant(w.clock.now()))))
    assert (late.outcome.state, late.outcome.causes) == (State.PAID, ("paid_late TST1",))


async def test_what_has_ended_stays_as_it_is(w: World) -> None:
    """Cancelling twice, or after a decline, changes nothing."""
    await keeps(w)
    failed = await hears(w, said(fact(verdict=Verdict.DECLINED)))
    again = await cancel_payment(w.engine, w.store, failed)
    assert not isinstance(again, NotCanceled)
    assert again.outcome.state is State.FAILED


@dataclass(slots=True)
class SlowGateway(ScriptedGateway):
    """Looks at once, and takes a minute to say what it saw."""

    w: World | None = None

    async def query_cart(self, profile: Profile, cart_id: CartId) -> Sequence[tuple[Fact, bytes]]:
        answer = await ScriptedGateway.query_cart(self, profile, cart_id)
        if self.w is not None:
            self.w.clock.forward(MINUTE_MS)
        return answer


async def test_a_page_that_is_opened_while_the_gateway_is_asked_stays(w: World) -> None:
    """Nobody has asked about it: the buyer may be paying on it just now."""
    made = await keeps(w)
    await keeps(w, payment(attempt(), attempt(2)))
    refused = await cancel_payment(w.engine, w.store, made)
    assert isinstance(refused, NotCanceled)
    assert [closing.attempt for closing in refused.payment.closings] == [1]
    assert (refused.payment.outcome.state, w.gateway.asked) == (State.OPEN, [CART])


async def test_a_cancel_is_as_old_as_its_question(w: World) -> None:
    """The answer was long on its way; money that came meanwhile is late, and so never silent."""
    made = await keeps(w)
    began = w.clock.now()

    engine = replace(w.engine, gateway=SlowGateway(w=w))
    canceled = await cancel_payment(engine, w.store, made)
    assert not isinstance(canceled, NotCanceled)
    assert canceled.closings[0].at == began
    late = await hears(w, said(fact(at=Instant(began + 1))))
    assert late.outcome.causes == ("paid_late TST1",)
