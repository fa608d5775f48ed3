"""What waits for a transaction, and how its result finds the one who waits; the same for both drivers."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from wasl.ledger.statements import Steps
from wasl.ledger.transact import Amendment

BATCH_MAX: Final = 128  # past 32 little is gained, and the slowest answers get slower
WAITING_MAX: Final = 10_000  # more is refused, so that memory stays flat while a disk is stuck

Work = Amendment | Callable[[], Steps[Any]]


@dataclass(slots=True)
class Job:
    """One wish, the future of whoever waits for it, and what came of it."""

    work: Work
    future: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


def fail(jobs: Iterable[Job], error: Exception) -> None:
    """Nothing of these was kept, and this is why."""
    for job in jobs:
        job.result, job.error = None, error


def answer(jobs: Iterable[Job]) -> None:
    """Wake everyone who waits; to be called on their event loop. Whoever went away is passed over."""
    for job in jobs:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
