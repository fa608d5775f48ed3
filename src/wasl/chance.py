"""Identifiers nobody can guess, from the operating system's randomness."""

import base64
import random
import secrets
from typing import Final

from wasl.domain.operation import OperationId
from wasl.domain.payment import PaymentId
from wasl.domain.secret import Secret
from wasl.domain.store import SIGNING_PREFIX, StoreId
from wasl.domain.time import Instant

# Crockford's base 32 in lower case: sorts as its numbers do, and no two signs look alike.
_DIGITS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_DIGITS: Final = 9  # 45 bits of milliseconds: until the year 3084
_RANDOM_DIGITS: Final = 16


class SystemChance:
    """Implements `engine.ports.Chance`."""

    def token(self) -> str:
        """See the port."""
        return secrets.token_urlsafe(24)

    def payment_id(self, now: Instant) -> PaymentId:
        """See the port."""
        return PaymentId(f"pay_{_base32(now, _TIME_DIGITS)}{_random(_RANDOM_DIGITS)}")

    def store_id(self) -> StoreId:
        """See the port."""
        return StoreId(f"st_{_random(12)}")

    def operation_id(self) -> OperationId:
        """See the port."""
        return OperationId(f"op_{_random(20)}")

    def api_key(self) -> Secret:
        """See the port."""
        return Secret(f"wasl_{secrets.token_urlsafe(32)}")

    def signing_secret(self) -> Secret:
        """See the port."""
        return Secret(SIGNING_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode())

    def jitter(self) -> float:
        """See the port."""
        return random.random()


def _random(digits: int) -> str:
    return _base32(secrets.randbits(5 * digits), digits)


def _base32(value: int, digits: int) -> str:
    return "".join(_DIGITS[(value >> (5 * place)) & 31] for place in reversed(range(digits)))
