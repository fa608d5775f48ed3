"""The ledger without threads: what a process that is gone may still do."""

import sqlite3
from pathlib import Path

import pytest

from wasl.domain.secret import Secret
from wasl.ledger.inline import InlineDriver, opened
from wasl.ledger.migrate import upgrade_sqlite
from wasl.ledger.seal import Seal
from wasl.ledger.statements import Statement, Step, Steps
from wasl.ledger.transact import Scribe

COUNT = "SELECT count(*) FROM payments"
SCRIBE = Scribe(Seal((Secret("a key for tests of at least 32 characters"),)), lambda _: b"")


async def _pass(where: str) -> None:
    del where


def _count() -> Steps[int]:
    rows = yield Step(Statement("count", (), COUNT, COUNT), [()])
    return int(rows[0][0])


async def test_a_lent_connection_outlives_its_driver_and_the_driver_does_nothing_more(tmp_path: Path) -> None:
    """The next process goes on with it; the one that is gone can neither read nor write through it."""
    path = tmp_path / "wasl.db"
    upgrade_sqlite(path)
    connection = opened(path)
    gone, following = (InlineDriver(path, SCRIBE, _pass, lent=connection) for _ in range(2))
    gone.let_go()
    with pytest.raises(sqlite3.ProgrammingError):
        await gone.write(_count)
    with pytest.raises(sqlite3.ProgrammingError):
        await gone.read(_count)
    assert await following.write(_count) == 0
    connection.close()


async def test_a_connection_of_its_own_is_closed(tmp_path: Path) -> None:
    """Nobody else would."""
    path = tmp_path / "wasl.db"
    upgrade_sqlite(path)
    driver = InlineDriver(path, SCRIBE, _pass)
    assert await driver.read(_count) == 0
    await driver.close()
    with pytest.raises(sqlite3.ProgrammingError):
        await driver.read(_count)
