"""Runs the demo: the parts as processes, then a person with a browser, or the scripted buyers."""

import asyncio
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from wasl.demo.buyers import Result, World, play
from wasl.demo.tree import ADDON, ASK_EVERY_S, Ports, Tree
from wasl.domain.secret import Secret


async def run_headless(*, orders: int | None, seed: int) -> list[Result]:
    """Play *orders* scripted buyers (all of them, if None) over real HTTP; raises DemoFailed if a part gives up.

    The folder with database and logs is kept if an order is not right.
    """
    folder = Path(tempfile.mkdtemp(prefix="wasl-demo-"))
    tree = Tree(folder, Ports.free())
    try:
        _progress("starting the emulator, the service and the shop; the buyers take about half a minute")
        await tree.start()
        results = await play(_world(tree), orders=orders, seed=seed, done=lambda did: _progress(f"  {did}"))
    finally:
        await tree.stop()
    if all(result.right for result in results):
        shutil.rmtree(folder, ignore_errors=True)
    else:
        _progress(f"database and logs are kept in {folder}")
    return results


async def run_for_people(port: int) -> None:
    """Everything on loopback until Ctrl-C; the shop listens on *port*, the others on the three after it."""
    folder = Path(tempfile.mkdtemp(prefix="wasl-demo-"))
    tree = Tree(folder, Ports.from_shop(port))
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    try:
        await tree.start()
        print(_welcome(tree), flush=True)
        watching = asyncio.create_task(tree.watch())
        stopping = asyncio.create_task(stop.wait())
        done, pending = await asyncio.wait({watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        for task in done:
            task.result()
    finally:
        await tree.stop()
    shutil.rmtree(folder, ignore_errors=True)


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _world(tree: Tree) -> World:
    return World(
        shop_url=tree.shop_url,
        wasl_url=tree.service_url,
        gateway_url=tree.emulator_url,
        api_key=Secret(tree.store.api_key),
        kill_service=tree.kill_service,
        start_service=tree.start_service,
    )


def _welcome(tree: Tree) -> str:
    return f"""
  The shop is open:    {tree.shop_url}
  المتجر مفتوح:         {tree.shop_url}

  Its back office:     {tree.shop_url}/admin.php
  Both sides at once:  {tree.desk_url}
  The gateway's side:  {tree.emulator_url}
  The shop is PHP, a double of CS-Cart that runs the real add-on: {tree.folder / ADDON}
  Wasl asks about a silent page every {ASK_EVERY_S} s here; an ordinary service every 60 s.
  Ctrl-C ends it, and nothing is left behind.
"""
