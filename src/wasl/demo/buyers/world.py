"""Where the buyers live: the addresses of all three, the store's key, and the switch of the service."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from wasl.domain.secret import Secret

PATIENCE_S: Final = 30.0
POLL_S: Final = 0.1
CONCURRENT_MAX: Final = 8

Switch = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A shop, Wasl and the gateway, each at its address.

    `kill_service` ends Wasl at once, as SIGKILL does; `start_service` returns when it answers again.
    """

    shop_url: str
    wasl_url: str
    gateway_url: str
    api_key: Secret = field(repr=False)
    kill_service: Switch
    start_service: Switch
    patience_s: float = PATIENCE_S
    concurrent_max: int = CONCURRENT_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an order must be at the end, stated before its buyer starts.

    `voices` are those of which one has to be the first proof; empty leaves it open. `callbacks_min` is how often the
    callback has to be heard.
    """

    status: str
    state: str
    taken: bool
    voices: frozenset[str] = frozenset()
    callbacks_min: int = 0
