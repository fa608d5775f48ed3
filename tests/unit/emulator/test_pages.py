"""The hosted page: every way through it, and what each leaves behind (PayTabs reference §9 and §10)."""

import pytest

from unit.emulator.merchant import HELD, MONA, VERIFIED, Merchant, result
from wasl.emulator import Corrected, Leaving, Onwards, PageClosed
from wasl.emulator.configuring import add_profile
from wasl.emulator.control import close
from wasl.emulator.forms import Wrong
from wasl.emulator.pages import Step
from wasl.emulator.records import Stage


def leaving(step: Step) -> Leaving:
    """The step, which has to be the last one."""
    assert isinstance(step, Leaving)
    return step


def test_the_happy_path(merchant: Merchant) -> None:
    """§10.1: create, pay, callback with the same reference, return with the same result."""
    page = merchant.open()
    step = leaving(merchant.pay(page))
    [notice] = merchant.notices()
    assert notice["tran_ref"] == page.ref == step.fields["tranRef"]
    assert result(notice)[:2] == ("Sale", "A")
    assert step.fields["respCode"] == notice["payment_result"]["response_code"]
    assert result(merchant.query(page.ref)) == result(notice)


def test_a_closed_tab_leaves_no_trace(merchant: Merchant) -> None:
    """§10.2: nothing arrives, and the query says that nothing is decided."""
    page = merchant.open()
    close(merchant.emulator, page.ref)
    merchant.clock.forward(3600)
    assert merchant.notices() == []
    assert "payment_result" not in merchant.query(page.ref)
    with pytest.raises(PageClosed):
        merchant.pay(page)


def test_a_decline_ends_the_page_and_the_next_page_pays(merchant: Merchant) -> None:
    """§10.3: wrong security code, 305, dead link; another cart, another reference, paid."""
    page = merchant.open()
    assert leaving(merchant.pay(page, cvv="999")).fields["respCode"] == "305"
    with pytest.raises(PageClosed):
        merchant.pay(page)
    second = merchant.open(cart_id="o-1042-2")
    merchant.pay(second)
    assert [result(one)[1] for one in merchant.notices()] == ["D", "A"]
    assert second.ref != page.ref


def test_a_deferred_method_makes_two_transactions(merchant: Merchant) -> None:
    """§10.4: a payment request whose code is the number to quote; the query knows that it began as a sale."""
    page = merchant.open(cart_currency="EGP")
    step = leaving(merchant.emulator.choose(page.token, "aman"))
    [notice] = merchant.notices()
    assert result(notice)[:2] == ("Payment Request", "P")
    number = notice["payment_result"]["response_code"]
    assert step.fields["respCode"] == number == notice["payment_result"]["acquirer_ref"]
    assert (len(number), number.isdigit()) == (14, True)
    assert notice["payment_info"]["payment_method"] == "Aman"
    assert "original_tran_type" not in notice
    assert merchant.query(page.ref)["original_tran_type"] == "Sale"


def test_a_held_sale_becomes_an_authorisation(merchant: Merchant) -> None:
    """§10.5: H and Auth everywhere; only the query says that it was a sale."""
    page = merchant.open()
    leaving(merchant.pay(page, card=HELD))
    [notice] = merchant.notices()
    assert result(notice)[:2] == ("Auth", "H")
    assert notice["payment_result"]["response_message"] == "Authorised"
    assert "original_tran_type" not in notice
    queried = merchant.query(page.ref)
    assert (queried["tran_type"], queried["original_tran_type"]) == ("Auth", "Sale")


def test_cancel_is_told_on_both_ways(merchant: Merchant) -> None:
    """§10.10: C and 321, "No Payment", by callback and return."""
    page = merchant.open(user_defined={"udf1": "a"})
    step = leaving(merchant.emulator.cancel(page.token))
    [notice] = merchant.notices()
    assert (step.fields["respStatus"], step.fields["respCode"]) == ("C", "321")
    assert notice["payment_info"] == {"card_scheme": "", "payment_description": "No Payment"}
    assert notice["user_defined"] == {"udf1": "a"}
    assert "threeDSDetails" not in notice


def test_two_tabs_make_two_payments(merchant: Merchant) -> None:
    """§10.12: nothing at the gateway keeps two pages of one order from both being paid."""
    first, second = merchant.open(), merchant.open(cart_id="o-1042-2")
    merchant.pay(first)
    merchant.pay(second)
    assert [result(one)[1] for one in merchant.notices()] == ["A", "A"]


@pytest.mark.parametrize(("otp", "status", "answer"), [("1234", "A", "Y"), ("0000", "D", "N"), (None, "D", "N")])
def test_three_d_secure_decides(merchant: Merchant, otp: str | None, status: str, answer: str) -> None:
    """The right password passes; a wrong one and giving up there are both 310."""
    page = merchant.open()
    step = merchant.pay(page, card=VERIFIED)
    assert isinstance(step, Onwards)
    assert step.page.stage is Stage.PROOF
    assert merchant.notices() == []
    code = leaving(merchant.emulator.prove(page.token, otp)).fields["respCode"]
    [notice] = merchant.notices()
    assert result(notice)[1] == status
    assert notice["threeDSDetails"]["paResStatus"] == answer
    assert (code == "310") is (status == "D")


def test_leaving_the_bank_page_is_345(merchant: Merchant) -> None:
    """A buyer who never comes back from the bank is declined when the page ends, and the merchant hears of it."""
    page = merchant.open()
    merchant.pay(page, card=VERIFIED)
    merchant.clock.forward(20 * 60)
    assert [result(one) for one in merchant.notices()] == [("Sale", "D", "345")]


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [
        ("4000000000009995", "D", "316"),
        ("4000000000000069", "D", "300"),
        ("4000000000000119", "E", "401"),
        ("4000000000000341", "D", "501"),
    ],
)
def test_the_emulators_own_cards(merchant: Merchant, number: str, status: str, code: str) -> None:
    """Each of them always answers the same."""
    page = merchant.open()
    merchant.pay(page, card=number)
    assert result(merchant.query(page.ref)) == ("Sale", status, code)


def test_a_page_lives_twenty_minutes_or_as_long_as_asked(merchant: Merchant) -> None:
    """To the millisecond, on the gateway's clock."""
    usual, short = merchant.open(), merchant.open(cart_id="short", paypage_ttl=1)
    merchant.clock.forward(59.999)
    assert merchant.emulator.page(short.token).stage is Stage.OPEN  # type: ignore[union-attr]  # it was just opened
    merchant.clock.forward(0.001)
    with pytest.raises(PageClosed) as closed:
        merchant.pay(short)
    assert closed.value.stage is Stage.EXPIRED
    assert isinstance(merchant.pay(usual), Leaving)


@pytest.mark.parametrize(
    ("switch", "status", "heard"), [("nothing", "", 0), ("recorded", "X", 0), ("notified", "X", 1)]
)
def test_what_an_expired_page_leaves_behind(merchant: Merchant, switch: str, status: str, heard: int) -> None:
    """Silent by default; recorded or told by switch, with code 355 and the time at which it ended."""
    merchant.switch(page_expiry=switch)
    page = merchant.open()
    merchant.clock.forward(2000)
    assert len(merchant.notices()) == heard
    told = merchant.query(page.ref).get("payment_result", {"response_status": "", "transaction_time": ""})
    assert told["response_status"] == status
    assert told["transaction_time"] == ("2026-08-26T12:20:00Z" if status else "")


def test_a_buyer_may_correct_what_no_bank_would_look_at(merchant: Merchant) -> None:
    """Typing errors stay on the page and are nobody's decline."""
    page = merchant.open()
    step = merchant.pay(page, card="4111111111111112", cvv="1")
    assert isinstance(step, Corrected)
    assert step.wrong == {"number": Wrong.NUMBER, "cvv": Wrong.CVV}
    assert merchant.notices() == []
    assert isinstance(merchant.pay(page), Leaving)


def test_attempts_on_one_page_have_references_of_their_own(merchant: Merchant) -> None:
    """With three attempts a page is offered again under a new tran_ref, and the last decline ends it."""
    merchant.switch(attempts_per_page=3)
    page = merchant.open()
    refs = [page.ref]
    for _ in range(2):
        step = merchant.pay(page, cvv="999")
        assert isinstance(step, Onwards)
        assert step.declined
        refs.append(step.page.ref)
    leaving(merchant.pay(page, cvv="999"))
    assert [one["tran_ref"] for one in merchant.notices()] == refs
    assert len(set(refs)) == 3


def test_missing_billing_is_asked_for(merchant: Merchant) -> None:
    """What the acquirer needs and nobody said has to be typed; the notification has it, and the buyer's address."""
    page = merchant.open(customer_details={"name": "Mona Ali", "ip": "203.0.113.7"})
    step = merchant.pay(page)
    assert isinstance(step, Corrected)
    assert set(step.wrong) == {"billing_email", "billing_street1", "billing_city", "billing_country"}
    typed = {part: MONA[part] for part in ("email", "street1", "city", "country")}
    leaving(merchant.pay(page, billing=typed, ip="198.51.100.4"))
    [notice] = merchant.notices()
    assert notice["customer_details"] == {"name": "Mona Ali", **typed, "ip": "198.51.100.4"}


def test_a_card_discount_lowers_the_total_only(merchant: Merchant) -> None:
    """cart_amount stays what the shop asked, tran_total is what was taken, and an invoice id appears."""
    discount = {"discount_cards": "4111,4000", "discount_amount": "10", "discount_title": "Ten off"}
    page = merchant.open(cart_amount=700, card_discounts=[discount])
    merchant.pay(page)
    [notice] = merchant.notices()
    assert (notice["cart_amount"], notice["tran_total"]) == ("700.00", "690.00")
    assert notice["invoice_id"] > 0


def test_a_percentage_is_rounded_to_the_currencys_decimals(merchant: Merchant) -> None:
    """Half a fils goes up."""
    discount = {"discount_cards": "4111", "discount_percent": 50, "discount_title": "Half"}
    page = merchant.open(cart_currency="KWD", cart_amount="0.999", card_discounts=[discount])
    merchant.pay(page)
    assert merchant.query(page.ref)["tran_total"] == "0.499"


def test_a_donor_chooses_the_amount(merchant: Merchant) -> None:
    """Within the range it becomes the cart's amount, outside it has to be corrected."""
    page = merchant.open(donation_mode=True, cart_min=5, cart_max=50)
    assert isinstance(merchant.pay(page, amount="51"), Corrected)
    leaving(merchant.pay(page, amount="42"))
    assert merchant.query(page.ref)["cart_amount"] == "42.00"


def test_a_card_filter_refuses_on_the_page_or_declines(merchant: Merchant) -> None:
    """By default the merchant's own words appear on the page; by switch the payment is declined with 354."""
    page = merchant.open(card_filter="5200,4000", card_filter_title="Only our cards, 100%")
    step = merchant.pay(page)
    assert isinstance(step, Corrected)
    assert step.wrong == {"number": "Only our cards, 100%"}
    merchant.switch(card_filter_refusal="decline")
    assert leaving(merchant.pay(page)).fields["respCode"] == "354"


def test_a_partners_page_agrees_or_refuses(merchant: Merchant) -> None:
    """Wallets and instalments go through a step of their own."""
    for agreed, status in ((True, "A"), (False, "D")):
        page = merchant.open(cart_id=f"t-{status}")
        step = merchant.emulator.choose(page.token, "tamara")
        assert isinstance(step, Onwards)
        leaving(merchant.emulator.agree(page.token, agreed=agreed))
        told = merchant.query(page.ref)
        assert (result(told)[1], told["payment_info"]["payment_method"]) == (status, "Tamara")
    with pytest.raises(KeyError):
        merchant.emulator.choose(merchant.open(cart_id="x").token, "sadad")


@pytest.mark.parametrize(
    ("fields", "hidden"),
    [
        ({"framed": True}, {"applepay", "tabby"}),
        ({"tran_type": "auth"}, {"tabby", "tamara"}),
        ({"tran_type": "register"}, {"tamara"}),
    ],
)
def test_a_page_offers_what_can_be_done(merchant: Merchant, fields: dict[str, object], hidden: set[str]) -> None:
    """Methods that cannot be framed, cannot authorise or cannot register are not offered there."""
    page = merchant.emulator.page(merchant.open(**fields).token)
    assert page is not None
    assert not hidden & set(page.rules.methods)
    assert "creditcard" in page.rules.methods


def test_a_return_by_get_or_to_nowhere(merchant: Merchant) -> None:
    """The merchant chooses the method; without a return the buyer stays with the gateway."""
    assert leaving(merchant.pay(merchant.open(return_using_get=True))).method == "GET"
    step = leaving(merchant.pay(merchant.open(**{"cart_id": "b", "return": None})))
    assert step.url == ""


def test_a_plain_http_return_is_bare_when_strict(merchant: Merchant) -> None:
    """As documented for http:// addresses: a GET without any data."""
    merchant.switch(plain_http_return="bare")
    step = leaving(merchant.pay(merchant.open()))
    assert (step.method, step.fields) == ("GET", {})


@pytest.mark.parametrize(
    ("order", "buyer_waits_ms", "due_now"), [("callback_first", 500, 1), ("return_first", 0, 0), ("together", 0, 1)]
)
def test_which_of_callback_and_return_comes_first(
    merchant: Merchant, order: str, buyer_waits_ms: int, due_now: int
) -> None:
    """The callback leads by half a second unless a switch says otherwise."""
    merchant.switch(delivery_order=order)
    assert leaving(merchant.pay(merchant.open())).wait_ms == buyer_waits_ms
    assert len(merchant.notices()) == due_now
    merchant.clock.forward(0.5)
    assert len(merchant.notices()) == 1 - due_now


def test_profiles_are_apart(merchant: Merchant) -> None:
    """Another profile has its own key, currencies and carts, and cannot see this one's transactions."""
    add_profile(merchant.emulator, {"profile_id": 8, "server_key": "S8", "currencies": ["KWD"]})
    ref = merchant.paid()
    assert merchant.request(key="S8", profile_id=8)[1]["code"] == 206
    assert merchant.request(key="S8", profile_id=8, cart_currency="KWD")[0] == 200
    assert merchant.call("/payment/query", key="S8", profile_id=8, tran_ref=ref)[0] == 400
    assert merchant.call("/payment/query", profile_id=8, tran_ref=ref)[0] == 401
