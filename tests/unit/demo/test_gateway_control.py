"""The emulator's control API, as the demo reads it."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving import serving
from wasl.demo.gateway_control import GatewayControl, GatewaySilent

ANSWER = b"""{"transactions":[
{"tran_ref":"TST2","previous_tran_ref":"TST1","type":"Sale","status":"A","code":"905","amount":"57.90",
"total":"57.90","currency":"SAR","opened_at":"2026-11-24T08:00:09Z","decided_at":"2026-11-24T08:00:09Z","deliveries":[
{"id":"d1","channel":"callback","state":"delivered","created_at":"2026-11-24T08:00:09.100Z","due_at":"",
"attempts":[{"at":"2026-11-24T08:00:09.200Z","answer":"200","status":200,"error":""}]}]},
{"tran_ref":"TST1","type":"Payment Request","status":"P","amount":"57.90","currency":"SAR","decided_at":"",
"deliveries":[]}]}"""


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A session."""
    async with aiohttp.ClientSession() as session:
        yield session


async def test_transactions_are_told_oldest_first_with_their_deliveries(http: aiohttp.ClientSession) -> None:
    """The emulator lists the newest first; a story is told the other way round. Unknown fields are ignored."""

    async def answer(request: Request) -> Response:
        assert request.query_params["cart_id"] == "c/1 x"
        return Response(ANSWER, media_type="application/json")

    async with serving(Starlette(routes=[Route("/_control/transactions", answer)])) as url:
        first, second = await GatewayControl(http=http, base_url=url).transactions("c/1 x")
    assert (first.tran_ref, second.tran_ref) == ("TST1", "TST2")
    assert [attempt.answer for attempt in second.deliveries[0].attempts] == ["200"]


async def test_what_is_done_goes_where_the_contract_says(http: aiohttp.ClientSession) -> None:
    """Faults are put on the page, a deferred payment is settled on its transaction."""
    seen: list[Any] = []

    async def note(request: Request) -> Response:
        seen.append((request.method, request.url.path, msgspec.json.decode(await request.body())))
        return Response(b"{}", media_type="application/json")

    async with serving(Starlette(routes=[Route("/{path:path}", note, methods=["PUT", "POST"])])) as url:
        control = GatewayControl(http=http, base_url=url)
        await control.set_page_faults("TST1", {"callback": {"drop": 1.0}})
        await control.settle("TST1")
    assert seen == [
        ("PUT", "/_control/pages/TST1/faults", {"callback": {"drop": 1.0}}),
        ("POST", "/_control/transactions/TST1/settle", {}),
    ]


async def test_what_is_no_answer_is_silence(http: aiohttp.ClientSession) -> None:
    """A refusal, another shape, nobody there."""
    answers = iter([Response(b"{}", 409), Response(b'{"items":[]}'), Response(b"<html>")])

    async def answer(_request: Request) -> Response:
        return next(answers)

    async with serving(Starlette(routes=[Route("/_control/transactions", answer)])) as url:
        for _ in range(3):
            with pytest.raises(GatewaySilent):
                await GatewayControl(http=http, base_url=url).transactions("c")
    with pytest.raises(GatewaySilent):
        await GatewayControl(http=http, base_url="http://127.0.0.1:9").transactions("c")
