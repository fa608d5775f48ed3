"""The hot path's statements cost what they promise: an index each, and no scan."""

import re
from pathlib import Path

import pytest

from wasl.ledger import statements as sql
from wasl.ledger.migrate import upgrade_sqlite
from wasl.ledger.sqlite import connect

READS = [value for value in vars(sql).values() if isinstance(value, sql.Statement) and value.joined and value.columns]
LEASES = [sql.DUE_ASKS, sql.RETURNED_ASKS, sql.YOUNGEST_ASKS, sql.CROWD, sql.LEASE_TELLS, sql.LEASE_ALERTS]
INPUTS = {"SCAN k", "SCAN json_each VIRTUAL TABLE INDEX 1:", "SCAN due"}  # the rows that came in, not a table


@pytest.mark.parametrize("statement", [*READS, *LEASES], ids=lambda s: s.name)
def test_no_statement_scans_a_table(statement: sql.Statement, tmp_path: Path) -> None:
    """A million payments make none of them slower."""
    upgrade_sqlite(tmp_path / "wasl.db")
    connection = connect(tmp_path / "wasl.db")
    places = {int(number) for number in re.findall(r"\?(\d)", statement.sqlite)}
    parameters = ('[["a","b","c"]]',) if statement.columns else tuple("[]" for _ in places)
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement.sqlite}", parameters)]
    connection.close()
    scans = [step for step in plan if step.startswith("SCAN") and step not in INPUTS]
    assert [step for step in scans if "USING" not in step] == []
