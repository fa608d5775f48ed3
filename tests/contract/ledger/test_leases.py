"""The ledger's contract: stores that hang are passed over, on two real databases."""

from dataclasses import replace

from builders import NOON, PAYMENT, STORE, store
from contract.ledger.test_ledger import KEY, LATER, hearing, kept
from wasl.domain.store import StoreId
from wasl.domain.time import MINUTE_MS, Instant
from wasl.engine.ports import Ledger

UNTIL = Instant(LATER + MINUTE_MS)
OTHER = StoreId("st_other")


async def test_what_is_due_to_a_store_that_hangs_is_passed_over(ledger: Ledger) -> None:
    """Tellings stay due meanwhile, and are leased as soon as the store is no longer named."""
    await kept(ledger)
    await ledger.amend(KEY, hearing())
    assert list(await ledger.lease_tells(now=LATER, until=UNTIL, limit=9, besides=(OTHER, STORE))) == []
    leased = await ledger.lease_tells(now=LATER, until=UNTIL, limit=9, besides=(OTHER,))
    assert [lease.payment_id for lease in leased] == [PAYMENT]


async def test_questions_of_a_store_whose_gateway_hangs_are_put_off(ledger: Ledger) -> None:
    """They make room for others' at once, and come back by themselves a little later."""
    await kept(ledger)
    await ledger.add_store(store(), "digest")
    await ledger.amend(KEY, lambda one: one and replace(one, ask_at=NOON))
    due = Instant(NOON + 2 * MINUTE_MS)
    assert list(await ledger.lease_asks(now=due, until=UNTIL, limit=9, besides=(STORE,))) == []
    assert list(await ledger.lease_asks(now=due, until=UNTIL, limit=9)) == []
    later = Instant(due + MINUTE_MS)
    leased = await ledger.lease_asks(now=later, until=Instant(later + MINUTE_MS), limit=9)
    assert [lease.payment_id for lease in leased] == [PAYMENT]
