"""The API a store calls."""

from typing import Any

import pytest

from builders import fact
from unit.web.conftest import ORDER, Site
from wasl.domain.evidence import CartId, Voice
from wasl.domain.store import StoreId
from wasl.engine.hear import hear
from wasl.engine.ports import PageRefused
from worlds import NO_ANSWER, SIGNED


async def test_a_new_order_is_201_and_the_same_again_200(site: Site) -> None:
    """With everything the contract shows, and one page for both."""
    first = await site.call("POST", "/v1/payments", json=ORDER)
    again = await site.call("POST", "/v1/payments", json=ORDER)
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    payment = first[1]
    assert (payment["state"], payment["concern"], payment["concerns"]) == ("open", "none", [])
    assert (payment["amount"], payment["paid"], payment["refunded"], payment["unmatched"]) == ("57.90", *["0.00"] * 3)
    assert payment["redirect_url"] == payment["attempts"][0]["redirect_url"] == "https://gateway.example/1"
    assert (payment["version"], payment["operations"], payment["instructions"]) == (1, [], None)
    assert payment["created_at"].endswith("Z")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": "57.901"}, "amount"),
        ({"amount": 57.9}, "amount"),
        ({"amount": "0.00"}, "amount"),
        ({"amount": "-1.00"}, "amount"),
        ({"currency": "XXZ"}, "currency"),
        ({"order_id": ""}, "order_id"),
        ({"order_id": "x" * 129}, "order_id"),
        ({"order_id": 1042}, "order_id"),
        ({"description": " "}, "description"),
        ({"return_url": "javascript:alert(1)"}, "return_url"),
        ({"return_url": "https://[::1"}, "return_url"),
        ({"tran_type": "refund"}, "tran_type"),
        ({"language": "fr"}, "language"),
        ({"customer": {"name": 7}}, "customer.name"),
        ({"metadata": "basket 7"}, "metadata"),
        ({"metadata": {"basket": "x" * 4_096}}, "metadata"),
        ({"order_id": " 1042"}, "order_id"),
    ],
)
async def test_a_bad_field_is_named(site: Site, change: dict[str, Any], field: str) -> None:
    """422 with a sentence and the field; the gateway is not asked."""
    status, problem = await site.call("POST", "/v1/payments", json={**ORDER, **change})
    assert (status, problem["type"], problem["field"]) == (422, "urn:wasl:problem:invalid-field", field)
    assert problem["detail"]
    assert site.w.gateway.wishes == []


async def test_a_missing_field_is_named(site: Site) -> None:
    """Not only wrong ones."""
    status, problem = await site.call("POST", "/v1/payments", json={"order_id": "1"})
    assert (status, problem["field"]) == (422, "amount")


async def test_what_is_no_json_is_400(site: Site) -> None:
    """With words; also what is nested without end."""
    deep = b'{"metadata":' + b'{"a":' * 9_000 + b"1" + b"}" * 9_001
    for body in (b"\xff{", deep):
        status, problem = await site.call("POST", "/v1/payments", data=body)
        assert (status, problem["type"]) == (400, "urn:wasl:problem:not-json")


async def test_a_huge_body_is_413(site: Site) -> None:
    """It is not read to its end."""
    status, _ = await site.call("POST", "/v1/payments", data=b"x" * 70_000)
    assert status == 413


@pytest.mark.parametrize("key", ["", "wasl_wrong"])
async def test_a_wrong_key_is_401(site: Site, key: str) -> None:
    """And says what to send."""
    status, problem = await site.call("GET", "/v1/payments", key=key)
    assert (status, problem["type"]) == (401, "urn:wasl:problem:unauthorized")


async def test_a_silent_gateway_is_502_and_safe_to_repeat(site: Site) -> None:
    """The store's next try gets a page."""
    site.w.gateway.pages = [NO_ANSWER, NO_ANSWER]
    status, problem = await site.call("POST", "/v1/payments", json=ORDER)
    assert (status, problem["type"]) == (502, "urn:wasl:problem:gateway-unavailable")
    assert (await site.order())["redirect_url"]


async def test_a_refusing_gateway_is_422_with_its_reason(site: Site) -> None:
    """Repeating does not help: in the words a merchant can act on."""
    site.w.gateway.pages = [PageRefused(code=206, message="enable SAR on the profile")]
    status, problem = await site.call("POST", "/v1/payments", json=ORDER)
    assert (status, problem["type"]) == (422, "urn:wasl:problem:gateway-refused")
    assert problem["detail"] == "enable SAR on the profile"


async def test_one_payment_with_its_evidence_and_deliveries(site: Site) -> None:
    """Who said what, what it proved, and what the store was told."""
    payment = await site.order()
    store = await site.w.engine.store(StoreId("st_web"))
    assert store is not None
    site.w.gateway.facts[b"paid"] = fact(cart_id=CartId(payment["attempts"][0]["cart_id"]))
    assert await hear(site.w.engine, store, Voice.CALLBACK, signature=SIGNED, body=b"paid") is None
    _, shown = await site.call("GET", f"/v1/payments/{payment['id']}")
    assert (shown["state"], shown["paid"], shown["version"]) == ("paid", "57.90", 2)
    assert [d["version"] for d in shown["deliveries"]] == [2]
    _, evidence = await site.call("GET", f"/v1/payments/{payment['id']}/evidence")
    (piece,) = evidence["items"]
    assert (piece["voice"], piece["status"], piece["amount"], piece["proved"], piece["role"]) == (
        "callback", "approved", "57.90", True, "takes",
    )  # fmt: skip


async def test_lists_filter_and_page(site: Site) -> None:
    """By order, state and time; unknown filters' values are named."""
    for number in range(3):
        await site.order(order_id=str(number))
    _, everything = await site.call("GET", "/v1/payments")
    assert len(everything["items"]) == 3
    _, one = await site.call("GET", "/v1/payments?order_id=1&state=open&updated_since=2020-01-01T00:00:00Z")
    assert [p["order_id"] for p in one["items"]] == ["1"]
    for query in ("state=lost", "concern=odd", "cursor=xyz", "updated_since=yesterday"):
        status, problem = await site.call("GET", f"/v1/payments?{query}")
        assert (status, problem["field"]) == (422, query.split("=")[0])


async def test_what_is_not_there_is_404(site: Site) -> None:
    """As a problem document too."""
    for path in ("/v1/payments/pay_none", "/v1/nothing"):
        status, problem = await site.call("GET", path)
        assert (status, problem["status"]) == (404, 404)


async def test_a_store_sees_itself_without_secrets(site: Site) -> None:
    """Settings, and no key among them."""
    status, shown = await site.call("GET", "/v1/store")
    assert (status, shown["store_id"], shown["currency"]) == (200, "st_web", "SAR")
    assert not any("key" in name or "secret" in name for name in shown)


async def test_an_unpaid_payment_is_cancelled_after_asking(site: Site) -> None:
    """And cancelling again changes nothing."""
    payment = await site.order()
    first = await site.call("POST", f"/v1/payments/{payment['id']}/cancel")
    again = await site.call("POST", f"/v1/payments/{payment['id']}/cancel")
    assert (first[0], first[1]["state"], first[1]["redirect_url"]) == (200, "canceled", None)
    assert again == first
    assert site.w.gateway.asked[0] == payment["attempts"][0]["cart_id"]


async def test_money_that_moved_is_not_cancelled(site: Site) -> None:
    """409, although nobody had told of it yet; a silent gateway is 502 and cancels nothing."""
    payment = await site.order()
    cart = CartId(payment["attempts"][0]["cart_id"])
    site.w.gateway.silent = True
    assert (await site.call("POST", f"/v1/payments/{payment['id']}/cancel"))[0] == 502
    site.w.gateway.silent = False
    site.w.gateway.carts[cart] = [fact(cart_id=cart)]
    status, problem = await site.call("POST", f"/v1/payments/{payment['id']}/cancel")
    assert (status, problem["type"]) == (409, "urn:wasl:problem:not-cancelable")
    assert (await site.call("GET", f"/v1/payments/{payment['id']}"))[1]["state"] == "paid"


async def test_a_stores_own_words_are_given_back(site: Site) -> None:
    """As they came, with the payment they came with."""
    words = {"basket": 7, "سلة": ["x", None, {"deep": 1.5}]}
    first = await site.order(metadata=words)
    assert first["metadata"] == words
    assert (await site.order(order_id="2"))["metadata"] == {}
    assert (await site.call("GET", f"/v1/payments/{first['id']}"))[1]["metadata"] == words
