"""One payment's fault stops that payment, and nobody else's."""

import traceback
from collections.abc import Awaitable, Callable

import structlog

from wasl.engine.engine import Engine
from wasl.engine.ports import Lease
from wasl.errors import Unavailable

_log = structlog.get_logger(__name__)


async def guarded(engine: Engine, lease: Lease, handle: Callable[[Engine, Lease], Awaitable[None]]) -> None:
    """Handle a lease; of what nobody expected a person hears once, and the lease lets it be tried again.

    Raises Unavailable: while a database is away there is nothing to be said about a payment.
    """
    try:
        await handle(engine, lease)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001  a defect of ours may be about one payment, and must not silence the others
        fault = type(error).__name__
        _log.error("lease_failed", store=lease.store_id, payment=lease.payment_id, error=fault, where=where(error))
        await engine.ledger.raise_alert(lease.store_id, lease.payment_id, f"fault {fault}", now=engine.now())


def where(error: BaseException) -> str:
    """The line that raised it: enough to find the cause, and no value that may be personal."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
