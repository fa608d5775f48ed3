"""The scripted buyers, by the command a merchant would type."""

import asyncio
import json
import sys

import pytest


@pytest.mark.timeout(180)
async def test_every_scripted_buyers_order_is_right() -> None:
    """`wasl demo --headless` plays them over real HTTP, kills the service in between, and exits 0 if all are right."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wasl", "demo", "--headless", "--json", "--seed", "7",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    document = json.loads(out)
    wrong = [(row["buyer"], row["reason"]) for row in document["buyers"] if not row["right"]]
    assert (wrong, process.returncode) == ([], 0), err.decode()
    assert len(document["buyers"]) >= 12
    assert {"killed", "forged", "callback-lost", "closes-tab"} <= {row["buyer"] for row in document["buyers"]}
