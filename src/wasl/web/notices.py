"""Callbacks and IPNs, as a raw ASGI application: the shortest way from a socket to the disk and back."""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import structlog

from wasl.domain.evidence import Voice
from wasl.domain.store import StoreId
from wasl.engine.engine import Engine
from wasl.engine.hear import hear
from wasl.engine.ports import Refusal
from wasl.errors import Unavailable, required

BODY_MAX: Final = 64 * 1024  # a full notification is about 1.3 kB
READ_TIMEOUT_S: Final = 10.0

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# Never 403, 404 or 405 to a known store: the gateway would give up on the notification for ever.
_STATUS: Final = {
    Refusal.EMPTY: 400,
    Refusal.NOT_JSON: 400,
    Refusal.MALFORMED: 400,
    Refusal.NO_SIGNATURE: 401,
    Refusal.SIGNATURE_MISMATCH: 401,
    Refusal.OTHER_PROFILE: 401,
}
_PATH: Final = re.compile("/paytabs/([^/]+)/(callback|ipn)/?")
_log = structlog.get_logger(__name__)


class _TooLarge(Exception):
    """The body is larger than any notification."""


def is_notice(path: str) -> bool:
    """Whether this path is a notification's: `/paytabs/{store_id}/callback` or `…/ipn`, with or without a slash."""
    return _PATH.fullmatch(path) is not None


class Notices:
    """Answers 200 only once the evidence is durable; anything else lets the gateway send it again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        try:
            async with asyncio.timeout(READ_TIMEOUT_S):
                body = await _read(scope, receive)
        except _TooLarge:
            await _answer(send, 413, b"larger than any notification of the gateway\n")
        except (TimeoutError, ConnectionError):
            await _answer(send, 408, b"the body did not arrive in time\n")
        else:
            status, text = await self._hear(scope, body)
            await _answer(send, status, text)

    async def _hear(self, scope: Scope, body: bytes) -> tuple[int, bytes]:
        found = required(_PATH.fullmatch(scope["path"]), "whatever has another path goes elsewhere")
        store_id, voice = found.groups()
        try:
            store = await self._engine.store(StoreId(store_id))
            if store is None:
                return 404, b"no such store\n"
            signature = _header(scope, b"signature")
            refusal = await hear(self._engine, store, Voice(voice), signature=signature, body=body)
        except Unavailable as error:
            _log.error("notification_not_durable", store=store_id, reason=str(error))
            return 503, b"not durable now; send it again\n"
        if refusal is None:
            return 200, b"recorded\n"
        _log.warning("notification_refused", store=store_id, voice=voice, reason=refusal.value)
        return _STATUS[refusal], refusal.value.encode() + b"\n"


async def _read(scope: Scope, receive: Receive) -> bytes:
    """The whole body, or _TooLarge as soon as that is known."""
    declared = _header(scope, b"content-length")
    if declared is not None and (not declared.isdigit() or int(declared) > BODY_MAX):
        raise _TooLarge
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_MAX:
            raise _TooLarge
        if not message.get("more_body"):
            return b"".join(parts)


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return None


async def _answer(send: Send, status: int, text: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
