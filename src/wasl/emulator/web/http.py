"""What every part of the HTTP shell needs of a request: a bounded body, a form, an address, and a way to hang up."""

import asyncio
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from wasl.emulator.gateway import Emulator
from wasl.emulator.refusals import ControlRefusal

KIB: Final = 1024
BODY_MAX: Final = 256 * KIB
FORM_FIELDS_MAX: Final = 100
CLOSING_S_MAX: Final = 1.0
SILENCE_S_MAX: Final = 120.0  # a caller without a timeout of its own is hung up on then
HANG_UP: Final = "hang_up"
BAD_REQUEST: Final = 400
TOO_LARGE: Final = 413
_HOST: Final = re.compile(r"[A-Za-z0-9._~:\[\]-]{1,255}")


def _number(text: str) -> float | int:
    """JSON does not tell 1.0 from 1."""
    value = float(text)
    return int(value) if value.is_integer() else value


_JSON: Final = msgspec.json.Decoder(float_hook=_number)


class Hangable(HttpToolsProtocol):
    """uvicorn's protocol with the connection's end in reach: a lost answer is a closed connection, no HTTP error."""

    def on_message_begin(self) -> None:
        """Put the way to hang up beside the request."""
        super().on_message_begin()
        self.scope["state"][HANG_UP] = self.transport.abort


class TooLarge(Exception):
    """The body has more than `BODY_MAX` bytes."""


def emulator_of(request: Request) -> Emulator:
    """The gateway behind this application."""
    emulator: Emulator = request.app.state.emulator
    return emulator


async def read_body(request: Request) -> bytes:
    """The whole body; raises TooLarge."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX:
            raise TooLarge
    return bytes(body)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of an urlencoded form; the last of a name counts. What is not a form has no fields."""
    body = await read_body(request)
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace", max_num_fields=FORM_FIELDS_MAX
        )
    except ValueError:
        return {}
    return dict(pairs)


async def read_json(request: Request) -> Any:
    """The JSON value of a body, an empty object if there is none; raises ControlRefusal."""
    body = await read_body(request)
    if not body:
        return {}
    try:
        return _JSON.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise ControlRefusal(BAD_REQUEST, "The body is not JSON.") from error


def base_url(request: Request) -> str:
    """The address under which buyers reach the page: the configured one, else the one the caller used."""
    configured = emulator_of(request).config.public_url
    if configured:
        return configured.rstrip("/")
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        host = "localhost"
    return f"{request.url.scheme}://{host}"


async def hang_up(request: Request, *, after_s: float) -> Response:
    """Say nothing for *after_s* seconds or until the caller gives up, then close the connection without a byte."""
    await _until_disconnected(request, after_s)
    close: Callable[[], None] | None = getattr(request.state, HANG_UP, None)
    if close is not None:
        close()
        await _until_disconnected(request, CLOSING_S_MAX)
    return Response(status_code=500)  # nobody is there to receive it


async def _until_disconnected(request: Request, longest_s: float) -> None:
    try:
        async with asyncio.timeout(longest_s):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        pass
