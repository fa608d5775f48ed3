"""A shop's webhook address on a real socket, which keeps what it was told and answers as badly as it is asked to."""

import asyncio
import base64
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
CLOSE: Final = b"Connection: close\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def message_id(self) -> str:
        """`{payment}.{version}` for a telling."""
        return self.headers["webhook-id"]

    @property
    def data(self) -> dict[str, Any]:
        """The payment as the store sees it."""
        told: dict[str, Any] = msgspec.json.decode(self.body)["data"]
        return told

    def is_signed_with(self, secret: str) -> bool:
        """Whether it is signed as *Standard Webhooks* says, by nobody else's code."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.message_id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        mac = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
        return hmac.compare_digest(f"v1,{mac}", self.headers["webhook-signature"])


def answering(status: str, body: bytes = b"", headers: bytes = b"Content-Type: text/plain\r\n") -> Answer:
    """An ordinary answer."""

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n".encode()
        writer.write(head + headers + CLOSE + b"\r\n" + body)
        await writer.drain()

    return answer


OK: Final = answering("200 OK", b"ok")


async def silence(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Never answer; until the caller hangs up."""
    await reader.read()


async def hang_up(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Read everything, then close without a word."""


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Promise an answer and never finish it, a byte at a time."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    gone = asyncio.create_task(reader.read())
    while not gone.done():
        writer.write(b".")
        await asyncio.wait({gone}, timeout=0.1)


@dataclass(slots=True)
class Shop:
    """Answers every path as `answers` says, `OK` if it says nothing."""

    base_url: str
    answers: dict[str, Answer] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    def url(self, path: str) -> str:
        """A webhook address here."""
        return self.base_url + path

    def told_at(self, path: str) -> list[Told]:
        """What one address was told, in order."""
        return [one for one in self.told if one.path == path]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        try:
            await self._answer(reader, writer)
        finally:
            writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            path = first.split(" ")[1]
            self.told.append(Told(path=path, headers=headers, body=body, at=time.monotonic()))
            await self.answers.get(path, OK)(reader, writer)


@asynccontextmanager
async def open_shop() -> AsyncIterator[Shop]:
    """A shop while the block runs."""
    shop = Shop("")
    server = await asyncio.start_server(shop.handle, "127.0.0.1", 0, backlog=512)
    shop.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield shop
    finally:
        server.close()
