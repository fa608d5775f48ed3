"""Yardsticks: the least that a notification can cost under Wasl's own uvicorn settings, started by bench_notifications.

    .venv/bin/python scripts/bench_bare.py PORT [--commit FILE]

Bare, it reads the body, computes one HMAC-SHA256 over it, decodes its JSON into the same shape as Wasl does, and
answers 200. With --commit the bodies that wait go into one table of a SQLite file, flushed at each commit, before it
answers.
"""

import argparse
import asyncio
import hmac
import queue
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from bench_books import SERVER_KEY

from wasl.cli.run import BACKLOG, KEEP_ALIVE_S
from wasl.gateway.wire.answers import STATEMENT
from wasl.ledger.jobs import BATCH_MAX
from wasl.ledger.sqlite import connect

KEY = SERVER_KEY.encode()
TEXT = b"recorded\n"
HEADERS = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(TEXT)).encode())]


class Bare:
    """The ASGI application; *keep* is awaited before it answers."""

    def __init__(self, keep: Callable[[bytes], Awaitable[None]] | None) -> None:
        self._keep = keep

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        """Handle one request."""
        parts, more = [], scope["method"] == "POST"
        while more:
            message = await receive()
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        body = b"".join(parts)
        if body:
            hmac.digest(KEY, body, "sha256")
            STATEMENT.decode(body)
            if self._keep is not None:
                await self._keep(body)
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": TEXT})


class Commits:
    """One thread that commits whatever waits, with the settings of Wasl's own SQLite connection."""

    def __init__(self, path: Path) -> None:
        self._queue: queue.SimpleQueue[tuple[bytes, asyncio.Future[None]]] = queue.SimpleQueue()
        self._connection = connect(path)
        self._connection.execute("CREATE TABLE bodies (body BLOB NOT NULL)")
        threading.Thread(target=self._write_forever, daemon=True).start()

    async def keep(self, body: bytes) -> None:
        """Answers once *body* is on disk."""
        future = asyncio.get_running_loop().create_future()
        self._queue.put((body, future))
        await future

    def _write_forever(self) -> None:
        while True:
            batch = [self._queue.get()]
            while len(batch) < BATCH_MAX and not self._queue.empty():
                batch.append(self._queue.get())
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT INTO bodies VALUES (?)", [(body,) for body, _ in batch])
            self._connection.execute("COMMIT")
            batch[0][1].get_loop().call_soon_threadsafe(_answer, [future for _, future in batch])


def _answer(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)


def main() -> None:
    """Serve on loopback until stopped."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("port", type=int)
    parser.add_argument("--commit", type=Path, metavar="FILE", help="keep every body in this new SQLite file")
    given = parser.parse_args()
    server = uvicorn.Server(
        uvicorn.Config(
            Bare(Commits(given.commit).keep if given.commit else None),
            port=given.port,
            backlog=BACKLOG,
            http="httptools",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(server.serve())


if __name__ == "__main__":
    main()
