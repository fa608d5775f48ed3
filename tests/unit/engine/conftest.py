"""The engine's tests run on the real embedded database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conftest import SEAL, describe
from wasl.ledger.open import open_sqlite
from worlds import World, world


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    """A world with one store."""
    ledger = open_sqlite(tmp_path / "wasl.db", SEAL, describe)
    yield await world(ledger)
    await ledger.close()
