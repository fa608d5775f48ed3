"""The official PayTabs package for Node, which nobody here wrote, works against the emulator as against PayTabs."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest

from wasl.emulator import DEFAULT_PROFILE_ID, DEFAULT_SERVER_KEY, EmulatorConfig, serve

CLIENT: Final = Path(__file__).parent / "official_client"


@pytest.fixture
async def gateway() -> AsyncIterator[str]:
    """An emulator on a socket of its own."""
    listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(serve(EmulatorConfig(port=0, seed=1), ready=listening.set_result))
    yield await listening
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def official(gateway: str, call: str, *, key: str = DEFAULT_SERVER_KEY, **values: Any) -> Any:
    """What the package hands to its callback."""
    step = json.dumps({"call": call, **values})
    process = await asyncio.create_subprocess_exec(
        "node", "drive.js", gateway, str(DEFAULT_PROFILE_ID), key, step,
        cwd=CLIENT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return json.loads(out)


async def control(gateway: str, path: str, body: Any = None) -> Any:
    """The emulator behind its counter."""
    async with aiohttp.ClientSession() as http, http.post(f"{gateway}/_control/{path}", json=body or {}) as answer:
        return await answer.json()


async def test_it_creates_a_page_sees_it_paid_and_refunds(gateway: str) -> None:
    """Create, pay, query, refund in part, and the refund's own query."""
    page = await official(gateway, "create", cart="node-1", amount="12.30")
    assert page["redirect_url"].startswith(f"{gateway}/payment/wr/")
    assert (page["cart_amount"], page["tran_total"], page["tran_type"]) == ("12.30", "0", "Sale")
    await control(gateway, f"pages/{page['tran_ref']}/pay")
    paid = await official(gateway, "validate", ref=page["tran_ref"])
    assert (paid["payment_result"]["response_status"], paid["tran_total"]) == ("A", "12.30")
    back = await official(gateway, "refund", ref=page["tran_ref"], cart="node-1", amount="2.30")
    assert (back["tran_type"], back["payment_result"]["response_status"]) == ("Refund", "A")
    assert (back["previous_tran_ref"], back["tran_total"]) == (page["tran_ref"], "2.30")
    seen = await official(gateway, "validate", ref=back["tran_ref"])
    assert (seen["tran_type"], seen["cart_id"]) == ("Refund", "node-1")


async def test_it_reads_the_gateways_refusals(gateway: str) -> None:
    """A wrong key, the same cart twice, and more than there is."""
    wrong = await official(gateway, "create", cart="node-2", amount="1.00", key="SXXXXXXXXX-XXXXXXXXXX-XXXXXXXXXX")
    assert wrong["result"].startswith("Authentication failed")
    page = await official(gateway, "create", cart="node-2", amount="1.00")
    assert (await official(gateway, "create", cart="node-2", amount="1.00"))["result"] == "Duplicate Request"
    await control(gateway, f"pages/{page['tran_ref']}/pay")
    too_much = await official(gateway, "refund", ref=page["tran_ref"], cart="node-2", amount="1.01")
    assert (too_much["payment_result"]["response_status"], too_much["payment_result"]["response_code"]) == ("E", "118")
