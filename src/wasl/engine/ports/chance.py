"""Time and chance."""

from typing import Protocol

from wasl.domain.operation import OperationId
from wasl.domain.payment import PaymentId
from wasl.domain.secret import Secret
from wasl.domain.store import StoreId
from wasl.domain.time import Instant


class Clock(Protocol):
    """The present."""

    def now(self) -> Instant:
        """Now."""
        ...


class Chance(Protocol):
    """Identifiers nobody can guess, and jitter."""

    def token(self) -> str:
        """At least 128 random bits, safe in a URL."""
        ...

    def payment_id(self, now: Instant) -> PaymentId:
        """A new identifier that sorts by time of creation."""
        ...

    def store_id(self) -> StoreId:
        """A new, short identifier, safe in a URL."""
        ...

    def operation_id(self) -> OperationId:
        """`op_` and letters and digits: goes to the gateway, and back."""
        ...

    def api_key(self) -> Secret:
        """A new key with at least 256 random bits."""
        ...

    def signing_secret(self) -> Secret:
        """A new `whsec_…` text with 256 random bits."""
        ...

    def jitter(self) -> float:
        """A number in [0, 1)."""
        ...
