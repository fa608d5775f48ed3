"""A person decides."""

from builders import PRICE, SAR, fact, said
from unit.engine.conftest import hears, keeps
from wasl.domain.evidence import Verdict
from wasl.domain.money import Money
from wasl.domain.outcome import Concern, State
from wasl.domain.payment import Payment
from wasl.domain.time import DAY_MS, Instant
from wasl.engine.ports import Arrival, Receipt
from wasl.engine.resolve import NothingToResolve, accept
from wasl.engine.tell import tell_due
from worlds import World

LESS = Money(100, SAR)


async def test_accepting_closes_the_case_and_proves_no_money(w: World) -> None:
    """The concern is gone, who decided is on record, and a short payment is still not paid."""
    await keeps(w)
    short = await hears(w, said(fact(amount=LESS, moved=LESS)))
    assert short.outcome.causes == ("amount_mismatch TST1",)
    decided = await accept(w.engine, short, note="customer called", by="huda")
    assert not isinstance(decided, NothingToResolve)
    assert (decided.outcome.concerns, decided.outcome.state, decided.version) == ((), State.OPEN, short.version + 1)
    kept = await w.payment(decided)
    assert [(d.causes, d.note, d.by) for d in kept.decisions] == [
        (("amount_mismatch TST1",), "customer called", "huda")
    ]


async def test_later_money_raises_its_concern_anew(w: World) -> None:
    """A decision is about the transactions it was made on."""
    await keeps(w)
    short = await hears(w, said(fact(amount=LESS, moved=LESS)))
    await accept(w.engine, short, note="", by="huda")
    again = await hears(w, said(fact("TST2", amount=LESS, moved=LESS)))
    assert again.outcome.concerns == (Concern.AMOUNT_MISMATCH,)


async def test_a_payment_without_a_case_has_nothing_to_resolve(w: World) -> None:
    """Also the second time."""
    made = await keeps(w)
    assert isinstance(await accept(w.engine, made, note="", by="huda"), NothingToResolve)


async def test_resolving_lets_a_parked_telling_go_on(w: World) -> None:
    """The order was brought back in the shop: now it is told again."""
    await keeps(w)
    paid = await hears(w, said(fact(moved=PRICE)))
    w.shop.answers = [Receipt(arrival=Arrival.REFUSED, note="no such order")]
    await tell_due(w.engine)
    await accept(w.engine, paid, note="order restored", by="huda")
    assert await tell_due(w.engine) == 1
    assert (await w.payment(paid)).told == 2


async def test_what_was_decided_unseen_says_nothing_about_odd_money(w: World) -> None:
    """Somebody accepted what nobody understood; then it turns out to be last season's money: a new case."""
    await keeps(w)
    odd = await hears(w, said(fact(verdict=Verdict.UNRECOGNIZED)))
    assert isinstance(await accept(w.engine, odd, note="", by="huda"), Payment)
    season = Instant(w.clock.now() - 90 * DAY_MS)
    known = await hears(w, said(fact(at=season)))
    assert (known.outcome.state, known.outcome.causes) == (State.OPEN, ("old_money TST1",))
