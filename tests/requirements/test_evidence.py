"""Evidence: kept whole, sealed, never deleted, and opened again years later."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

import wasl
from builders import PAYMENT, STORE, said
from conftest import SEAL, describe
from requirements.conftest import notification
from unit.engine.conftest import hears, keeps
from wasl.domain.secret import Secret
from wasl.domain.time import DAY_MS
from wasl.engine.ask import ask_due
from wasl.engine.tell import tell_due
from wasl.ledger.open import open_sqlite
from wasl.ledger.seal import Seal
from worlds import World

SOURCE: Final = Path(wasl.__file__).parent
REMOVING: Final = re.compile(
    r"DELETE\s+FROM\s+(\w+)|(TRUNCATE\b.*)|(DROP\s+TABLE.*)|(drop_table.*)|(\.delete\(.*)", re.IGNORECASE
)
REWRITING: Final = re.compile(r"UPDATE\s+evidence\s+SET\s+(\w+)", re.IGNORECASE)


def removed(text: str) -> set[str]:
    """What the statements in *text* take rows from."""
    return {"".join(found) for found in REMOVING.findall(text)}


@pytest.mark.requirement("R44")
def test_no_statement_removes_evidence() -> None:
    """Only what proved nothing makes room, on the bounded shelf of forgeries; evidence is only given its payment."""
    texts = [path.read_text(encoding="utf-8").split("def downgrade")[0] for path in (SOURCE / "ledger").rglob("*.py")]
    assert {table for text in texts for table in removed(text)} <= {"forgeries"}
    assert {name for text in texts for name in REWRITING.findall(text)} <= {"payment_id"}
    assert removed("DELETE FROM evidence; op.drop_table(x)") == {"evidence", "drop_table(x)"}


@pytest.mark.requirement("R44")
async def test_evidence_opens_after_two_years_under_a_new_key(w: World, tmp_path: Path) -> None:
    """Byte for byte what the gateway sent, after 25 months of a running worker and a rotated secret."""
    body = notification()
    await keeps(w)
    await hears(w, said(raw=body))
    for _ in range(25):
        w.clock.forward(31 * DAY_MS)
        await ask_due(w.engine)
        await tell_due(w.engine)
    rotated = Seal((Secret("a newer key for tests, 32 characters"), Secret("a key for tests, at least 32 characters")))
    assert rotated != SEAL
    later = open_sqlite(tmp_path / "wasl.db", rotated, describe)
    try:
        assert await later.raw_evidence(STORE, PAYMENT) == [body]
    finally:
        await later.close()
    assert body not in (tmp_path / "wasl.db").read_bytes()


@pytest.mark.requirement("R44", "R3")
async def test_every_further_voice_is_kept_with_its_own_bytes(w: World) -> None:
    """Callback and query of one fact are two pieces; a body said again by the same voice is counted."""
    await keeps(w)
    once = said(raw=b'{"from":"callback"}')
    known = await hears(w, once, once, replace(said(raw=b'{"from":"query"}'), voice=once.voice.QUERY))
    assert [piece.heard for piece in known.evidence] == [2, 1]
    assert await w.engine.ledger.raw_evidence(STORE, PAYMENT) == [b'{"from":"callback"}', b'{"from":"query"}']
