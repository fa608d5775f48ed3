"""The ledger's contract: one suite, two real databases."""

import asyncio
from dataclasses import replace

import pytest

from builders import CART, NOON, PAYMENT, STORE, attempt, fact, payment, said, store
from wasl.domain.evidence import CartId, Closing, ClosingReason, Verdict, Voice
from wasl.domain.outcome import State
from wasl.domain.payment import OrderId, Payment, PaymentId
from wasl.domain.revise import heard, revise
from wasl.domain.store import StoreId
from wasl.domain.time import MINUTE_MS, Instant
from wasl.engine.ports import Arrival, ByCart, ByOrder, ByPayment, Change, Ledger, PaymentFilter, Receipt

LATER = Instant(NOON + MINUTE_MS)
KEY = ByPayment(STORE, PAYMENT)


def hearing(piece: str = "TST1", voice: Voice = Voice.CALLBACK) -> Change:
    """A change that hears an approved sale."""
    return lambda p: None if p is None else revise(heard(p, said(fact(piece), voice=voice)), now=LATER)


async def kept(ledger: Ledger, one: Payment | None = None) -> Payment:
    """A payment in the ledger."""
    made = revise(one or payment(), now=NOON)
    result = await ledger.amend(ByPayment(made.store_id, made.payment_id), lambda _: made)
    assert result == made
    return made


async def test_a_payment_is_read_back_as_it_was_written(ledger: Ledger) -> None:
    """Every field survives the database, by every way of addressing it."""
    closing = Closing(attempt=1, reason=ClosingReason.EXPIRED, at=LATER)
    made = await kept(ledger, payment(attempt(), attempt(2), closings=(closing,), returned_at=LATER, asked_at=LATER))
    for key in (KEY, ByOrder(STORE, OrderId("1042")), ByCart(STORE, CART), ByCart(STORE, CartId("t-1042-2"))):
        assert await ledger.payment(key) == made
    assert await ledger.payment_by_return(STORE, "key-2") == made


async def test_another_store_sees_nothing(ledger: Ledger) -> None:
    """The same ids in another store are other payments."""
    await kept(ledger)
    elsewhere = StoreId("st_other")
    assert await ledger.payment(ByOrder(elsewhere, OrderId("1042"))) is None
    assert await ledger.payment(ByCart(elsewhere, CART)) is None
    assert await ledger.payment_by_return(elsewhere, "key-1") is None


@pytest.mark.requirement("R44")
async def test_evidence_is_kept_with_its_bytes(ledger: Ledger) -> None:
    """What was heard can be shown years later, byte for byte."""
    await kept(ledger)
    after = await ledger.amend(
        ByCart(STORE, CART), lambda p: p and revise(heard(p, said(raw=b'{"tran_ref":"TST1"}')), now=LATER)
    )
    assert after is not None
    assert after.outcome.state is State.PAID
    assert await ledger.raw_evidence(STORE, PAYMENT) == [b'{"tran_ref":"TST1"}']
    again = await ledger.payment(KEY)
    assert again is not None
    assert again.outcome == after.outcome
    assert [e.fact for e in again.evidence] == [e.fact for e in after.evidence]


@pytest.mark.requirement("R26")
async def test_a_repeat_is_counted_and_changes_nothing_else(ledger: Ledger) -> None:
    """The same fact heard again adds no row, no version and no bytes."""
    await kept(ledger)
    for _ in range(3):
        await ledger.amend(ByCart(STORE, CART), hearing())
    found = await ledger.payment(KEY)
    assert found is not None
    assert [e.heard for e in found.evidence] == [3]
    assert found.version == 2
    assert len(await ledger.raw_evidence(STORE, PAYMENT)) == 1


@pytest.mark.requirement("R22")
async def test_changes_that_arrive_together_see_each_other(ledger: Ledger) -> None:
    """A hundred voices at once on a few payments: none is lost, none counts twice."""
    payments = [
        payment(
            attempt(cart_id=CartId(f"t-{n}-1"), return_key=f"key-{n}"),
            payment_id=PaymentId(f"pay_{n}"),
            order_id=OrderId(str(n)),
        )
        for n in range(5)
    ]
    for one in payments:
        await kept(ledger, one)

    def change(n: int) -> Change:
        piece = said(fact(f"TST{n}", cart_id=CartId(f"t-{n % 5}-1"), verdict=Verdict.DECLINED))
        return lambda p: None if p is None else revise(heard(p, piece), now=LATER)

    await asyncio.gather(*(ledger.amend(ByCart(STORE, CartId(f"t-{n % 5}-1")), change(n % 20)) for n in range(100)))
    for one in payments:
        found = await ledger.payment(ByPayment(STORE, one.payment_id))
        assert found is not None
        assert sorted(e.heard for e in found.evidence) == [5, 5, 5, 5]
        assert found.outcome.state is State.FAILED
        assert found.version == 2


@pytest.mark.requirement("R3")
async def test_a_change_that_fails_costs_nobody_else_their_commit(ledger: Ledger) -> None:
    """One change raising, and one breaking a constraint, leave the others durable."""
    await kept(ledger)
    twin = payment(payment_id=PaymentId("pay_twin"))

    def broken(_: Payment | None) -> Payment:
        raise ZeroDivisionError

    results = await asyncio.gather(
        ledger.amend(KEY, broken),
        ledger.amend(ByPayment(STORE, PaymentId("pay_twin")), lambda _: twin),
        ledger.amend(KEY, hearing()),
        return_exceptions=True,
    )
    assert isinstance(results[0], ZeroDivisionError)
    assert isinstance(results[1], Exception)
    found = await ledger.payment(KEY)
    assert found is not None
    assert found.outcome.state is State.PAID
    assert await ledger.payment(ByPayment(STORE, PaymentId("pay_twin"))) is None


@pytest.mark.requirement("R29")
async def test_evidence_of_an_unknown_cart_joins_its_payment(ledger: Ledger) -> None:
    """Money heard of before its attempt was known is not lost: the attempt takes it in."""
    await ledger.shelve(STORE, said(raw=b"early"))
    await ledger.shelve(STORE, said(raw=b"early"))
    assert await ledger.payment(ByCart(STORE, CART)) is None
    await kept(ledger)
    found = await ledger.amend(KEY, lambda p: p and revise(p, now=LATER))
    assert found is not None
    assert found.outcome.state is State.PAID
    assert await ledger.raw_evidence(STORE, PAYMENT) == [b"early"]


async def test_due_questions_are_leased_once(ledger: Ledger) -> None:
    """Two workers looking at once never get the same payment; a lost lease falls due again."""
    await ledger.add_store(store(), "digest")
    made = await kept(ledger)
    assert made.ask_at is not None
    due, until = made.ask_at, Instant(made.ask_at + MINUTE_MS)
    assert list(await ledger.lease_asks(now=Instant(due - 1), until=until, limit=9)) == []
    first, second = await asyncio.gather(
        ledger.lease_asks(now=due, until=until, limit=9), ledger.lease_asks(now=due, until=until, limit=9)
    )
    assert len(first) + len(second) == 1
    assert len(await ledger.lease_asks(now=until, until=Instant(until + 1), limit=9)) == 1


async def test_news_does_not_lease_a_question_twice(ledger: Ledger) -> None:
    """A buyer who comes back while the gateway is being asked is asked about after that answer, not beside it."""
    await ledger.add_store(store(), "digest")
    made = await kept(ledger)
    assert made.ask_at is not None
    (lease,) = await ledger.lease_asks(now=made.ask_at, until=Instant(made.ask_at + 99), limit=1)
    back = Instant(made.ask_at + 1)
    await ledger.amend(KEY, lambda p: p and revise(replace(p, returned_at=back), now=back))
    assert list(await ledger.lease_asks(now=back, until=LATER, limit=1)) == []
    await ledger.postpone_ask(lease, back)
    assert len(await ledger.lease_asks(now=back, until=Instant(LATER + 9), limit=1)) == 1


async def test_a_lost_lease_reports_in_vain(ledger: Ledger) -> None:
    """A slow worker whose lease went to another changes nothing any more."""
    await ledger.add_store(store(), "digest")
    made = await kept(ledger)
    assert made.ask_at is not None
    (slow,) = await ledger.lease_asks(now=made.ask_at, until=Instant(made.ask_at + 1), limit=1)
    (quick,) = await ledger.lease_asks(now=slow.until, until=Instant(slow.until + 5), limit=1)
    await ledger.postpone_ask(slow, Instant(NOON - 1))
    assert list(await ledger.lease_asks(now=slow.until, until=LATER, limit=1)) == []
    await ledger.postpone_ask(quick, Instant(NOON - 1))
    assert len(await ledger.lease_asks(now=slow.until, until=LATER, limit=1)) == 1


async def many(ledger: Ledger, count: int, store_id: StoreId = STORE) -> list[Payment]:
    """Payments whose pages were opened one after the other."""
    return [
        await kept(
            ledger,
            payment(
                attempt(cart_id=CartId(f"t-{n}-1"), return_key=f"key-{n}", opened_at=Instant(NOON + n)),
                store_id=store_id,
                payment_id=PaymentId(f"pay_{n:03}"),
                order_id=OrderId(str(n)),
                created_at=Instant(NOON + n),
            ),
        )
        for n in range(count)
    ]


async def test_who_came_back_is_asked_about_first_then_the_youngest(ledger: Ledger) -> None:
    """When there is more to ask than can be asked, it goes to those who are looking at a screen."""
    await ledger.add_store(store(), "digest")
    made = await many(ledger, 6)
    due = Instant(NOON + 2 * MINUTE_MS)
    key = ByPayment(STORE, made[1].payment_id)
    await ledger.amend(key, lambda p: p and revise(replace(p, returned_at=LATER), now=LATER))
    leases = await ledger.lease_asks(now=due, until=Instant(due + MINUTE_MS), limit=3)
    assert [lease.payment_id for lease in leases] == ["pay_001", "pay_005", "pay_004"]


async def test_a_profiles_budget_holds_whoever_asks(ledger: Ledger) -> None:
    """Two a second, burst of one second: three at once, then each half a second, nothing forgotten."""
    await ledger.add_store(store(questions_per_s=2.0), "digest")
    await many(ledger, 8)
    now, asked = Instant(NOON + 2 * MINUTE_MS), dict[int, int]()
    for tick in range(0, 3_500, 250):
        moment = Instant(now + tick)
        both = await asyncio.gather(
            *(ledger.lease_asks(now=moment, until=Instant(moment + 9 * MINUTE_MS), limit=9) for _ in range(2))
        )
        asked[tick] = sum(len(leases) for leases in both)
    assert asked[0] == 3
    assert sum(asked.values()) == 8
    assert all(count <= 1 for tick, count in asked.items() if tick)


async def test_stores_that_share_a_profile_share_its_budget(ledger: Ledger) -> None:
    """Two stores on one profile ask no more often together than one would alone."""
    await ledger.add_store(store(questions_per_s=2.0), "digest")
    await ledger.add_store(store(store_id=StoreId("st_twin"), cart_prefix="u-", questions_per_s=2.0), "other")
    await many(ledger, 8)
    await many(ledger, 8, StoreId("st_twin"))
    now = Instant(NOON + 2 * MINUTE_MS)
    leased = 0
    for tick in range(0, 5_000, 250):
        leased += len(await ledger.lease_asks(now=Instant(now + tick), until=Instant(now + 9 * MINUTE_MS), limit=20))
    assert leased <= 2 * 5 + 4


@pytest.mark.requirement("R45", "R47")
async def test_versions_are_told_in_order_and_remembered(ledger: Ledger) -> None:
    """A store that takes every version gets each with the body of its time, and its receipts are kept."""
    await kept(ledger)
    await ledger.amend(KEY, lambda p: p and revise(heard(p, said(fact(verdict=Verdict.DECLINED))), now=LATER))
    await ledger.amend(KEY, hearing("TST2"))
    for version, state in ((2, b"failed"), (3, b"paid")):
        (lease,) = await ledger.lease_tells(now=LATER, until=Instant(LATER + 9), limit=5)
        telling = await ledger.telling(lease, in_order=True)
        assert telling is not None
        assert (telling.version, state in telling.body) == (version, True)
        await ledger.record_receipt(lease, telling, Receipt(arrival=Arrival.CHANGED, note="ok", status="P"), now=LATER)
    assert list(await ledger.lease_tells(now=Instant(LATER + 99), until=Instant(LATER + 999), limit=5)) == []
    assert [(d.version, d.tries, d.told_at) for d in await ledger.deliveries(STORE, PAYMENT)] == [
        (2, 1, LATER),
        (3, 1, LATER),
    ]


async def test_a_connector_that_wants_the_latest_skips_to_it(ledger: Ledger) -> None:
    """One receipt for the latest version settles those before it."""
    await kept(ledger)
    await ledger.amend(KEY, lambda p: p and revise(heard(p, said(fact(verdict=Verdict.DECLINED))), now=LATER))
    await ledger.amend(KEY, hearing("TST2"))
    (lease,) = await ledger.lease_tells(now=LATER, until=Instant(LATER + 9), limit=5)
    telling = await ledger.telling(lease, in_order=False)
    assert telling is not None
    assert telling.version == 3
    await ledger.record_receipt(lease, telling, Receipt(arrival=Arrival.CHANGED, note="ok"), now=LATER)
    assert list(await ledger.lease_tells(now=Instant(LATER + 99), until=Instant(LATER + 999), limit=5)) == []


async def test_a_version_made_while_its_predecessor_is_told_follows_at_once(ledger: Ledger) -> None:
    """Nothing waits for a back-off that is over, and two tellers never speak at once."""
    await kept(ledger)
    await ledger.amend(KEY, lambda p: p and revise(heard(p, said(fact(verdict=Verdict.DECLINED))), now=LATER))
    (lease,) = await ledger.lease_tells(now=LATER, until=Instant(LATER + 9), limit=5)
    telling = await ledger.telling(lease, in_order=True)
    assert telling is not None
    await ledger.amend(KEY, hearing("TST2"))
    assert list(await ledger.lease_tells(now=LATER, until=Instant(LATER + 9), limit=5)) == []
    await ledger.record_receipt(lease, telling, Receipt(arrival=Arrival.CHANGED, note="ok"), now=LATER)
    assert len(await ledger.lease_tells(now=LATER, until=Instant(LATER + 9), limit=5)) == 1


@pytest.mark.requirement("R45")
async def test_a_parked_telling_resumes_with_the_next_version(ledger: Ledger) -> None:
    """Parked means nobody is told again until a person or a new outcome changes that."""
    await kept(ledger)
    await ledger.amend(KEY, lambda p: p and revise(heard(p, said(fact(verdict=Verdict.DECLINED))), now=LATER))
    (lease,) = await ledger.lease_tells(now=LATER, until=Instant(LATER + 9), limit=5)
    telling = await ledger.telling(lease, in_order=True)
    assert telling is not None
    await ledger.record_failure(lease, telling, "the order is gone", now=LATER, tell_at=None)
    assert list(await ledger.lease_tells(now=Instant(LATER + 99), until=Instant(LATER + 999), limit=5)) == []
    parked = await ledger.payment(KEY)
    assert parked is not None
    assert parked.parked == "the order is gone"
    await ledger.amend(KEY, hearing("TST2"))
    (lease,) = await ledger.lease_tells(now=LATER, until=Instant(LATER + 9), limit=5)
    telling = await ledger.telling(lease, in_order=True)
    assert telling is not None
    assert telling.version == 2


async def test_lists_go_page_by_page_without_gap_or_repeat(ledger: Ledger) -> None:
    """Keyset pages: everything once, newest change first, filters applied."""
    for n in range(7):
        one = payment(
            attempt(cart_id=CartId(f"t-{n}-1"), return_key=f"key-{n}"),
            payment_id=PaymentId(f"pay_{n}"),
            order_id=OrderId(str(n)),
        )
        await kept(ledger, replace(one, updated_at=Instant(NOON + n // 2)))
    seen: list[str] = []
    cursor = None
    for _ in range(4):
        page = await ledger.payments(STORE, PaymentFilter(), cursor, 2)
        seen += [p.order_id for p in page.items]
        cursor = page.next_cursor
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]
    assert cursor is None
    only = await ledger.payments(STORE, PaymentFilter(order_id=OrderId("3"), state=State.OPEN), None, 9)
    assert [p.order_id for p in only.items] == ["3"]
    with pytest.raises(ValueError, match="never given out"):
        await ledger.payments(STORE, PaymentFilter(), "forged", 2)


async def test_a_store_is_kept_with_its_keys_sealed(ledger: Ledger) -> None:
    """Settings and keys come back; the key that authenticates is known by its digest alone."""
    shop = store(status_map={State.FAILED: "F"}, methods=("mada",), live=True)
    await ledger.add_store(shop, "digest")
    assert await ledger.store(STORE) == shop
    assert await ledger.store_by_key("digest") == shop
    assert await ledger.store_by_key("other") is None
    assert list(await ledger.stores()) == [shop]
    with pytest.raises(ValueError, match="exists already"):
        await ledger.add_store(shop, "digest")
