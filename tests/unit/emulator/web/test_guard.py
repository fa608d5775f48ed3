"""Who may speak to the emulator."""

import aiohttp
import pytest

from unit.emulator.web.conftest import CONFIG, Site, serving_emulator
from wasl.emulator import EmulatorConfig

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN = "a token for tests only"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8100", "127.0.0.1.evil.example", "[", ""])
async def test_a_name_that_is_not_this_machine_is_refused(site: Site, host: str) -> None:
    """A foreign page can point its own name at loopback; it gets nothing, also no page address of its choice."""
    async with site.http.post(f"{site.url}/payment/request", data=b"{}", headers={"host": host}) as answer:
        assert answer.status in (400, 421)


@pytest.mark.parametrize("path", ["/_control/reset", "/desk/clock"])
async def test_another_sites_page_may_not_control_it(site: Site, path: str) -> None:
    """A browser says where a form comes from."""
    async with site.http.post(site.url + path, headers={"origin": "https://evil.example"}) as answer:
        assert answer.status == 403
    async with site.http.post(site.url + path, headers={"origin": site.url}, allow_redirects=False) as answer:
        assert answer.status in (200, 303, 422)


async def test_with_a_token_the_counter_is_locked_and_the_gateway_open() -> None:
    """As a bearer's or as a password; merchants and buyers need none."""
    config = EmulatorConfig(host="0.0.0.0", port=0, token=TOKEN)  # noqa: S104  what the token is for
    async with serving_emulator(config) as served:
        site = Site(served.url.replace("0.0.0.0", "127.0.0.1"), served.http)  # noqa: S104  the same
        assert (await site.visit("GET", site.url + "/")).status == 401
        async with site.http.get(f"{site.url}/_control/faults") as answer:
            assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Basic realm="emulator"')
        assert (await site.json("GET", "/_control/faults", authorization=f"Bearer {TOKEN}"))[0] == 200
        password = {"authorization": aiohttp.encode_basic_auth("me", TOKEN)}
        async with site.http.get(f"{site.url}/", headers=password) as answer:
            assert answer.status == 200
        for wrong in ("Bearer no", "Basic !!", "Basic bm8=", "nonsense"):
            async with site.http.get(f"{site.url}/_control/faults", headers={"authorization": wrong}) as answer:
                assert answer.status == 401
        _, url = await site.open()
        assert (await site.visit("GET", url)).status == 200
        headers = {"host": "gateway.example", "authorization": CONFIG.server_key}
        async with site.http.post(f"{site.url}/payment/query", json={}, headers=headers) as answer:
            assert answer.status == 400
