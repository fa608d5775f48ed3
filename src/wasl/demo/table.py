"""The table of the demonstration: one line per buyer, and the same as JSON."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final

from wasl.demo.buyers import Result

WIDTH_MAX: Final = 120
GAP: Final = "  "
_HEADS: Final = ("", "buyer", "gateway", "order", "Wasl", "proof", "seconds")
_WIDTHS: Final = (1, 46, 25, 13, 8, 8, 7)
_STATUS_NAMES: Final = {"P": "Processed", "F": "Failed", "N": "Incomplete", "B": "Backordered", "I": "Cancelled"}
# Isolates keep a right-to-left cell from pulling its neighbours along; they take no room.
_FIRST_STRONG, _POP = "\u2068", "\u2069"
_ELLIPSIS: Final = "…"
NONE: Final = "-"


def as_table(results: Sequence[Result]) -> str:
    """The table as text of at most 120 columns, wrong rows with their reason, and the sum at the end."""
    lines = [_line(_HEADS), _line("─" * width for width in _WIDTHS)]
    for result in results:
        lines.append(_line(_cells(result)))
        if not result.right:
            lines.append(_cut(f"     {result.reason}", WIDTH_MAX))
    right = sum(result.right for result in results)
    return "\n".join((*lines, "", f"{right} of {len(results)} orders are right."))


def as_document(results: Sequence[Result]) -> dict[str, Any]:
    """The same as one JSON-ready document."""
    rows = [{**asdict(result), "seconds": _rounded(result.seconds)} for result in results]
    return {"right": sum(result.right for result in results), "orders": len(results), "buyers": rows}


def columns(text: str) -> int:
    """How many columns of a terminal *text* takes: marks and directional signs none, wide signs two."""
    return sum(_columns_of(sign) for sign in text)


def _columns_of(sign: str) -> int:
    if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in ("W", "F") else 1


def _cells(result: Result) -> tuple[str, ...]:
    status = f"{result.status} {_STATUS_NAMES.get(result.status, '')}".strip()
    seconds = "" if result.seconds is None else f"{result.seconds:.2f}".rjust(_WIDTHS[-1])
    return (
        "✓" if result.right else "✗",
        result.did,
        result.gateway,
        status,
        result.state,
        result.proof or NONE,
        seconds or NONE.rjust(_WIDTHS[-1]),
    )


def _line(cells: Iterable[str]) -> str:
    return GAP.join(_padded(cell, width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def _padded(text: str, width: int) -> str:
    shown = _cut(text, width)
    isolated = f"{_FIRST_STRONG}{shown}{_POP}" if _is_right_to_left(shown) else shown
    return isolated + " " * (width - columns(shown))


def _cut(text: str, width: int) -> str:
    """At most *width* columns of *text*, an ellipsis standing for the rest."""
    if columns(text) <= width:
        return text
    kept = ""
    for sign in text:
        if columns(kept) + _columns_of(sign) > width - columns(_ELLIPSIS):
            break
        kept += sign
    return kept + _ELLIPSIS


def _is_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
