"""One shop with two storefronts, and two shops that share a PayTabs profile: no money settles another's order."""

from dataclasses import replace
from typing import Final

from race.counters import PRODUCT
from race.mall import Mall
from wasl.demo.part import HOST
from wasl.demo.tree import Ports
from wasl.engine.ports import Arrival

OTHER_PROFILE: Final = 48611
OTHER_KEY: Final = "SOTHEROTHE-OTHEROTHER-OTHEROTHER"


async def test_two_storefronts_with_two_profiles(mall: Mall) -> None:
    """Each storefront's buyers pay its own PayTabs profile, and neither store may settle the other's order."""
    profile = {"profile_id": OTHER_PROFILE, "server_key": OTHER_KEY}
    async with mall.http.post(f"{mall.tree.emulator_url}/_control/profiles", json=profile) as answer:
        assert answer.status in (200, 201)
    ports = Ports.free()
    urls = [f"http://{HOST}:{port}" for port in (ports.shop, ports.desk)]
    stores = [
        await mall.connect("first storefront", urls[0]),
        await mall.connect("second storefront", urls[1], profile_id=str(OTHER_PROFILE), server_key=OTHER_KEY),
    ]
    shop = await mall.shop("two-fronts", urls[0], *stores)
    fronts = [
        await mall.front(shop, stores[0], ports.shop), await mall.front(shop, stores[1], ports.desk, storefront=2)
    ]  # fmt: skip
    buyers = [await front.buyer() for front in fronts]
    for front, other, buyer in zip(fronts, reversed(fronts), buyers, strict=True):
        page = await buyer.buys(PRODUCT)
        assert (await other.door.tell(buyer.order_id)).receipt.arrival is Arrival.REFUSED
        assert await front.controls.status(buyer.order_id) == "N"
        back = await buyer.returns(await buyer.pays(page))
        assert back.url.startswith(front.controls.url)
        assert "dispatch=checkout.complete" in back.url
    transactions = [await buyer.gateway.transactions((await buyer.payment()).attempts[0].cart_id) for buyer in buyers]
    assert [len(one) for one in transactions] == [1, 1]


async def test_two_shops_with_one_profile_and_the_same_order_numbers(mall: Mall) -> None:
    """Both have an order of the same number at one PayTabs profile: each payment settles its own, and only that."""
    fronts = [await mall.open(name) for name in ("here", "there")]
    here, there = fronts
    buyers = [await front.buyer() for front in fronts]
    pages = [await buyer.buys(PRODUCT) for buyer in buyers]
    assert buyers[0].order_id == buyers[1].order_id
    number = buyers[0].order_id

    await buyers[0].pays(pages[0])
    await here.controls.becomes(number, "P")
    assert await there.controls.status(number) == "N"
    # What Wasl says for one shop is not even believed by the other: each has a secret of its own.
    stranger = replace(here.door, store=replace(here.door.store, store_url=there.controls.url))
    assert (await stranger.tell(number)).answer.status == 401

    await buyers[1].pays(pages[1])
    await there.controls.becomes(number, "P")
    assert (await buyers[0].tran_ref()) != (await buyers[1].tran_ref())
