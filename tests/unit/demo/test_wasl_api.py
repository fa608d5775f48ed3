"""The one client of Wasl's API: what it takes for an answer, and what not."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving import serving
from wasl.demo.wasl_api import ANSWER_MAX, WaslApi, WaslRefused, WaslSilent
from wasl.domain.secret import Secret

STORE = b'{"store_id":"s1","profile_id":1,"name":"Shop"}'


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A session."""
    async with aiohttp.ClientSession() as session:
        yield session


async def _asked(http: aiohttp.ClientSession, body: bytes, status: int, seen: list[Any] | None = None) -> Any:
    async def answer(request: Request) -> Response:
        if seen is not None:
            seen.append(request.headers["authorization"])
        return Response(body, status, media_type="application/json", headers={"location": "/elsewhere"})

    async with serving(Starlette(routes=[Route("/v1/store", answer)])) as url:
        return await WaslApi(http=http, base_url=url, api_key=Secret("planted-key")).store()


async def test_the_key_goes_in_the_header_and_nowhere_else(http: aiohttp.ClientSession) -> None:
    """As a bearer token; no repr shows it."""
    seen: list[str] = []
    assert (await _asked(http, STORE, 200, seen)).store_id == "s1"
    assert seen == ["Bearer planted-key"]
    assert "planted-key" not in repr(WaslApi(http=http, base_url="http://x", api_key=Secret("planted-key")))


@pytest.mark.parametrize("status", [400, 401, 404, 422])
async def test_a_refusal_carries_wasls_sentence(http: aiohttp.ClientSession, status: int) -> None:
    """RFC 9457: the detail is for people."""
    with pytest.raises(WaslRefused) as caught:
        await _asked(http, b'{"detail":"say what is paid for"}', status)
    assert (caught.value.status, caught.value.detail) == (status, "say what is paid for")


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"<html>", 200), (b"{}", 200), (b"", 502), (b"busy", 503), (STORE + b" " * ANSWER_MAX, 200)],
    ids=["html", "other shape", "bad gateway", "busy", "endless"],
)
async def test_what_is_no_answer_is_silence(http: aiohttp.ClientSession, body: bytes, status: int) -> None:
    """HTML, another shape, a server's fault, a body without end: ask again later."""
    with pytest.raises(WaslSilent):
        await _asked(http, body, status)


async def test_a_redirect_is_not_followed_with_the_key(http: aiohttp.ClientSession) -> None:
    """A key goes where it was meant to go."""
    with pytest.raises(WaslRefused):
        await _asked(http, b"", 302)


async def test_nobody_listening_is_silence(http: aiohttp.ClientSession) -> None:
    """Port 9 of loopback answers nothing."""
    with pytest.raises(WaslSilent):
        await WaslApi(http=http, base_url="http://127.0.0.1:9", api_key=Secret("k")).store()
