"""Identifiers from a seed, in the shapes of the real ones."""

import base64
import random

from wasl.domain.operation import OperationId
from wasl.domain.payment import PaymentId
from wasl.domain.secret import Secret
from wasl.domain.store import SIGNING_PREFIX, StoreId
from wasl.domain.time import Instant


class SeededChance:
    """Implements `engine.ports.Chance`. Every name is drawn, so nothing is guessable by counting here either."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def token(self) -> str:
        """See the port."""
        return f"{self._chance.getrandbits(144):036x}"

    def payment_id(self, now: Instant) -> PaymentId:
        """See the port."""
        return PaymentId(f"pay_{now:013d}{self._chance.getrandbits(64):016x}")

    def store_id(self) -> StoreId:
        """See the port."""
        return StoreId(f"st_{self._chance.getrandbits(60):015x}")

    def operation_id(self) -> OperationId:
        """See the port."""
        return OperationId(f"op_{self._chance.getrandbits(80):020x}")

    def api_key(self) -> Secret:
        """See the port."""
        return Secret(f"wasl_{self._chance.getrandbits(256):064x}")

    def signing_secret(self) -> Secret:
        """See the port."""
        return Secret(SIGNING_PREFIX + base64.b64encode(self._chance.randbytes(32)).decode())

    def jitter(self) -> float:
        """See the port."""
        return self._chance.random()
