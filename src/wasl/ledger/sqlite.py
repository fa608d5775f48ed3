"""SQLite: one writer thread takes whatever waits into one transaction, flushed before anyone is answered."""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import msgspec
import structlog
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite as dialect

from wasl.domain.payment import Payment
from wasl.engine.ports import Change, PaymentKey
from wasl.errors import LedgerUnavailable
from wasl.ledger.jobs import BATCH_MAX, WAITING_MAX, Job, Work, answer, fail
from wasl.ledger.statements import Rows, Step, Steps
from wasl.ledger.transact import Amendment, Scribe, amend

T = TypeVar("T")

BUSY_TIMEOUT_S: Final = 20.0  # another process may hold the file, a command line for instance
SWITCH_AGAIN_S: Final = 0.02
READERS: Final = 2
_encoder: Final = msgspec.json.Encoder()
_log = structlog.get_logger(__name__)


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection as every part of Wasl opens it: write-ahead log, flushed at each commit."""
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        _use_write_ahead_log(connection)
        connection.execute("PRAGMA synchronous = FULL")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to the log, once in a file's life. SQLite does not wait by itself while another process does the same."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(SWITCH_AGAIN_S)
        else:
            return


def run(connection: sqlite3.Connection, steps: Steps[T]) -> T:
    """Drive a transaction's steps on *connection*; the caller begins and commits."""
    try:
        step = next(steps)
        while True:
            step = steps.send(_execute(connection, step))
    except StopIteration as stop:
        result: T = stop.value
        return result


def snapshot(connection: sqlite3.Connection, steps: Steps[T]) -> T:
    """All steps see one moment: a payment read beside a commit is never half the old one and half the new."""
    connection.execute("BEGIN")
    try:
        return run(connection, steps)
    finally:
        connection.execute("COMMIT")


def _execute(connection: sqlite3.Connection, step: Step) -> Rows:
    statement = step.statement
    if not statement.columns:
        return connection.execute(statement.sqlite, step.rows[0]).fetchall()
    if statement.joined:
        return connection.execute(statement.sqlite, (_encoder.encode(step.rows).decode(),)).fetchall()
    connection.executemany(statement.sqlite, step.rows)
    return []


def compiled(query: Select[Any]) -> tuple[str, dict[str, Any]]:
    """A query made with SQLAlchemy, as the driver takes it."""
    made = query.compile(dialect=dialect.dialect(paramstyle="named"), compile_kwargs={"render_postcompile": True})
    return str(made), dict(made.params)


class SqliteDriver:
    """The embedded database: one writer, a few readers, one file."""

    def __init__(self, path: Path, scribe: Scribe) -> None:
        self._path = path
        self._scribe = scribe
        self._queue: queue.Queue[Job | None] = queue.Queue(WAITING_MAX)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="ledger-read")
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._writer = threading.Thread(target=self._write_forever, name="ledger-write", daemon=True)
        self._writer.start()
        self._closed = False

    async def amend(self, key: PaymentKey, change: Change) -> Payment | None:
        """See Driver."""
        payment: Payment | None = await self._submit(Amendment(key, change))
        return payment

    async def write(self, transaction: Callable[[], Steps[T]]) -> T:
        """See Driver."""
        return cast("T", await self._submit(transaction))

    async def read(self, transaction: Callable[[], Steps[T]]) -> T:
        """See Driver."""
        return await self._in_reader(lambda connection: snapshot(connection, transaction()))

    async def select(self, query: Select[Any]) -> Sequence[Sequence[Any]]:
        """See Driver."""
        text, values = compiled(query)
        return await self._in_reader(lambda connection: connection.execute(text, values).fetchall())

    async def close(self) -> None:
        """See Driver."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown()
        for connection in self._opened:
            connection.close()

    async def _submit(self, work: Work) -> Any:
        if self._closed:
            raise LedgerUnavailable("the ledger is closed")
        future = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait(Job(work, future))
        except queue.Full:
            raise LedgerUnavailable("too many changes wait for the disk", retry_after_s=1) from None
        return await future

    async def _in_reader(self, read: Callable[[sqlite3.Connection], T]) -> T:
        def call() -> T:
            if not hasattr(self._local, "connection"):
                self._local.connection = connect(self._path, read_only=True)
                self._opened.append(self._local.connection)
            return read(self._local.connection)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, call)
        except sqlite3.Error as error:
            raise LedgerUnavailable(f"the database cannot be read: {error}") from error

    def _write_forever(self) -> None:
        connection: sqlite3.Connection | None = None
        while (jobs := self._take()) is not None:
            try:
                connection = connection or connect(self._path)
            except sqlite3.Error as error:
                fail(jobs, _told(error))
            else:
                self._commit(connection, jobs)
            _answer_in_loop(jobs)
        if connection is not None:
            connection.close()

    def _take(self) -> list[Job] | None:
        """Whatever waits, at most a batch of it, without waiting for more; None once closed."""
        job = self._queue.get()
        if job is None:
            return None
        jobs = [job]
        while len(jobs) < BATCH_MAX:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._queue.put(None)
                break
            jobs.append(job)
        return jobs

    def _commit(self, connection: sqlite3.Connection, jobs: list[Job]) -> None:
        """All in one transaction; if that fails each alone, so that one bad row costs nobody else their commit."""
        try:
            self._transaction(connection, jobs)
        except Exception as error:  # noqa: BLE001  told to everyone whose change it was
            if len(jobs) == 1:
                fail(jobs, _told(error))
                return
            _log.warning("batch_failed_retrying_singly", jobs=len(jobs), error=type(error).__name__)
            for job in jobs:
                self._commit(connection, [job])

    def _transaction(self, connection: sqlite3.Connection, jobs: list[Job]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            amendments = [job.work for job in jobs if isinstance(job.work, Amendment)]
            if amendments:
                run(connection, amend(amendments, self._scribe))
            for job in jobs:
                if isinstance(job.work, Amendment):
                    job.result, job.error = job.work.result, job.work.error
                else:
                    job.result, job.error = run(connection, job.work()), None
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _told(error: Exception) -> Exception:
    """What the one who waits is told of an error; the database's own words carry no payload."""
    if isinstance(error, sqlite3.Error):
        return LedgerUnavailable(f"the database cannot be written: {error}")
    return error


def _answer_in_loop(jobs: list[Job]) -> None:
    """Hand all results to the event loop at once; a loop that is gone no longer wants them."""
    try:
        jobs[0].future.get_loop().call_soon_threadsafe(answer, jobs)
    except RuntimeError:
        _log.info("answers_dropped", jobs=len(jobs))
