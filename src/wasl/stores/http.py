"""The one way connectors reach a shop: bounded in time, size and redirects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp

from wasl.errors import StoreUnavailable

TIMEOUT_S: Final = 10.0
CONNECT_TIMEOUT_S: Final = 5.0
ANSWER_MAX: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopAnswer:
    """What a shop answered; at most 64 KiB of it."""

    status: int
    content_type: str
    body: bytes


class ShopHttp:
    """Posts to shops over pooled connections. Redirects are not followed: a signed message goes where it was meant."""

    def __init__(self, connector: aiohttp.BaseConnector | None = None) -> None:
        """*connector* may restrict which addresses are reached; it is closed with this."""
        self._connector = connector
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> ShopAnswer:
        """Send *body*; raises StoreUnavailable if no whole answer came in time."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
            self._session = aiohttp.ClientSession(
                timeout=timeout, connector=self._connector, cookie_jar=aiohttp.DummyCookieJar()
            )
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                content = await _read(answer)
                return ShopAnswer(status=answer.status, content_type=answer.content_type, body=content)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise StoreUnavailable(f"the shop did not answer ({type(error).__name__})") from error

    async def close(self) -> None:
        """Close the connections. Harmless to repeat."""
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    """The body, or its first 64 KiB: no shop's receipt is longer."""
    content = bytearray()
    async for chunk in answer.content.iter_any():
        content += chunk
        if len(content) > ANSWER_MAX:
            break
    return bytes(content[:ANSWER_MAX])
