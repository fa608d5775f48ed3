"""Commands that run until they are stopped: the service, the worker, the emulator, the demo."""

import asyncio
import contextlib
import signal
import socket
from dataclasses import replace
from pathlib import Path
from typing import Final

import click
import structlog
import uvicorn

from wasl.cli.common import json_option, run_async, settings
from wasl.domain.time import SECOND_MS
from wasl.engine.engine import Engine
from wasl.engine.work import work as work_until_cancelled
from wasl.settings import Settings
from wasl.web.app import Web
from wasl.wiring import wired

KEEP_ALIVE_S: Final = 75
SHUTDOWN_S: Final = 10
BACKLOG: Final = 2048
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
@_ask_every
def serve(host: str, port: int, workers: int, no_work: bool, ask_every: int) -> None:  # noqa: FBT001  click passes flags
    """The web service, with the worker inside."""
    loaded = settings()
    if workers > 1 and loaded.sqlite_path is not None:
        raise click.UsageError("SQLite has one writer: --workers needs WASL_DATABASE_URL=postgresql://…")
    if workers > 1:
        raise click.UsageError("start several `wasl serve` behind one proxy instead of --workers; they share the work")
    run_async(_serve(loaded, host, port, working=not no_work, watch_ms=ask_every * SECOND_MS))


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
@click.option("--port", type=click.IntRange(0, 65535), default=8010, show_default=True)
@click.option("--profile-id", type=int, help="The default profile's id.")
@click.option("--server-key", help="The default profile's server key.")
@click.option("--client-key", help="The default profile's client key.")
@click.option("--seed", type=int, default=0, show_default=True, help="Where everything random comes from.")
@click.option("--faults", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Faults as JSON.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="Keep everything in this SQLite file.")
@click.option("--strict", is_flag=True, help="Refuse loopback and port addresses as the real gateway does.")
def emulator(**options: object) -> None:
    """The offline PayTabs gateway: no money moves, everything else is as on the wire."""
    del options
    raise NotImplementedError


@click.command()
@click.option("--headless", is_flag=True, help="Play the scripted buyers, print the table, exit.")
@json_option
@click.option("--orders", type=click.IntRange(1, 1000), help="How many buyers to play (headless).")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="The shop's port.")
def demo(headless: bool, as_json: bool, orders: int | None, seed: int, port: int) -> None:  # noqa: FBT001  click passes flags
    """A shop, the gateway emulator and the service, in one process tree on loopback."""
    del headless, as_json, orders, seed, port


async def _serve(loaded: Settings, host: str, port: int, *, working: bool, watch_ms: int) -> None:
    listener = _listen(host, port)
    url = f"http://{host}:{listener.getsockname()[1]}"
    if not loaded.public_url:
        _log.warning("no_public_url", advice="set WASL_PUBLIC_URL; until then only this machine is served", using=url)
        loaded = replace(loaded, public_url=url)
    async with wired(loaded, watch_ms=watch_ms) as engine:
        server = uvicorn.Server(
            uvicorn.Config(
                Web(engine),
                http="httptools",
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
        async with asyncio.TaskGroup() as group:
            worker = group.create_task(work_until_cancelled(engine)) if working else None
            await server.serve(sockets=[listener])
            if worker is not None:
                worker.cancel()


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
