"""The state in a SQLite file: one row per record, every operation one transaction."""

import sqlite3
from collections.abc import Iterable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

import msgspec

from wasl.emulator.config import ConfigRefused
from wasl.emulator.state import Change

FORMAT: Final = 1
BUSY_S: Final = 5.0
_PUT: Final = (
    "INSERT INTO record (kind, key, body) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body"
)
_DELETE: Final = "DELETE FROM record WHERE kind = ? AND key = ?"


class SqliteShelf:
    """Implements `gateway.Shelf`. One process at a time; raises ConfigRefused for a file it cannot use."""

    def __init__(self, path: Path) -> None:
        with ExitStack() as unless_usable:
            try:
                self._database = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
                unless_usable.callback(self._database.close)
                self._prepare()
            except sqlite3.Error as error:
                raise ConfigRefused(f"{path} cannot be used to keep the emulator's state: {error}.") from error
            unless_usable.pop_all()

    def load(self) -> list[tuple[str, str, bytes]]:
        """See the port."""
        with closing(self._database.execute("SELECT kind, key, body FROM record")) as rows:
            return list(rows)

    def keep(self, changes: Iterable[Change]) -> None:
        """See the port."""
        with self._database:  # commits, or rolls back what was begun
            self._database.execute("BEGIN IMMEDIATE")
            for table, key, record in changes:
                if record is None:
                    self._database.execute(_DELETE, (table, key))
                else:
                    self._database.execute(_PUT, (table, key, msgspec.json.encode(record)))

    def clear(self) -> None:
        """See the port."""
        self._database.execute("DELETE FROM record")

    def close(self) -> None:
        """Let go of the file. Harmless to repeat."""
        self._database.close()

    def _prepare(self) -> None:
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute(
            "PRAGMA synchronous = NORMAL"
        )  # survives a killed process; a power cut may cost a moment
        (found,) = self._database.execute("PRAGMA user_version").fetchone()
        if found not in (0, FORMAT):
            raise sqlite3.DatabaseError(f"it has format {found}, this version reads {FORMAT}")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS record"
            " (kind TEXT, key TEXT, body BLOB NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )
        self._database.execute(f"PRAGMA user_version = {FORMAT}")
