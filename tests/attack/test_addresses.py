"""Addresses and questions that no honest caller asks are refused in words, on either database."""

from typing import Final

import pytest

from attack.site import Site

pytestmark = pytest.mark.timeout(60)
CURSORS: Final = {
    "no position": "AAAA",
    "a number past 64 bits": "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMCwiYSJd",
    "infinite": "WzFlOTk5LCJhIl0",
    "NUL": "WzEsIlx1MDAwMCJd",
    "deep": "W1tbW1tbW1tbW1tb" * 400,
    "not ASCII": "%D8%B9",
}


async def test_odd_questions_are_answered(either: Site) -> None:
    """Cursors nobody gave out are 422 in words; NULs, far times and long names find nothing."""
    client = await either.connect()
    for name, cursor in CURSORS.items():
        status, problem = await either.call(client, "GET", f"/v1/payments?cursor={cursor}")
        assert (status, problem["status"]) == (422, 422), name
    for path in (
        "/v1/payments/%00",
        "/v1/payments/pay_%00/evidence",
        "/v1/payments?order_id=%00",
        "/v1/payments?updated_since=9999-12-31T23:59:59Z",
        "/v1/payments?updated_since=0001-01-01T00:00:00Z",
        "/v1/payments?updated_since=0001-01-01T00:00:00%2B14:00",
        f"/v1/payments?order_id={'x' * 5000}",
        f"/v1/payments/{'x' * 5000}",
        f"/paytabs/{client.store_id}/return/%00",
        f"/paytabs/{client.store_id}/return/{'x' * 5000}",
    ):
        async with either.http.get(
            either.service.url + path, headers={"authorization": f"Bearer {client.api_key}"}, allow_redirects=False
        ) as answer:
            assert answer.status < 500, f"{path[:80]}: {await answer.text()}"
    assert not either.service.crashed
