"""The ledger's contract: whole histories leave the same behind on both real databases, row by row."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import pytest

from conftest import SEAL, describe
from contract.ledger.histories import History, alerts_of, drawn, live, read
from wasl.domain.fold import fold
from wasl.domain.payment import Payment
from wasl.domain.store import StoreId
from wasl.engine.ports import Ledger
from wasl.ledger.migrate import upgrade_postgres
from wasl.ledger.open import open_postgres, open_sqlite

LANES: Final = 16
COUNT: Final = int(os.environ.get("WASL_HISTORIES", "150"))
SEED: Final = int(os.environ.get("WASL_HISTORIES_SEED", "1"))
PER_HISTORY_S: Final = 2  # far more than one takes
pytestmark = pytest.mark.timeout(60 + PER_HISTORY_S * COUNT)
RECORDED: Final = os.environ.get("WASL_HISTORIES_FILE", "")


def histories() -> list[History]:
    """Those of a file, if one is named; else drawn from the seed."""
    return read(Path(RECORDED))[:COUNT] if RECORDED else drawn(COUNT, number=SEED)


async def test_both_databases_tell_the_same_story(tmp_path: Path, postgres_url: str) -> None:
    """Payments, versions, evidence, deliveries, shelves and alerts are equal after each event, and the fold holds."""
    await upgrade_postgres(postgres_url)
    sqlite, postgres = (
        open_sqlite(tmp_path / "wasl.db", SEAL, describe),
        await open_postgres(postgres_url, SEAL, describe),
    )
    try:
        for first in range(0, len(lived := histories()), LANES):
            await live_beside(sqlite, postgres, lived[first : first + LANES], first)
        assert await alerts_of(sqlite) == await alerts_of(postgres)
    finally:
        await sqlite.close()
        await postgres.close()


async def live_beside(sqlite: Ledger, postgres: Ledger, lived: Sequence[History], first: int) -> None:
    """Several payments of several stores at once, on both databases."""
    stores = [StoreId(f"st_{first + lane}") for lane in range(len(lived))]
    said = await asyncio.gather(
        *(
            live(ledger, history, store_id, besides=[other for other in stores if other != store_id])
            for ledger in (sqlite, postgres)
            for history, store_id in zip(lived, stores, strict=True)
        )
    )
    for lane, history in enumerate(lived):
        one, other = said[lane], said[lane + len(lived)]
        assert one == other, f"history {first + lane} of seed {SEED}: {msgspec.json.encode(history).decode()}"
        for known in one:
            assert not isinstance(known, Payment) or fold(known) == known.outcome


def test_a_history_is_kept_as_json(tmp_path: Path) -> None:
    """What somebody recorded is read back as it was."""
    made = drawn(20, number=2)
    path = tmp_path / "histories.json"
    path.write_bytes(msgspec.json.encode(made))
    assert read(path) == made
    assert len({type(event) for history in made for event in history.events}) == 8
