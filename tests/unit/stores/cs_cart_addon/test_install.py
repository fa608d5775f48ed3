"""Installing, upgrading and taking it away again."""

import json

from unit.stores.cs_cart_addon.shop import Shop


async def rows(shop: Shop) -> dict[str, int]:
    """How many rows each table has."""
    dump = json.loads(await shop.cli("dump"))
    ignored = {"logs", "demo_log", "sessions"}
    return {table: len(found) for table, found in dump.items() if table not in ignored}


async def test_install_and_uninstall_leave_no_row_behind(shop: Shop) -> None:
    """Twice round: the tables are gone, the processor and the texts too; the merchant's method stays, switched off."""
    await shop.cli("uninstall", "wasl")
    before = await rows(shop)
    assert not [table for table in before if table.startswith("wasl")]
    await shop.cli("install", str(shop.state / "addon.zip"))
    await shop.cli("uninstall", "wasl")
    assert await rows(shop) == before
    await shop.cli("install", str(shop.state / "addon.zip"))
    method = await shop.method(store_id="s1")
    await shop.cli("uninstall", "wasl")
    kept = (await shop.sql("SELECT * FROM ?:payments WHERE payment_id = ?i", method))[0]
    assert (kept["processor_id"], kept["processor_params"], kept["status"]) == ("0", "", "D")


async def test_another_upload_keeps_what_is_there(shop: Shop) -> None:
    """A newer zip over an older one: payments under way can still be settled."""
    order_id = await shop.begun(await shop.method())
    await shop.cli("install", str(shop.state / "addon.zip"))
    assert (await shop.settle(order_id))["result"] == "changed"
    assert await shop.one("SELECT COUNT(*) FROM ?:payment_processors WHERE processor_script = 'wasl.php'") == "1"
