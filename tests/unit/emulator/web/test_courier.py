"""Callbacks over real sockets."""

import hashlib
import hmac
from typing import Any

import pytest

from unit.emulator.web.conftest import CONFIG, Heard, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_callback_is_posted_as_go_would(site: Site, heard: Heard) -> None:
    """Signed over the bytes that arrive, JSON, Go's agent, the client key."""
    ref, _ = await site.open(callback=heard.url)
    await site.json("POST", f"/_control/pages/{ref}/pay")
    await heard.wait(1)
    [headers] = heard.headers
    expected = hmac.new(CONFIG.server_key.encode(), heard.bodies[0], hashlib.sha256).hexdigest()
    assert headers["signature"] == expected
    assert headers["client-key"] == CONFIG.client_key
    assert (headers["user-agent"], headers["content-type"]) == ("Go-http-client/1.1", "application/json")


async def test_redirects_are_not_followed_and_refused_connections_are_recorded(site: Site, heard: Heard) -> None:
    """Each try is on record with what happened."""
    heard.answers = [302]
    first, _ = await site.open(callback=heard.url)
    second, _ = await site.open(cart_id="b", callback="http://127.0.0.1:1/nobody")
    for ref in (first, second):
        await site.json("POST", f"/_control/pages/{ref}/pay")
    await heard.wait(1)
    await site.json("POST", "/_control/clock", {"advance_s": 10})
    await heard.wait(2)
    attempts: dict[str, Any] = {}
    while not attempts.get(second):
        told = (await site.json("GET", "/_control/transactions"))[1]["transactions"]
        attempts = {one["tran_ref"]: one["deliveries"][0]["attempts"] for one in told}
    assert attempts[first][0]["status"] == 302
    assert attempts[second][0]["status"] is None
    assert "ClientConnectorError" in attempts[second][0]["error"]


async def test_a_late_callback_waits_for_the_gateways_clock(site: Site, heard: Heard) -> None:
    """Advancing the clock sends what is due then, at once."""
    ref, _ = await site.open(callback=heard.url)
    await site.json("PUT", f"/_control/pages/{ref}/faults", {"callback": {"delay_s": [3600, 3600]}})
    await site.json("POST", f"/_control/pages/{ref}/pay")
    assert heard.bodies == []
    await site.json("POST", "/_control/clock", {"advance_s": 3600})
    await heard.wait(1)


async def test_many_at_once_all_arrive(site: Site, heard: Heard) -> None:
    """More than there are hands to carry them."""
    for number in range(80):
        ref, _ = await site.open(cart_id=f"c{number}", callback=heard.url)
        await site.json("PUT", f"/_control/pages/{ref}/faults", {"callback": {"delay_s": [60, 60]}})
        await site.json("POST", f"/_control/pages/{ref}/pay")
    await site.json("POST", "/_control/clock", {"advance_s": 60})
    await heard.wait(80)
