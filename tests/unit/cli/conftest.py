"""The command line, run as people run it: a process of its own on a database of its own."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conftest import describe
from wasl.domain.secret import Secret
from wasl.engine.ports import Ledger
from wasl.ledger.open import open_sqlite
from wasl.ledger.seal import Seal

KEY = "a key for tests of at least 32 characters"


@dataclass(frozen=True, slots=True)
class Cli:
    """`wasl` with nothing of this machine's settings."""

    database: Path

    def run(self, *arguments: str, stdin: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
        """Run a command."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WASL_")}
        own = {"WASL_DATABASE_URL": f"sqlite:///{self.database}", "WASL_SECRET_KEY": KEY, **settings}
        command = [sys.executable, "-m", "wasl", *arguments]
        return subprocess.run(command, env=kept | own, input=stdin, capture_output=True, check=False, text=True)

    def json(self, *arguments: str, exits: int = 0, **settings: str) -> Any:
        """The one document that a command prints with --json."""
        done = self.run(*arguments, "--json", **settings)
        assert done.returncode == exits, done.stderr
        return json.loads(done.stdout)

    def refused(self, *arguments: str, exits: int) -> str:
        """The one line that a command ends with."""
        done = self.run(*arguments)
        assert (done.returncode, done.stdout) == (exits, "")
        (line,) = done.stderr.splitlines()
        return line

    def seed(self, seeding: Callable[[Ledger], Awaitable[object]]) -> None:
        """Put something into the database first."""

        async def seed() -> None:
            ledger = open_sqlite(self.database, Seal((Secret(KEY),)), describe)
            await seeding(ledger)
            await ledger.close()

        asyncio.run(seed())


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command on an empty database."""
    return Cli(tmp_path / "wasl.db")
