"""What may go wrong by chance: messages lost, doubled, late, overtaken or damaged, answers that never come."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

DELAY_S_MAX: Final = 7 * 86_400
REORDER_S_MAX: Final = 30.0

Probability = Annotated[float, Meta(ge=0, le=1)]
Delay = Annotated[float, Meta(ge=0, le=DELAY_S_MAX)]


class DeliveryFaults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often a callback or IPN goes wrong, and between which two numbers of seconds it is late.

    `drop` loses a message with all its retries, `duplicate` sends a second copy, `reorder` holds one back until the
    next has overtaken it (at most 30 s), `corrupt` damages one attempt after it was signed.
    """

    drop: Probability = 0
    duplicate: Probability = 0
    delay_s: tuple[Delay, Delay] = (0, 0)
    reorder: Probability = 0
    corrupt: Probability = 0


class QueryFaults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often a query is answered with an error, never answered, or answered as things stood a minute ago."""

    error: Probability = 0
    timeout: Probability = 0
    stale: Probability = 0


class RequestFaults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often a request is done but its answer lost, or answered with an error and not done."""

    lost_answer: Probability = 0
    error: Probability = 0


class Faults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that may go wrong; nothing does by default."""

    callback: DeliveryFaults = DeliveryFaults()
    ipn: DeliveryFaults = DeliveryFaults()
    query: QueryFaults = QueryFaults()
    request: RequestFaults = RequestFaults()

    def of(self, channel: str) -> DeliveryFaults:
        """Those of one channel: `callback` or `ipn`."""
        return self.ipn if channel == "ipn" else self.callback


def read_faults(given: Any) -> Faults:
    """Faults from their JSON value; raises msgspec.ValidationError naming what is wrong."""
    return msgspec.convert(given, Faults)
