"""PostgreSQL: a few connections, each sending whatever waits as one transaction of unnested batches."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias, TypeVar, cast

import asyncpg
import structlog
from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import asyncpg as dialect

from wasl.domain.payment import Payment
from wasl.engine.ports import Change, PaymentKey
from wasl.errors import LedgerUnavailable, Misconfigured
from wasl.ledger.jobs import BATCH_MAX, WAITING_MAX, Job, Work, answer, fail
from wasl.ledger.migrate import postgres_revision
from wasl.ledger.statements import Rows, Step, Steps
from wasl.ledger.transact import Amendment, Scribe, amend

T = TypeVar("T")

LANES: Final = 3
CONFLICT_TRIES: Final = 5
READERS: Final = 2
COMMAND_TIMEOUT_S: Final = 30.0
CONNECT_TIMEOUT_S: Final = 10.0
_log = structlog.get_logger(__name__)
_Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
_DIALECT: Final = dialect.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects have no types yet
_SNAPSHOT: Final[dict[str, Any]] = {"isolation": "repeatable_read", "readonly": True}
# Another process was faster: what it committed is seen when the same is tried again.
_CONFLICTS: Final = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
_OUTAGE: Final = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, TimeoutError)


async def run(connection: _Connection, steps: Steps[T]) -> T:
    """Drive a transaction's steps on *connection*; the caller begins and commits."""
    try:
        step = next(steps)
        while True:
            step = steps.send(await _execute(connection, step))
    except StopIteration as stop:
        return cast("T", stop.value)


async def _execute(connection: _Connection, step: Step) -> Rows:
    statement = step.statement
    values = [list(column) for column in zip(*step.rows, strict=True)] if statement.columns else step.rows[0]
    return cast("Rows", await connection.fetch(statement.postgres, *values))


class PostgresDriver:
    """A PostgreSQL database, shared by any number of processes."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", scribe: Scribe) -> None:
        self._pool = pool
        self._scribe = scribe
        self._queue: asyncio.Queue[Job] = asyncio.Queue(WAITING_MAX)
        self._lanes = [asyncio.create_task(self._serve_lane(), name=f"ledger-lane-{n}") for n in range(LANES)]

    @classmethod
    async def connect(cls, url: str, scribe: Scribe) -> "PostgresDriver":
        """Open the pool; raises LedgerUnavailable if the database does not answer."""
        try:
            pool = await asyncpg.create_pool(
                url, min_size=1, max_size=LANES + READERS, timeout=CONNECT_TIMEOUT_S, command_timeout=COMMAND_TIMEOUT_S
            )
        except (*_OUTAGE, asyncpg.PostgresError) as error:
            raise LedgerUnavailable(f"PostgreSQL does not answer: {error}") from error
        except ValueError:  # its words repeat pieces of the password
            raise Misconfigured(
                "WASL_DATABASE_URL cannot be read; write #, / and @ in a password as %23, %2F and %40"
            ) from None
        return cls(pool, scribe)

    async def revision(self) -> str | None:
        """The schema revision of this database, None if it has none yet."""
        async with self._pool.acquire() as connection:
            return await postgres_revision(connection)

    async def amend(self, key: PaymentKey, change: Change) -> Payment | None:
        """See Driver."""
        payment: Payment | None = await self._submit(Amendment(key, change))
        return payment

    async def write(self, transaction: Callable[[], Steps[T]]) -> T:
        """See Driver."""
        return cast("T", await self._submit(transaction))

    async def read(self, transaction: Callable[[], Steps[T]]) -> T:
        """See Driver."""
        try:
            async with self._pool.acquire() as connection, connection.transaction(**_SNAPSHOT):
                return await run(connection, transaction())
        except (*_OUTAGE, asyncpg.PostgresError) as error:
            raise LedgerUnavailable(f"the database cannot be read: {error}") from error

    async def select(self, query: Select[Any]) -> Sequence[Sequence[Any]]:
        """See Driver."""
        compiled = query.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        values = [compiled.params[name] for name in compiled.positiontup or ()]
        try:
            async with self._pool.acquire() as connection:
                return cast("Rows", await connection.fetch(str(compiled), *values))
        except (*_OUTAGE, asyncpg.PostgresError) as error:
            raise LedgerUnavailable(f"the database cannot be read: {error}") from error

    async def close(self) -> None:
        """See Driver."""
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)
        await self._pool.close()

    async def _submit(self, work: Work) -> Any:
        future = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait(Job(work, future))
        except asyncio.QueueFull:
            raise LedgerUnavailable("too many changes wait for the database", retry_after_s=1) from None
        return await future

    async def _serve_lane(self) -> None:
        while True:
            jobs = [await self._queue.get()]
            while len(jobs) < BATCH_MAX and not self._queue.empty():
                jobs.append(self._queue.get_nowait())
            await self._commit(jobs)
            answer(jobs)

    async def _commit(self, jobs: list[Job]) -> None:
        """All in one transaction; if that fails each alone, so that one bad row costs nobody else their commit."""
        try:
            await self._transaction(jobs)
        except (*_OUTAGE, asyncpg.CannotConnectNowError, asyncpg.ReadOnlySQLTransactionError) as error:
            fail(jobs, LedgerUnavailable(f"the database cannot be written: {error}"))
        except Exception as error:  # noqa: BLE001  told to everyone whose change it was
            if len(jobs) == 1:
                await self._commit_alone(jobs[0], error)
                return
            _log.warning("batch_failed_retrying_singly", jobs=len(jobs), error=type(error).__name__)
            for job in jobs:
                await self._commit([job])

    async def _commit_alone(self, job: Job, error: Exception) -> None:
        """Try one job again while other processes are in its way. What a row says never stands in the error."""
        for _ in range(CONFLICT_TRIES):
            if not isinstance(error, _CONFLICTS):
                break
            try:
                await self._transaction([job])
            except Exception as again:  # noqa: BLE001  told to whoever waits, below
                error = again
            else:
                return
        database = isinstance(error, asyncpg.PostgresError)
        fail([job], LedgerUnavailable(f"the database refused it ({type(error).__name__})") if database else error)

    async def _transaction(self, jobs: list[Job]) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            amendments = [job.work for job in jobs if isinstance(job.work, Amendment)]
            if amendments:
                await run(connection, amend(amendments, self._scribe))
            for job in jobs:
                if isinstance(job.work, Amendment):
                    job.result, job.error = job.work.result, job.work.error
                else:
                    job.result, job.error = await run(connection, job.work()), None
