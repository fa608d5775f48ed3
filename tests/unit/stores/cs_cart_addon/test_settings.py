"""The payment method's settings in the back office: the real template, the add-on's own controller before CS-Cart's."""

import re

from unit.stores.cs_cart_addon.shop import Shop


async def chosen(shop: Shop, method: str) -> list[str]:
    """The options selected on the page of a payment method."""
    async with shop.http.get(f"{shop.url}/admin.php?dispatch=payments.update&payment_id={method}") as answer:
        page = await answer.text()
    assert "whsec_" not in page
    assert "key-of-" not in page
    assert re.findall(r'<option value="(s\d)"', page) == ["s1", "s2"]
    return re.findall(r'<option value="(\w+)" selected="selected"', page)


async def test_it_offers_the_stores_of_the_zip_and_shows_what_was_chosen(shop: Shop) -> None:
    """Names of stores and no key; a method not saved yet has chosen nothing."""
    assert not {"s1", "s2", "buyer"} & set(await chosen(shop, await shop.method()))
    saved = await chosen(shop, await shop.method(store_id="s2", currency_policy="buyer"))
    assert {"s2", "buyer"} <= set(saved)


async def test_the_processor_is_mended_where_methods_are_edited(shop: Shop) -> None:
    """An upload over an older version runs no installer: the page of methods puts the processor right."""
    method = await shop.method()
    await shop.sql("UPDATE ?:payment_processors SET admin_template = 'old.tpl' WHERE processor_script = 'wasl.php'")
    await chosen(shop, method)
    found = await shop.sql("SELECT admin_template FROM ?:payment_processors WHERE processor_script = 'wasl.php'")
    assert found == [{"admin_template": "wasl.tpl"}]
