"""What happened, in order: a running hash that tells two runs apart, and lines for people."""

import hashlib
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

LINES_MAX: Final = 20_000


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened at `at_s`; `about` is the order it concerns, empty for what concerns all."""

    at_s: float
    who: str
    what: str
    about: str

    def __str__(self) -> str:
        hours, rest = divmod(self.at_s, 3600)
        return f"{int(hours):4d}:{int(rest // 60):02d}:{rest % 60:06.3f}  {self.who:8s} {self.what}"


@dataclass(slots=True)
class Trace:
    """Every step of one world. Only the last lines are kept; the hash is over all of them."""

    now_s: Callable[[], float]
    steps: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    lines: deque[Line] = field(default_factory=lambda: deque(maxlen=LINES_MAX))
    _hash: Any = field(default_factory=hashlib.sha256)

    def note(self, who: str, what: str, about: str = "") -> None:
        """One more step."""
        line = Line(round(self.now_s(), 3), who, what, about)
        self.steps += 1
        self.lines.append(line)
        self._hash.update(f"{line.at_s} {who} {what} {about}\n".encode())

    def fault(self, kind: str, about: str = "") -> None:
        """One more fault."""
        self.faults[kind] += 1
        self.note("fault", kind, about)

    @property
    def digest(self) -> str:
        """The hash of everything so far, in hex."""
        return str(self._hash.hexdigest())
