"""Worlds one after another, and what became of them."""

import asyncio
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from wasl.errors import LedgerUnavailable
from wasl.ledger.migrate import upgrade_sqlite
from wasl.simulation.compare import Compared
from wasl.simulation.loop import VirtualLoop
from wasl.simulation.record import Recorder
from wasl.simulation.season import WORLD, Season
from wasl.simulation.stage import ACTOR_FAILED, SOUND, Stage, Violation
from wasl.simulation.trace import Line
from wasl.simulation.world import PAYMENTS_MAX, World, build

SEEDS: Final = 1_000_000_000
MEMORY: Final = Path("/dev/shm")  # noqa: S108  a folder for files that never reach a disk, where a machine has one

DEFECTS: Final = frozenset({"turn_failed", "lease_failed", "no_connector"})


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """How one world went. `compared` is None if it broke; `operations` is how many came to an end at the gateway."""

    seed: int
    orders: tuple[int, ...]
    steps: int
    faults: Counter[str]
    violations: tuple[Violation, ...]
    digest: str
    mended: int
    lines: tuple[Line, ...]
    operations: Counter[str]
    compared: Compared | None


def simulate(
    seed: int,
    *,
    orders: Collection[int],
    allowed: Collection[str],
    template: Path,
    recorder: Recorder | None = None,
    season: Season = WORLD,
) -> History:
    """Live through the world of *seed* with these *orders*. The same again gives the same history."""
    loop = VirtualLoop()
    failures: list[dict[str, Any]] = []
    loop.set_exception_handler(
        lambda _, context: failures.append(context) if ACTOR_FAILED in context["message"] else None
    )
    with (
        tempfile.TemporaryDirectory(prefix="wasl-simulation-", dir=_folder()) as folder,
        asyncio.Runner(loop_factory=lambda: loop) as runner,
    ):
        path = Path(folder) / "wasl.db"
        shutil.copy(template, path)
        world = build(loop, seed, allowed=allowed, path=path, recorder=recorder, season=season)
        with _watched_logs(world.stage):
            history = runner.run(_live(world, orders, path))
    for context in failures:
        raise context.get("exception") or RuntimeError(context["message"])
    return history


async def _live(world: World, orders: Collection[int], path: Path) -> History:
    mended = await world.live(orders)
    world.stage.close()
    for process in world.processes:
        process.end()
    world.checks.observer.close()
    kept = b"".join(file.read_bytes() for file in sorted(path.parent.iterdir())).decode("latin-1")
    world.stage.ensure_secret(kept, "the database, unsealed")
    await asyncio.sleep(0)
    trace = world.stage.trace
    return History(
        seed=world.seed,
        orders=tuple(sorted(orders)),
        steps=trace.steps,
        faults=trace.faults,
        violations=tuple(world.stage.violations),
        digest=trace.digest,
        mended=mended,
        lines=tuple(trace.lines),
        operations=world.checks.operations.done,
        compared=world.compared,
    )


def worlds(seed: int, payments: int) -> Iterator[tuple[int, range]]:
    """The seeds that make up a run of so many payments, each with its orders: the first world has the run's own."""
    chance = random.Random(seed)
    for start in range(0, payments, PAYMENTS_MAX):
        yield seed, range(min(PAYMENTS_MAX, payments - start))
        seed = chance.randrange(SEEDS)


@contextmanager
def template() -> Iterator[Path]:
    """An empty database of this version's schema, to be copied."""
    with tempfile.TemporaryDirectory(prefix="wasl-simulation-", dir=_folder()) as folder:
        path = Path(folder) / "empty.db"
        upgrade_sqlite(path)
        yield path


@contextmanager
def _watched_logs(stage: Stage) -> Iterator[None]:
    """Logs go nowhere, but are looked through for secrets."""
    before = structlog.get_config()

    def watch(logger: Any, method: str, event: Any) -> Any:
        del logger, method
        stage.ensure_secret(str(event), "the log")
        defect = event["event"] in DEFECTS and event.get("error") != LedgerUnavailable.__name__
        stage.ensure(not defect, SOUND, f"Wasl logs {event}")
        raise structlog.DropEvent

    structlog.configure(processors=[watch], cache_logger_on_first_use=False)
    try:
        yield
    finally:
        structlog.configure(**before)


def _folder() -> Path | None:
    return MEMORY if MEMORY.is_dir() else None
