"""Attacks on the service's process over real sockets, on either database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from attack.site import Client, Site, open_site


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """A running service on SQLite."""
    async with open_site(tmp_path) as opened:
        await opened.service.start()
        yield opened


@pytest.fixture(params=["sqlite", "postgres"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    """A running service, once on each database."""
    url: str = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    async with open_site(tmp_path, url) as opened:
        await opened.service.start()
        yield opened


@pytest.fixture
async def client(site: Site) -> Client:
    """A store on SQLite."""
    return await site.connect()
