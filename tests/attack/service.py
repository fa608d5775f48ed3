"""The service as operators run it: `wasl serve`, a process of its own that can be measured, starved and killed."""

import asyncio
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

from wasl.demo.ports import free_ports

HOST: Final = "127.0.0.1"
START_S: Final = 20.0
STOP_S: Final = 15.0
LOOK_S: Final = 0.02
SECRET: Final = "a key for attacks that is long enough"


def free_port() -> int:
    """A port that nobody listens on now."""
    return free_ports(1)[0]


async def until(holds: Callable[[], object], what: str, *, within_s: float = 20.0) -> None:
    """Look until *holds*; fails with *what* did not happen in time."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {within_s:g} s: {what}"
        await asyncio.sleep(LOOK_S)


@dataclass(slots=True)
class Service:
    """One `wasl serve` on a port that it keeps when it is started again."""

    folder: Path
    database_url: str
    ask_every_s: int = 60
    port: int = field(default_factory=free_port)
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> str:
        """What it wrote so far."""
        return (self.folder / "service.log").read_text(encoding="utf-8", errors="replace")

    @property
    def crashed(self) -> bool:
        """Whether an exception that nobody expected reached the web server or the worker."""
        log = self.log
        return "Exception in ASGI application" in log or "turn_failed" in log or "lease_failed" in log

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether the process that was started last still runs."""
        return self._process is not None and self._process.returncode is None

    async def start(self, *, log: Path | None = None) -> None:
        """Until it says that it is ready. It writes to *log* where its own folder cannot be written."""
        await self.begin(log=log)
        await self.ready()

    async def begin(self, *, log: Path | None = None) -> None:
        """Start the process without waiting for it to be ready."""
        with (log or self.folder / "service.log").open("ab") as written:
            self._process = await asyncio.create_subprocess_exec(
                *self._command(), env=self._environment(), stdout=written, stderr=written
            )

    def _command(self) -> tuple[str, ...]:
        options = ("--port", str(self.port), "--ask-every", str(self.ask_every_s))
        return (sys.executable, "-m", "wasl", "serve", *options)

    def _environment(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("WASL_")} | {
            "WASL_DATABASE_URL": self.database_url,
            "WASL_PUBLIC_URL": self.url,
            "WASL_ALLOW_PRIVATE_NETWORKS": "1",
            "WASL_SECRET_KEY": SECRET,
        }

    async def ready(self, *, within_s: float = START_S) -> None:
        """Until `/readyz` answers 200."""
        deadline = time.monotonic() + within_s
        async with aiohttp.ClientSession() as http:
            while await status_of(http, f"{self.url}/readyz") != 200:
                assert self.runs, f"the service has ended: {self.log[-2000:]}"
                assert time.monotonic() < deadline, f"the service is not ready: {self.log[-2000:]}"
                await asyncio.sleep(LOOK_S)

    async def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is handed over."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL if that does not help. Harmless to repeat."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    def limit_file_size(self, most: int) -> None:
        """No file of this process may grow past *most* bytes; `resource.RLIM_INFINITY` lifts that."""
        _, hard = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (most, hard))

    def limit_files(self, most: int) -> None:
        """The process may have only so many files and sockets open."""
        _, hard = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (most, hard))

    def memory_mb(self) -> float:
        """Resident memory now."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def cpu_s(self) -> float:
        """Processor time it has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def status_of(http: aiohttp.ClientSession, url: str) -> int:
    """The HTTP status of a GET, 0 if nobody answers."""
    with suppress(aiohttp.ClientError, OSError, TimeoutError):
        async with http.get(url, timeout=aiohttp.ClientTimeout(total=5)) as answer:
            return answer.status
    return 0
