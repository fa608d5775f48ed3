"""Money after the payment, over real HTTP: a store, the service's process, and the gateway's emulator."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from attack.service import SECRET, until
from attack.site import Client, Site, open_site
from wasl.emulator import configuring, control

PATIENCE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Till:
    """One store, and what it does with its money."""

    site: Site
    client: Client

    async def sold(self, order_id: str, **wish: Any) -> Any:
        """An order of 100 SAR that its buyer has paid, or on which money is authorised."""
        body = {
            "order_id": order_id, "amount": "100.00", "currency": "SAR", "description": "Shirts",
            "return_url": "https://shop.example/orders", **wish,
        }  # fmt: skip
        status, payment = await self.site.call(self.client, "POST", "/v1/payments", body)
        assert status == 201, payment
        self.site.pay(payment["attempts"][-1]["tran_ref"])
        return await self.site.sees(self.client, payment["id"], "authorized" if "tran_type" in wish else "paid")

    async def asks(self, payment: Any, verb: str, key: str | None, **body: str) -> tuple[int, Any]:
        """`POST /v1/payments/{id}/refunds` and the like."""
        headers = {"authorization": f"Bearer {self.client.api_key}"}
        headers |= {"idempotency-key": key} if key else {}
        url = f"{self.site.service.url}/v1/payments/{payment['id']}/{verb}"
        async with self.site.http.post(url, json=body or None, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    def there(self, payment: Any, kind: str) -> list[Any]:
        """What the gateway has of this kind on the payment's cart."""
        cart = payment["attempts"][-1]["cart_id"]
        found = control.transactions(self.site.emulator, cart_id=cart, tran_ref=None)["transactions"]
        return [one for one in found if one["type"].casefold() == kind]

    async def becomes(self, payment: Any, operation_id: str, state: str) -> Any:
        """Wait until the operation is in *state*."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            known = await self.site.payment(self.client, payment["id"])
            (one,) = [one for one in known["operations"] if one["id"] == operation_id]
            if one["state"] == state:
                return known
            assert time.monotonic() < deadline, f"{operation_id} is {one['state']}, not {state}"
            await asyncio.sleep(0.05)

    async def command(self, *arguments: str) -> tuple[int, Any]:
        """`wasl … --json` beside the running service: its exit code and its document, or its complaint."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WASL_")}
        own = {
            "WASL_DATABASE_URL": self.site.settings.database_url, "WASL_SECRET_KEY": SECRET,
            "WASL_ALLOW_PRIVATE_NETWORKS": "1",
        }  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "wasl", *arguments, "--json", env=kept | own,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        return process.returncode or 0, json.loads(out) if out else err.decode()


@pytest.fixture
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    """A shop whose callbacks arrive."""
    async with open_site(tmp_path) as site:
        await site.service.start()
        site.let_callbacks()
        yield Till(site, await site.connect())


async def test_a_store_refunds_in_parts(till: Till) -> None:
    """Once for each key; the gateway is told the operation's id; the store hears what the evidence proves."""
    payment = await till.sold("r-1")
    status, first = await till.asks(payment, "refunds", "a", amount="30.00", reason="one shirt back")
    assert (status, first["kind"], first["amount"], first["state"]) == (201, "refund", "30.00", "approved")
    assert await till.asks(payment, "refunds", "a", amount="30.00", reason="one shirt back") == (200, first)
    (there,) = till.there(payment, "refund")
    assert there["description"] == f"{first['id']} one shirt back"
    known = await till.site.payment(till.client, payment["id"])
    assert (known["state"], known["paid"], known["refunded"]) == ("partially_refunded", "100.00", "30.00")
    status, problem = await till.asks(payment, "refunds", "b", amount="70.01")
    assert (status, "at most 70.00 SAR" in problem["detail"]) == (422, True)
    assert (await till.asks(payment, "refunds", "a", amount="31.00"))[0] == 409
    assert (await till.asks(payment, "refunds", None))[0] == 400
    status, rest = await till.asks(payment, "refunds", "c")
    assert (status, rest["amount"], rest["state"]) == (201, "70.00", "approved")
    assert (await till.site.payment(till.client, payment["id"]))["state"] == "refunded"
    await until(
        lambda: till.site.shop.told_at(till.client.hook)[-1].data["state"] == "refunded", "the store hears of it"
    )


@pytest.mark.requirement("R37")
async def test_a_refund_whose_answer_is_lost_is_found_and_not_repeated(till: Till) -> None:
    """Even beside an equal one that somebody made in the dashboard a moment before."""
    payment = await till.sold("r-2")
    control.act(till.site.emulator, payment["attempts"][-1]["tran_ref"], "refund", {"amount": "25.00"})
    till.site.let_callbacks(request={"lost_answer": 1.0}, callback={"drop": 1.0})
    status, lost = await till.asks(payment, "refunds", "a", amount="25.00")
    assert (status, lost["state"]) == (201, "unknown")
    known = await till.becomes(payment, lost["id"], "approved")
    assert (known["refunded"], len(till.there(payment, "refund"))) == ("50.00", 2)


@pytest.mark.requirement("R37")
async def test_a_service_that_is_killed_while_the_gateway_refunds(till: Till) -> None:
    """It was submitted and nobody saw an answer: it is looked for after the restart, and the buyer is paid once."""
    payment = await till.sold("r-3")
    till.site.let_callbacks(request={"lost_answer": 1.0}, callback={"drop": 1.0})
    asking = asyncio.create_task(till.asks(payment, "refunds", "a", amount="25.00"))
    await until(lambda: till.there(payment, "refund"), "the gateway has refunded")
    await till.site.service.kill()
    await asyncio.gather(asking, return_exceptions=True)
    await till.site.service.start()
    (operation,) = (await till.site.payment(till.client, payment["id"]))["operations"]
    known = await till.becomes(payment, operation["id"], "approved")
    assert (known["refunded"], len(till.there(payment, "refund"))) == ("25.00", 1)
    status, again = await till.asks(payment, "refunds", "a", amount="25.00")
    assert (status, again["id"], len(till.there(payment, "refund"))) == (200, operation["id"], 1)


async def test_an_authorisation_is_captured_and_the_rest_let_go(till: Till) -> None:
    """By API and by command line, with the right reference for the refund."""
    payment = await till.sold("a-1", tran_type="auth")
    status, first = await till.asks(payment, "captures", "a", amount="60.00")
    assert (status, first["state"]) == (201, "approved")
    code, rest = await till.command("payment", "void", payment["id"], "--reason", "not in stock")
    assert (code, rest["kind"], rest["amount"], rest["state"]) == (0, "void", "40.00", "approved")
    code, back = await till.command("payment", "refund", payment["id"], "--amount", "10.00")
    assert (code, back["target"], back["state"]) == (0, first["tran_ref"], "approved")
    code, complaint = await till.command("payment", "capture", payment["id"])
    assert (code, "nothing is left" in complaint) == (1, True)
    known = await till.site.payment(till.client, payment["id"])
    assert (known["state"], known["paid"], known["refunded"]) == ("partially_refunded", "60.00", "10.00")


async def test_canceling_lets_an_authorisation_go(till: Till) -> None:
    """The gateway is asked first; the money is never taken."""
    payment = await till.sold("a-2", tran_type="auth")
    status, canceled = await till.site.call(till.client, "POST", f"/v1/payments/{payment['id']}/cancel")
    assert (status, canceled["state"], len(till.there(payment, "void"))) == (200, "voided", 1)


async def test_a_refund_that_awaits_approval_ends_by_a_question(till: Till) -> None:
    """Pending is not failed: it is approved at the gateway, whose word a question brings."""
    payment = await till.sold("r-4")
    configuring.set_switches(till.site.emulator, {"refund": "pending"})
    status, pending = await till.asks(payment, "refunds", "a", amount="20.00")
    assert (status, pending["state"]) == (201, "pending")
    assert (await till.site.payment(till.client, payment["id"]))["state"] == "paid"
    (there,) = till.there(payment, "refund")
    control.act(till.site.emulator, there["tran_ref"], "approve", {})
    await till.command("payment", "query", payment["id"])
    known = await till.becomes(payment, pending["id"], "approved")
    assert (known["state"], known["refunded"]) == ("partially_refunded", "20.00")


@pytest.mark.requirement("R36")
async def test_what_is_done_in_the_dashboard_appears(till: Till) -> None:
    """A refund made there reaches the store; what is left is all that can be refunded here."""
    payment = await till.sold("r-5")
    control.act(till.site.emulator, payment["attempts"][-1]["tran_ref"], "refund", {"amount": "99.00"})
    await till.site.sees(till.client, payment["id"], "partially_refunded")
    status, problem = await till.asks(payment, "refunds", "a", amount="2.00")
    assert (status, "at most 1.00 SAR" in problem["detail"]) == (422, True)
