"""Commands that run until they are stopped: the service, the worker, the emulator, the demo."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click
import structlog
import uvicorn

from wasl.cli.common import json_option, print_json, run_async, settings
from wasl.cli.supervise import Supervisor, say_ready
from wasl.demo.runner import run_for_people, run_headless
from wasl.demo.table import as_document, as_table
from wasl.demo.tree import DemoFailed
from wasl.domain.time import SECOND_MS
from wasl.emulator import (
    DEFAULT_CLIENT_KEY,
    DEFAULT_HOST,
    DEFAULT_PORT,
    DEFAULT_PROFILE_ID,
    DEFAULT_SERVER_KEY,
    ConfigRefused,
    EmulatorConfig,
    Faults,
    load_faults,
)
from wasl.emulator import serve as serve_emulator
from wasl.engine.engine import Engine
from wasl.engine.work import work as work_until_cancelled
from wasl.settings import Settings
from wasl.web.app import Web
from wasl.web.connection import BoundedConnection
from wasl.wiring import wired

KEEP_ALIVE_S: Final = 75
SHUTDOWN_S: Final = 10
BACKLOG: Final = 2048
PARENT_LOOK_S: Final = 1.0
_log = structlog.get_logger(__name__)

_ask_every = click.option(
    "--ask-every", type=click.IntRange(1, 3600), default=60, show_default=True, metavar="SECONDS",
    help="How often the gateway is asked about a page while it lives.",
)  # fmt: skip


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes (PostgreSQL only).")
@click.option("--no-work", is_flag=True, help="Serve only; `wasl work` runs elsewhere.")
@click.option("--descriptor", type=int, hidden=True, help="A listening socket that was handed over.")
@_ask_every
def serve(host: str, port: int, workers: int, descriptor: int | None, **options: Any) -> int:
    """The web service, with the worker inside. SIGHUP replaces several processes one by one, and refuses nobody."""
    loaded = settings()
    if workers > 1 and loaded.sqlite_path is not None:
        raise click.UsageError("SQLite has one writer: --workers needs WASL_DATABASE_URL=postgresql://…")
    listener = socket.socket(fileno=descriptor) if descriptor is not None else _listen(host, port)
    ask_every, working = options["ask_every"], not options["no_work"]
    if workers > 1:
        arguments = ("--ask-every", str(ask_every), *(() if working else ("--no-work",)))
        return Supervisor(listener=listener, arguments=arguments, workers=workers).run()
    parent = os.getppid() if descriptor is not None else None
    run_async(_serve(loaded, listener, working=working, watch_ms=ask_every * SECOND_MS, parent=parent))
    return 0


@click.command()
@_ask_every
def work(ask_every: int) -> None:
    """The worker alone: asks the gateway and tells the stores."""

    async def run(loaded: Settings) -> None:
        async with wired(loaded, watch_ms=ask_every * SECOND_MS) as engine:
            stop = asyncio.Event()
            for name in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(name, stop.set)
            await _until(stop, engine)

    run_async(run(settings()))


@click.command()
@click.option("--host", default=DEFAULT_HOST, show_default=True, help="Beyond loopback it wants a --token.")
@click.option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True, help="0: a free one.")
@click.option("--profile-id", type=click.IntRange(1), default=DEFAULT_PROFILE_ID, show_default=True)
@click.option("--server-key", default=DEFAULT_SERVER_KEY, show_default=True)
@click.option("--client-key", default=DEFAULT_CLIENT_KEY, show_default=True)
@click.option("--token", default="", help="What scripts and people behind the counter have to show.")
@click.option("--seed", type=int, help="Makes everything random repeatable.")
@click.option("--faults", type=click.Path(dir_okay=False, path_type=Path), help="Faults as a JSON file.")
@click.option("--state", type=click.Path(dir_okay=False), help="Keep everything in this SQLite file.")
@click.option("--strict", is_flag=True, help="Refuse loopback and port addresses as the real gateway does.")
def emulator(faults: Path | None, **options: Any) -> None:
    """The offline PayTabs gateway: no money moves, everything else is as on the wire."""
    try:
        config = EmulatorConfig(**options, faults=load_faults(faults) if faults else Faults())
        run_async(serve_emulator(config, ready=lambda url: click.echo(f"PayTabs emulator: {url}")))
    except ConfigRefused as error:
        raise click.UsageError(str(error)) from error


@click.command()
@click.option("--headless", is_flag=True, help="Play the scripted buyers, print the table, exit.")
@json_option
@click.option("--orders", type=click.IntRange(1, 1000), help="How many buyers to play (headless).")
@click.option("--seed", type=int, default=1, show_default=True, help="Draws the buyers (headless).")
@click.option("--port", type=click.IntRange(0, 65532), default=8080, show_default=True, help="The shop's port.")
def demo(headless: bool, as_json: bool, orders: int | None, seed: int, port: int) -> int:  # noqa: FBT001  click passes flags
    """A shop, the gateway emulator and the service, in one process tree on loopback."""
    try:
        if not headless:
            run_async(run_for_people(port))
            return 0
        results = run_async(run_headless(orders=orders, seed=seed))
    except DemoFailed as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        print_json(as_document(results))
    else:
        click.echo(as_table(results))
    return 0 if all(result.right for result in results) else 1


async def _serve(
    loaded: Settings, listener: socket.socket, *, working: bool, watch_ms: int, parent: int | None
) -> None:
    """Serve until told to stop, or until the *parent* that handed the socket over is gone."""
    host, port = listener.getsockname()[:2]
    url = f"http://{host}:{port}"
    if not loaded.public_url:
        _log.warning("no_public_url", advice="set WASL_PUBLIC_URL; until then only this machine is served", using=url)
        loaded = replace(loaded, public_url=url)
    async with wired(loaded, watch_ms=watch_ms) as engine:
        server = _Server(
            uvicorn.Config(
                Web(engine),
                http=BoundedConnection,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=SHUTDOWN_S,
            )
        )
        _log.info("serving", url=url, worker=working)
        # What is imported lives as long as the process: walking it again and again would stop every answer for 60 ms.
        gc.collect()
        gc.freeze()
        async with asyncio.TaskGroup() as group:
            worker = group.create_task(work_until_cancelled(engine)) if working else None
            watch = group.create_task(_ends_with(parent, server)) if parent is not None else None
            await server.serve(sockets=[listener])
            if watch is not None:
                watch.cancel()
            if worker is not None:
                worker.cancel()


class _Server(uvicorn.Server):
    """Says when requests are answered: a supervisor lets the one before it go only then."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        say_ready()


async def _ends_with(parent: int, server: uvicorn.Server) -> None:
    """Finish when the supervisor is gone: killed hard, it could stop nobody."""
    while os.getppid() == parent:  # noqa: ASYNC110  nobody tells a process that its parent has ended
        await asyncio.sleep(PARENT_LOOK_S)
    server.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises a usage error in words if the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host} port {port}: {error.strerror}") from error
    listener.listen(BACKLOG)
    return listener


async def _until(stop: asyncio.Event, engine: Engine) -> None:
    worker = asyncio.create_task(work_until_cancelled(engine))
    waiter = asyncio.create_task(stop.wait())
    _log.info("working")
    await asyncio.wait({worker, waiter}, return_when=asyncio.FIRST_COMPLETED)
    waiter.cancel()
    worker.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await worker
