"""How often something may be done for each of many: a token bucket per name, in this process."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from wasl.domain.time import SECOND_MS, Instant

NAMES_MAX: Final = 10_000


@dataclass(slots=True)
class Allowance:
    """`per_s` times a second for each name, with a burst. The names used longest ago are forgotten first."""

    per_s: float
    burst: int
    _used_until: "OrderedDict[str, float]" = field(default_factory=OrderedDict)

    def take(self, name: str, now: Instant) -> bool:
        """Whether it may be done once more for *name* now; if so, that is counted."""
        step_ms = SECOND_MS / self.per_s
        used = max(self._used_until.get(name, 0), now)
        if used - now > (self.burst + 1) * step_ms:
            used = now  # the clock was set back since then
        if used - now >= self.burst * step_ms:
            return False
        self._used_until[name] = used + step_ms
        self._used_until.move_to_end(name)
        while len(self._used_until) > NAMES_MAX:
            self._used_until.popitem(last=False)
        return True
