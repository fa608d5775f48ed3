"""The service is killed at any moment, again and again: what was answered 200 is there, and every order is right."""

from pathlib import Path
from typing import Final

import pytest

from attack.judge import Findings
from attack.killing import ASK_EVERY_S, FAULTS, kill_often
from attack.site import open_site

pytestmark = pytest.mark.timeout(360)
KILLS: Final = 20
# A question that a kill cuts off is repeated after two minutes, which is too long for a suite: here callbacks are late,
# doubled, overtaken and damaged, but they come. `make kills` loses them too.
COMING: Final = {**FAULTS, "callback": {**FAULTS["callback"], "drop": 0.0}}


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_what_was_answered_survives_a_kill(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Twenty kills under load: every 200 is evidence, every order is right here and in the shop, nothing is doubled."""
    url: str = request.getfixturevalue("postgres_url") if database == "postgres" else ""
    async with open_site(tmp_path, url, ask_every_s=ASK_EVERY_S) as site:
        await site.service.start()
        result = await kill_often(site, kills=KILLS, seed=1, faults=COMING)
    assert result.findings == Findings(lost=(), wrong=(), doubled=())
    assert not result.crashed
    assert result.answered > KILLS
    assert result.told > KILLS
