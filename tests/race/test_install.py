"""The add-on comes and goes cleanly: what it brought goes with it, what the merchant and the buyers made stays."""

from pathlib import Path

import pytest

from race.counters import PRODUCT, Street
from wasl.demo.tree import ADDON, CLIENT_KEY, SERVER_KEY, Tree

OWN_TABLES = {"wasl_payments", "wasl_nonces"}


async def rows(town: Street) -> dict[str, int]:
    """How many rows each table has."""
    counted: dict[str, int] = (await town.controls.ask("GET", "rows"))["rows"]
    return counted


@pytest.mark.timeout(120)
async def test_nothing_of_it_is_left_behind(tree: Tree, town: Street) -> None:
    """Install, pay, uninstall: no table, no processor, no language variable of it; orders and the method stay."""
    await tree.shop.remove_addon()
    without = await rows(town)
    assert OWN_TABLES.isdisjoint(without)

    await tree.shop.add_addon(tree.folder / ADDON)
    method = await tree.shop.add_payment_method(params={"store_id": tree.store.store_id})
    assert without.keys() < (await rows(town)).keys()
    buyer = await town.buyer()
    await buyer.returns(await buyer.pays(await buyer.buys(PRODUCT)))
    await town.controls.becomes(buyer.order_id, "P")
    paid = await rows(town)
    assert paid["wasl_payments"] == 1

    await tree.shop.remove_addon()
    after = await rows(town)
    # What the buyer and the merchant made is theirs: the order, its data, the method, which is switched off.
    theirs = {table for table in without if after[table] != without[table]}
    assert theirs <= {"orders", "order_data", "order_details", "payments", "payment_descriptions", "sessions"} | {
        table for table in without if table.startswith(("log", "outbox", "demo_", "user_session", "lock"))
    }
    assert after.keys() == without.keys()
    methods = (await town.controls.ask("GET", "payments"))["payments"]
    assert [one["status"] for one in methods if str(one["payment_id"]) == method] == ["D"]

    await tree.shop.add_addon(tree.folder / ADDON)
    await tree.shop.add_payment_method(params={"store_id": tree.store.store_id})


async def test_uploading_it_again_changes_nothing(tree: Tree, town: Street) -> None:
    """The same zip over itself: the installer does not run again, and the shop sells as before."""
    before = await rows(town)
    await tree.shop.add_addon(tree.folder / ADDON)
    assert await rows(town) == before
    buyer = await town.buyer()
    await buyer.returns(await buyer.pays(await buyer.buys(PRODUCT)))
    await town.controls.becomes(buyer.order_id, "P")


def test_the_package_holds_no_key_of_paytabs(tree: Tree) -> None:
    """The shop's folder has neither the gateway's server key nor its client key, nor has its database."""
    files = [path for path in Path(tree.shop.folder).rglob("*") if path.is_file()]
    assert len(files) > 5
    for path in files:
        content = path.read_bytes()
        assert SERVER_KEY.encode() not in content
        assert CLIENT_KEY.encode() not in content
