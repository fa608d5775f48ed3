"""A part of the demo is started, awaited and ended whole, whoever dies first."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from wasl.demo.part import HOST, DemoFailed, Part
from wasl.demo.tree import Ports

# A server with one worker that ignores SIGTERM: prints both process ids, then waits for ever.
SERVER = """
import os, signal, time
worker = os.fork()
if worker == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
print(os.getpid(), worker, flush=True)
time.sleep(600)
"""
# Whoever starts the server, and waits for ever.
STARTER = """
import asyncio, os, sys
from pathlib import Path
from wasl.demo.part import Part

async def main():
    command, log = [sys.executable, "-c", sys.argv[1]], Path(sys.argv[2])
    await Part.start("server", command, port=0, log=log, environment=os.environ)
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def printed(log: Path) -> list[int]:
    """The process ids that the server printed."""
    await until(lambda: log.exists() and log.read_text().endswith("\n"))
    return [int(number) for number in log.read_text().split()]  # noqa: ASYNC240  a file of a few bytes


async def gone(pid: int) -> None:
    """Return when no process of this number runs; one that nobody has buried yet does not run."""
    stat = Path(f"/proc/{pid}/stat")

    def has_ended() -> bool:
        try:
            return stat.read_text().split()[2] == "Z"
        except (FileNotFoundError, ProcessLookupError):
            return True

    await until(has_ended)


async def until(holds: Callable[[], bool]) -> None:
    """Look again and again until it holds."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  other processes cannot wake us
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_its_workers_end_with_it(tmp_path: Path, end: str) -> None:
    """Also those that a signal to the server alone would leave behind; ending it again is harmless."""
    log = tmp_path / "server.log"
    command = [sys.executable, "-c", SERVER]
    part = await Part.start("server", command, port=Ports.free().shop, log=log, environment=os.environ)
    pids = await printed(log)
    for _ in range(2):
        await getattr(part, end)()
    await part.ended()
    for pid in pids:
        await gone(pid)


async def test_it_ends_when_whoever_started_it_is_killed(tmp_path: Path) -> None:
    """SIGKILL leaves nobody to tidy up: the closed pipe does."""
    log = tmp_path / "server.log"
    starter = await asyncio.create_subprocess_exec(sys.executable, "-c", STARTER, SERVER, str(log))
    pids = await printed(log)
    starter.send_signal(signal.SIGKILL)
    await starter.wait()
    for pid in pids:
        await gone(pid)


async def test_one_that_does_not_start_says_its_last_words(tmp_path: Path) -> None:
    """The end of its log stands in the error."""
    log = tmp_path / "server.log"
    command = [sys.executable, "-c", "import sys; sys.exit('no more memory')"]
    part = await Part.start("shop", command, port=Ports.free().shop, log=log, environment=os.environ)
    with pytest.raises(DemoFailed, match="the shop did not start: no more memory"):
        await part.ready("/")


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    """Whoever listens there would answer in its place."""
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(DemoFailed, match=f"the shop cannot listen on port {port}: Address already in use"):
            await Part.start("shop", ["true"], port=port, log=tmp_path / "shop.log", environment=os.environ)
