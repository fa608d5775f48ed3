"""No more questions per second than a profile is allowed: a token bucket, fair by order of asking."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from wasl.errors import GatewayUnavailable, Misconfigured

RATE_PER_S: Final = 5.0  # no limit is published (reference §1.1); this is a polite guess and a setting
BURST: Final = 5
WAIT_S_MAX: Final = 60.0


class Pace:
    """Lets *burst* questions through at once and *rate_per_s* from then on. One event loop; *clock* is monotonic."""

    def __init__(
        self,
        *,
        rate_per_s: float = RATE_PER_S,
        burst: int = BURST,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        if not rate_per_s > 0:
            raise Misconfigured("the number of questions per second to the gateway must be above 0")
        self._interval_s = 1 / rate_per_s
        self._burst_s = (burst - 1) * self._interval_s
        self._clock, self._sleep = clock, sleep
        self._next_at = clock() - self._burst_s

    async def turn(self) -> None:
        """Wait for this caller's turn; raises GatewayUnavailable at once if it would come after a minute."""
        now = self._clock()
        at = max(self._next_at, now - self._burst_s)
        wait_s = at - now
        if wait_s > WAIT_S_MAX:
            raise GatewayUnavailable("too many questions to the gateway are waiting", retry_after_s=wait_s)
        self._next_at = at + self._interval_s
        if wait_s > 0:
            await self._sleep(wait_s)
