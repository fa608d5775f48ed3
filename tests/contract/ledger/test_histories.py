"""The ledger's contract: whole histories leave the same behind on both real databases, row by row.

Some are drawn, so that everything possible follows everything else; others are what simulated worlds recorded.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec
import pytest

from conftest import SEAL, describe
from contract.ledger.histories import History, alerts_of, live, strayed
from contract.ledger.made import drawn, read, recorded
from wasl.domain.fold import fold
from wasl.domain.payment import Payment
from wasl.domain.store import StoreId
from wasl.engine.ports import Ledger
from wasl.ledger.migrate import upgrade_postgres
from wasl.ledger.open import open_postgres, open_sqlite
from wasl.simulation.record import Amended

LANES: Final = 16
COUNT: Final = os.environ.get("WASL_HISTORIES", "")
DRAWN: Final = int(COUNT or "150")
RECORDED: Final = int(COUNT or "100")
SEED: Final = int(os.environ.get("WASL_HISTORIES_SEED", "1"))
FILE: Final = os.environ.get("WASL_HISTORIES_FILE", "")
PER_HISTORY_S: Final = 2  # far more than one takes
pytestmark = pytest.mark.timeout(120 + PER_HISTORY_S * max(DRAWN, RECORDED))


def simulated() -> list[History]:
    """Those of a file, if one is named; else recorded now, from the seed."""
    return read(Path(FILE))[:RECORDED] if FILE else recorded(RECORDED, number=SEED)


@pytest.mark.parametrize("histories", [lambda: drawn(DRAWN, number=SEED), simulated], ids=["drawn", "simulated"])
async def test_both_databases_tell_the_same_story(
    histories: Callable[[], list[History]], tmp_path: Path, postgres_url: str
) -> None:
    """Payments, versions, evidence, deliveries, shelves and alerts are equal after each event, and the fold holds."""
    # A simulation lives on a loop of its own, which only another thread has room for.
    lived = await asyncio.to_thread(histories)
    await upgrade_postgres(postgres_url)
    sqlite, postgres = (
        open_sqlite(tmp_path / "wasl.db", SEAL, describe),
        await open_postgres(postgres_url, SEAL, describe),
    )
    try:
        for first in range(0, len(lived), LANES):
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
        assert strayed(history, one) == [], f"history {first + lane} of seed {SEED} went another way"
        for known in one:
            assert not isinstance(known, Payment) or fold(known) == known.outcome


async def test_a_ledger_that_goes_another_way_is_noticed(tmp_path: Path) -> None:
    """A version or an outcome that is not the recorded one is named, and the others are not."""
    (history,) = await asyncio.to_thread(recorded, 1, number=SEED)
    last = history.events[-1]
    spoilt = Amended(at=last.at, version=99)
    ledger = open_sqlite(tmp_path / "wasl.db", SEAL, describe)
    try:
        longer = msgspec.structs.replace(history, events=(*history.events, spoilt))
        said = await live(ledger, longer, StoreId("st_1"), besides=[])
    finally:
        await ledger.close()
    assert strayed(longer, said) == [spoilt]


def test_a_history_is_kept_as_json(tmp_path: Path) -> None:
    """What somebody recorded is read back as it was."""
    made = [*drawn(20, number=2), *recorded(50, number=2)]
    path = tmp_path / "histories.jsonl"
    path.write_bytes(msgspec.json.Encoder().encode_lines(made))
    assert read(path) == made
    assert len({type(event) for history in made for event in history.events}) == 12
