"""Buyers: what their browser brings proves nothing, and what they read is never a guess."""

import hashlib
import hmac
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from builders import PRICE, STORE, fact, said
from requirements.conftest import KEY, cart_of
from unit.engine.conftest import keeps
from unit.web.conftest import Site
from unit.web.test_notices import post
from unit.web.test_returning import goes, way_back
from wasl.domain.evidence import Verdict
from wasl.domain.outcome import State
from wasl.domain.payment import OrderId, Payment
from wasl.domain.revise import heard
from wasl.engine.come_back import come_back
from wasl.engine.open import Opened, Wish, open_payment
from wasl.engine.ports import ByPayment
from wasl.engine.tell import tell_due
from worlds import World

WISH: Final = Wish(
    order_id=OrderId("1042"), amount=PRICE, description="Two shirts", return_url="https://shop.example/back"
)


@pytest.mark.requirement("R9")
@pytest.mark.parametrize(
    ("verdict", "answer"),
    [
        (Verdict.APPROVED, "paid"),
        (Verdict.DECLINED, "failed"),
        (Verdict.CANCELED, "canceled"),
        (Verdict.UNANSWERED, "checking"),
        (Verdict.UNRECOGNIZED, "checking"),
        (None, "checking"),
    ],
)
async def test_a_returning_buyer_gets_one_of_three_answers(site: Site, verdict: Verdict | None, answer: str) -> None:
    """Paid, refused because that is proved, or checking; a bank that did not answer is no refusal."""
    order = await site.order()
    if verdict is not None:
        site.w.gateway.facts[b"news"] = fact(cart_id=cart_of(order), verdict=verdict)
        assert await post(site, b"news") == 200
    status, location, _ = await goes(site, way_back(site), method="POST")
    told = parse_qs(urlsplit(location).query).get("wasl_state", ["checking"])
    assert (status, told) == (303, [answer])
    if answer == "checking":
        _, _, page = await goes(site, location)
        assert 'http-equiv="refresh"' in page


@pytest.mark.requirement("R10")
@pytest.mark.parametrize("verdict", [Verdict.UNANSWERED, Verdict.UNRECOGNIZED, Verdict.HELD])
async def test_no_second_page_while_the_first_is_undecided(w: World, verdict: Verdict) -> None:
    """The bank did not answer, or risk rules hold the money: paying again could take it twice."""
    opened = await open_payment(w.engine, w.store, WISH)
    assert isinstance(opened, Opened)
    await _hears(w, opened, verdict)
    again = await open_payment(w.engine, w.store, WISH)
    assert isinstance(again, Opened)
    assert (len(w.gateway.wishes), len(again.payment.attempts)) == (1, 1)


async def _hears(w: World, opened: Opened, verdict: Verdict) -> Payment:
    """The payment once its first page's transaction was said to have ended like this."""
    now, piece = w.clock.now(), said(fact(verdict=verdict))
    key = ByPayment(STORE, opened.payment.payment_id)
    kept = await w.engine.ledger.amend(key, lambda p: p and w.engine.revise(heard(p, piece), now=now))
    assert kept is not None
    return kept


@pytest.mark.requirement("R34")
async def test_a_decline_lets_the_buyer_try_again_at_once(w: World) -> None:
    """The shop hears of it with the next look, and the next page opens without any waiting."""
    opened = await open_payment(w.engine, w.store, WISH)
    assert isinstance(opened, Opened)
    failed = await _hears(w, opened, Verdict.DECLINED)
    assert (failed.outcome.state, failed.tell_at) == (State.FAILED, w.clock.now())
    assert await tell_due(w.engine) == 1
    again = await open_payment(w.engine, w.store, WISH)
    assert isinstance(again, Opened)
    assert [one.cart_id for one in again.payment.attempts] == ["t-1042-1", "t-1042-2"]


@pytest.mark.requirement("R39")
async def test_a_signed_return_that_says_paid_pays_nothing(keyed: World) -> None:
    """Also the gateway's own, rightly signed form only hastens a question: it states no amount."""
    made = await keeps(keyed)
    form = {"acquirerMessage": "", "cartId": "t-1042-1", "respCode": "G1", "respStatus": "A", "tranRef": "TST1"}
    text = urlencode({name: value for name, value in sorted(form.items()) if value})
    mac = hmac.new(KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
    back = await come_back(keyed.engine, keyed.store, "key-1", urlencode({**form, "signature": mac}).encode())
    assert back is not None
    assert [piece.fact.verdict for piece in back.evidence] == [Verdict.APPROVED]
    assert (back.outcome, back.version) == (made.outcome, made.version)
    assert await tell_due(keyed.engine) == 0


@pytest.mark.requirement("R39")
@pytest.mark.parametrize("query", ["respStatus=A&tranRef=TST1", "wasl_state=paid", "paid=1"])
async def test_an_address_that_says_paid_pays_nothing(site: Site, query: str) -> None:
    """Whatever somebody writes behind the return address, the order stays unpaid and the shop is not told."""
    order = await site.order()
    status, location, _ = await goes(site, f"{way_back(site)}?{query}")
    assert (status, urlsplit(location).path.split("/")[1]) == (303, "wait")
    _, shown = await site.call("GET", f"/v1/payments/{order['id']}")
    assert (shown["state"], shown["paid"], shown["version"]) == ("open", "0.00", 1)
    assert await tell_due(site.w.engine) == 0
