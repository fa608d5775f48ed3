"""What the service and the emulator say of themselves is true: schemathesis tries it, over real HTTP."""

import asyncio
import sys

import pytest

from wasl.demo.tree import SERVER_KEY, Tree


async def tried(url: str, header: str) -> str:
    """What schemathesis found wrong; empty if nothing."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json", "-H", header, "--seed", "20261124",
        "--max-examples", "40", "--no-color", "--generation-database", "none",
        # What no schema can say (a cursor that was given out, a currency the profile has) is refused with a sentence.
        "--exclude-checks", "positive_data_acceptance",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    return out.decode() if process.returncode else ""


@pytest.mark.timeout(120)
async def test_the_service_does_what_its_description_says(demo: Tree) -> None:
    """No server error, no undescribed status or shape, nothing accepted that the description forbids."""
    assert await tried(demo.service_url, f"Authorization: Bearer {demo.store.api_key}") == ""


@pytest.mark.timeout(120)
async def test_the_emulator_does_what_its_description_says(demo: Tree) -> None:
    """The gateway's own endpoints and its control API."""
    assert await tried(demo.emulator_url, f"authorization: {SERVER_KEY}") == ""
