"""The control API over HTTP, as scripts use it."""

import msgspec
import pytest

from unit.emulator.merchant import PROFILE_ID
from unit.emulator.web.conftest import Heard, Site
from wasl.emulator.switches import SAYS

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_script_pays_and_plays_the_return_or_not(site: Site) -> None:
    """Defaults: the approved card, its own code; the answer has the return as method, address and fields."""
    ref, _ = await site.open()
    status, told = await site.json("POST", f"/_control/pages/{ref}/pay")
    assert status == 200
    assert (told["tran_ref"], told["status"]) == (ref, "A")
    assert (told["return"]["method"], told["return"]["url"]) == ("POST", "http://127.0.0.1:9/return")
    assert told["return"]["fields"]["respStatus"] == "A"
    status, told = await site.json("POST", f"/_control/pages/{ref}/pay")
    assert (status, told["detail"]) == (409, f"The page of {ref} does not allow this: its stage is done.")


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"card": "4000 0000 0000 0002"}, "A", ""),
        ({"card": "4000000000000002", "otp": "1"}, "D", "310"),
        ({"cvv": "999"}, "D", "305"),
        ({"card": "4012001036983332"}, "A", ""),
        ({"card": "4000000000000259"}, "H", ""),
        ({"method": "sadad"}, "P", ""),
        ({"method": "tamara"}, "A", ""),
        ({"method": "tamara", "agree": False}, "D", "300"),
        ({"method": "creditcard"}, "A", ""),
    ],
)
async def test_a_script_pays_in_any_way(site: Site, order: dict[str, object], status: str, code: str) -> None:
    """Through as many steps as it takes, also where the merchant said nothing of the buyer."""
    ref, _ = await site.open(customer_details={})
    got, told = await site.json("POST", f"/_control/pages/{ref}/pay", order)
    assert (got, told["status"]) == (200, status)
    assert told["code"] == code or not code


async def test_a_script_cancels_closes_and_expires(site: Site) -> None:
    """Closing leaves the page unpaid; inside 3-D Secure it is 345; an expired page is over."""
    ref, _ = await site.open()
    assert (await site.json("POST", f"/_control/pages/{ref}/close"))[1]["status"] == ""
    assert (await site.json("POST", f"/_control/pages/{ref}/cancel"))[1]["status"] == "C"
    ref, url = await site.open(cart_id="bank")
    card = {"number": "4000000000000002", "cvv": "123", "expiry_month": "1", "expiry_year": "40"}
    await site.visit("POST", url, **card)
    assert (await site.json("POST", f"/_control/pages/{ref}/close"))[1]["code"] == "345"
    ref, url = await site.open(cart_id="late")
    assert (await site.json("POST", f"/_control/pages/{ref}/expire"))[1]["page"] == "expired"
    assert (await site.json("POST", f"/_control/pages/{ref}/expire"))[0] == 409
    assert (await site.visit("GET", url)).status == 410


async def test_a_carts_transactions_are_told_with_every_attempt(site: Site, heard: Heard) -> None:
    """Channel, address, times, the merchant's answer as number and as text."""
    ref, _ = await site.open(callback=heard.url)
    await site.open(cart_id="other")
    heard.answers = [500]
    await site.json("POST", f"/_control/pages/{ref}/pay")
    await heard.wait(1)
    await site.json("POST", "/_control/clock", {"advance_s": 10})
    await heard.wait(2)
    assert heard.bodies[0] == heard.bodies[1]
    [told] = (await site.json("GET", "/_control/transactions?cart_id=o-1"))[1]["transactions"]
    assert (told["tran_ref"], told["status"], told["amount"], told["total"]) == (ref, "A", "57.90", "57.90")
    [delivery] = told["deliveries"]
    assert (delivery["channel"], delivery["url"]) == ("callback", heard.url)
    assert [one["answer"] for one in delivery["attempts"]][:1] == ["500"]
    assert {"at", "status", "error"} <= set(delivery["attempts"][0])
    everything = (await site.json("GET", "/_control/transactions"))[1]["transactions"]
    assert [one["cart_id"] for one in everything] == ["other", "o-1"]


async def test_behind_the_counter(site: Site, heard: Heard) -> None:
    """A deferred payment is settled, then refused a second time in a sentence."""
    ref, _ = await site.open(callback=heard.url)
    await site.json("POST", f"/_control/pages/{ref}/pay", {"method": "sadad"})
    status, told = await site.json("POST", f"/_control/transactions/{ref}/settle", {})
    assert (status, told["type"], told["previous_tran_ref"]) == (200, "Sale", ref)
    await heard.wait(2)
    assert msgspec.json.decode(heard.bodies[1])["tran_ref"] == told["tran_ref"]
    status, told = await site.json("POST", f"/_control/transactions/{ref}/settle")
    assert (status, told["title"], told["status"]) == (409, "Conflict", 409)


async def test_faults_switches_and_clock_are_set_and_read(site: Site) -> None:
    """What was set is what is told; every switch has a value, a default and a sentence."""
    faults = {"callback": {"drop": 0.5}, "ipn": {"delay_s": [1, 2]}}
    assert (await site.json("PUT", "/_control/faults", faults))[1]["callback"]["drop"] == 0.5
    assert (await site.json("GET", "/_control/faults"))[1]["ipn"]["delay_s"] == [1, 2]
    board = (await site.json("PUT", "/_control/switches", {"refund": "pending"}))[1]
    assert board == (await site.json("GET", "/_control/switches"))[1]
    assert (board["values"]["refund"], board["defaults"]["refund"]) == ("pending", "approved")
    assert set(board["values"]) == set(board["defaults"]) == set(SAYS) == set(board["about"])
    assert (await site.json("POST", "/_control/clock", {"advance_s": 90.0}))[1]["ahead_s"] == 90
    assert (await site.json("GET", "/_control/clock"))[1]["ahead_s"] == 90
    assert (await site.json("POST", "/_control/reset"))[1]["ahead_s"] == 0
    assert (await site.json("GET", "/_control/switches"))[1]["values"]["refund"] == "approved"


async def test_profiles_and_their_notifications(site: Site) -> None:
    """A further profile is made (201), listed without keys, and gets its own IPN."""
    status, told = await site.json(
        "POST", "/_control/profiles", {"profile_id": 8, "server_key": "S8", "methods": ["mada"]}
    )
    assert (status, told["profile_id"], told["methods"]) == (201, 8, ["mada"])
    listed = (await site.json("GET", "/_control/profiles"))[1]["profiles"]
    assert [one["profile_id"] for one in listed] == [PROFILE_ID, 8]
    assert not any("key" in name for one in listed for name in one)
    entry = {"url": "https://shop.example/ipn", "events": ["sale"]}
    status, told = await site.json("PUT", "/_control/ipn", {"profile_id": 8, "entries": [entry]})
    assert (status, told["entries"][0]["events"]) == (200, ["sale"])
    assert (await site.json("PUT", "/_control/ipn", {"profile_id": 9, "entries": []}))[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "refusal"),
    [
        ("POST", "/_control/pages/TST1/pay", {}, (404, None)),
        ("POST", "/_control/transactions/TST1/settle", {}, (404, None)),
        ("POST", "/_control/pages/{ref}/pay", {"kard": "x"}, (422, None)),
        ("POST", "/_control/pages/{ref}/pay", {"card": 4111}, (422, "card")),
        ("POST", "/_control/pages/{ref}/pay", {"card": "4111"}, (422, "number")),
        ("POST", "/_control/pages/{ref}/pay", {"method": "fawry"}, (422, "method")),
        ("POST", "/_control/transactions/{ref}/steal", {}, (404, None)),
        ("POST", "/_control/transactions/{ref}/refund", {"amount": "x"}, (422, "amount")),
        ("PUT", "/_control/faults", {"callback": {"drop": 2}}, (422, "callback.drop")),
        ("PUT", "/_control/switches", {"refund": 1}, (422, "refund")),
        ("PUT", "/_control/switches", [], (422, None)),
        ("PUT", "/_control/ipn", {"url": "ftp://x"}, (422, "entries[0].url")),
        (
            "POST",
            "/_control/profiles",
            {"profile_id": 8, "server_key": "S", "currencies": ["XXX"]},
            (422, "currencies"),
        ),
        ("POST", "/_control/clock", {"advance_s": -1}, (422, "advance_s")),
        ("GET", "/_control/nonsense", None, (404, None)),
        ("DELETE", "/_control/faults", None, (405, None)),
    ],
)
async def test_errors_are_problems_with_a_sentence(
    site: Site, method: str, path: str, body: object, refusal: tuple[int, str | None]
) -> None:
    """RFC 9457, with the field where there is one."""
    ref, _ = await site.open()
    async with site.http.request(method, site.url + path.format(ref=ref), json=body) as answer:
        told = await answer.json(content_type="application/problem+json")
    assert (answer.status, told["status"], told.get("field")) == (refusal[0], *refusal)
    assert told["detail"].endswith(".")


async def test_a_body_that_is_no_json(site: Site) -> None:
    """Says so."""
    async with site.http.put(f"{site.url}/_control/faults", data=b"{") as answer:
        assert (answer.status, (await answer.json(content_type=None))["detail"]) == (400, "The body is not JSON.")
