"""Queries, and answers that chance spoils (PayTabs reference §4)."""

from typing import Any

import pytest

from unit.emulator.merchant import PROFILE_ID, Merchant, result
from wasl.emulator.configuring import set_faults
from wasl.emulator.control import act


def test_a_cart_is_a_bare_array_newest_first(merchant: Merchant) -> None:
    """§4.2: every attempt, without profile, trace, channel, token or shipping, and with serviceId 0."""
    declined = merchant.open(tokenise=2, shipping_details={"name": "Mona Ali"})
    merchant.pay(declined, cvv="999")
    merchant.clock.forward(121)
    paid = merchant.paid(tokenise=2)
    unused = merchant.open(cart_amount=1)
    told = merchant.cart()
    assert [one["tran_ref"] for one in told] == [unused.ref, paid, declined.ref]
    hidden = {"profileId", "merchantId", "trace", "paymentChannel", "token", "shipping_details", "user_defined"}
    assert all(not hidden & set(one) for one in told)
    assert {one["serviceId"] for one in told} == {0}
    assert "payment_result" not in told[0]


def test_regions_are_spelled_out_by_cart_only(merchant: Merchant) -> None:
    """§4.2: "Dubai" in the list, "DU" everywhere else."""
    for sent in ("DU", "Dubai"):
        ref = merchant.paid(cart_id=sent, customer_details={**merchant_details(), "state": sent})
        assert merchant.query(ref)["customer_details"]["state"] == "DU"
        assert merchant.cart(sent)[0]["customer_details"]["state"] == "Dubai"


def merchant_details() -> dict[str, str]:
    """A buyer the page asks nothing."""
    return {"name": "Mona Ali", "email": "m@x.example", "street1": "Road 1", "city": "Dubai", "country": "AE"}


@pytest.mark.parametrize("fields", [{}, {"tran_ref": "T", "cart_id": "c"}, {"tran_ref": "unknown"}, {"tran_ref": {}}])
def test_a_query_names_exactly_one_known_thing(merchant: Merchant, fields: dict[str, Any]) -> None:
    """Both, neither, or something unknown: code 2."""
    status, told = merchant.call("/payment/query", profile_id=PROFILE_ID, **fields)
    assert (status, told["code"]) == (400, 2)


def test_how_unpaid_and_unknown_things_are_told_is_a_switch(merchant: Merchant) -> None:
    """An object without a result and an empty list by default."""
    page = merchant.open()
    assert "payment_result" not in merchant.query(page.ref)
    assert merchant.cart("nobody") == []
    merchant.switch(unpaid_query="code_2", unpaid_in_cart_query="hidden", unknown_cart_query="code_2")
    assert merchant.query(page.ref)["code"] == 2
    assert merchant.cart()["code"] == 2
    assert merchant.cart("nobody")["code"] == 2


def test_a_cart_has_a_longest_list(merchant: Merchant) -> None:
    """The newest of them."""
    merchant.switch(cart_query_max=2, duplicate_window_s=0)
    refs = [merchant.open().ref for _ in range(3)]
    assert [one["tran_ref"] for one in merchant.cart()] == refs[:0:-1]


def test_a_stale_query_tells_what_was_known_a_minute_ago(merchant: Merchant) -> None:
    """What was decided since is not known, what came since does not exist."""
    ref = merchant.paid()
    merchant.clock.forward(61)
    act(merchant.emulator, ref, "refund", {})
    set_faults(merchant.emulator, {"query": {"stale": 1}})
    assert [one["tran_ref"] for one in merchant.cart()] == [ref]
    late = merchant.open(cart_id="late")
    merchant.pay(late)
    assert "payment_result" not in merchant.query(late.ref)
    assert result(merchant.query(ref))[1] == "A"


def test_a_query_can_fail_or_stay_unanswered(merchant: Merchant) -> None:
    """Errors are JSON or a proxy's HTML; a time-out is an answer that the shell holds back."""
    ref = merchant.paid()
    body = f'{{"profile_id":{PROFILE_ID},"tran_ref":"{ref}"}}'.encode()
    key = merchant.config.server_key
    set_faults(merchant.emulator, {"query": {"error": 1}})
    answers = [merchant.emulator.post("/payment/query", body, key=key, base_url="") for _ in range(50)]
    assert {(one.status, one.content_type) for one in answers} == {(500, "application/json"), (502, "text/html")}
    set_faults(merchant.emulator, {"query": {"timeout": 1}})
    assert merchant.emulator.post("/payment/query", body, key=key, base_url="").fate == "silent"


def test_a_lost_answer_is_a_page_that_exists(merchant: Merchant) -> None:
    """§10.11: the request is done, its repeat a duplicate, and the cart knows of it; an error does nothing at all."""
    set_faults(merchant.emulator, {"request": {"lost_answer": 1}})
    merchant.request()
    assert merchant.emulator.log[-1].fate == "lost"
    assert merchant.request()[1]["code"] == 4
    assert len(merchant.cart()) == 1
    set_faults(merchant.emulator, {"request": {"error": 1}})
    body = b'{"profile_id":47170}'
    answer = merchant.emulator.post("/payment/request", body, key=merchant.config.server_key, base_url="")
    assert answer.status >= 500
    assert len(merchant.cart()) == 1
