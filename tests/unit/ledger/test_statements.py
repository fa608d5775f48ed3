"""The hot path's statements cost what they promise: an index each, and no scan."""

from pathlib import Path

import pytest

from wasl.ledger import statements as sql
from wasl.ledger.migrate import upgrade_sqlite
from wasl.ledger.sqlite import connect

READS = [value for value in vars(sql).values() if isinstance(value, sql.Statement) and value.joined and value.columns]
LEASES = [sql.DUE_ASKS, sql.LEASE_TELLS]


@pytest.mark.parametrize("statement", [*READS, *LEASES], ids=lambda s: s.name)
def test_no_statement_scans_a_table(statement: sql.Statement, tmp_path: Path) -> None:
    """A million payments make none of them slower."""
    upgrade_sqlite(tmp_path / "wasl.db")
    connection = connect(tmp_path / "wasl.db")
    parameters = ('[["a","b","c"]]',) if statement.columns else (1, 2, 3)[: 2 + ("?3" in statement.sqlite)]
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement.sqlite}", parameters)]
    connection.close()
    tables = [step for step in plan if step.startswith("SCAN") and "json_each" not in step and "VIRTUAL" not in step]
    assert [step for step in tables if "USING" not in step] == []
