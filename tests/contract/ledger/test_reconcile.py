"""What a comparison asks of the ledger: the same on both real databases."""

from typing import Any

import pytest

from builders import NOON, STORE, attempt, fact, payment, said, store
from wasl.domain.evidence import CartId
from wasl.domain.payment import OrderId, Payment, PaymentId
from wasl.domain.time import MINUTE_MS, SECOND_MS, Instant
from wasl.engine.ports import ByPayment, Ledger, PaymentFilter


async def test_evidence_of_nobody_is_listed_by_when_it_was_heard(ledger: Ledger) -> None:
    """The latest first, bounded, of this store; what has found its payment is not on the shelf any more."""
    strays = [said(fact(f"TST{n}", cart_id=CartId(f"x-{n}")), at=NOON + n) for n in range(4)]
    for piece in strays:
        await ledger.shelve(STORE, piece)
    heard = await ledger.shelved(STORE, since=Instant(NOON + 1), limit=2)
    assert [piece.fact for piece in heard] == [strays[3].fact, strays[2].fact]
    assert len(await ledger.shelved(STORE, since=Instant(NOON + 1), limit=10)) == 3
    joins = payment(attempt(cart_id=CartId("x-3")))
    await ledger.amend(ByPayment(STORE, joins.payment_id), lambda _: joins)
    assert len(await ledger.shelved(STORE, since=Instant(NOON + 1), limit=10)) == 2


@pytest.mark.parametrize("sharing", [1, 2])
async def test_a_spare_question_is_one_the_budget_has_left(ledger: Ledger, sharing: int) -> None:
    """Five a second for a profile, so every 200 ms; two stores on one profile halve it. Waiting takes nothing."""
    for n in range(sharing):
        await ledger.add_store(store(store_id=f"{STORE}{n or ''}"), f"digest-{n}")
    step = 200 * sharing
    assert await ledger.spare_question(STORE, now=NOON) == NOON
    assert await ledger.spare_question(STORE, now=NOON) == NOON + step
    later = Instant(NOON + step)
    assert await ledger.spare_question(STORE, now=later) == later


async def test_a_spare_question_never_keeps_a_due_one_waiting(ledger: Ledger) -> None:
    """However greedily questions are taken, a worker's due payment is leased at once."""
    await ledger.add_store(store(), "digest")
    due = payment(ask_at=NOON)
    await ledger.amend(ByPayment(STORE, due.payment_id), lambda _: due)
    for at in range(NOON, NOON + SECOND_MS, 50):
        await ledger.spare_question(STORE, now=Instant(at))
    now = Instant(NOON + SECOND_MS)
    leases = await ledger.lease_asks(now=now, until=Instant(now + MINUTE_MS), limit=8)
    assert [lease.payment_id for lease in leases] == [due.payment_id]


async def test_unsettled_payments_are_those_asked_about_or_untold(ledger: Ledger) -> None:
    """A settled one is not listed."""
    cases: dict[str, dict[str, Any]] = {"asked": {"ask_at": NOON}, "untold": {"version": 2}, "settled": {}}
    for name, changes in cases.items():
        cart = attempt(cart_id=CartId(name), return_key=name)
        made = payment(cart, payment_id=PaymentId(name), order_id=OrderId(name), **changes)
        await keep(ledger, made)
    page = await ledger.payments(STORE, PaymentFilter(unsettled=True), None, 10)
    assert {one.payment_id for one in page.items} == {"asked", "untold"}


async def keep(ledger: Ledger, made: Payment) -> None:
    """Put it into the ledger as it is."""
    await ledger.amend(ByPayment(STORE, made.payment_id), lambda _: made)
