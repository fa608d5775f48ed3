"""Wasl as a store calls it over HTTP: the demo's shop, its page and its buyers all speak through this one client."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, TypeVar
from urllib.parse import quote

import aiohttp
import msgspec

from wasl.domain.secret import Secret

CALL_TIMEOUT_S: Final = 10.0  # what a checkout may keep its buyer waiting
ANSWER_MAX: Final = 1024 * 1024
_OPENED: Final = frozenset({HTTPStatus.OK, HTTPStatus.CREATED})

T = TypeVar("T")


class WaslSilent(Exception):
    """No usable answer came. Asking again is safe: the same order gives the same payment."""


class WaslRefused(Exception):
    """Wasl answered that it will not; `detail` is its sentence."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"HTTP {status}: {detail}")
        self.status = status
        self.detail = detail


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `POST /v1/payments`."""

    order_id: str
    amount: str
    currency: str
    description: str
    return_url: str
    language: str
    customer: dict[str, str]


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One hosted page Wasl opened for a payment."""

    cart_id: str
    tran_ref: str | None = None
    state: str = ""


class Instructions(msgspec.Struct, frozen=True, kw_only=True):
    """What to quote to pay by a deferred method."""

    method: str
    reference: str


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What became of telling the shop one version. Times are RFC 3339."""

    version: int
    state: str
    created_at: str
    concern: str = "none"
    tries: int = 0
    told_at: str | None = None
    note: str = ""
    status: str = ""


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as Wasl shows it; `deliveries` only where one payment is asked for."""

    id: str
    order_id: str
    state: str
    concern: str
    amount: str
    currency: str
    paid: str
    version: int
    updated_at: str
    redirect_url: str | None = None
    instructions: Instructions | None = None
    attempts: tuple[Attempt, ...] = ()
    deliveries: tuple[Delivery, ...] = ()


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence: who said what of which transaction, and whether it proves money."""

    voice: str
    kind: str
    status: str
    tran_ref: str
    first_heard_at: str
    proved: bool
    role: str = ""
    amount: str | None = None
    currency: str | None = None
    heard: int = 1
    last_heard_at: str = ""


class StoreCard(msgspec.Struct, frozen=True, kw_only=True):
    """Who the API key belongs to."""

    store_id: str
    profile_id: int


class _Listing(msgspec.Struct, frozen=True):
    items: tuple[Payment, ...] = ()


class _Evidence(msgspec.Struct, frozen=True):
    items: tuple[Piece, ...] = ()


class _Problem(msgspec.Struct, frozen=True):
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaslApi:
    """One store's view of Wasl. Every method raises WaslSilent or WaslRefused; all of them are harmless to repeat."""

    http: aiohttp.ClientSession
    base_url: str
    api_key: Secret

    async def open(self, wish: Wish) -> Payment:
        """The payment for an order: with a page to pay on, or with the news why there is none."""
        return await self._call("POST", "/v1/payments", Payment, msgspec.json.encode(wish))

    async def payment_of(self, order_id: str) -> Payment | None:
        """The payment of an order with its deliveries; None if Wasl was never asked for it."""
        listing = await self._call("GET", f"/v1/payments?order_id={quote(order_id, safe='')}", _Listing)
        if not listing.items:
            return None
        return await self._call("GET", f"/v1/payments/{quote(listing.items[0].id, safe='')}", Payment)

    async def evidence(self, payment_id: str) -> tuple[Piece, ...]:
        """Everything heard about a payment, oldest first."""
        return (await self._call("GET", f"/v1/payments/{quote(payment_id, safe='')}/evidence", _Evidence)).items

    async def store(self) -> StoreCard:
        """Who Wasl takes us for."""
        return await self._call("GET", "/v1/store", StoreCard)

    async def _call(self, method: str, path: str, shape: type[T], body: bytes | None = None) -> T:
        headers = {"authorization": f"Bearer {self.api_key.reveal()}", "content-type": "application/json"}
        timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT_S)
        try:
            async with self.http.request(
                method, self.base_url + path, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                content = await read_at_most(answer, ANSWER_MAX)
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise WaslSilent(f"Wasl did not answer ({type(error).__name__})") from error
        if status not in _OPENED:
            raise _refusal(status, content)
        try:
            return msgspec.json.decode(content, type=shape)
        except msgspec.DecodeError as error:
            raise WaslSilent(f"Wasl's answer cannot be read: {error}") from error


async def read_at_most(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """The whole body of *answer*; raises aiohttp.ClientPayloadError if it is longer than *limit* bytes."""
    parts = bytearray()
    async for part in answer.content.iter_any():
        parts += part
        if len(parts) > limit:
            raise aiohttp.ClientPayloadError(f"the answer is longer than {limit} bytes")
    return bytes(parts)


def _refusal(status: int, content: bytes) -> Exception:
    try:
        detail = msgspec.json.decode(content, type=_Problem).detail
    except msgspec.DecodeError:
        detail = ""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return WaslSilent(f"Wasl answered HTTP {status}: {detail}")
    return WaslRefused(status, detail)
