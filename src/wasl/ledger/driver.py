"""What a database has to offer to the ledger: grouped changes, small transactions, and reads."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import Select

from wasl.domain.payment import Payment
from wasl.engine.ports import Change, PaymentKey
from wasl.ledger.statements import Steps

T = TypeVar("T")


class Driver(Protocol):
    """One database. Every method raises LedgerUnavailable if nothing could be kept or read."""

    async def amend(self, key: PaymentKey, change: Change) -> Payment | None:
        """Group this change with whatever else waits, in one durable transaction; answers once it is on disk."""
        ...

    async def write(self, transaction: Callable[[], Steps[T]]) -> T:
        """Run a small transaction; it may be run more than once before it is kept."""
        ...

    async def read(self, transaction: Callable[[], Steps[T]]) -> T:
        """Run steps that only read."""
        ...

    async def select(self, query: Select[Any]) -> Sequence[Sequence[Any]]:
        """Run a query made with SQLAlchemy; for lists and settings, not for the hot path."""
        ...

    async def close(self) -> None:
        """Finish what was begun and let go. Harmless to repeat."""
        ...
