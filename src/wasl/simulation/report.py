"""What a run found, as one JSON document and for people."""

import hashlib
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from wasl.simulation.run import History
from wasl.simulation.stage import Violation

LINES_SHOWN: Final = 120


@dataclass(slots=True, kw_only=True)
class Report:
    """Adds up the worlds of one run. `smallest` is the failing world made small."""

    seed: int
    payments: int
    faults_wanted: str
    lived: int = 0
    steps: int = 0
    mended: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    failing: History | None = None
    smallest: History | None = None
    _hash: Any = field(default_factory=hashlib.sha256)
    _began: float = field(default_factory=time.monotonic)

    def add(self, history: History) -> None:
        """One more world."""
        self.lived += len(history.orders)
        self.steps += history.steps
        self.mended += history.mended
        self.faults += history.faults
        self.violations += history.violations
        self._hash.update(history.digest.encode())
        if history.violations:
            self.failing = history

    @property
    def replay(self) -> str:
        """The command that lives through the failing world again; empty if there is none."""
        if self.failing is None:
            return ""
        faults = "" if self.faults_wanted == "all" else f" --faults {self.faults_wanted}"
        return f"wasl simulate --seed {self.failing.seed} --payments {len(self.failing.orders)}{faults}"

    def as_json(self) -> dict[str, Any]:
        """The document of `--json`. Only `seconds` and `payments_per_second` differ between two runs of one seed."""
        seconds = time.monotonic() - self._began
        return {
            "seed": self.seed,
            "payments": self.lived,
            "steps": self.steps,
            "faults": dict(sorted(self.faults.items())),
            "mended_by_question": self.mended,
            "violations": [
                {"invariant": one.invariant, "sentence": one.sentence, "order_id": one.order_id, "at_s": one.at_s}
                for one in self.violations
            ],
            "replay": self.replay or None,
            "trace": self._trace(),
            "trace_hash": self._hash.hexdigest(),
            "seconds": round(seconds, 3),
            "payments_per_second": round(self.lived / seconds, 1) if seconds else 0.0,
        }

    def as_text(self) -> str:
        """The same for a terminal; of a violation, the smallest story that leads to it."""
        told = self.as_json()
        lines = [
            f"seed {self.seed}: {self.lived} payments in {self.steps} steps, {told['payments_per_second']} a second",
            f"trace {told['trace_hash']}",
            "faults: " + (", ".join(f"{kind} {count}" for kind, count in told["faults"].items()) or "none"),
        ]
        if not self.violations:
            return "\n".join([*lines, "no violation"])
        lines += [f"VIOLATED {one.invariant}: {one.sentence} (order {one.order_id})" for one in self.violations]
        return "\n".join([*lines, "", *self._trace(), "", f"again: {self.replay}"])

    def _trace(self) -> list[str]:
        found = self.smallest or self.failing
        if found is None:
            return []
        about = found.violations[0].order_id
        told = [str(line) for line in found.lines if line.about in ("", about) or not about]
        place = next((number for number, line in enumerate(told) if " VIOLATED " in line), len(told))
        return told[max(0, place - LINES_SHOWN) : place + 1]
