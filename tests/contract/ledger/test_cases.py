"""The ledger's contract: what people are told and what they decide, on two real databases."""

import asyncio
from dataclasses import replace

import pytest

from builders import CART, NOON, PAYMENT, SAR, STORE, attempt, fact, payment, said, store
from conftest import SEAL, describe
from contract.ledger.test_ledger import KEY, LATER, hearing, kept
from wasl.domain.evidence import CartId, Decision, Kind, Ruling, TranRef, Verdict, Voice
from wasl.domain.fold import fold
from wasl.domain.money import Money
from wasl.domain.payment import OrderId, Payment, PaymentId
from wasl.domain.revise import heard, revise
from wasl.domain.secret import Secret
from wasl.domain.store import Profile, RetiredKey, StoreId
from wasl.domain.time import MINUTE_MS, Instant
from wasl.engine.ports import Arrival, ByOrder, ByPayment, Claim, Forgery, Ledger, PaymentFilter, Receipt, Refusal
from wasl.errors import Misconfigured
from wasl.ledger.leases import CROWD
from wasl.ledger.ledger import FORGERIES_MAX
from wasl.ledger.migrate import upgrade_postgres
from wasl.ledger.open import open_postgres

LESS = Money(100, SAR)


async def put(ledger: Ledger, one: Payment) -> None:
    """This payment, as it is, whatever was there."""
    await ledger.amend(ByPayment(STORE, one.payment_id), lambda _: one)


async def test_where_more_are_due_than_can_be_sorted_the_order_is_the_same(ledger: Ledger) -> None:
    """Thousands are due: who came back is still first, then the youngest, and nobody twice."""
    await ledger.add_store(store(questions_per_s=100.0), "digest")
    numbers = range(CROWD + 10)
    pages = [
        payment(
            attempt(cart_id=CartId(f"t-{n}-1"), return_key=f"key-{n}", opened_at=Instant(NOON + n)),
            payment_id=PaymentId(f"pay_{n:05}"),
            order_id=OrderId(str(n)),
            created_at=Instant(NOON + n),
            returned_at=Instant(LATER + n) if n in (3, 5) else None,
        )
        for n in numbers
    ]
    made = [revise(one, now=NOON) for one in pages]
    await asyncio.gather(*(put(ledger, one) for one in made))
    due = Instant(NOON + 2 * MINUTE_MS)
    first = await ledger.lease_asks(now=due, until=Instant(due + MINUTE_MS), limit=4)
    second = await ledger.lease_asks(now=due, until=Instant(due + MINUTE_MS), limit=4)
    assert [lease.payment_id for lease in first] == ["pay_00003", "pay_00005", "pay_02009", "pay_02008"]
    assert [lease.payment_id for lease in second] == ["pay_02007", "pay_02006", "pay_02005", "pay_02004"]


async def test_an_alert_is_raised_once_per_cause_and_leased_once(ledger: Ledger) -> None:
    """For a payment or for the whole store; what was sent is not sent again, however often its cause is raised."""
    for _ in range(2):
        await ledger.raise_alert(STORE, PAYMENT, "untold 2", now=NOON)
        await ledger.raise_alert(STORE, None, "forged 2026-11-24", now=NOON)
    until = Instant(NOON + MINUTE_MS)
    first, second = await asyncio.gather(
        ledger.lease_alerts(now=NOON, until=until, limit=9), ledger.lease_alerts(now=NOON, until=until, limit=9)
    )
    leased = sorted((*first, *second), key=lambda alert: alert.cause)
    assert [(a.cause, a.payment_id) for a in leased] == [("forged 2026-11-24", ""), ("pay_test untold 2", PAYMENT)]
    await ledger.record_alert(leased[0], "HTTP 204", sent_at=NOON, send_at=None)
    await ledger.record_alert(leased[1], "no answer", sent_at=None, send_at=Instant(NOON + 5))
    await ledger.raise_alert(STORE, None, "forged 2026-11-24", now=NOON)
    (again,) = await ledger.lease_alerts(now=Instant(NOON + 5), until=LATER, limit=9)
    assert (again.cause, again.tries) == ("pay_test untold 2", 1)


async def test_a_decision_is_kept_with_who_and_why(ledger: Ledger) -> None:
    """It is read back as it was made."""
    await kept(ledger)
    decision = Decision(
        ruling=Ruling.ACCEPTED, causes=("paid_twice TST1 TST2", "paid_late TST2"), note="", by="Ali", at=LATER
    )
    await ledger.amend(KEY, lambda p: p and replace(p, decisions=(decision,)))
    found = await ledger.payment(KEY)
    assert found is not None
    assert found.decisions == (decision,)


async def test_what_a_person_should_look_at_is_listed(ledger: Ledger) -> None:
    """Concerns, parked tellings and held payments; nothing else."""
    shown = {"1": fact(amount=LESS, moved=LESS), "2": fact(verdict=Verdict.HELD), "3": fact(), "4": fact()}
    for order, stated in shown.items():
        key, cart = ByPayment(STORE, PaymentId(f"pay_{order}")), CartId(f"t-{order}-1")
        page = attempt(cart_id=cart, return_key=order)
        await kept(ledger, payment(page, payment_id=key.payment_id, order_id=OrderId(order)))
        await put(
            ledger,
            revise(
                heard(
                    payment(page, payment_id=key.payment_id, order_id=OrderId(order), version=1),
                    said(replace(stated, cart_id=cart)),
                ),
                now=LATER,
            ),
        )
    for lease in await ledger.lease_tells(now=LATER, until=Instant(LATER + 9), limit=9):
        telling = await ledger.telling(lease, in_order=False)
        if telling is not None and lease.payment_id == "pay_3":
            await ledger.record_failure(lease, telling, "no such order", now=LATER, tell_at=None)
    page_of = await ledger.payments(STORE, PaymentFilter(attention=True), None, 9)
    assert sorted(one.order_id for one in page_of.items) == ["1", "2", "3"]


async def test_the_shelf_of_forgeries_is_bounded(ledger: Ledger) -> None:
    """One more of the same is counted, one too many pushes out the oldest; another store's shelf is its own."""

    def forgery(number: int, store_id: StoreId = STORE) -> Forgery:
        claim = Claim(cart_id=CART, tran_ref=TranRef("TST1"))
        reason = Refusal.SIGNATURE_MISMATCH
        return Forgery(
            store_id=store_id, digest=f"{number:064}", voice=Voice.IPN, reason=reason, claim=claim, at=Instant(number)
        )

    for n in range(FORGERIES_MAX):
        await ledger.keep_forgery(forgery(n))
    await ledger.keep_forgery(replace(forgery(0), at=Instant(FORGERIES_MAX)))
    await ledger.keep_forgery(forgery(FORGERIES_MAX + 1))
    await ledger.keep_forgery(forgery(1, StoreId("st_other")))
    shelf = await ledger.forgeries(STORE)
    kept_digests = {one.digest for one in shelf}
    assert (len(shelf), shelf[0]) == (FORGERIES_MAX, forgery(FORGERIES_MAX + 1))
    assert (forgery(0).digest in kept_digests, forgery(1).digest in kept_digests) == (True, False)
    assert len(await ledger.forgeries(StoreId("st_other"))) == 1


async def test_what_a_clock_that_ran_ahead_put_off_is_done_now(ledger: Ledger) -> None:
    """Questions, tellings and alerts are due again; a clock that is right moves nothing."""
    year = Instant(NOON + 365 * 86_400_000)
    await ledger.add_store(store(), "digest")
    await kept(ledger)
    await ledger.amend(KEY, hearing())
    await ledger.amend(KEY, lambda p: p and replace(p, ask_at=NOON))
    assert not await ledger.mend_clock(LATER)
    await ledger.raise_alert(STORE, PAYMENT, "parked 2", now=NOON)
    for lease_of in (ledger.lease_asks, ledger.lease_tells, ledger.lease_alerts):
        assert len(await lease_of(now=year, until=Instant(year + 99), limit=9)) == 1
        assert list(await lease_of(now=LATER, until=Instant(LATER + 9), limit=9)) == []
    await ledger.amend(KEY, lambda p: p and replace(p, asked_at=year))
    assert await ledger.mend_clock(LATER)
    for lease_of in (ledger.lease_asks, ledger.lease_tells, ledger.lease_alerts):
        assert len(await lease_of(now=LATER, until=Instant(LATER + 9), limit=9)) == 1
    found = await ledger.payment(KEY)
    assert found is not None
    assert found.asked_at == LATER
    assert not await ledger.mend_clock(LATER)


async def test_what_stores_have_yet_to_hear_is_listed_and_told_again_on_demand(ledger: Ledger) -> None:
    """A parked telling goes on when a person says so; what everybody knows does not."""
    await kept(ledger)
    await ledger.amend(KEY, hearing())
    assert [(one.payment_id, one.version) for one in await ledger.untold(9)] == [(PAYMENT, 2)]
    (lease,) = await ledger.lease_tells(now=LATER, until=Instant(LATER + 9), limit=1)
    telling = await ledger.telling(lease, in_order=False)
    assert telling is not None
    await ledger.record_failure(lease, telling, "no such order", now=LATER, tell_at=None)
    assert [one.parked for one in await ledger.untold(9)] == ["no such order"]
    assert list(await ledger.lease_tells(now=Instant(LATER + 99), until=Instant(LATER + 999), limit=1)) == []
    assert await ledger.retell(STORE, PAYMENT, now=LATER)
    (lease,) = await ledger.lease_tells(now=LATER, until=Instant(LATER + 9), limit=1)
    await ledger.record_receipt(lease, telling, Receipt(arrival=Arrival.CHANGED, note="ok"), now=LATER)
    assert list(await ledger.untold(9)) == []
    assert not await ledger.retell(STORE, PAYMENT, now=LATER)


async def test_it_knows_who_is_asked_about_and_when_a_voice_was_last_heard(ledger: Ledger) -> None:
    """What doctor looks at; a query is no voice from outside."""
    await kept(ledger)
    assert [one.payment_id for one in await ledger.watched(9)] == [PAYMENT]
    assert await ledger.last_voice(STORE) is None
    await ledger.amend(KEY, hearing("TST1", Voice.QUERY))
    assert await ledger.last_voice(STORE) is None
    await ledger.amend(KEY, lambda p: p and heard(p, said(fact("TST2"), at=LATER)))
    assert await ledger.last_voice(STORE) == LATER
    assert await ledger.last_voice(StoreId("st_other")) is None


async def test_a_changed_store_keeps_its_api_key(ledger: Ledger) -> None:
    """Settings, keys and the archive are changed; who calls with the old API key is still known."""
    before = store()
    await ledger.add_store(before, "digest")
    retired = RetiredKey(key=before.profile.server_key, until=LATER)
    profile = Profile(base_url="https://x.example/", profile_id=7, server_key=Secret("new"), retired_keys=(retired,))
    changed = replace(before, name="Renamed", profile=profile, hold_days=9, live=True, questions_per_s=1.5)
    await ledger.change_store(changed)
    assert await ledger.store_by_key("digest") == changed
    archived = replace(changed, archived_at=LATER)
    await ledger.change_store(archived)
    assert await ledger.store(STORE) == archived
    assert list(await ledger.stores()) == []


async def test_a_reader_never_sees_half_a_commit(ledger: Ledger) -> None:
    """While refunds of one halala come one after the other, every payment read follows from its evidence."""
    await kept(ledger)
    await ledger.amend(KEY, hearing())
    done = asyncio.Event()

    async def refund() -> None:
        for number in range(60):
            minor = Money(1, SAR)
            piece = said(fact(f"R{number}", kind=Kind.REFUND, previous_ref=TranRef("TST1"), amount=minor, moved=minor))
            await ledger.amend(KEY, lambda p, piece=piece: p and revise(heard(p, piece), now=LATER))  # type: ignore[misc]  # mypy cannot infer a default
        done.set()

    async def read() -> int:
        torn = 0
        while not done.is_set():
            found = await ledger.payment(KEY)
            assert found is not None
            torn += fold(found) != found.outcome
        return torn

    _, *torn = await asyncio.gather(refund(), read(), read())
    assert torn == [0, 0]


async def test_two_processes_that_make_the_same_payment_make_one(postgres_url: str) -> None:
    """Both insert, one is second: it sees what the first one made."""
    await upgrade_postgres(postgres_url)
    one, two = [await open_postgres(postgres_url, SEAL, describe) for _ in range(2)]
    made = revise(payment(), now=NOON)
    for number in range(20):
        fresh = replace(
            made,
            payment_id=PaymentId(f"pay_{number}"),
            order_id=OrderId(str(number)),
            attempts=(attempt(cart_id=CartId(f"t-{number}-1"), return_key=f"key-{number}"),),
        )
        other = replace(fresh, payment_id=PaymentId(f"other_{number}"))
        key = ByOrder(STORE, fresh.order_id)
        first, second = await asyncio.gather(
            one.amend(key, lambda p, fresh=fresh: p or fresh),  # type: ignore[misc]  # mypy cannot infer a default
            two.amend(key, lambda p, other=other: p or other),  # type: ignore[misc]  # mypy cannot infer a default
        )
        assert first == second
    await one.close()
    await two.close()


async def test_a_database_address_that_cannot_be_read_shows_no_password() -> None:
    """One line with what to do."""
    with pytest.raises(Misconfigured, match="%23") as refused:
        await open_postgres("postgresql://wasl:se#cret/x@host/db", SEAL, describe)
    assert "cret" not in str(refused.value)
