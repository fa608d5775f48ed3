"""The ledger's contract: operations and what goes back without a person, on two real databases."""

import asyncio
from dataclasses import replace

from builders import CART, NOON, PRICE, SAR, STORE, fact, payment, said, store
from contract.ledger.test_ledger import KEY, LATER, kept
from wasl.domain.evidence import Kind, TranRef
from wasl.domain.money import Money
from wasl.domain.operation import Operation, OperationId, OperationKind, Reply
from wasl.domain.store import AutoRefund, StoreId
from wasl.domain.time import DAY_MS, Instant
from wasl.engine.ports import Ledger

ASKED = Operation(
    operation_id=OperationId("op_0123456789"),
    key="store a",
    kind=OperationKind.REFUND,
    amount=Money(1000, SAR),
    target=TranRef("TST1"),
    cart_id=CART,
    reason="عاد القميص",
    by="ali",
    requested_at=NOON,
    due_at=LATER,
)
ANSWERED = replace(
    ASKED, operation_id=OperationId("op_9876543210"), submitted_at=LATER, reply=Reply.STATED,
    tran_ref=TranRef("TST9"), repeats=2, note="no",
)  # fmt: skip


async def test_operations_are_read_back_as_they_were_written(ledger: Ledger) -> None:
    """Every field, in their order, beside the evidence that carries their ids."""
    refund = fact("TST9", kind=Kind.REFUND, operation="op_9876543210", previous_ref=TranRef("TST1"))
    made = await kept(ledger, payment(operations=(ASKED, ANSWERED), evidence=(said(), said(refund))))
    found = await ledger.payment(KEY)
    assert found is not None
    assert found.operations == made.operations == (ASKED, ANSWERED)
    assert [piece.fact.operation for piece in found.evidence] == ["", "op_9876543210"]


async def test_a_stores_policy_is_read_back_as_it_was_written(ledger: Ledger) -> None:
    """What may go back without a person, and how much of it."""
    made = store(auto_refund=(AutoRefund.PAID_TWICE,), auto_refund_ceiling=50_000, auth_days=7)
    await ledger.add_store(made, "digest")
    assert await ledger.store(STORE) == made


async def test_a_ceiling_holds_for_a_day_and_each_case_counts_once(ledger: Ledger) -> None:
    """However many ask at once, on however many machines."""
    await ledger.add_store(store(), "digest")
    since = Instant(NOON - DAY_MS)

    async def reserve(cause: str, amount: int = 1000, now: int = NOON, since: Instant = since) -> bool:
        return await ledger.reserve_auto_refund(STORE, cause, amount, ceiling=2500, since=since, now=Instant(now))

    fitted = await asyncio.gather(*(reserve(f"case {number}") for number in range(6)))
    assert sorted(fitted) == [False] * 4 + [True] * 2
    (first, *_) = [number for number, fits in enumerate(fitted) if fits]
    assert await reserve(f"case {first}")
    assert not await reserve("large", 501)
    assert await reserve("small", 500)
    tomorrow = Instant(NOON + 1)
    assert await reserve("next day", PRICE.minor // 3, now=NOON + DAY_MS, since=tomorrow)
    assert await ledger.reserve_auto_refund(StoreId("st_2"), "x", 2500, ceiling=2500, since=since, now=NOON)
