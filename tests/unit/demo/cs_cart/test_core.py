"""The core of the CS-Cart double: each claim is a sentence of the CS-Cart reference, tried over real HTTP."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from unit.demo.cs_cart.phpshop import Shop, packed, php_shop, run_cli

MAILED = {"customer", "department"}
UNKNOWN_ORDER = 99999


async def _status(shop: Shop, order_id: str) -> str:
    return str((await shop.control("GET", f"orders/{order_id}"))["status"])


async def _mails(shop: Shop, order_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await shop.control("GET", f"outbox?order_id={order_id}"))["items"]
    return items


async def _arrived(shop: Shop, order_id: str, point: str, count: int) -> None:
    async with asyncio.timeout(20):
        while (await shop.control("GET", f"orders/{order_id}/pause?point={point}"))["arrived"] < count:  # noqa: ASYNC110 - as below
            await asyncio.sleep(0.02)  # the other side is a process of PHP: there is nothing here to be told by


@pytest.mark.parametrize(
    ("path", "results", "stock", "mails"),
    [
        ("N", [False], 0, 0),
        ("P", [True], -1, 1),
        ("PP", [True, False], -1, 1),
        ("PC", [True, True], -1, 2),
        ("PI", [True, True], 0, 2),
        ("FP", [True, True], -1, 2),
        ("FD", [True, True], 0, 2),
        ("OP", [True, True], -1, 2),
        ("PN", [True, True], 0, 1),
    ],
)
async def test_a_change_of_status_moves_stock_by_the_inventory_flags(
    shop: Shop, path: str, results: list[bool], stock: int, mails: int
) -> None:
    """Stock goes out from I to D and back from D to I; the same status does nothing; N is never mailed."""
    before = await shop.stock("coffee")
    order_id = await shop.place("coffee")
    assert [await shop.call("fn_change_order_status", order_id, letter) for letter in path] == results
    assert await _status(shop, order_id) == path[-1]
    assert await shop.stock("coffee") - before == stock
    assert len(await _mails(shop, order_id)) == mails * len(MAILED)


async def test_an_unknown_order_is_not_changed(shop: Shop) -> None:
    """The engine says false of an order that is not there."""
    assert await shop.call("fn_change_order_status", UNKNOWN_ORDER, "P") is False


async def test_a_shortage_makes_the_order_backordered(shop: Shop) -> None:
    """One short line: all lines go back, and the target becomes B in silence; asked again, nothing happens."""
    order_id = await shop.place("coffee", "dates")
    coffee = await shop.stock("coffee")
    await shop.control("PUT", "products/dates", {"stock": 0})
    assert await shop.call("fn_change_order_status", order_id, "P") is True
    assert await _status(shop, order_id) == "B"
    assert (await shop.stock("coffee"), await shop.stock("dates")) == (coffee, 0)
    assert await shop.call("fn_change_order_status", order_id, "P") is False


async def test_a_hook_can_veto(shop: Shop) -> None:
    """A handler that sets the target back to the source refuses the change, and the stock is put back."""
    order_id, before = await shop.place("coffee"), await shop.stock("coffee")
    await shop.call("fn_set_storage_data", "probe.veto", "P")
    assert await shop.call("fn_change_order_status", order_id, "P") is False
    assert (await _status(shop, order_id), await shop.stock("coffee")) == ("N", before)
    assert await _mails(shop, order_id) == []


async def test_mails_go_to_those_not_muted(shop: Shop) -> None:
    """A receiver set to false gets nothing; one not named gets what the shop's settings say."""
    order_id = await shop.place("coffee")
    await shop.call("fn_change_order_status", order_id, "P", "", {"C": False})
    assert [mail["to"] for mail in await _mails(shop, order_id)] == ["department"]


async def test_without_a_lock_two_requests_move_stock_twice(shop: Shop) -> None:
    """The engine is as naive as the original: both read N, both take the piece, both mail."""
    order_id, before = await shop.place("coffee"), await shop.stock("coffee")
    await shop.control("PUT", f"orders/{order_id}/pause", {"point": "status.stock"})
    both = [asyncio.create_task(shop.call("fn_change_order_status", order_id, "P")) for _ in range(2)]
    await _arrived(shop, order_id, "status.stock", 2)
    await shop.control("DELETE", f"orders/{order_id}/pause")
    assert await asyncio.gather(*both) == [True, True]
    assert await shop.stock("coffee") - before == -2
    assert len(await _mails(shop, order_id)) == 2 * len(MAILED)


@pytest.mark.parametrize("lock", ["database", "none"])
async def test_a_lock_keeps_the_second_request_out(tmp_path: Path, lock: str) -> None:
    """Under the lock service, or GET_LOCK in a release without it, the stock moves once."""
    async with php_shop(tmp_path, lock=lock) as shop:
        order_id, before = await shop.place("coffee"), await shop.stock("coffee")
        await shop.control("PUT", f"orders/{order_id}/pause", {"point": "status.write"})
        await shop.control("PUT", f"orders/{order_id}/pause", {"point": "lock.waiting"})
        await shop.control("DELETE", f"orders/{order_id}/pause?point=lock.waiting")
        both = [asyncio.create_task(shop.call("fn_probe_change_locked", order_id, "P")) for _ in range(2)]
        await _arrived(shop, order_id, "status.write", 1)
        await _arrived(shop, order_id, "lock.waiting", 2)
        await shop.control("DELETE", f"orders/{order_id}/pause")
        assert sorted(await asyncio.gather(*both)) == [False, True]
        assert await shop.stock("coffee") - before == -1


async def test_a_payment_is_finished_once(shop: Shop) -> None:
    """Finishing works once per started payment; a later word is dropped without a sign, as it is without a start."""
    order_id = await shop.place("coffee")
    assert await shop.call("fn_finish_payment", order_id, {"order_status": "P"}) is True
    assert await _status(shop, order_id) == "N"
    left = await shop.http.post(
        f"{shop.url}/index.php?dispatch=probe.call", json=["fn_start_payment", [order_id]], allow_redirects=False
    )
    assert left.headers["Location"] == f"https://pay.example/page?order={order_id}&mode=call"
    await shop.call("fn_finish_payment", order_id, {"order_status": "F", "reason_text": "declined"})
    await shop.call("fn_finish_payment", order_id, {"order_status": "P"})
    assert await _status(shop, order_id) == "F"
    assert (await shop.call("fn_get_order_info", order_id))["payment_info"]["reason_text"] == "declined"


async def test_a_parent_passes_on_what_it_is_told(tmp_path: Path) -> None:
    """Multi-Vendor: one child per vendor; statuses and payment information go to children, the parent stays T."""
    async with php_shop(tmp_path, edition="MULTIVENDOR") as shop:
        parent = await shop.place("coffee", "oud")
        view = await shop.control("GET", f"orders/{parent}")
        children = [child["order_id"] for child in view["children"]]
        totals = [(await shop.control("GET", f"orders/{child}"))["amount"] for child in children]
        assert (view["status"], view["amount"], totals) == ("T", "246.90", ["57.90", "189.00"])
        await shop.call("fn_update_order_payment_info", parent, {"transaction_id": "TST1"})
        await shop.call("fn_change_order_status", children[0], "I")
        assert await shop.call("fn_change_order_status", parent, "P") is True
        assert [await _status(shop, order_id) for order_id in (parent, *children)] == ["T", "P", "P"]
        infos = [(await shop.call("fn_get_order_info", child))["payment_info"] for child in children]
        assert [info["transaction_id"] for info in infos] == ["TST1", "TST1"]


@pytest.mark.parametrize(
    ("status", "target"),
    [("N", "checkout.checkout"), ("F", "checkout.checkout"), ("P", "checkout.complete"), ("B", "checkout.complete")],
)
async def test_the_buyer_is_routed_by_the_status(shop: Shop, status: str, target: str) -> None:
    """Thanked for inventory D or a backorder, sent back to the checkout otherwise; the request always ends."""
    order_id = await shop.place("coffee")
    await shop.call("fn_change_order_status", order_id, status)
    asked = ["fn_order_placement_routines", ["route", order_id]]
    answer = await shop.http.post(f"{shop.url}/index.php?dispatch=probe.call", json=asked, allow_redirects=False)
    assert answer.status == 302
    assert answer.headers["Location"].startswith(f"{shop.url}/index.php?dispatch={target}")


async def test_paying_again_makes_the_order_open(shop: Shop) -> None:
    """Repay: one more attempt is counted, the status becomes O at once, and the script sends the buyer away."""
    order_id = await shop.place("coffee")
    await shop.call("fn_change_order_status", order_id, "F")
    info = await shop.call("fn_get_order_info", order_id)
    asked = ["fn_repay_order", [info, {}, {}]]
    answer = await shop.http.post(f"{shop.url}/index.php?dispatch=probe.call", json=asked, allow_redirects=False)
    view = await shop.control("GET", f"orders/{order_id}")
    assert answer.headers["Location"].startswith("https://pay.example/")
    assert (view["repaid"], view["status"]) == (1, "O")


async def test_a_form_from_elsewhere_is_refused_and_starts_a_session(shop: Shop) -> None:
    """A POST without the buyer's cookie and hash is refused; its new session replaces the buyer's: SameSite=Lax."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as stranger:
        answer = await stranger.post(f"{shop.url}/index.php?dispatch=checkout.place_order")
        cookie = answer.cookies["sid_customer_1"]
        again = await stranger.post(f"{shop.url}/index.php?dispatch=checkout.place_order")
    assert answer.status == 403
    assert (cookie["samesite"], cookie["httponly"]) == ("Lax", True)
    assert again.cookies["sid_customer_1"].value != cookie.value


async def test_a_session_is_bound_to_its_browser(shop: Shop) -> None:
    """Another User-Agent with the buyer's number destroys the session."""
    await shop.place("coffee")
    assert (await shop.control("GET", "rows"))["rows"]["sessions"] == 1
    jar = {cookie.key: cookie.value for cookie in shop.http.cookie_jar}
    async with aiohttp.ClientSession(headers={"User-Agent": "somebody else"}) as thief:
        await thief.post(
            f"{shop.url}/index.php?dispatch=probe.call&sid_customer_1={jar['sid_customer_1']}", json=["time", []]
        )
    stolen = await shop.call("fn_is_order_allowed", "1042", {"order_ids": []})
    assert stolen is False
    assert {cookie.key: cookie.value for cookie in shop.http.cookie_jar} != jar


async def test_an_addon_leaves_no_row(tmp_path: Path) -> None:
    """Installed and uninstalled, every table has as many rows as before, and the add-on's own are gone."""
    (tmp_path / "shop.json").write_text('{"url": "http://shop.example"}')
    (tmp_path / "probe.zip").write_bytes(packed())
    before = run_cli(tmp_path, "dump").stdout
    assert run_cli(tmp_path, "install", str(tmp_path / "probe.zip")).stdout == "installed probe 1.0.0\n"
    installed = run_cli(tmp_path, "dump").stdout
    assert '"name":"installed","price":"57.90"' in installed
    assert '"name":"probe.greeting","value":"Hello [name] ar"' in installed
    assert run_cli(tmp_path, "uninstall", "probe").returncode == 0
    assert run_cli(tmp_path, "dump").stdout == before


async def test_an_upgrade_runs_no_installer(tmp_path: Path) -> None:
    """A newer package replaces files and texts; installer functions and queries are not run again."""
    (tmp_path / "shop.json").write_text('{"url": "http://shop.example"}')
    old, new = tmp_path / "old.zip", tmp_path / "new.zip"
    old.write_bytes(packed(("app/addons/probe/gone.php", "<?php\n")))
    new.write_bytes(packed(version="1.1.0", prefix="folder/"))
    run_cli(tmp_path, "install", str(old))
    assert run_cli(tmp_path, "install", str(new)).stdout == "installed probe 1.1.0\n"
    assert run_cli(tmp_path, "dump").stdout.count('"name":"installed"') == 1
    assert not (tmp_path / "root/app/addons/probe/gone.php").exists()


@pytest.mark.parametrize("name", ["index.php", "config.local.php", "app/Tygh/Registry.php", ".htaccess", "../evil.php"])
async def test_a_package_with_files_of_the_core_is_refused(tmp_path: Path, name: str) -> None:
    """A package that would overwrite the shop itself is refused outright."""
    (tmp_path / "shop.json").write_text('{"url": "http://shop.example"}')
    (tmp_path / "probe.zip").write_bytes(packed((name, "x")))
    done = run_cli(tmp_path, "install", str(tmp_path / "probe.zip"))
    assert done.returncode == 1
    assert "refused" in done.stderr
    assert '"addons":[]' in run_cli(tmp_path, "dump").stdout


async def test_the_database_speaks_as_mysql_does(shop: Shop) -> None:
    """Unknown keys are dropped, values are strings, decimals keep their places, an ignored insert is no error."""
    insert = "INSERT IGNORE INTO ?:probe_marks ?e"
    assert await shop.call("db_query", insert, {"name": "o'neil ?s", "price": "5.10", "nonsense": 1}) == 2
    assert await shop.call("db_query", insert, {"name": "o'neil ?s"}) is True
    row = await shop.call("db_get_row", "SELECT * FROM ?:probe_marks WHERE name IN (?a)", ["o'neil ?s", "x"])
    assert row == {"mark_id": "2", "name": "o'neil ?s", "price": "5.10", "seen_at": "0"}
    assert (
        await shop.call("db_query", "UPDATE ?:probe_marks SET ?u WHERE mark_id = ?i", {"seen_at": 7, "no": 1}, "2") == 1
    )
    assert await shop.call("db_get_field", "SELECT name FROM ?:probe_marks WHERE mark_id = ?i", 77) == ""


async def test_a_buyers_currency_is_converted_by_its_coefficient(tmp_path: Path) -> None:
    """Divided by the coefficient and rounded to the currency's own decimals."""
    currencies = [
        {"code": "KWD", "coefficient": 12.2, "decimals": 3},
        {"code": "JPY", "coefficient": 0.025, "decimals": 0},
    ]
    async with php_shop(tmp_path, currencies=currencies) as shop:
        convert = "fn_format_price_by_currency"
        assert await shop.call(convert, "57.90", "SAR", "KWD") == 4.746
        assert await shop.call(convert, "57.90", "SAR", "JPY") == 2316
