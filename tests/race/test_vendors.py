"""A marketplace: one payment for a parent order, settled child by child (race matrix of reference §11.6, row 12)."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from race.counters import Street, running, street
from wasl.demo.buyers.buyer import Buyer
from wasl.demo.tree import Ports, Tree
from wasl.engine.ports import Arrival

VENDORS_GOODS = ("coffee", "oud")  # one of each vendor
TOTAL = "246.90"


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    """The same, with a Multi-Vendor shop."""
    with running(Tree(tmp_path_factory.mktemp("market"), Ports.free(), edition="MULTIVENDOR")) as tree:
        yield tree


@pytest.fixture
async def town(market: Tree) -> AsyncIterator[Street]:
    """The street in front of it."""
    async with street(market) as opened:
        yield opened


async def children(town: Street, parent: str) -> list[str]:
    """The numbers of a parent's children."""
    return [str(child["order_id"]) for child in (await town.controls.order(parent))["children"]]


async def bought_from_both(town: Street) -> Buyer:
    """A buyer with a parent order of two vendors' goods, on the payment page."""
    buyer = await town.buyer()
    await buyer.buys_together(VENDORS_GOODS)
    assert (await town.controls.order(buyer.order_id))["amount"] == TOTAL
    return buyer


async def test_12_paid_with_one_child_already_cancelled(town: Street) -> None:
    """The cancelled child stays, the other is processed, and the answer names both for whoever has to refund a part."""
    buyer = await bought_from_both(town)
    first, second = await children(town, buyer.order_id)
    before = [await town.controls.stock(product) for product in VENDORS_GOODS]
    await town.controls.pause(buyer.order_id, "lock.waiting")
    call = asyncio.create_task(town.door.tell(buyer.order_id, amount=TOTAL))
    await town.controls.stands_at(buyer.order_id, "lock.waiting")
    await town.controls.ask("PUT", f"orders/{second}/status", {"status": "I"})
    await town.controls.release(buyer.order_id, "lock.waiting")
    said = await call
    assert said.receipt.arrival is Arrival.CHANGED
    assert said.body["children"] == [{"order_id": first, "status": "P"}, {"order_id": second, "status": "I"}]
    assert second in said.body["reason"]
    assert [await town.controls.status(child) for child in (first, second)] == ["P", "I"]
    assert [await town.controls.stock(product) for product in VENDORS_GOODS] == [before[0] - 1, before[1]]
    assert await town.controls.mails(second) == []


async def test_a_parent_is_paid_by_one_payment(town: Street) -> None:
    """Both children are processed once, the buyer is thanked, and telling it again changes nothing."""
    buyer = await town.buyer()
    page = await buyer.buys_together(VENDORS_GOODS)
    back = await buyer.returns(await buyer.pays(page))
    assert "dispatch=checkout.complete" in back.url
    for child in await children(town, buyer.order_id):
        assert await town.controls.changes(child) == [("N", "P")]
        assert (await town.controls.order(child))["tran_ref"] == await buyer.tran_ref()
    await town.told(buyer)
    again = await town.door.tell(buyer.order_id, amount=TOTAL, version=99, ref=await buyer.tran_ref())
    assert again.receipt.arrival is Arrival.UNCHANGED
