"""Shops for these tests, each with a folder and a port of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from unit.stores.cs_cart_addon.shop import Shop, open_shop


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """CS-Cart in riyals."""
    async with open_shop(tmp_path / "shop") as running:
        yield running


@pytest.fixture
async def market(tmp_path: Path) -> AsyncIterator[Shop]:
    """Multi-Vendor, where an order over goods of several vendors is a parent with children."""
    async with open_shop(tmp_path / "market", edition="MULTIVENDOR") as running:
        yield running
