"""The double's pages: its texts, its back office, its checkout, as a browser without scripts meets them."""

import json
import re
import subprocess
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
import pytest

from unit.demo.cs_cart.phpshop import CODE, Shop, packed

METHOD: Final = "1"  # the probe's payment method, which leaves at once for a page elsewhere
TEMPLATE: Final = "design/backend/templates/addons/probe/views/payments/components/cc_processors/probe.tpl"


class Visitor:
    """A browser at one shop that posts forms as the pages put them together."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.html = ""

    async def open(self, address: str) -> str:
        """A page, wherever it leads within the shop."""
        async with self.shop.http.get(f"{self.shop.url}/{address}") as answer:
            self.html = await answer.text()
            return self.html

    async def post(self, address: str, fields: Mapping[str, Any], *, file: bytes | None = None) -> str:
        """A form of the page that is open; the proof that it is ours is taken from there."""
        proof = re.search(r'name="security_hash" value="(\w+)"', self.html)
        assert proof, "no form on this page"
        form = aiohttp.FormData({"security_hash": proof[1], **fields})
        if file is not None:
            form.add_field("addon_pack", file, filename="addon.zip", content_type="application/zip")
        async with self.shop.http.post(f"{self.shop.url}/{address}", data=form) as answer:
            self.html = await answer.text()
            return self.html


@pytest.fixture
def visitor(shop: Shop) -> Visitor:
    """Somebody at an ordinary shop, in English."""
    return Visitor(shop)


def _texts(language: str) -> dict[str, str]:
    code = "echo json_encode(require $argv[1]);"
    words = ["php", "-r", code, "--", str(CODE / "texts" / f"{language}.php")]
    told: dict[str, str] = json.loads(subprocess.run(words, capture_output=True, check=True, timeout=20).stdout)
    return told


def test_both_languages_say_the_same_things() -> None:
    """The same names, none empty, each with the same values to fill in."""
    english, arabic = _texts("en"), _texts("ar")
    assert english.keys() == arabic.keys()
    assert all(english.values())
    assert all(arabic.values())
    for name, text in english.items():
        assert set(re.findall(r"\[\w+\]", text)) == set(re.findall(r"\[\w+\]", arabic[name])), name


def test_every_text_a_page_asks_for_is_there() -> None:
    """A name written out in a controller or a template is a name of the catalogue."""
    known = _texts("en").keys()
    asked = {
        name
        for file in sorted((CODE / "pages").rglob("*.php"))
        for name in re.findall(r"(?:\bt|__)\('([\w.]+)'[,)]", file.read_text())
    }
    assert asked
    assert asked <= known


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    "page",
    [
        "",
        "index.php?dispatch=checkout.checkout",
        "admin.php",
        "admin.php?dispatch=addons.manage",
        "admin.php?dispatch=addons.upload",
        "admin.php?dispatch=payments.manage",
        "admin.php?dispatch=payments.add",
        "admin.php?dispatch=payments.update&payment_id=1",
        "admin.php?dispatch=orders.manage&include_incompleted=1",
        "admin.php?dispatch=products.manage",
    ],
)
async def test_every_page_is_whole_in_both_languages(visitor: Visitor, page: str, language: str) -> None:
    """No text is missing (it would show as `_name`), no warning of PHP, and Arabic runs from right to left."""
    html = await visitor.open(f"{page}{'&' if '?' in page else '?'}sl={language}")
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html
    assert html.rstrip().endswith("</html>")
    assert not re.findall(r'[>"]_[a-z]+\.[a-z._]+', html)


async def test_an_addon_is_installed_and_uninstalled_in_the_back_office(visitor: Visitor) -> None:
    """Manual installation takes a zip; the list shows it; uninstalling takes it away."""
    await visitor.open("admin.php?dispatch=addons.manage")
    assert 'data-addon="probe"' in visitor.html
    await visitor.post("admin.php?dispatch=addons.uninstall", {"addon": "probe"})
    assert 'id="install-probe"' in visitor.html
    await visitor.open("admin.php?dispatch=addons.upload")
    await visitor.post("admin.php?dispatch=addons.upload", {}, file=packed())
    assert 'id="uninstall-probe"' in visitor.html


async def test_what_is_no_package_is_refused_with_a_sentence(visitor: Visitor) -> None:
    """A file that is no zip leads back to the upload, and says so."""
    await visitor.open("admin.php?dispatch=addons.upload")
    assert 'role="alert"' in await visitor.post("admin.php?dispatch=addons.upload", {}, file=b"no zip")
    assert "upload-install" in visitor.html


async def test_a_form_of_another_site_is_refused(shop: Shop) -> None:
    """Without the proof of a page of this session nothing is uninstalled."""
    async with shop.http.post(f"{shop.url}/admin.php?dispatch=addons.uninstall", data={"addon": "probe"}) as answer:
        assert answer.status == 403
    assert 'id="uninstall-probe"' in await Visitor(shop).open("admin.php?dispatch=addons.manage")


async def test_a_method_shows_the_settings_its_addon_brings_and_keeps_them(visitor: Visitor) -> None:
    """The tab "Configure" is the add-on's own template; what is chosen there stays chosen."""
    source = b"""<input name="payment_data[processor_params][mode]" value="{$processor_params.mode}">"""
    path = visitor.shop.state / "root" / TEMPLATE
    path.parent.mkdir(parents=True)
    path.write_bytes(source)
    query = "UPDATE ?:payment_processors SET admin_template = 'probe.tpl' WHERE processor_script = 'probe.php'"
    await visitor.shop.call("db_query", query)
    processor = (await visitor.shop.call("fn_get_processor_data", METHOD))["processor_id"]
    await visitor.open("admin.php?dispatch=payments.add")
    fields = {"payment_id": "0", "payment_data[payment]": "<Cards>", "payment_data[processor_id]": processor}
    await visitor.post("admin.php?dispatch=payments.update", {**fields, "payment_data[processor_params][mode]": 'a"b'})
    assert 'name="payment_data[processor_params][mode]" value="a&quot;b"' in visitor.html
    assert "&lt;Cards&gt;" in visitor.html


async def test_a_method_is_disabled_and_deleted(visitor: Visitor) -> None:
    """A disabled method is offered no longer, and a deleted one is gone."""
    await visitor.open("admin.php?dispatch=payments.manage")
    await visitor.post("admin.php?dispatch=payments.update_status", {"payment_id": METHOD, "status": "D"})
    assert 'id="no-methods"' in await Visitor(visitor.shop).open("")
    await visitor.post("admin.php?dispatch=payments.delete", {"payment_id": METHOD})
    assert f'data-payment="{METHOD}"' not in visitor.html


async def test_a_person_changes_an_order_and_the_stock(visitor: Visitor) -> None:
    """The back office changes a status through the shop's engine, mails whom the person ticks, and sets the shelf."""
    order_id = await visitor.shop.place("coffee")
    await visitor.open(f"admin.php?dispatch=orders.details&order_id={order_id}")
    fields = {"order_id": order_id, "status": "P", "notify_user": "Y"}
    assert 'data-status="P"' in await visitor.post("admin.php?dispatch=orders.update_status", fields)
    told = await visitor.shop.control("GET", f"orders/{order_id}")
    assert (told["status"], told["by_hand"]) == ("P", True)
    mails = (await visitor.shop.control("GET", f"outbox?order_id={order_id}"))["items"]
    assert [mail["to"] for mail in mails] == ["customer"]
    await visitor.open("admin.php?dispatch=products.manage")
    await visitor.post("admin.php?dispatch=products.m_update", {"products_data[coffee][amount]": "7"})
    assert await visitor.shop.stock("coffee") == 7


async def test_goods_go_into_the_cart_and_a_stranger_sees_no_order(visitor: Visitor) -> None:
    """The cart has what was put in; an order of somebody else is not shown, nor is it told apart from none."""
    assert 'id="empty-cart"' in await visitor.open("index.php?dispatch=checkout.checkout")
    await visitor.open("")
    for product in ("coffee", "oud"):
        fields = {f"product_data[{product}][product_id]": product, f"product_data[{product}][amount]": "1"}
        await visitor.post("index.php?dispatch=checkout.add", fields)
    assert 'id="place-order"' in visitor.html
    assert "246.90" in visitor.html
    order_id = await visitor.shop.place("dates")
    visitor.shop.http.cookie_jar.clear()
    theirs = await visitor.open(f"index.php?dispatch=orders.details&order_id={order_id}")
    nobodys = await visitor.open("index.php?dispatch=orders.details&order_id=99999")
    assert theirs.replace(order_id, "99999") == nobodys
    assert 'id="order-id"' not in theirs
