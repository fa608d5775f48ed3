"""What the tests of the HTTP shell may ask for: the emulator on a socket, and a merchant who hears its callbacks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving import serving
from unit.emulator.merchant import MONA, PROFILE_ID
from wasl.emulator import EmulatorConfig, serve

CONFIG = EmulatorConfig(port=0, seed=7)


@dataclass(slots=True)
class Heard:
    """A merchant's door: what came, and what is answered."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, request: Request) -> Response:
        """One callback."""
        self.bodies.append(await request.body())
        self.headers.append(dict(request.headers))
        self.came.set()
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    async def wait(self, number: int) -> None:
        """Until so many have come."""
        async with asyncio.timeout(5):
            while len(self.bodies) < number:
                self.came.clear()
                await self.came.wait()


@dataclass(slots=True)
class Site:
    """The emulator at its address."""

    url: str
    http: aiohttp.ClientSession

    async def json(self, method: str, path: str, value: Any = None, **headers: str) -> tuple[int, Any]:
        """The status and JSON value of a call to the control API."""
        async with self.http.request(method, self.url + path, json=value, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def pt2(self, path: str, **fields: Any) -> tuple[int, Any]:
        """The status and JSON value of an API call with the default key."""
        return await self.json("POST", path, {"profile_id": PROFILE_ID, **fields}, authorization=CONFIG.server_key)

    async def open(self, **fields: Any) -> tuple[str, str]:
        """A page for an ordinary sale: its transaction and its address."""
        usual = {
            "tran_type": "sale",
            "tran_class": "ecom",
            "cart_id": "o-1",
            "cart_description": "Order 1",
            "cart_currency": "SAR",
            "cart_amount": 57.9,
            "return": "http://127.0.0.1:9/return",
            "customer_details": MONA,
        }
        status, told = await self.pt2("/payment/request", **{**usual, **fields})
        assert status == 200, told
        return told["tran_ref"], told["redirect_url"]

    async def visit(self, verb: str, url: str, **form: str) -> "Seen":
        """What a browser without scripts gets, redirects not followed."""
        data = form if verb == "POST" else None
        async with self.http.request(verb, url, data=data, allow_redirects=False) as answer:
            return Seen(answer.status, await answer.text(), answer.headers)


@dataclass(frozen=True, slots=True)
class Seen:
    """A page, or a redirect."""

    status: int
    html: str
    headers: Mapping[str, str]

    @property
    def page(self) -> "Reader":
        """What is on it."""
        reader = Reader()
        reader.feed(self.html)
        return reader


class Reader(HTMLParser):
    """Ids, methods, and the fields of the form that leads away."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.methods: set[str] = set()
        self.language: tuple[str, str] = ("", "")
        self.forms: list[dict[str, str]] = []
        self.fields: dict[str, str] = {}
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See the base class."""
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        if "data-method" in given:
            self.methods.add(given["data-method"])
        if tag == "html":
            self.language = (given["lang"], given["dir"])
        if tag == "form":
            self.forms.append(given)
        if tag == "input" and given.get("type") == "hidden":
            self.fields[given["name"]] = given["value"]
        self.sources += [given[name] for name in ("src", "href") if name in given]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[Site]:
    """One emulator for a module's tests."""
    async with serving_emulator(CONFIG) as site:
        yield site


@pytest_asyncio.fixture(loop_scope="module")
async def site(served: Site) -> Site:
    """The emulator as after a start, but with buyers who need not wait half a second."""
    await served.json("POST", "/_control/reset")
    await served.json("PUT", "/_control/switches", {"delivery_gap_s": 0})
    return served


@contextlib.asynccontextmanager
async def serving_emulator(config: EmulatorConfig) -> AsyncIterator[Site]:
    """An emulator while the block runs, stopped as a caller in the same process stops it."""
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(config, ready=ready.set_result))
    waits: set[asyncio.Future[Any]] = {task, ready}
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    async with aiohttp.ClientSession() as http:
        yield Site(await ready, http)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def listening() -> AsyncIterator[Heard]:
    """One merchant for a module's tests."""
    merchant = Heard()
    async with serving(Starlette(routes=[Route("/callback", merchant.__call__, methods=["POST"])])) as url:
        merchant.url = f"{url}/callback"
        yield merchant


@pytest.fixture
def heard(listening: Heard) -> Heard:
    """A merchant's callback address, at which nothing has come yet."""
    listening.bodies.clear()
    listening.headers.clear()
    listening.answers.clear()
    return listening


CARD = {"number": "4111 1111 1111 1111", "cvv": "123", "expiry_month": "12", "expiry_year": "2030", "holder": "M"}
