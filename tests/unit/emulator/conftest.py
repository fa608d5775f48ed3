"""What the emulator's tests may ask for."""

import pytest

from unit.emulator.merchant import Merchant


@pytest.fixture
def merchant() -> Merchant:
    """A merchant at a fresh emulator, at noon."""
    return Merchant()
