"""Who may speak to the emulator: this machine, or whoever knows its token."""

import base64
import binascii
import hmac
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from wasl.emulator.config import EmulatorConfig, is_loopback

BEHIND_COUNTER: Final = ("/_control", "/desk")
DESK: Final = "/"
MISDIRECTED: Final = "This emulator serves this machine only: use a loopback address, or start it with a token.\n"
FOREIGN: Final = "Another site's page may not control the emulator.\n"
LOCKED: Final = "The control API and the developer page ask for the emulator's token.\n"
CHALLENGE: Final = {"www-authenticate": 'Basic realm="emulator"'}


class Guard:
    """Refuses names that a foreign page could point at this machine, and asks for the token behind the counter."""

    def __init__(self, application: ASGIApp, config: EmulatorConfig) -> None:
        self._application, self._config = application, config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._application)(scope, receive, send)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        if not self._config.token and not self._is_ours(headers.get("host", "")):
            return PlainTextResponse(MISDIRECTED, 421)
        path: str = scope["path"]
        if path != DESK and not path.startswith(BEHIND_COUNTER):
            return None
        origin = headers.get("origin")
        ours = (headers.get("host"), urlsplit(self._config.public_url).netloc)
        if origin is not None and urlsplit(origin).netloc not in ours:
            return PlainTextResponse(FOREIGN, 403)
        if self._config.token and not self._knows(headers.get("authorization", "")):
            return PlainTextResponse(LOCKED, 401, CHALLENGE)
        return None

    def _is_ours(self, host: str) -> bool:
        """Whether a Host header is a loopback name or the configured public one; a browser can be led to any other."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        public = urlsplit(self._config.public_url).hostname
        return is_loopback(name) or name == public

    def _knows(self, authorization: str) -> bool:
        """The token as a bearer's, or as a browser sends it: the password of any name."""
        scheme, _, given = authorization.partition(" ")
        if scheme.lower() == "basic":
            try:
                given = base64.b64decode(given, validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return False
        return hmac.compare_digest(given.encode(), self._config.token.encode())
