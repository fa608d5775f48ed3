"""SQLite without threads: every transaction at once, in the caller's own turn, for worlds that must repeat exactly."""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Select

from wasl.domain.payment import Payment
from wasl.engine.ports import Change, PaymentKey
from wasl.errors import LedgerUnavailable
from wasl.ledger.sqlite import compiled, connect, run, snapshot
from wasl.ledger.statements import Steps
from wasl.ledger.transact import Amendment, Scribe, amend

T = TypeVar("T")
Gate = Callable[[str], Awaitable[None]]
"""Called before and after every transaction with what is to happen; may raise, fail the disk, or never return."""

BEFORE_READ: Final = "before a read"
BEFORE_COMMIT: Final = "before a commit"
AFTER_COMMIT: Final = "after a commit"


def opened(path: Path) -> sqlite3.Connection:
    """A connection for one driver after another."""
    connection = connect(path)
    connection.execute("PRAGMA synchronous = OFF")  # nothing outlives this process anyway
    return connection


class InlineDriver:
    """Implements `ledger.driver.Driver` on one connection. A transaction is never interleaved with another.

    A caller that is cancelled while it waits at the *gate* before a commit has changed nothing; after it, everything.
    """

    def __init__(self, path: Path, scribe: Scribe, gate: Gate, *, lent: sqlite3.Connection | None = None) -> None:
        """Open the file at *path*, or use a connection to it from `opened` that stays its owner's to close.

        No transaction is ever left open between two turns, so that a lent connection carries nothing from one process
        to the next but statements that are prepared.
        """
        self._lent = lent
        self._connection = opened(path) if lent is None else lent
        self._gone = False
        self._scribe = scribe
        self._gate = gate

    async def amend(self, key: PaymentKey, change: Change) -> Payment | None:
        """See Driver."""
        wanted = Amendment(key, change)
        await self.write(lambda: amend([wanted], self._scribe))
        if wanted.error is not None:
            raise wanted.error
        return wanted.result

    async def write(self, transaction: Callable[[], Steps[T]]) -> T:
        """See Driver."""
        await self._gate(BEFORE_COMMIT)
        result = self._at_once(transaction)
        await self._gate(AFTER_COMMIT)
        return result

    async def read(self, transaction: Callable[[], Steps[T]]) -> T:
        """See Driver."""
        await self._gate(BEFORE_READ)
        return snapshot(self._open(), transaction())

    async def select(self, query: Select[Any]) -> Sequence[Sequence[Any]]:
        """See Driver."""
        await self._gate(BEFORE_READ)
        return self._open().execute(*compiled(query)).fetchall()

    async def close(self) -> None:
        """See Driver."""
        self.let_go()

    def let_go(self) -> None:
        """Close without waiting, as a process that is killed does. Harmless to repeat."""
        self._gone = True
        if self._lent is None:
            self._connection.close()

    def _open(self) -> sqlite3.Connection:
        if self._gone:
            raise sqlite3.ProgrammingError("this driver has let go of its database")
        return self._connection

    def _at_once(self, transaction: Callable[[], Steps[T]]) -> T:
        connection = self._open()
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = run(connection, transaction())
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise LedgerUnavailable(f"the database cannot be written: {error}") from error
            raise
        return result
