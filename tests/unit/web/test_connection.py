"""One connection's bounds, on real sockets and with short waits; the real ones are attacked in tests/attack."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import pytest

from serving import serving
from wasl.web.connection import HEAD_MAX, BoundedConnection

HEAD: Final = b"POST / HTTP/1.1\r\nHost: wasl\r\n"
LONG: Final = 20_000_000
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Hasty(BoundedConnection):
    """The same, but in a hurry."""

    arrive_s = 0.3
    fetch_s = 0.3
    waiting_max = 4
    quiet_s = 0.0


class Patient(Hasty):
    """Who came within the last second is not quiet."""

    quiet_s = 1.0


async def application(scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Send) -> None:
    """Reads everything and answers `ok`; `/long` answers at length without reading."""
    long = scope["path"] == "/long"
    while not long and (await receive()).get("more_body"):
        pass
    body = b"x" * LONG if long else b"ok"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with serving(application, http=Hasty) as url:
        yield int(url.rpartition(":")[2])


async def exchange(port: int, *parts: bytes) -> bytes:
    """Everything that comes back until the other side ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await writer.drain()
    try:
        return await asyncio.wait_for(reader.read(), timeout=5)
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    "part",
    [b"", HEAD, HEAD + b"Content-Length: 5\r\n\r\nhalf", HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"],
    ids=["nothing", "half a head", "half a body", "chunks without end"],
)
async def test_what_never_arrives_is_let_go(port: int, part: bytes) -> None:
    """The connection ends by itself, and nothing pretends that a request was answered."""
    assert b"200 OK" not in await exchange(port, part)


@pytest.mark.parametrize("filler", [b"A: b\r\n", b"x"], ids=["lines", "one line"])
async def test_a_head_without_end_is_refused_in_words(port: int, filler: bytes) -> None:
    """In lines or in one: 400 and a sentence, once it is larger than any head."""
    pieces = [filler * (16_384 // len(filler))] * (2 * HEAD_MAX // 16_384)
    start = HEAD if len(filler) > 1 else HEAD + b"X: "
    answer = await exchange(port, start, *pieces)
    assert answer == b"" or (answer.startswith(b"HTTP/1.1 400") and b"too large" in answer)


async def test_an_honest_caller_may_pause_between_requests(port: int) -> None:
    """The time to arrive counts for each request alone, not for the silence after an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(HEAD + b"Content-Length: 2\r\n\r\nhi")
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), timeout=5)
        assert head.startswith(b"HTTP/1.1 200")
        assert await reader.readexactly(2) == b"ok"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), timeout=2 * Hasty.arrive_s)
    writer.close()


async def test_pipelined_requests_are_all_answered(port: int) -> None:
    """Many in one breath, and a large body after them: the head's bound counts heads alone."""
    request = HEAD + b"Content-Length: 2\r\n\r\nhi"
    large = HEAD + b"Content-Length: 200000\r\n\r\n" + b"x" * 200_000
    answer = await exchange(port, request * 50 + large + HEAD + b"Connection: close\r\nContent-Length: 0\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200") == 52


async def test_an_answer_nobody_fetches_is_not_kept(port: int) -> None:
    """A caller that does not read for long is let go; what it reads then is not the whole answer."""
    with socket.create_connection(("127.0.0.1", port)) as caller:
        caller.sendall(b"GET /long HTTP/1.1\r\nHost: wasl\r\n\r\n")
        await asyncio.wait({asyncio.create_task(asyncio.Event().wait())}, timeout=3 * Hasty.fetch_s)
        fetched = await asyncio.to_thread(_everything, caller)
    assert fetched < LONG


def _everything(caller: socket.socket) -> int:
    """How many bytes still come."""
    size = 0
    with suppress(ConnectionError):
        while part := caller.recv(65_536):
            size += len(part)
    return size


async def test_too_many_who_wait_make_room_for_the_next(port: int) -> None:
    """The one that has waited longest is let go; whoever comes is answered at once."""
    waiting = [await asyncio.open_connection("127.0.0.1", port) for _ in range(Hasty.waiting_max)]
    request = HEAD + b"Connection: close\r\nContent-Length: 0\r\n\r\n"
    assert b"200 OK" in await exchange(port, request)
    ended = await asyncio.wait_for(waiting[0][0].read(), timeout=Hasty.arrive_s / 2)
    assert ended == b""
    for _, writer in waiting:
        writer.close()


async def test_a_burst_is_not_a_wait() -> None:
    """Callers that have just come are let in however many they are; quiet ones make room."""
    request = HEAD + b"Connection: close\r\nContent-Length: 0\r\n\r\n"
    async with serving(application, http=Patient) as url:
        port = int(url.rpartition(":")[2])
        answers = await asyncio.gather(*(exchange(port, request) for _ in range(10 * Patient.waiting_max)))
    assert all(b"200 OK" in answer for answer in answers)
