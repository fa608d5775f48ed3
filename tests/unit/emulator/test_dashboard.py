"""What happens behind the counter, and what the merchant hears of it (PayTabs reference §3.5, §3.6, §5.6)."""

import pytest

from unit.emulator.merchant import HELD, Merchant, result
from wasl.emulator import ControlRefusal
from wasl.emulator.control import act


def dashboard(merchant: Merchant, ref: str, action: str, amount: str | None = None) -> str:
    """The reference of what came of an action."""
    return str(act(merchant.emulator, ref, action, {"amount": amount})["tran_ref"])


def deferred(merchant: Merchant) -> str:
    """The reference of a number that waits to be paid."""
    page = merchant.open(cart_currency="SAR")
    merchant.emulator.choose(page.token, "sadad")
    merchant.notices()
    return page.ref


def test_a_deferred_payment_is_settled_by_a_sale_of_its_own(merchant: Merchant) -> None:
    """§10.4: a new reference that names the request, with the same code, to the same callback; no second time."""
    request = deferred(merchant)
    number = result(merchant.query(request))[2]
    merchant.clock.forward(4 * 3600)
    sale = dashboard(merchant, request, "settle")
    [notice] = merchant.notices()
    assert (notice["tran_ref"], notice["previous_tran_ref"]) == (sale, request)
    assert result(notice) == ("Sale", "A", number)
    assert len(notice["payment_result"]["transaction_time"]) == len("2026-09-07T07:08:57.034903127Z")
    assert result(merchant.query(request)) == ("Payment Request", "P", number)
    for action in ("settle", "expire"):
        with pytest.raises(ControlRefusal, match="not a deferred payment"):
            dashboard(merchant, request, action)


def test_a_number_nobody_pays_expires(merchant: Merchant) -> None:
    """X and 355 on the request's own reference, by hand or after five days, and it is told."""
    request = deferred(merchant)
    dashboard(merchant, request, "expire")
    assert [(one["tran_ref"], result(one)[1:]) for one in merchant.notices()] == [(request, ("X", "355"))]
    merchant.clock.forward(200)
    second = deferred(merchant)
    merchant.clock.forward(5 * 86_400)
    assert [(one["tran_ref"], result(one)[1:]) for one in merchant.notices()] == [(second, ("X", "355"))]


def test_a_held_payment_is_approved_by_capturing_it(merchant: Merchant) -> None:
    """§10.5: a Capture from the dashboard, possibly partial; afterwards the API captures the rest."""
    page = merchant.open()
    merchant.pay(page, card=HELD)
    merchant.notices()
    capture = dashboard(merchant, page.ref, "approve", "2.00")
    [notice] = merchant.notices()
    assert (notice["tran_ref"], notice["previous_tran_ref"], notice["tran_total"]) == (capture, page.ref, "2.00")
    assert (result(notice)[:2], notice["paymentChannel"]) == (("Capture", "A"), "Dashboard")
    assert result(merchant.act("capture", page.ref, "10.30"))[:2] == ("Capture", "A")


def test_a_held_payment_is_rejected_by_releasing_it(merchant: Merchant) -> None:
    """All of it goes back, and is told as a Release."""
    page = merchant.open()
    merchant.pay(page, card=HELD)
    merchant.notices()
    dashboard(merchant, page.ref, "reject")
    assert [(result(one)[:2], one["tran_total"]) for one in merchant.notices()] == [(("Release", "A"), "12.30")]


@pytest.mark.parametrize(("action", "status"), [("approve", "A"), ("reject", "D")])
def test_a_waiting_refund_is_decided_under_its_own_reference(merchant: Merchant, action: str, status: str) -> None:
    """§3.5: the same reference reports a second time, with another letter."""
    merchant.switch(refund="pending")
    refund = merchant.act("refund", merchant.paid())["tran_ref"]
    merchant.notices()
    assert dashboard(merchant, refund, action) == refund
    assert [(one["tran_ref"], result(one)[1]) for one in merchant.notices()] == [(refund, status)]
    with pytest.raises(ControlRefusal, match="does not wait"):
        dashboard(merchant, refund, action)


@pytest.mark.parametrize(("action", "status"), [("approve", "A"), ("reject", "D")])
def test_a_silent_bank_answers_late(merchant: Merchant, action: str, status: str) -> None:
    """E/401 may have been charged: what the bank says in the end is said under the same reference."""
    page = merchant.open()
    merchant.pay(page, card="4000000000000119")
    merchant.notices()
    dashboard(merchant, page.ref, action)
    assert [result(one)[1] for one in merchant.notices()] == [status]


def test_staff_refund_and_capture_in_parts(merchant: Merchant) -> None:
    """§10.13: what staff does is told by the original's callback; without an amount it is all that is left."""
    ref = merchant.paid()
    dashboard(merchant, ref, "refund", "5")
    dashboard(merchant, ref, "refund")
    assert [(one["tran_type"], one["tran_total"]) for one in merchant.notices()] == [
        ("Refund", "5.00"),
        ("Refund", "7.30"),
    ]
    with pytest.raises(ControlRefusal, match="cannot be given"):
        dashboard(merchant, ref, "refund")


@pytest.mark.parametrize(("amount", "said"), [("12.31", "Only 12.30 AED"), ("x", "amount is wrong"), ("-1", "wrong")])
def test_an_impossible_amount_is_refused_in_a_sentence(merchant: Merchant, amount: str, said: str) -> None:
    """Nothing becomes a transaction that staff could not have entered."""
    ref = merchant.paid()
    with pytest.raises(ControlRefusal, match=said) as refused:
        dashboard(merchant, ref, "refund", amount)
    assert (refused.value.status, refused.value.field) == (422, "amount")
    assert len(merchant.cart()) == 1


def test_an_action_that_does_not_exist_names_those_that_do(merchant: Merchant) -> None:
    """A script's typing error is answered with the list."""
    with pytest.raises(ControlRefusal, match="settle, approve"):
        dashboard(merchant, merchant.paid(), "steal")
    with pytest.raises(ControlRefusal, match="no transaction"):
        dashboard(merchant, "TST1", "refund")
