"""Migrations lead to the schema that the code reads and writes."""

import asyncio
import sqlite3
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool, StaticPool

from conftest import SEAL, describe
from wasl.errors import Misconfigured
from wasl.ledger import migrate
from wasl.ledger.open import open_postgres
from wasl.ledger.schema import metadata
from wasl.ledger.sqlite import connect


def to(connection: Connection, revision: str) -> None:
    """Bring a database to a revision."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    command.upgrade(config, revision)


def test_the_newest_migration_is_the_one_the_code_needs() -> None:
    """HEAD is written down so that a start need not load the migration tool."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.HEAD


def test_migrating_makes_exactly_the_schema(tmp_path: Path) -> None:
    """No table, column or index differs between the migrations and the schema's description."""
    migrate.upgrade_sqlite(tmp_path / "wasl.db")
    engine = create_engine(f"sqlite:///{tmp_path / 'wasl.db'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []
    engine.dispose()


def test_a_database_is_flushed_at_every_commit(tmp_path: Path) -> None:
    """Write-ahead log and FULL: an answered notification survives a power loss."""
    migrate.upgrade_sqlite(tmp_path / "wasl.db")
    connection = connect(tmp_path / "wasl.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    connection.close()


async def test_two_processes_may_start_at_once(tmp_path: Path) -> None:
    """The second finds the work done."""
    path = tmp_path / "wasl.db"
    await asyncio.gather(*(asyncio.to_thread(migrate.upgrade_sqlite, path) for _ in range(4)))
    assert migrate.sqlite_revision(path) == migrate.HEAD
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM payments").fetchone() == (0,)
    connection.close()


async def test_postgres_is_migrated_on_purpose_only(postgres_url: str) -> None:
    """An old schema is refused with the sentence that mends it."""
    with pytest.raises(Misconfigured, match="run `wasl migrate` first"):
        await open_postgres(postgres_url, SEAL, describe)
    await asyncio.gather(migrate.upgrade_postgres(postgres_url), migrate.upgrade_postgres(postgres_url))
    ledger = await open_postgres(postgres_url, SEAL, describe)
    await ledger.close()
    connection = await asyncpg.connect(postgres_url)
    assert await migrate.postgres_revision(connection) == migrate.HEAD
    await connection.close()


def test_decisions_of_the_first_schema_still_close_their_cases(tmp_path: Path) -> None:
    """A decision about transactions becomes one about every case they may have been."""
    path = tmp_path / "wasl.db"
    connection = connect(path)
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    with engine.begin() as begun:
        to(begun, "0001")
        begun.exec_driver_sql("INSERT INTO decisions VALUES ('st', 'pay', 1, 'accepted', 'TST1 TST2', 'seen', 'huda')")
        to(begun, "head")
        (causes,) = begun.exec_driver_sql("SELECT causes FROM decisions").scalars()
    engine.dispose()
    connection.close()
    assert "paid_twice TST1 TST2" in causes.splitlines()
    assert len(causes.splitlines()) == 6


async def test_postgres_decisions_of_the_first_schema_still_close_their_cases(postgres_url: str) -> None:
    """There too."""
    engine = create_async_engine("postgresql+asyncpg://" + postgres_url.partition("://")[2], poolclass=NullPool)
    async with engine.begin() as begun:
        await begun.run_sync(to, "0001")
        insert = "INSERT INTO decisions VALUES ('st', 'pay', 1, 'accepted', 'TST1 TST2', 'seen', 'huda')"
        await begun.exec_driver_sql(insert)
        await begun.run_sync(to, "head")
        (causes,) = (await begun.exec_driver_sql("SELECT causes FROM decisions")).scalars()
    await engine.dispose()
    assert "paid_late TST1 TST2" in causes.splitlines()
