"""Run the emulator: its sockets, its clock, its courier, until it is told to stop."""

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec
import uvicorn

from wasl.emulator.config import ConfigRefused, EmulatorConfig
from wasl.emulator.faults import Faults, read_faults
from wasl.emulator.gateway import Emulator
from wasl.emulator.shelf import SqliteShelf
from wasl.emulator.web.app import application
from wasl.emulator.web.courier import Courier
from wasl.emulator.web.http import Hangable

KEEP_ALIVE_S: Final = 75
SHUTDOWN_S: Final = 3
BACKLOG: Final = 2048


class SystemClock:
    """This machine's time."""

    def now_ms(self) -> int:
        """Milliseconds since 1970, UTC."""
        return time.time_ns() // 1_000_000


async def serve(config: EmulatorConfig, *, ready: Callable[[str], None] | None = None) -> None:
    """Serve until cancelled or SIGTERM; *ready* is called with the base URL once it listens.

    Raises ConfigRefused, in a sentence, for a configuration that cannot be served.
    """
    config.ensure_usable()
    shelf = SqliteShelf(Path(config.state)) if config.state else None
    with contextlib.closing(shelf) if shelf else contextlib.nullcontext(), _listening(config) as listener:
        emulator = Emulator(config, clock=SystemClock(), shelf=shelf)
        server = _Server(_uvicorn(emulator))
        async with asyncio.TaskGroup() as group:
            courier = group.create_task(Courier(emulator).run())
            with _stopping(server):
                if ready:
                    ready(_url(config, listener))
                await _until_stopped(server, listener)
            courier.cancel()


async def _until_stopped(server: uvicorn.Server, listener: socket.socket) -> None:
    """Serve; when cancelled, finish what is being answered (at most 3 s) and then stop."""
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise


def load_faults(path: Path) -> Faults:
    """Faults from a JSON file; raises ConfigRefused in a sentence."""
    try:
        return read_faults(msgspec.json.decode(path.read_bytes()))
    except (OSError, msgspec.DecodeError, ValueError) as error:
        raise ConfigRefused(f"{path} has no faults that can be read: {error}.") from error


class _Server(uvicorn.Server):
    """Leaves signals to `serve`, which may run beside other things in one loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _uvicorn(emulator: Emulator) -> uvicorn.Config:
    return uvicorn.Config(
        application(emulator),
        http=Hangable,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )


@contextlib.contextmanager
def _listening(config: EmulatorConfig) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    # Named as TCP, so that asyncio sets TCP_NODELAY: without it answers wait 40 ms for the caller's acknowledgement.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((config.host, config.port))
        except OSError as error:
            raise ConfigRefused(f"Cannot listen on {config.host}:{config.port}: {error.strerror or error}.") from error
        listener.listen(BACKLOG)
        yield listener


@contextlib.contextmanager
def _stopping(server: uvicorn.Server) -> Iterator[None]:
    """SIGTERM ends the server in an orderly way, where signals can be had at all (the main thread)."""

    def stop() -> None:
        server.should_exit = True

    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGTERM, stop)
    except (NotImplementedError, RuntimeError, ValueError):
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


def _url(config: EmulatorConfig, listener: socket.socket) -> str:
    if config.public_url:
        return config.public_url.rstrip("/")
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"http://{host}:{listener.getsockname()[1]}"
