"""The whole gateway in process: repeatable, resettable, and aware of what is due."""

import msgspec

from unit.emulator.merchant import NOON_MS, Merchant
from wasl.emulator import EmulatorConfig
from wasl.emulator.configuring import add_profile, advance, set_faults, set_ipn
from wasl.emulator.control import transactions
from wasl.emulator.gateway import LOG_MAX, LOGGED_BYTES_MAX

FAULTS = {"callback": {"drop": 0.2, "duplicate": 0.3, "delay_s": [0, 60], "reorder": 0.2, "corrupt": 0.2}}


def story(seed: int | None) -> list[tuple[int, str, bytes]]:
    """Every message of forty payments with faults: when, by which id, which bytes."""
    merchant = Merchant(config=EmulatorConfig(seed=seed))
    set_faults(merchant.emulator, FAULTS)
    heard = []
    for number in range(40):
        merchant.clock.forward(3)
        page = merchant.open(cart_id=f"c{number}", tokenise=2)
        merchant.pay(page, cvv="123" if number % 3 else "999")
        for outgoing in merchant.due():
            heard.append((merchant.clock.at_ms, outgoing.delivery_id, outgoing.body))
            merchant.emulator.report(outgoing.delivery_id, status=200 if number % 2 else 500)
    return heard


def test_the_same_seed_tells_the_same_story() -> None:
    """Every reference, code, token, fault and byte; another seed, or none, differs."""
    assert story(5) == story(5)
    assert story(5) != story(6)
    assert story(None) != story(None)


def test_references_are_of_their_day_and_never_repeat() -> None:
    """§9.15; also not by a gateway that begins afresh a second later with the same seed."""
    merchant = Merchant()
    first = [merchant.open(cart_id=f"c{number}").ref for number in range(5)]
    assert all(ref.startswith("TST26238") and len(ref) == 16 for ref in first)
    assert first == sorted(set(first))
    again = Merchant()
    again.clock.at_ms = NOON_MS + 1000
    assert again.open().ref not in first
    merchant.clock.forward(86_400)
    assert merchant.open(cart_id="d").ref.startswith("TST26239")


def test_live_profiles_have_other_references() -> None:
    """A reference that begins with TST is a test."""
    merchant = Merchant()
    add_profile(merchant.emulator, {"profile_id": 8, "server_key": "S8", "test": False})
    assert merchant.request(key="S8", profile_id=8)[1]["tran_ref"].startswith("PTE26238")


def test_a_reset_forgets_everything_but_goes_on_counting() -> None:
    """As after a start with the same options; nothing due is sent any more, and no reference comes twice."""
    merchant = Merchant()
    page = merchant.open()
    merchant.pay(page)
    set_faults(merchant.emulator, FAULTS)
    set_ipn(merchant.emulator, {"url": "https://shop.example/ipn"})
    merchant.switch(refund="pending")
    advance(merchant.emulator, {"advance_s": 100})
    [outgoing] = merchant.due()
    merchant.emulator.reset()
    merchant.emulator.report(outgoing.delivery_id, status=200)
    assert transactions(merchant.emulator, cart_id=None, tran_ref=None) == {"transactions": []}
    assert merchant.emulator.page(page.token) is None
    assert merchant.emulator.next_due_ms() is None
    assert (merchant.emulator.world.switches.refund, merchant.emulator.world.now()) == ("approved", NOON_MS)
    assert merchant.open().ref > page.ref


def test_what_is_due_next_is_known() -> None:
    """Nothing at first; a page's end; a retry before it."""
    merchant = Merchant()
    assert merchant.emulator.next_due_ms() is None
    page = merchant.open()
    assert merchant.emulator.next_due_ms() == NOON_MS + 20 * 60_000
    merchant.pay(page)
    assert merchant.emulator.next_due_ms() == NOON_MS
    [outgoing] = merchant.due()
    merchant.emulator.report(outgoing.delivery_id, status=500)
    assert merchant.emulator.next_due_ms() == NOON_MS + 10_000


def test_whoever_waits_is_woken_by_every_change() -> None:
    """The courier sleeps until something may be due."""
    merchant, woken = Merchant(), []
    merchant.emulator.moved = lambda: woken.append(True)
    merchant.open()
    assert woken


def test_the_api_log_is_bounded_and_has_no_key() -> None:
    """The newest five hundred, long bodies cut."""
    merchant = Merchant()
    merchant.request(
        cart_description="x" * 100, customer_ref="y" * 255, user_defined={"udf1": "z" * 255}, filler="f" * 9000
    )
    assert len(merchant.emulator.log[0].request) == LOGGED_BYTES_MAX
    for _ in range(LOG_MAX):
        merchant.cart()
    assert len(merchant.emulator.log) == LOG_MAX
    assert merchant.config.server_key.encode() not in msgspec.json.encode(list(merchant.emulator.log))
