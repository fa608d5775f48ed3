"""The race matrix of CS-Cart reference §11.6: fourteen ways in which two things happen at once, one end each."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest

from race.counters import PRODUCT, Street
from wasl.demo.buyers.browser import Page
from wasl.demo.buyers.buyer import Buyer
from wasl.engine.ports import Arrival

PAID_ONCE: Final = [("N", "P")]


async def bought(town: Street) -> Buyer:
    """A buyer who has placed an order for one piece and stands on the payment page, which nobody will pay."""
    buyer = await town.buyer()
    await buyer.buys(PRODUCT)
    return buyer


async def sees_thanks(buyer: Buyer, page: Page) -> None:
    """The thank-you page of the buyer's order, and an empty cart."""
    assert "dispatch=checkout.complete" in page.url
    assert page.text("order-id") == buyer.order_id
    cart = await buyer.browser.get(f"{buyer.world.shop_url}/index.php?dispatch=checkout.checkout")
    assert "empty-cart" in cart.texts
    assert cart.text("cart-count") == "0"


@asynccontextmanager
async def taken_once(town: Street, buyer: Buyer | None = None) -> AsyncIterator[list[Buyer]]:
    """While this runs one order becomes processed: one change, one piece taken, one mail."""
    before = await town.controls.stock()
    about = [buyer] if buyer else []
    yield about
    order_id = about[-1].order_id
    assert await town.controls.changes(order_id) == PAID_ONCE
    assert await town.controls.stock() == before - 1
    assert await town.controls.mails(order_id) == ["P"]


async def test_1_told_then_returned(town: Street) -> None:
    """Wasl tells the shop before the browser is back: processed once, and the buyer is thanked."""
    async with taken_once(town) as about:
        about.append(buyer := await town.buyer())
        done = await buyer.pays(await buyer.buys(PRODUCT))
        await town.controls.becomes(buyer.order_id, "P")
        await sees_thanks(buyer, await buyer.returns(done))
    payment = await buyer.payment()
    assert (payment.state, payment.deliveries[-1].status) == ("paid", "P")


async def test_2_returned_then_told(town: Street) -> None:
    """The browser is back before the shop is told: a page that waits and changes nothing, then the same end."""
    async with taken_once(town) as about:
        about.append(buyer := await town.buyer())
        page = await buyer.buys(PRODUCT)
        await town.controls.ask("PUT", f"orders/{buyer.order_id}/hold")
        waiting = await buyer.comes_back(await buyer.pays(page))
        assert waiting.refresh_s is not None
        assert "dispatch=wasl.return" in waiting.url
        assert await town.progress(waiting) == "confirming"
        await town.controls.held(buyer.order_id)
        assert await town.controls.status(buyer.order_id) == "N"
        await town.controls.ask("DELETE", f"orders/{buyer.order_id}/hold")
        await sees_thanks(buyer, await buyer.waits(waiting))


async def test_3_told_twice_at_once(town: Street) -> None:
    """The second call waits for the lock of the first, reads the order again, and finds nothing left to do."""
    buyer = await bought(town)
    async with taken_once(town, buyer):
        await town.controls.pause(buyer.order_id, "status.write")
        first = asyncio.create_task(town.door.tell(buyer.order_id))
        await town.controls.stands_at(buyer.order_id, "status.write")
        await town.controls.pause(buyer.order_id, "lock.waiting")
        second = asyncio.create_task(town.door.tell(buyer.order_id))
        await town.controls.stands_at(buyer.order_id, "lock.waiting")
        await town.controls.release(buyer.order_id, "lock.waiting")
        await town.controls.release(buyer.order_id, "status.write")
        assert [(await call).receipt.arrival for call in (first, second)] == [Arrival.CHANGED, Arrival.UNCHANGED]


async def test_4_failed_then_paid_by_another_attempt(town: Street) -> None:
    """Failed with its reason, then processed: one failure in the order's history, and the second attempt's number."""
    before = await town.controls.stock()
    buyer = await town.buyer()
    declined = await buyer.returns(await buyer.pays(await buyer.buys(PRODUCT), cvv="321"))
    assert "dispatch=checkout.checkout" in declined.url
    first = await buyer.order()
    await sees_thanks(buyer, await buyer.returns(await buyer.pays(await buyer.pays_again(declined))))
    assert await town.controls.changes(buyer.order_id) == [("N", "F"), ("F", "P")]
    assert await town.controls.stock() == before - 1
    assert await town.controls.mails(buyer.order_id) == ["F", "P"]
    assert first["tran_ref"] != (await buyer.order())["tran_ref"] == await buyer.tran_ref()


async def test_5_paid_then_failed_late(town: Street) -> None:
    """A late decline of another attempt does not take the money's status back, at whatever version it comes."""
    buyer = await bought(town)
    async with taken_once(town, buyer):
        await town.door.tell(buyer.order_id, version=3)
        for version in (2, 4):
            late = await town.door.decline(buyer.order_id, version=version)
            assert (late.receipt.arrival, late.receipt.status) == (Arrival.UNCHANGED, "P")


async def test_6_cancelled_then_paid_in_the_other_tab(town: Street) -> None:
    """Whoever cancels goes back to the cart, the order stays payable, and paying it later makes it processed."""
    async with taken_once(town) as about:
        about.append(buyer := await town.buyer())
        page = await buyer.buys(PRODUCT)
        other_tab = await buyer.looks_at_order()
        back = await buyer.returns(await buyer.cancels(page))
        assert "dispatch=checkout.checkout" in back.url
        assert (await town.controls.status(buyer.order_id), back.text("cart-count")) == ("N", "1")
        await sees_thanks(buyer, await buyer.returns(await buyer.pays(await buyer.pays_again(other_tab))))


async def test_7_withdrawn_by_a_person_then_paid(town: Street) -> None:
    """A person cancels the order while Wasl's call is at the door: it stays so, and somebody is asked to look."""
    before = await town.controls.stock()
    buyer = await town.buyer()
    page = await buyer.buys(PRODUCT)
    await town.controls.pause(buyer.order_id, "lock.waiting")
    await buyer.pays(page)
    await town.controls.stands_at(buyer.order_id, "lock.waiting")
    await town.controls.ask("PUT", f"orders/{buyer.order_id}/status", {"status": "I"})
    await town.controls.release(buyer.order_id, "lock.waiting")
    assert "person" in await town.parked(buyer.order_id)
    assert await town.controls.changes(buyer.order_id) == [("N", "I")]
    assert await town.controls.stock() == before
    assert (await buyer.payment()).state == "paid"


async def test_8_paid_after_the_last_piece_was_taken(town: Street) -> None:
    """Another order takes the last piece while this one's call is held: backordered, with its transaction stored."""
    before = await town.controls.stock()
    await town.controls.ask("PUT", f"products/{PRODUCT}", {"stock": 1})
    try:
        quick, slow = await bought(town), await town.buyer()
        page = await slow.buys(PRODUCT)
        await town.controls.pause(slow.order_id, "settle.locked")
        done = await slow.pays(page)
        await town.controls.stands_at(slow.order_id, "settle.locked")
        assert (await town.door.tell(quick.order_id)).receipt.status == "P"
        await town.controls.release(slow.order_id, "settle.locked")
        await town.controls.becomes(slow.order_id, "B")
        assert await town.controls.stock() == 0
        assert (await slow.order())["tran_ref"] == await slow.tran_ref()
        await sees_thanks(slow, await slow.returns(done))
        told = (await slow.payment()).deliveries[-1]
        assert (told.status, "out of stock" in told.note) == ("B", True)
    finally:
        await town.controls.ask("PUT", f"products/{PRODUCT}", {"stock": before})


@pytest.mark.parametrize("point", ["status.write", "settle.answer"])
async def test_9_connection_lost_then_told_again(town: Street, point: str) -> None:
    """The caller is gone before the answer: telling the same version again finds it done."""
    buyer = await bought(town)
    async with taken_once(town, buyer):
        await town.controls.pause(buyer.order_id, point)
        lost = asyncio.create_task(town.door.tell(buyer.order_id))
        await town.controls.stands_at(buyer.order_id, point)
        lost.cancel()
        await town.controls.release(buyer.order_id, point)
        again = await town.door.tell(buyer.order_id)
        assert (again.receipt.arrival, again.receipt.status) == (Arrival.UNCHANGED, "P")


async def test_10_reconciled_while_told(town: Street) -> None:
    """`wasl reconcile --mend` knocks while the service's own call stands in the engine: one transition."""
    async with taken_once(town) as about:
        about.append(buyer := await town.buyer())
        page = await buyer.buys(PRODUCT)
        await town.controls.pause(buyer.order_id, "status.write")
        await buyer.pays(page)
        await town.controls.stands_at(buyer.order_id, "status.write")
        await town.controls.pause(buyer.order_id, "lock.waiting")
        mending = asyncio.create_task(town.reconcile("--mend"))
        await town.controls.stands_at(buyer.order_id, "lock.waiting")
        await town.controls.release(buyer.order_id, "lock.waiting")
        await town.controls.release(buyer.order_id, "status.write")
        await mending
        await town.controls.becomes(buyer.order_id, "P")


async def test_11_paid_on_two_pages(town: Street) -> None:
    """Whoever still has the first page pays it after the second: one processed order, and a case for a person."""
    async with taken_once(town) as about:
        about.append(buyer := await town.buyer())
        first = await buyer.buys(PRODUCT)
        await town.tree.wasl("payment", "cancel", (await buyer.payment()).id)
        second = await buyer.pays_again(await buyer.looks_at_order())
        assert first.url != second.url
        await buyer.pays(second)
        await town.controls.becomes(buyer.order_id, "P")
        await buyer.pays(first)
        await town.concerned(buyer, "paid_twice")
        await town.told(buyer)


async def test_13_edited_then_paid(town: Street) -> None:
    """The order's total was edited after the payment began: not settled, and a person is asked to look."""
    buyer = await town.buyer()
    page = await buyer.buys(PRODUCT)
    await town.controls.ask("PUT", f"orders/{buyer.order_id}", {"total": "60.00"})
    await buyer.pays(page)
    assert "60.00" in await town.parked(buyer.order_id)
    assert await town.controls.changes(buyer.order_id) == []
    assert (await buyer.payment()).state == "paid"


async def test_14_method_switched_then_paid(town: Street) -> None:
    """The order was given another payment method: refused, since it is no longer ours to settle."""
    buyer = await town.buyer()
    page = await buyer.buys(PRODUCT)
    await town.controls.ask("PUT", f"orders/{buyer.order_id}", {"payment_id": "0"})
    await buyer.pays(page)
    assert "payment method" in await town.parked(buyer.order_id)
    assert await town.controls.changes(buyer.order_id) == []
