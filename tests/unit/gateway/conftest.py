"""What the gateway's tests may ask for."""

from collections.abc import AsyncIterator

import pytest

from unit.gateway.desk import Desk, serving


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A scripted gateway on a real socket."""
    async with serving() as desk:
        yield desk
