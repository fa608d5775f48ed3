"""The web's tests talk to it over a real socket."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from builders import store
from conftest import SEAL, describe
from serving import serving
from wasl.engine.connect import key_digest
from wasl.ledger.open import open_sqlite
from wasl.web.app import Web
from worlds import World, world

API_KEY = "wasl_key_of_the_test_store"
ORDER = {
    "order_id": "1042",
    "amount": "57.90",
    "currency": "SAR",
    "description": "Two shirts",
    "return_url": "https://shop.example/index.php?dispatch=wasl.back",
}


@dataclass(slots=True)
class Site:
    """The service, the world behind it, and a client without cookies."""

    w: World
    http: aiohttp.ClientSession

    async def call(self, method: str, path: str, *, key: str = API_KEY, **options: Any) -> tuple[int, Any]:
        """One call of the API: status and JSON."""
        headers = {"Authorization": f"Bearer {key}"}
        async with self.http.request(method, path, headers=headers, **options) as answer:
            return answer.status, await answer.json(content_type=None)

    async def order(self, **changes: Any) -> Any:
        """The payment of an order, opened."""
        status, payment = await self.call("POST", "/v1/payments", json={**ORDER, **changes})
        assert status in (200, 201), payment
        return payment


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """A service with one store."""
    ledger = open_sqlite(tmp_path / "wasl.db", SEAL, describe)
    w = await world(ledger)
    await ledger.add_store(store(store_id="st_web", cart_prefix="w-"), key_digest(API_KEY))
    async with serving(Web(w.engine)) as url, aiohttp.ClientSession(url) as http:
        yield Site(w=w, http=http)
    await ledger.close()
