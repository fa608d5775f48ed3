"""The CS-Cart connector, against a door on a real socket."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from builders import NOON, PRICE, fact, payment, said, store
from serving import serving
from wasl.domain.evidence import Kind, TranRef, Verdict
from wasl.domain.fold import fold
from wasl.domain.outcome import State
from wasl.domain.payment import OrderId
from wasl.domain.reconcile import ShopOrder
from wasl.domain.store import Receiver, Store
from wasl.domain.time import DAY_MS, Instant
from wasl.engine.ports import OUT_OF_STOCK, PARTLY, Arrival, Receipt, ShopPage, Telling
from wasl.errors import Misconfigured, StoreUnavailable
from wasl.stores.cs_cart import CsCart
from wasl.stores.http import ShopHttp
from worlds import Counting, SetClock


@dataclass(slots=True)
class Door:
    """A shop's door: remembers the calls, answers as it is told."""

    answer: Response = field(default_factory=lambda: settled("changed", "P"))
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""
    chance: Counting = field(default_factory=Counting)

    async def open(self, request: Request) -> Response:
        self.calls.append((dict(request.headers), await request.body()))
        assert request.query_params["dispatch"] == "wasl.settle"
        return self.answer

    @property
    def body(self) -> Any:
        return json.loads(self.calls[-1][1])


def settled(result: str, status: str, reason: str = "") -> Response:
    """The add-on's receipt."""
    return Response(json.dumps({"result": result, "status": status, "reason": reason}), media_type="application/json")


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    """A shop on loopback."""
    shop = Door()
    app = Starlette(routes=[Route("/index.php", shop.open, methods=["POST"])])
    async with serving(app) as url:
        shop.url = url
        yield shop


async def tell(door: Door, *facts: Any, shop: Store | None = None) -> Receipt:
    """Tell the door about a payment that heard these facts."""
    told = replace(payment(), evidence=tuple(said(one) for one in facts or (fact(),)), version=2)
    told = replace(told, outcome=fold(told))
    http = ShopHttp()
    try:
        connector = CsCart(http, SetClock(), door.chance)
        telling = Telling(payment=told, version=2, body=b"{}")
        return await connector.tell(shop or store(store_url=door.url), telling)
    finally:
        await http.close()


def found(status: str, **changes: str) -> Response:
    """The add-on's answer to a question about the order."""
    order = {"result": "found", "order_id": "1042", "status": status, "amount": "57.90", "currency": "SAR"}
    return Response(json.dumps({**order, **changes}), media_type="application/json")


async def read(door: Door, shop: Store | None = None) -> ShopOrder | None:
    """Ask the door about the order of a paid payment."""
    known = replace(payment(), evidence=(said(),), version=2)
    http = ShopHttp()
    try:
        connector = CsCart(http, SetClock(), door.chance)
        return await connector.read(shop or store(store_url=door.url), replace(known, outcome=fold(known)))
    finally:
        await http.close()


async def test_a_paid_order_is_asked_to_become_processed(door: Door) -> None:
    """One signed call with what the add-on needs to check the order by itself."""
    receipt = await tell(door)
    assert (receipt.arrival, receipt.status) == (Arrival.CHANGED, "P")
    assert door.body == {
        "type": "order.settle", "order_id": "1042", "version": 2, "target_status": "P", "state": "paid",
        "concern": "none", "amount": "57.90", "currency": "SAR", "paid": "57.90", "refunded": "0.00",
        "tran_ref": "TST1", "payment_id": "pay_test", "note": "",
        "notify": {"customer": True, "department": True, "vendor": True},
    }  # fmt: skip


async def test_whom_the_shop_writes_to_is_the_merchants_choice(door: Door) -> None:
    """The shop's own notification settings may still keep it silent."""
    await tell(door, shop=store(store_url=door.url, notify=(Receiver.CUSTOMER,)))
    assert door.body["notify"] == {"customer": True, "department": False, "vendor": False}


async def test_what_went_back_is_noted_even_without_a_status_for_it(door: Door) -> None:
    """The order says how much; its status stays unless the merchant chose one."""
    back = fact("TST2", kind=Kind.REFUND, previous_ref=TranRef("TST1"))
    door.answer = settled("unchanged", "P")
    assert (await tell(door, fact(), back)).arrival is Arrival.UNCHANGED
    assert (door.body["target_status"], door.body["state"], door.body["refunded"]) == ("", "refunded", "57.90")
    await tell(door, fact(), back, shop=store(store_url=door.url, status_map={State.REFUNDED: "I"}))
    assert door.body["target_status"] == "I"


async def test_the_call_is_signed_over_nonce_time_and_body(door: Door) -> None:
    """As Standard Webhooks says, with a nonce of its own for each call."""
    await tell(door)
    await tell(door)
    (headers, body), (again, _) = door.calls
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = base64.b64encode(hmac.digest(store().signing_key(), signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{mac}"
    assert headers["webhook-timestamp"] == str(NOON // 1000)
    assert headers["webhook-id"] != again["webhook-id"]


@pytest.mark.requirement("R16")
async def test_a_state_without_a_status_changes_nothing(door: Door) -> None:
    """A cancelled payment leaves the order as it is, unless the merchant chose otherwise."""
    canceled = fact(verdict=Verdict.CANCELED)
    assert (await tell(door, canceled)).arrival is Arrival.UNCHANGED
    assert door.calls == []
    silent = store(store_url=door.url, status_map={State.FAILED: ""})
    await tell(door, fact(verdict=Verdict.DECLINED), shop=silent)
    assert door.calls == []
    chosen = store(store_url=door.url, status_map={State.CANCELED: "I"})
    await tell(door, canceled, shop=chosen)
    assert door.body["target_status"] == "I"


async def test_out_of_stock_is_taken_and_said(door: Door) -> None:
    """The shop's engine made it backordered: the money is in, and the note says so."""
    door.answer = settled("changed", "B")
    receipt = await tell(door)
    assert (receipt.arrival, receipt.status) == (Arrival.CHANGED, "B")
    assert "out of stock" in receipt.note


@pytest.mark.parametrize(
    ("answer", "arrival"),
    [
        (settled("unchanged", "P"), Arrival.UNCHANGED),
        (settled("refused", "I", "changed by hand"), Arrival.REFUSED),
        (Response("<html>maintenance</html>", media_type="text/html"), Arrival.BUSY),
        (Response("{}", media_type="application/json"), Arrival.BUSY),
        (Response("{", media_type="application/json"), Arrival.BUSY),
        (Response(status_code=503), Arrival.BUSY),
        (Response(status_code=404), Arrival.BUSY),
        (Response(status_code=302, headers={"location": "/elsewhere"}), Arrival.BUSY),
    ],
)
@pytest.mark.requirement("R43", "R47")
async def test_only_the_doors_own_receipt_counts(door: Door, answer: Response, arrival: Arrival) -> None:
    """A maintenance page answers 200 as well, and a redirect is not followed."""
    door.answer = answer
    assert (await tell(door)).arrival is arrival


async def test_a_shop_that_is_away_is_not_an_answer(door: Door) -> None:
    """Nobody knows whether it heard."""
    with pytest.raises(StoreUnavailable):
        await tell(door, shop=store(store_url="http://127.0.0.1:9"))


async def test_an_order_is_read_by_a_signed_question(door: Door) -> None:
    """The same door, the same signature, and nothing in the call that could change an order."""
    door.answer = found("N")
    assert await read(door) == ShopOrder(status="N", wanted="P", paid=False, amount=PRICE)
    assert door.body == {"type": "order.read", "order_id": "1042"}
    headers, body = door.calls[-1]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = base64.b64encode(hmac.digest(store().signing_key(), signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{mac}"


@pytest.mark.parametrize(
    ("status", "paid"),
    [("P", True), ("C", True), ("B", True), ("F", False), ("D", False), ("I", False), ("O", False), ("X", None)],
)
async def test_a_status_says_whether_the_shop_counts_the_money(door: Door, status: str, paid: bool | None) -> None:  # noqa: FBT001  a case of the table
    """As installed; a letter of the merchant's own says nothing, unless it is the one chosen for paid orders."""
    door.answer = found(status)
    order = await read(door)
    assert order is not None
    assert order.paid is paid
    chosen = await read(door, store(store_url=door.url, status_map={State.PAID: status}))
    assert chosen == ShopOrder(status=status, wanted=status, paid=True, amount=PRICE)


async def test_an_order_that_is_not_there_is_none(door: Door) -> None:
    """The add-on refuses to read what it does not have."""
    door.answer = Response(json.dumps({"result": "refused", "order_id": "1042"}), media_type="application/json")
    assert await read(door) is None


@pytest.mark.parametrize(
    "answer",
    [
        Response("<html>maintenance</html>", media_type="text/html"),
        Response("{}", media_type="application/json"),
        Response(status_code=401),
        Response(status_code=503),
        found("P", amount="57.9x"),
        found("P", currency="sar"),
    ],
)
async def test_an_answer_that_cannot_be_read_is_none_of_the_orders(door: Door, answer: Response) -> None:
    """Unreadable is not absent: it would look as if the order were gone."""
    door.answer = answer
    with pytest.raises(StoreUnavailable):
        await read(door)


def card(*statuses: str, methods: int = 1) -> Response:
    """The add-on's answer to who it is."""
    there = [{"status": one, "name": f"Name of {one}", "inventory": "D", "settled": True} for one in statuses]
    about = {"addon_version": "1.0.0", "platform": "CS-Cart", "platform_version": "4.18.2", "payment_methods": methods}
    return Response(json.dumps({"result": "shop", "statuses": there, **about}), media_type="application/json")


async def greet(door: Door, shop: Store | None = None) -> str:
    """Ask the door who it is."""
    http = ShopHttp()
    try:
        return await CsCart(http, SetClock(), door.chance).greet(shop or store(store_url=door.url))
    finally:
        await http.close()


async def test_a_greeting_says_what_is_there(door: Door) -> None:
    """Which add-on in which shop, and whether anybody can pay with it yet."""
    door.answer = card("P", "F")
    said_there = await greet(door)
    assert door.body == {"type": "shop.read"}
    assert ("add-on 1.0.0 in CS-Cart 4.18.2" in said_there, "one payment method" in said_there) == (True, True)
    door.answer = card("P", "F", methods=0)
    assert "no payment method" in await greet(door)


async def test_a_status_the_shop_does_not_have_is_named(door: Door) -> None:
    """Before an order waits for it; the sentence names those that are there."""
    door.answer = card("P", "C")
    with pytest.raises(Misconfigured, match=r"names F, and the shop has only P \(Name of P\), C"):
        await greet(door)
    assert await greet(door, store(store_url=door.url, status_map={State.FAILED: ""}))


async def test_a_shop_without_the_add_on_does_not_greet(door: Door) -> None:
    """Its front page answers 200 as well."""
    door.answer = Response("<html>Welcome</html>", media_type="text/html")
    with pytest.raises(StoreUnavailable, match="is the Wasl add-on active"):
        await greet(door)


async def listed(door: Door, *, after: str = "") -> ShopPage:
    """Ask the door for the orders of the last day."""
    http = ShopHttp()
    try:
        connector = CsCart(http, SetClock(), door.chance)
        return await connector.list_orders(store(store_url=door.url), since=Instant(NOON - DAY_MS), after=after)
    finally:
        await http.close()


async def test_orders_are_listed_page_by_page(door: Door) -> None:
    """Each with what its status says about money; no status is wanted of an order nobody looked at here."""
    order = {"result": "found", "order_id": "7", "status": "P", "amount": "57.90", "currency": "SAR"}
    body = json.dumps({"result": "listed", "orders": [order], "next": "7"})
    door.answer = Response(body, media_type="application/json")
    page = await listed(door)
    assert page.orders == {OrderId("7"): ShopOrder(status="P", wanted="", paid=True, amount=PRICE)}
    assert (page.following, door.body["after"]) == ("7", "0")
    assert door.body["since"] == (NOON - DAY_MS) // 1000
    door.answer = Response('{"result": "listed", "orders": [], "next": ""}', media_type="application/json")
    assert await listed(door, after="7") == ShopPage(orders={}, following=None)
    assert door.body["after"] == "7"


@pytest.mark.parametrize("answer", [Response("<html>", media_type="text/html"), Response("{}", status_code=401)])
async def test_a_list_that_cannot_be_read_is_not_empty(door: Door, answer: Response) -> None:
    """It would look as if the shop had no paid order."""
    door.answer = answer
    with pytest.raises(StoreUnavailable):
        await listed(door)


def parts(status: str, *children: str, reason: str = "") -> Response:
    """The receipt for a marketplace's order."""
    there = [{"order_id": str(1043 + number), "status": one} for number, one in enumerate(children)]
    body = {"result": "changed", "status": status, "reason": reason, "children": there}
    return Response(json.dumps(body), media_type="application/json")


@pytest.mark.parametrize(
    ("answer", "alert"),
    [
        (settled("changed", "P"), ""),
        (settled("changed", "B"), OUT_OF_STOCK),
        (parts("P", "P", "P"), ""),
        (parts("B", "B", "B"), OUT_OF_STOCK),
        (parts("B", "P", "B"), PARTLY),
        (parts("P", "P", "I", reason="order 1044 was set to I by a person since its payment began"), PARTLY),
    ],
)
async def test_what_was_not_taken_whole_is_for_a_person(door: Door, answer: Response, alert: str) -> None:
    """Only an order of which nothing can be sent is out of stock; a part that was left is never silent."""
    door.answer = answer
    receipt = await tell(door)
    assert (receipt.arrival, receipt.alert) == (Arrival.CHANGED, alert)


@pytest.mark.parametrize(
    ("children", "paid"), [(("P", "C"), True), (("P", "I"), False), (("P", "X"), None), (("X", "N"), False)]
)
async def test_an_order_in_parts_is_paid_if_every_part_is(
    door: Door,
    children: tuple[str, ...],
    paid: bool | None,  # noqa: FBT001  a case of the table
) -> None:
    """The parent's own letter says nothing for ever."""
    order = {"result": "found", "order_id": "1042", "status": "T", "amount": "57.90", "currency": "SAR"}
    there = [{"order_id": str(number), "status": one} for number, one in enumerate(children)]
    door.answer = Response(json.dumps({**order, "children": there}), media_type="application/json")
    read_there = await read(door)
    assert read_there is not None
    assert read_there.paid is paid
