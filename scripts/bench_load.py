"""The load of bench_notifications: as fast as it goes by wrk, and at a steady rate by an open loop of its own."""

import asyncio
import shutil
import statistics
import subprocess
import tempfile
from http import HTTPStatus
from pathlib import Path

import aiohttp
import msgspec
from setup import debian

SCRIPT = Path(__file__).with_name("bench_wrk.lua")
TIMEOUT_S = 30
LEAD_S = 0.2  # between making all senders of a steady load and the first request


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What one run was answered. `taken` notifications were used up; a few of them found no end in time."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    taken: int
    refused: int = 0
    broken: int = 0
    exhausted: int = 0

    @property
    def per_s(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


def need_wrk() -> None:
    """Install wrk from Debian if it is not here; stop with its name if that does not work."""
    if shutil.which("wrk") is None and not (debian("wrk") and shutil.which("wrk")):
        raise SystemExit("bench: wrk is missing; install the package wrk")


def at_full_speed(url: str, lines: list[str], *, connections: int, seconds: int, around: bool) -> Answers:
    """Keep *connections* busy with *lines*, each a signature and a body; SystemExit unless all are answered 200."""
    with tempfile.NamedTemporaryFile("w", suffix=".notifications", encoding="utf-8") as file:
        file.write("\n".join(lines))
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={TIMEOUT_S}s", "-s", str(SCRIPT)]
        arguments = [url, "--", file.name, "around" if around else "once"]
        printed = subprocess.run([*command, *arguments], check=True, capture_output=True, text=True).stdout
    answers = msgspec.json.decode(printed.strip().rsplit("\n", 1)[1], type=Answers)
    if answers.refused or answers.broken:
        raise SystemExit(f"bench: {answers.refused} were not answered 200 and {answers.broken} not at all: {url}")
    if answers.exhausted:
        raise SystemExit(f"bench: {len(lines)} prepared notifications did not last; nothing new was measured: {url}")
    return answers


async def at_rate(url: str, lines: list[str], *, per_s: float) -> Answers:
    """Send each of *lines* when it is due, answered or not; SystemExit unless all are answered 200."""
    loop = asyncio.get_running_loop()
    start = loop.time() + LEAD_S
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as session:

        async def send(line: str, due: float) -> float:
            await asyncio.sleep(due - loop.time())
            signature, _, body = line.partition(" ")
            sent = loop.time()
            async with session.post(url, data=body.encode(), headers={"Signature": signature}) as answer:
                await answer.read()
            if answer.status != HTTPStatus.OK:
                raise SystemExit(f"bench: a notification was answered {answer.status}: {url}")
            return (loop.time() - sent) * 1000

        sending = (send(line, start + place / per_s) for place, line in enumerate(lines))
        took = await asyncio.gather(*sending)
    cuts = statistics.quantiles(took, n=100, method="inclusive")
    return Answers(
        requests=len(took),
        seconds=loop.time() - start,
        p50_ms=cuts[49],
        p99_ms=cuts[98],
        max_ms=max(took),
        taken=len(lines),
    )
