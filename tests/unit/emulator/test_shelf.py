"""State in a file outlives the process: transactions, pages, tokens, and what is still to be delivered."""

import sqlite3
from pathlib import Path

import pytest

from unit.emulator.merchant import PROFILE_ID, Merchant, result
from wasl.emulator import ConfigRefused, EmulatorConfig, Leaving, SqliteShelf
from wasl.emulator.configuring import add_profile, advance, set_ipn, set_page_faults
from wasl.emulator.control import act


def start(path: Path, merchant: Merchant | None = None) -> Merchant:
    """A process on the file, at the time where the one before stopped."""
    started = Merchant(shelf=SqliteShelf(path), config=EmulatorConfig(seed=7))
    if merchant:
        started.clock.at_ms = merchant.clock.at_ms
    return started


def stop(merchant: Merchant) -> None:
    """Let go of the file, as a killed process does."""
    assert isinstance(merchant.shelf, SqliteShelf)
    merchant.shelf.close()


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    """Queries, carts, an open page, a token, another profile, switches, page faults and the moved clock."""
    before = start(tmp_path / "state.db")
    paid = before.paid(tokenise=2, user_defined={"udf1": "a"})
    told, listed = before.query(paid), before.cart()
    page = before.open(cart_id="open")
    set_page_faults(before.emulator, page.ref, {"callback": {"drop": 1}})
    add_profile(before.emulator, {"profile_id": 8, "server_key": "S8"})
    before.switch(refund="pending")
    advance(before.emulator, {"advance_s": 60})
    stop(before)
    after = start(tmp_path / "state.db", before)
    assert (after.query(paid), after.cart()) == (told, listed)
    assert after.call("/payment/token", profile_id=PROFILE_ID, token=told["token"])[0] == 200
    assert after.request(key="S8", profile_id=8)[0] == 200
    assert after.emulator.world.now() == after.clock.at_ms + 60_000
    assert isinstance(after.pay(page), Leaving)
    assert after.notices() == []
    assert result(after.act("refund", paid))[1] == "P"
    assert after.open(cart_id="new").ref > page.ref
    stop(after)


def test_deliveries_go_on_where_they_were(tmp_path: Path) -> None:
    """A retry that was scheduled, and one that was on its way when the process died."""
    before = start(tmp_path / "state.db")
    before.pay(before.open())
    [outgoing] = before.due()
    before.emulator.report(outgoing.delivery_id, status=500)
    before.pay(before.open(cart_id="b"))
    [lost_on_the_way] = before.due()
    stop(before)
    after = start(tmp_path / "state.db", before)
    assert after.due() == (lost_on_the_way,)
    after.clock.forward(10)
    assert after.due() == (outgoing,)
    stop(after)


def test_what_happens_by_itself_still_happens(tmp_path: Path) -> None:
    """A page ends, a number expires and a refund is decided although the process that scheduled them is gone."""
    before = start(tmp_path / "state.db")
    before.switch(page_expiry="notified", refund="pending", pending_refund_decided_after_s=100)
    ref = before.paid(cart_id="paid")
    refund = before.act("refund", ref)["tran_ref"]
    number = before.open(cart_id="number", cart_currency="SAR")
    before.emulator.choose(number.token, "sadad")
    unused = before.open(cart_id="unused")
    before.notices()
    stop(before)
    after = start(tmp_path / "state.db", before)
    after.clock.forward(6 * 86_400)
    heard = {one["tran_ref"]: result(one)[1] for one in after.notices()}
    assert heard == {unused.ref: "X", number.ref: "X", refund: "A"}
    stop(after)


def test_duplicates_are_known_after_a_restart(tmp_path: Path) -> None:
    """The two minutes go on."""
    before = start(tmp_path / "state.db")
    before.open()
    stop(before)
    after = start(tmp_path / "state.db", before)
    assert after.request()[0] == 409
    stop(after)


def test_the_configured_keys_count(tmp_path: Path) -> None:
    """A key given at the start replaces the one in the file; what was set in the meantime stays."""
    before = start(tmp_path / "state.db")
    set_ipn(before.emulator, {"url": "https://shop.example/ipn"})
    stop(before)
    shelf = SqliteShelf(tmp_path / "state.db")
    after = Merchant(shelf=shelf, config=EmulatorConfig(server_key="SNEW"))
    after.pay(after.open(callback=None))
    assert [one.url for one in after.due()] == ["https://shop.example/ipn"]
    stop(after)


def test_a_reset_empties_the_file(tmp_path: Path) -> None:
    """Nothing comes back after it."""
    before = start(tmp_path / "state.db")
    ref = before.paid()
    act(before.emulator, ref, "refund", {})
    before.emulator.reset()
    stop(before)
    after = start(tmp_path / "state.db", before)
    assert after.cart() == []
    stop(after)


def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """No database, one of another format, and one that another emulator has."""
    (tmp_path / "text.db").write_text("not a database, but long enough to look at " * 50)
    with pytest.raises(ConfigRefused, match="cannot be used"):
        SqliteShelf(tmp_path / "text.db")
    other = sqlite3.connect(tmp_path / "newer.db")
    other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(ConfigRefused, match="format 99"):
        SqliteShelf(tmp_path / "newer.db")
