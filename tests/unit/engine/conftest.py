"""The engine's tests run on the real embedded database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from builders import PAYMENT, STORE, payment
from conftest import SEAL, describe
from wasl.domain.evidence import Evidence
from wasl.domain.payment import Payment
from wasl.domain.revise import heard, revise
from wasl.engine.ports import ByPayment
from wasl.ledger.open import open_sqlite
from worlds import World, world


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    """A world with one store."""
    ledger = open_sqlite(tmp_path / "wasl.db", SEAL, describe)
    yield await world(ledger)
    await ledger.close()


async def keeps(w: World, made: Payment | None = None) -> Payment:
    """A payment in the ledger; with one live page unless told otherwise."""
    kept = revise(made or payment(), now=w.clock.now())
    await w.engine.ledger.amend(ByPayment(kept.store_id, kept.payment_id), lambda _: kept)
    return kept


async def hears(w: World, *pieces: Evidence) -> Payment:
    """The payment `pay_test` once it has heard more."""
    now = w.clock.now()

    def change(current: Payment | None) -> Payment | None:
        for piece in pieces:
            current = current and heard(current, piece)
        return current and revise(current, now=now)

    told = await w.engine.ledger.amend(ByPayment(STORE, PAYMENT), change)
    assert told is not None
    return told
