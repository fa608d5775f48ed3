"""An ordinary shop for every test that asks for one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from unit.demo.cs_cart.phpshop import Shop, php_shop


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """A CS-Cart shop with one storefront."""
    async with php_shop(tmp_path) as opened:
        yield opened
