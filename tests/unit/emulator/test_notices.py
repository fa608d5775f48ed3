"""Callbacks and IPNs: to whom, how often, and what chance does to them (PayTabs reference §5, §13)."""

import msgspec
import pytest

from unit.emulator.merchant import CALLBACK, Merchant, result
from wasl.emulator import Outgoing
from wasl.emulator.configuring import set_faults, set_ipn, set_page_faults
from wasl.emulator.control import act, transactions
from wasl.emulator.notices import BODIES_MAX
from wasl.emulator.signature import sign_body

IPN = "https://shop.example/ipn"


def paid_unheard(merchant: Merchant, cart_id: str = "o-1") -> Outgoing:
    """The only message due after a payment."""
    merchant.pay(merchant.open(cart_id=cart_id))
    [outgoing] = merchant.due()
    return outgoing


def state(merchant: Merchant, ref: str, number: int = 0) -> str:
    """What became of a transaction's delivery."""
    [view] = transactions(merchant.emulator, cart_id=None, tran_ref=ref)["transactions"]
    return str(view["deliveries"][number]["state"])


def test_a_callback_is_signed_over_its_bytes_and_says_who_sends_it(merchant: Merchant) -> None:
    """Header over raw body, the client key beside it, Go's agent."""
    outgoing = paid_unheard(merchant)
    assert outgoing.url == CALLBACK
    assert outgoing.headers == {
        "Content-Type": "application/json",
        "User-Agent": "Go-http-client/1.1",
        "Signature": sign_body(merchant.config.server_key, outgoing.body),
        "Client-Key": merchant.config.client_key,
    }


def test_five_retries_then_a_note(merchant: Merchant) -> None:
    """10 s, 30 s, 2 min, 10 min, 1 h after each other; the same bytes each time; then a note on the transaction."""
    outgoing = paid_unheard(merchant)
    for delay_s in (10, 30, 120, 600, 3600):
        merchant.emulator.report(outgoing.delivery_id, status=500)
        merchant.clock.forward(delay_s - 0.001)
        assert merchant.due() == ()
        merchant.clock.forward(0.001)
        assert merchant.due() == (outgoing,)
    merchant.emulator.report(outgoing.delivery_id, error="no answer")
    merchant.clock.forward(1e6)
    assert merchant.due() == ()
    [view] = transactions(merchant.emulator, cart_id="o-1", tran_ref=None)["transactions"]
    assert view["notes"] == ["callback to the merchant was given up after 6 attempts"]
    assert [one["answer"] for one in view["deliveries"][0]["attempts"]] == ["500"] * 5 + [""]
    assert view["deliveries"][0]["state"] == "exhausted"


@pytest.mark.parametrize("status", [403, 404, 405])
def test_three_answers_stop_retries_for_good(merchant: Merchant, status: int) -> None:
    """The trap of §5.5."""
    outgoing = paid_unheard(merchant)
    merchant.emulator.report(outgoing.delivery_id, status=status)
    merchant.clock.forward(1e6)
    assert merchant.due() == ()


@pytest.mark.parametrize(("status", "again"), [(200, 0), (204, 0), (302, 1), (401, 1), (410, 1), (503, 1), (None, 1)])
def test_any_2xx_ends_a_delivery_and_the_rest_is_retried(merchant: Merchant, status: int | None, again: int) -> None:
    """Redirects are no success."""
    outgoing = paid_unheard(merchant)
    merchant.emulator.report(outgoing.delivery_id, status=status, error="" if status else "refused")
    merchant.clock.forward(10)
    assert len(merchant.due()) == again


def test_what_is_on_its_way_is_not_sent_twice(merchant: Merchant) -> None:
    """Until it is reported, however long that takes; a report of something else is ignored."""
    outgoing = paid_unheard(merchant)
    merchant.clock.forward(1e5)
    assert merchant.due() == ()
    merchant.emulator.report("d999", status=200)
    merchant.emulator.report(outgoing.delivery_id, status=200)
    merchant.emulator.report(outgoing.delivery_id, status=500)
    merchant.clock.forward(1e5)
    assert merchant.due() == ()


def test_schedule_and_stop_codes_are_switches(merchant: Merchant) -> None:
    """Any delays, any codes, and 200 alone as success."""
    merchant.switch(retry_delays_s=[1], stop_statuses=[], success_statuses="200")
    outgoing = paid_unheard(merchant)
    merchant.emulator.report(outgoing.delivery_id, status=404)
    merchant.clock.forward(1)
    assert merchant.due() == (outgoing,)
    merchant.emulator.report(outgoing.delivery_id, status=204)
    merchant.clock.forward(1e5)
    assert merchant.due() == ()


def test_an_ipn_comes_beside_the_callback_unless_configured_otherwise(merchant: Merchant) -> None:
    """§5.3: the entry's own flag, and the switch over all."""
    set_ipn(merchant.emulator, {"url": IPN, "user_agent": "Shop/1"})
    merchant.pay(merchant.open())
    both = merchant.due()
    assert [one.url for one in both] == [CALLBACK, IPN]
    assert both[1].headers["User-Agent"] == "Shop/1"
    set_ipn(merchant.emulator, {"url": IPN, "with_callback": False})
    merchant.pay(merchant.open(cart_id="b"))
    merchant.pay(merchant.open(cart_id="c", callback=None))
    assert [one.url for one in merchant.due()] == [CALLBACK, IPN]
    set_ipn(merchant.emulator, {"url": IPN})
    merchant.switch(ipn_beside_callback="callback_only")
    merchant.pay(merchant.open(cart_id="d"))
    assert [one.url for one in merchant.due()] == [CALLBACK]


def test_an_ipn_fires_for_its_events_only(merchant: Merchant) -> None:
    """Types, and failures of whatever type."""
    set_ipn(merchant.emulator, {"entries": [{"url": IPN, "events": ["refund", "failure"]}]})
    ref = merchant.paid(callback=None)
    act(merchant.emulator, ref, "refund", {})
    merchant.pay(merchant.open(cart_id="b", callback=None), cvv="999")
    assert [result(one)[:2] for one in merchant.notices()] == [("Refund", "A"), ("Sale", "D")]


def test_a_basic_ipn_says_less(merchant: Merchant) -> None:
    """No people, no card; what moved and how it went."""
    set_ipn(merchant.emulator, {"url": IPN, "type": "Basic Web"})
    merchant.pay(merchant.open(callback=None))
    [notice] = merchant.notices()
    assert not {"customer_details", "payment_info", "threeDSDetails"} & set(notice)
    assert (notice["tran_total"], notice["payment_result"]["response_status"]) == ("12.30", "A")


def test_plain_http_gets_an_empty_body_when_strict(merchant: Merchant) -> None:
    """Documented for IPN: the signature of nothing is valid, and there is nothing."""
    merchant.switch(plain_http_notices="empty")
    outgoing = paid_unheard(merchant)
    assert outgoing.body == b""
    assert outgoing.headers["Signature"] == sign_body(merchant.config.server_key, b"")


def test_a_dropped_callback_is_lost_with_its_retries(merchant: Merchant) -> None:
    """Only that page's: faults of one page override everybody's, also for what follows from it."""
    page = merchant.open()
    set_page_faults(merchant.emulator, page.ref, {"callback": {"drop": 1.0}})
    merchant.pay(page)
    act(merchant.emulator, page.ref, "refund", {})
    merchant.pay(merchant.open(cart_id="other"))
    assert [one["cart_id"] for one in merchant.notices()] == ["other"]
    assert state(merchant, page.ref) == "lost"
    merchant.clock.forward(1e6)
    assert merchant.due() == ()


def test_a_doubled_callback_comes_twice_with_the_same_bytes(merchant: Merchant) -> None:
    """Within a second of each other, each with its own fate."""
    set_faults(merchant.emulator, {"callback": {"duplicate": 1.0}})
    merchant.pay(merchant.open())
    merchant.clock.forward(1)
    first, second = merchant.due()
    assert (first.body, first.headers) == (second.body, second.headers)
    assert first.delivery_id != second.delivery_id


def test_a_late_callback_comes_when_it_was_told_to(merchant: Merchant) -> None:
    """Between the two delays, here both the same."""
    set_faults(merchant.emulator, {"callback": {"delay_s": [2, 2]}})
    merchant.pay(merchant.open())
    merchant.clock.forward(1.999)
    assert merchant.due() == ()
    merchant.clock.forward(0.001)
    assert len(merchant.due()) == 1


def test_a_held_back_callback_is_overtaken_by_the_next(merchant: Merchant) -> None:
    """The later payment is heard first, the earlier right after it."""
    first = merchant.open(cart_id="first")
    set_page_faults(merchant.emulator, first.ref, {"callback": {"reorder": 1.0}})
    merchant.pay(first)
    assert merchant.due() == ()
    merchant.clock.forward(5)
    merchant.pay(merchant.open(cart_id="second"))
    merchant.clock.forward(0.001)
    assert [one["cart_id"] for one in merchant.notices()] == ["second", "first"]


def test_a_held_back_callback_comes_by_itself_in_the_end(merchant: Merchant) -> None:
    """Nothing overtakes it: half a minute."""
    set_faults(merchant.emulator, {"callback": {"reorder": 1.0}})
    merchant.pay(merchant.open())
    merchant.clock.forward(30)
    assert len(merchant.due()) == 1


def test_a_damaged_callback_does_not_match_its_signature(merchant: Merchant) -> None:
    """One bit of the body, after it was signed; the retry is whole."""
    set_faults(merchant.emulator, {"callback": {"corrupt": 1.0}})
    outgoing = paid_unheard(merchant)
    assert outgoing.headers["Signature"] != sign_body(merchant.config.server_key, outgoing.body)
    set_faults(merchant.emulator, {})
    merchant.emulator.report(outgoing.delivery_id, status=401)
    merchant.clock.forward(10)
    [again] = merchant.due()
    assert again.headers["Signature"] == sign_body(merchant.config.server_key, again.body)


def test_the_bytes_of_old_deliveries_are_let_go(merchant: Merchant) -> None:
    """The newest thousand can still be read; the attempts of all stay."""
    first = merchant.paid(cart_id="first")
    for number in range(BODIES_MAX):
        merchant.paid(cart_id=f"c{number}")
    deliveries = list(merchant.emulator.world.state.deliveries)
    assert [bool(one.body) for one in deliveries[:2]] == [False, True]
    assert (deliveries[0].ref, len(deliveries[0].attempts)) == (first, 1)


def test_the_trace_of_a_notice_is_its_own(merchant: Merchant) -> None:
    """`IPNS`, a node, the time and a number, both in hex."""
    notice = msgspec.json.decode(paid_unheard(merchant).body)
    prefix, seconds, number = notice["ipn_trace"].split(".")
    assert (prefix, int(seconds, 16), len(number)) == ("IPNS0201", merchant.clock.at_ms // 1000, 8)
