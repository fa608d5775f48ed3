"""Private addresses are not reached unless the operator allows it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from wasl.network import PrivateAddress, connector, is_public


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A real server on loopback."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="inside")

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][1]
    await runner.cleanup()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"])  # noqa: S104  an address to refuse
async def test_private_addresses_are_refused(port: int, host: str) -> None:
    """By number or by name, in either family."""
    async with aiohttp.ClientSession(connector=connector(allow_private=False)) as session:
        with pytest.raises(PrivateAddress, match="WASL_ALLOW_PRIVATE_NETWORKS"):
            await session.get(f"http://{host}:{port}/")


async def test_an_operator_may_allow_them(port: int) -> None:
    """For a demo or a shop in the same network."""
    async with (
        aiohttp.ClientSession(connector=connector(allow_private=True)) as session,
        session.get(f"http://127.0.0.1:{port}/") as answer,
    ):
        assert await answer.text() == "inside"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("fe80::1%eth0", False),
    ],
)
def test_what_is_public(address: str, public: bool) -> None:  # noqa: FBT001  an expected value
    """Private, link-local, metadata and carrier addresses are not."""
    assert is_public(address) is public
