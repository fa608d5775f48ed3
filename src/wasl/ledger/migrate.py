"""Brings a database to the schema of this version, and tells whether it is there."""

import sqlite3
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from wasl.errors import LedgerUnavailable
from wasl.ledger.sqlite import connect

HEAD: Final = "0003"  # the newest revision in migrations/versions; a test keeps the two equal
_SCRIPTS: Final = Path(__file__).parent / "migrations"


def upgrade_sqlite(path: Path) -> None:
    """Make or bring up to date the file at *path*. Two processes may do it at once: the second finds it done."""
    if sqlite_revision(path) == HEAD:
        return
    engine = create_engine("sqlite://", creator=lambda: connect(path), poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        _upgrade(connection)
    engine.dispose()


def sqlite_revision(path: Path) -> str | None:
    """The schema revision of the file, None if it has none yet."""
    connection = connect(path)
    try:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.OperationalError, TypeError):
        return None
    finally:
        connection.close()


async def upgrade_postgres(url: str) -> None:
    """Bring a PostgreSQL database up to date. Harmless to repeat; two at once wait for each other."""
    engine = create_async_engine(_asyncpg(url), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(8031978)")
            await connection.run_sync(_upgrade)
    except (OSError, DBAPIError) as error:
        raise LedgerUnavailable(f"PostgreSQL cannot be migrated: {error}") from error
    finally:
        await engine.dispose()


async def postgres_revision(connection: Any) -> str | None:
    """The schema revision of the database behind an asyncpg connection, None if it has none yet."""
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return revision


def _asyncpg(url: str) -> str:
    return "postgresql+asyncpg://" + url.partition("://")[2]


def _upgrade(connection: Connection) -> None:
    # Imported here: a database that is up to date should not cost every command line half a second.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_SCRIPTS))
    command.upgrade(config, "head")
