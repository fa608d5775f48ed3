"""Requests that are huge, slow or never end cost others nothing, and end."""

import asyncio
import time
from typing import Final

import pytest

from attack.raw import Connection, close_all, connect_many
from attack.site import Client, Notice, Site

pytestmark = pytest.mark.timeout(90)
SLOW: Final = 1_500
FILES: Final = 1_024  # what a process may have open on most machines
ENDLESS: Final = 4
GIVEN_UP_S: Final = 30.0
PROMPT_S: Final = 2.0
GROWTH_MB: Final = 40.0
LIMIT: Final = 64 * 1024


def head(notice: Notice, *lines: str) -> bytes:
    path = "/" + notice.url.split("/", 3)[3]
    return "\r\n".join(
        (f"POST {path} HTTP/1.1", "Host: wasl", f"Signature: {notice.signature}", *lines, "", "")
    ).encode()


async def served_meanwhile(site: Site, notices: list[Notice]) -> None:
    """True callbacks on new connections are answered 200, and soon."""
    took = await site.timed(notices, at_once=4)
    assert took[-1] < PROMPT_S, f"the slowest took {took[-1]:.2f} s"


@pytest.fixture
async def notices(site: Site, client: Client) -> list[Notice]:
    return await site.paid(client, [str(1000 + number) for number in range(10)])


async def test_a_huge_body_is_refused_before_it_is_read(site: Site, notices: list[Notice]) -> None:
    """One byte too many, a gigabyte promised, or chunks without end: 413 in words, and memory stays flat."""
    before = site.service.memory_mb()
    assert await site.post(notices[0].url, b"x" * LIMIT, "00" * 32) == 401
    assert await site.post(notices[0].url, b"x" * (LIMIT + 1), "00" * 32) == 413
    for length in ("1000000000", "99999999999999999999", "-1", "1e3", "0x10"):
        async with await Connection.to(site.service.port) as attacker:
            await attacker.send(head(notices[0], f"Content-Length: {length}"))
            assert await attacker.status(within_s=5) in (400, 413), length
    await served_meanwhile(site, notices)
    assert site.service.memory_mb() - before < GROWTH_MB


async def test_headers_without_end_are_refused(site: Site, notices: list[Notice]) -> None:
    """A megabyte of headers, or of address, ends the connection, and memory stays flat."""
    before = site.service.memory_mb()
    for first in (b"GET / HTTP/1.1\r\n", b"GET /"):
        async with await Connection.to(site.service.port) as attacker:
            alive = await attacker.send(first)
            more = b"X-Filler: " + b"x" * 1_000 + b"\r\n" if first.endswith(b"\n") else b"x" * 1_000
            for _ in range(20_000):
                alive = alive and await attacker.send(more)
                if not alive:
                    break
            assert not alive or await attacker.status(within_s=2) >= 400, "20 MB of head are taken"
    await served_meanwhile(site, notices)
    assert site.service.memory_mb() - before < GROWTH_MB


async def pour(attacker: Connection) -> float:
    """Send chunks for as long as somebody takes them; how many seconds that was."""
    began = time.monotonic()
    while await attacker.send(b"8000\r\n" + b"x" * 0x8000 + b"\r\n"):
        assert time.monotonic() - began < GIVEN_UP_S, "chunks are taken without end"
        await asyncio.wait({asyncio.create_task(attacker.reader.read(1024))}, timeout=0.05)
    return time.monotonic() - began


async def test_whoever_never_finishes_starves_nobody_and_is_let_go(site: Site, notices: list[Notice]) -> None:
    """Hundreds of half-sent heads and bodies, silent connections and endless chunks: others are served, they end."""
    before = site.service.memory_mb()
    length = f"Content-Length: {len(notices[0].body)}"
    beginnings = (b"", head(notices[0])[:-4], head(notices[0], length) + notices[0].body[:-1])
    site.service.limit_files(FILES)
    slow = await connect_many(site.service.port, SLOW)
    endless = await connect_many(site.service.port, ENDLESS)
    for number, one in enumerate(slow):
        await one.send(beginnings[number % 3])
    for one in endless:
        assert await one.send(head(notices[0], "Transfer-Encoding: chunked"))
    pouring = [asyncio.create_task(pour(one)) for one in endless]
    await served_meanwhile(site, notices)
    ended = await asyncio.gather(*(one.ended(within_s=GIVEN_UP_S) for one in slow))
    assert all(ended), f"{ended.count(False)} of {SLOW} are still held"
    await asyncio.gather(*pouring)
    close_all([*slow, *endless])
    await served_meanwhile(site, notices)
    assert site.service.memory_mb() - before < GROWTH_MB


async def test_pipelined_requests_are_answered_in_order(site: Site, notices: list[Notice]) -> None:
    """A thousand requests in one breath: each is answered, true ones 200, and memory stays flat."""
    before = site.service.memory_mb()
    request = head(notices[0], f"Content-Length: {len(notices[0].body)}") + notices[0].body
    async with await Connection.to(site.service.port) as caller:
        sending = asyncio.create_task(caller.send(request * 1_000))
        found = 0
        async with asyncio.timeout(30):
            while found < 1_000:
                line = await caller.reader.readline()
                assert line, "the connection ended early"
                if line.startswith(b"HTTP/1.1"):
                    assert line.startswith(b"HTTP/1.1 200")
                    found += 1
        assert await sending
    await served_meanwhile(site, notices)
    assert site.service.memory_mb() - before < GROWTH_MB


async def test_a_caller_that_never_reads_is_not_written_to_without_end(site: Site, notices: list[Notice]) -> None:
    """Requests whose answers nobody fetches pile up at the caller, not in the service."""
    before = site.service.memory_mb()
    async with await Connection.to(site.service.port) as attacker:
        page = b"GET /openapi.json HTTP/1.1\r\nHost: wasl\r\n\r\n" * 2_000
        sending = asyncio.create_task(attacker.send(page))
        await served_meanwhile(site, notices)
        assert site.service.memory_mb() - before < GROWTH_MB
        sending.cancel()
        await asyncio.wait({sending})
