"""The PT2 API over HTTP."""

import aiohttp
import pytest

from unit.emulator.merchant import PROFILE_ID
from unit.emulator.web.conftest import CONFIG, Site, serving_emulator
from wasl.emulator import EmulatorConfig

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_address_of_a_page_is_the_one_the_merchant_used(site: Site) -> None:
    """Whether by number or by name."""
    for host in ("127.0.0.1", "localhost"):
        here = Site(site.url.replace("127.0.0.1", host), site.http)
        _, url = await here.open(cart_id=host)
        assert url.startswith(f"{here.url}/payment/wr/")
        assert (await site.visit("GET", url)).status == 200


async def test_a_configured_address_counts() -> None:
    """Behind a proxy the page's address is the public one, whatever was asked."""
    config = EmulatorConfig(port=0, public_url="https://gateway.example/")
    async with serving_emulator(config) as site:
        assert site.url == "https://gateway.example"


async def test_any_content_type_is_taken_and_only_post(site: Site) -> None:
    """Older SDKs send none; errors of the shell are in the gateway's form too."""
    body = f'{{"profile_id":{PROFILE_ID},"cart_id":"nobody"}}'.encode()
    url, headers = f"{site.url}/payment/query", {"authorization": CONFIG.server_key, "content-type": "text/plain"}
    async with site.http.post(url, data=body, headers=headers) as answer:
        assert (answer.status, await answer.json()) == (200, [])
    async with site.http.get(url) as answer:
        told = await answer.json()
        assert (answer.status, answer.headers["allow"], told["code"]) == (405, "POST", 2)
    async with site.http.post(url, data=b" " * 300_000, headers=headers) as answer:
        assert (answer.status, (await answer.json())["code"]) == (413, 2)


async def test_a_lost_answer_is_a_closed_connection(site: Site) -> None:
    """The request was done, and the merchant sees not a byte."""
    await site.json("PUT", "/_control/faults", {"request": {"lost_answer": 1}})
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await site.open()
    assert len((await site.json("GET", "/_control/transactions"))[1]["transactions"]) == 1


async def test_an_answer_that_never_comes_ends_with_the_callers_patience(site: Site) -> None:
    """The connection stays open and silent."""
    await site.json("PUT", "/_control/faults", {"query": {"timeout": 1}})
    with pytest.raises(TimeoutError):
        await site.http.post(
            f"{site.url}/payment/query",
            json={"profile_id": PROFILE_ID, "cart_id": "c"},
            headers={"authorization": CONFIG.server_key},
            timeout=aiohttp.ClientTimeout(total=0.1),
        )
    await site.json("PUT", "/_control/faults", {})
    assert (await site.pt2("/payment/query", cart_id="c"))[0] == 200
