"""`wasl reconcile` as a person, a script and a spreadsheet see it."""

import asyncio
import csv
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import click
import pytest

from builders import NOON, STORE, fact, said, store
from conftest import describe
from wasl.cli.reconcile import beginning
from wasl.domain.evidence import CartId, Verdict
from wasl.domain.secret import Secret
from wasl.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, Instant, rfc3339
from wasl.ledger.open import open_sqlite
from wasl.ledger.seal import Seal

KEY: Final = "a key for tests of at least 32 characters"
FIELDS: Final = [
    "store_id", "order_id", "payment_id", "difference", "gateway", "ledger", "shop", "at_risk", "currency", "mended",
    "sentence", "advice",
]  # fmt: skip


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """One store without payments; on its shelf money for a cart with odd letters, and a decline five hours old."""
    path = tmp_path / "wasl.db"

    async def seed() -> None:
        ledger = open_sqlite(path, Seal((Secret(KEY),)), describe)
        await ledger.add_store(store(platform="api"), "digest")  # of a shop nobody asks
        now = time.time_ns() // 1_000_000
        odd = fact("TST8", cart_id=CartId('x,"8"\x1b[2J'))
        await ledger.shelve(STORE, said(odd, at=now))
        declined = fact("TST9", cart_id=CartId("x-9"), verdict=Verdict.DECLINED)
        await ledger.shelve(STORE, said(declined, at=now - 5 * HOUR_MS))
        await ledger.close()

    asyncio.run(seed())
    return path


def wasl(database: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """Run the command on this database alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WASL_")}
    return subprocess.run(
        [sys.executable, "-m", "wasl", "reconcile", *arguments],
        env={**kept, "WASL_DATABASE_URL": f"sqlite:///{database}", "WASL_SECRET_KEY": KEY},
        capture_output=True,
        check=False,
    )


def test_agreement_is_one_line_and_exit_0(tmp_path: Path) -> None:
    """Nothing to compare agrees as well; nothing else on stdout."""
    done = wasl(tmp_path / "empty.db")
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().startswith("all is well: 0 orders agree (since ")


def test_a_person_reads_a_table_of_120_columns(database: Path) -> None:
    """Every difference with its sentence and its advice, the sum last; a shop's texts move no cursor."""
    done = wasl(database)
    text = done.stdout.decode()
    assert done.returncode == 1
    assert max(len(line) for line in text.splitlines()) <= 120
    assert "57.90 SAR" in text
    assert "-> Find out at the gateway" in text
    assert "\x1b" not in text
    assert text.splitlines()[-1].startswith("2 of 2 orders differ, 57.90 SAR at risk (since ")


def test_a_script_reads_one_document(database: Path) -> None:
    """The sums and every row, on stdout alone."""
    document = json.loads(wasl(database, "--json").stdout)
    assert document["summary"] == "2 of 2 orders differ, 57.90 SAR at risk"
    assert document["at_risk"] == [{"amount": "57.90", "currency": "SAR"}]
    assert (document["orders"], document["differ"], document["not_compared"], document["mend"]) == (2, 2, 0, False)
    assert [list(row) for row in document["rows"]] == [FIELDS, FIELDS]
    assert document["rows"][0]["order_id"] == 'x,"8"\x1b[2J'
    assert document["rows"][0]["difference"] == "unknown_cart"


def test_a_spreadsheet_reads_the_same_fields(database: Path) -> None:
    """RFC 4180: a header, CR LF, quotes doubled; the sum goes to stderr."""
    done = wasl(database, "--csv")
    assert done.returncode == 1
    assert done.stdout.count(b"\r\n") == done.stdout.count(b"\n") == 3
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))
    assert list(rows[0]) == FIELDS
    shown = json.loads(wasl(database, "--json").stdout)["rows"]
    texts = [{name: str(value).replace("\x1b", "?") for name, value in row.items()} for row in shown]
    assert rows == [{**row, "mended": row["mended"].lower()} for row in texts]
    assert b"2 of 2 orders differ" in done.stderr


def test_the_period_is_what_was_asked_for(database: Path) -> None:
    """One of two differences is five hours old."""
    assert json.loads(wasl(database, "--json", "--since", "4h").stdout)["orders"] == 1


@pytest.mark.parametrize(
    ("text", "before_ms"),
    [
        ("90m", 90 * MINUTE_MS), ("36h", 36 * HOUR_MS), ("7d", 7 * DAY_MS), ("2w", 14 * DAY_MS), ("999999d", NOON),
        (rfc3339(Instant(NOON - 120)), 120), ("2026-11-18T13:06:40+03:00", HOUR_MS),
    ],
)  # fmt: skip
def test_a_period_is_a_duration_or_a_time(text: str, before_ms: int) -> None:
    """Minutes, hours, days, weeks, or RFC 3339 to the millisecond."""
    assert beginning(text, now=NOON) == NOON - before_ms


@pytest.mark.parametrize(
    "text", ["yesterday", "", "7", "7y", "-7d", "2026-01-01", "2026-01-01T00:00:00", "2999-01-01T00:00:00Z"]
)
def test_a_period_that_could_mean_two_things_is_not_read(text: str) -> None:
    """A time without an offset, a number without a unit, a beginning in the future."""
    with pytest.raises(click.UsageError):
        beginning(text, now=NOON)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--since", "yesterday"], "2026-11-21T00:00:00Z"),
        (["--store", "st_nobody"], "wasl store list"),
        (["--json", "--csv"], "either"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(database: Path, arguments: list[str], word: str) -> None:
    """With what to write instead."""
    done = wasl(database, *arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert len(done.stderr.splitlines()) == 1
    assert word in done.stderr.decode()


def test_a_store_can_be_named(database: Path) -> None:
    """Its differences alone."""
    assert json.loads(wasl(database, "--json", "--store", STORE).stdout)["orders"] == 2
