"""The emulator's control API, as far as the demo's page looks at it and its buyers need it for what no page offers."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import aiohttp
import msgspec

from wasl.demo.wasl_api import read_at_most

CALL_TIMEOUT_S: Final = 5.0
ANSWER_MAX: Final = 4 * 1024 * 1024


class GatewaySilent(Exception):
    """The emulator did not answer, or not in a way that can be read."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One try to deliver a notification. `answer` is Wasl's HTTP status; empty if none came."""

    at: str
    answer: str = ""


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """A callback or IPN with every try to deliver it; `state` is `lost` if a fault let it vanish."""

    channel: str
    created_at: str
    state: str = ""
    attempts: tuple[Sent, ...] = ()


class GatewayTransaction(msgspec.Struct, frozen=True, kw_only=True):
    """What the gateway knows of one transaction. `status` is its letter, empty while a page waits for its buyer."""

    tran_ref: str
    type: str = ""
    status: str = ""
    code: str = ""
    message: str = ""
    amount: str = ""
    currency: str = ""
    opened_at: str = ""
    decided_at: str = ""
    deliveries: tuple[Notification, ...] = ()


class _Listing(msgspec.Struct, frozen=True):
    transactions: tuple[GatewayTransaction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayControl:
    """The emulator from behind its counter. Every method raises GatewaySilent."""

    http: aiohttp.ClientSession
    base_url: str

    async def transactions(self, cart_id: str) -> tuple[GatewayTransaction, ...]:
        """Everything that happened on one cart, oldest first, pages that wait for their buyer included."""
        answer = await self._call("GET", f"/_control/transactions?cart_id={quote(cart_id, safe='')}")
        try:
            listing = msgspec.json.decode(answer, type=_Listing)
        except msgspec.DecodeError as error:
            raise GatewaySilent(f"the emulator's answer cannot be read: {error}") from error
        return listing.transactions[::-1]  # the emulator lists the newest first

    async def set_page_faults(self, tran_ref: str, faults: dict[str, Any]) -> None:
        """Let notifications of one page and its follow-ups go wrong in this way."""
        await self._call("PUT", f"/_control/pages/{quote(tran_ref, safe='')}/faults", faults)

    async def settle(self, tran_ref: str) -> None:
        """The buyer pays a deferred payment at the partner's counter."""
        await self._call("POST", f"/_control/transactions/{quote(tran_ref, safe='')}/settle", {})

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT_S)
        content = None if body is None else msgspec.json.encode(body)
        headers = {"content-type": "application/json"}
        try:
            async with self.http.request(
                method, self.base_url + path, data=content, headers=headers, timeout=timeout
            ) as answer:
                told = await read_at_most(answer, ANSWER_MAX)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise GatewaySilent(f"the emulator did not answer ({type(error).__name__})") from error
        if answer.status != HTTPStatus.OK:
            raise GatewaySilent(f"the emulator answered HTTP {answer.status} to {method} {path}")
        return told
