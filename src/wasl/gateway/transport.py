"""The only socket of this room: one POST, bounded in time, size and redirects. What it carries is nobody's to read."""

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

import aiohttp

from wasl.domain.secret import Secret
from wasl.errors import GatewayUnavailable, Misconfigured

ANSWER_BYTES_MAX: Final = 1024 * 1024
RETRY_AFTER_S_MAX: Final = 600.0
CONNECTIONS_MAX: Final = 100
IDLE_S_MAX: Final = 15.0  # shorter than servers keep a connection, so that a request seldom meets a closed one
_USER_AGENT: Final = "Wasl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long one request may take: as long as the official SDK waits (PayTabs reference §1.2)."""

    connect_s: float = 10.0
    total_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back, whatever its HTTP status."""

    status: int
    body: bytes = field(repr=False)
    retry_after_s: float = 0


def open_session(connector: aiohttp.BaseConnector | None = None) -> aiohttp.ClientSession:
    """Pooled connections, certificates verified, no cookies, no proxy from the environment. Needs a running loop."""
    pool = connector or aiohttp.TCPConnector(limit=CONNECTIONS_MAX, keepalive_timeout=IDLE_S_MAX)
    return aiohttp.ClientSession(
        connector=pool,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": _USER_AGENT, "Accept": "application/json"},
    )


def header_of(server_key: Secret) -> str:
    """The `Authorization` header: the raw key (§1.2). Raises Misconfigured if it is no key, without showing it."""
    key = server_key.reveal().strip()  # keys are pasted by hand (§1.3)
    if not key or not key.isascii() or not key.isprintable():
        raise Misconfigured("the server key is empty or has characters no PayTabs key has; copy it again")
    return key


async def post(
    session: aiohttp.ClientSession, url: str, body: bytes, *, server_key: Secret, timeouts: Timeouts
) -> Reply:
    """Send *body* once; raises GatewayUnavailable if no whole answer came: it may or may not have been heard."""
    headers = {"Authorization": header_of(server_key), "Content-Type": "application/json"}
    timeout = _client_timeout(timeouts)
    try:
        async with session.post(url, data=body, headers=headers, timeout=timeout, allow_redirects=False) as answer:
            content = await _read(answer)
            status, retry_after = answer.status, answer.headers.get("Retry-After", "")
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        reason, sent = type(error).__name__, not isinstance(error, aiohttp.ClientConnectorError)
    else:
        if content is None:
            raise GatewayUnavailable(f"the gateway's answer is larger than {ANSWER_BYTES_MAX} bytes")
        return Reply(status=status, body=content, retry_after_s=_seconds(retry_after))
    # Not chained: aiohttp's errors carry the request's headers, and with them the key.
    raise GatewayUnavailable(f"the gateway did not answer ({reason})", sent=sent)


@lru_cache(8)
def _client_timeout(timeouts: Timeouts) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=timeouts.total_s, connect=timeouts.connect_s, sock_connect=timeouts.connect_s)


async def date_of(session: aiohttp.ClientSession, url: str, *, timeouts: Timeouts) -> datetime | None:
    """The `Date` of any answer from *url*; raises GatewayUnavailable if there is none."""
    timeout = aiohttp.ClientTimeout(total=timeouts.connect_s)
    try:
        async with session.head(url, timeout=timeout, allow_redirects=False) as answer:
            told = answer.headers.get("Date", "")
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise GatewayUnavailable(f"the gateway did not answer ({type(error).__name__})") from None
    try:
        return parsedate_to_datetime(told)
    except ValueError:
        return None


async def _read(answer: aiohttp.ClientResponse) -> bytes | None:
    """The whole body, decompressed; None if it is larger than any answer of the gateway."""
    content = bytearray()
    async for chunk in answer.content.iter_any():
        content += chunk
        if len(content) > ANSWER_BYTES_MAX:
            return None
    return bytes(content)


def _seconds(retry_after: str) -> float:
    """A `Retry-After` in seconds, at most ten minutes; 0 where there is none or it is a date."""
    return min(float(retry_after), RETRY_AFTER_S_MAX) if retry_after.isascii() and retry_after.isdigit() else 0
