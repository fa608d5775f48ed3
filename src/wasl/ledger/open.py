"""Opens the ledger behind a database URL, on the schema of this version."""

from collections.abc import Callable
from pathlib import Path

from wasl.domain.payment import Payment
from wasl.errors import LedgerUnavailable, Misconfigured
from wasl.ledger.ledger import DurableLedger
from wasl.ledger.migrate import HEAD, upgrade_sqlite
from wasl.ledger.postgres import PostgresDriver
from wasl.ledger.seal import Seal
from wasl.ledger.sqlite import SqliteDriver
from wasl.ledger.transact import Scribe


def open_sqlite(path: Path, seal: Seal, describe: Callable[[Payment], bytes]) -> DurableLedger:
    """Open or make the database file; it migrates itself. Raises LedgerUnavailable if that cannot be."""
    try:
        upgrade_sqlite(path)
    except Exception as error:
        raise LedgerUnavailable(f"{path} cannot be opened as Wasl's database: {error}") from error
    scribe = Scribe(seal, describe)
    return DurableLedger(SqliteDriver(path, scribe), scribe)


async def open_postgres(url: str, seal: Seal, describe: Callable[[Payment], bytes]) -> DurableLedger:
    """Connect to a migrated database; raises Misconfigured with the sentence if its schema is another one."""
    scribe = Scribe(seal, describe)
    driver = await PostgresDriver.connect(url, scribe)
    revision = await driver.revision()
    if revision != HEAD:
        await driver.close()
        found = f"has schema {revision}" if revision else "has no schema yet"
        raise Misconfigured(f"this database {found}, this version needs {HEAD}: run `wasl migrate` first")
    return DurableLedger(driver, scribe)
