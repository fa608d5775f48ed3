"""What each order must be, told from the gateway's own books: written from the design, without the fold.

The fold judges a set of statements. This keeps accounts instead: every ruling of the gateway is an entry, in the order
in which it happened, and the balances at the end say what is true.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

SECOND_MS: Final = 1_000
UNKNOWN: Final = frozenset({"400", "401"})  # the bank did not answer
TAKING: Final = frozenset({"Sale", "Capture"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One ruling of the gateway. `letter` is its status, `minor` the money it is about, `page` the attempt's number."""

    at_ms: int
    ref: str
    previous_ref: str
    kind: str
    letter: str
    code: str
    minor: int
    currency: str
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One attempt: what it was opened over, and how Wasl recorded its end: a reason and when, empty if it did not."""

    number: int
    minor: int
    currency: str
    closed: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What an order must be. `doubtful` are concerns that hang on one second of two clocks and may go either way."""

    state: str
    concerns: frozenset[str]
    paid: int
    refunded: int
    stray: bool
    doubtful: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Books:
    """The accounts of one order."""

    taken: dict[str, int] = field(default_factory=dict)
    reserved: dict[str, int] = field(default_factory=dict)
    back: dict[str, int] = field(default_factory=dict)
    taken_at: dict[str, tuple[int, int]] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    ended: dict[int, dict[str, str]] = field(default_factory=dict)
    strays: dict[str, str] = field(default_factory=dict)
    odd_captures: set[str] = field(default_factory=set)
    root: dict[str, str] = field(default_factory=dict)
    let_go: bool = False

    def enter(self, entry: Entry, *, fits: bool) -> None:
        """Book one ruling. Later rulings about one reference take the place of earlier ones."""
        for shelf in (self.held, self.waiting, self.unknown):
            shelf.pop(entry.ref, None)
        self.ended.get(entry.page, {}).pop(entry.ref, None)
        if entry.letter == "A":
            self._approved(entry, fits=fits)
        elif entry.letter == "H":
            self._or_stray(entry, self.held, fits=fits)
        elif entry.letter == "V":
            self.reserved[entry.ref] = 0
            self.strays.pop(entry.ref, None)
            self.taken_at.setdefault(entry.ref, (entry.page, entry.at_ms))
            self.let_go = True
        elif entry.kind in ("Refund", "Capture", "Void", "Release"):
            return  # under way, or refused: it stands beside the state
        elif entry.letter == "P":
            self.waiting[entry.ref] = entry.page
        elif entry.letter == "E" and entry.code in UNKNOWN:
            self.unknown[entry.ref] = entry.page
        else:
            self.waiting.pop(entry.previous_ref, None)
            self.ended.setdefault(entry.page, {})[entry.ref] = entry.letter

    def _or_stray(self, entry: Entry, shelf: dict[str, int], *, fits: bool) -> None:
        if fits:
            shelf[entry.ref] = entry.page
        else:
            self.stray(entry)

    def stray(self, entry: Entry) -> None:
        """Money that fits nothing, in whatever currency it is."""
        self.strays[entry.ref] = entry.currency
        if entry.kind == "Capture":
            self.odd_captures.add(entry.ref)

    def _approved(self, entry: Entry, *, fits: bool) -> None:
        target = entry.previous_ref
        if entry.kind in TAKING or entry.kind == "Auth":
            self.waiting.pop(target, None)
            root = target if entry.kind == "Capture" else entry.ref
            if not fits:
                self.stray(entry)
                return
            # A capture is as late as the authorisation it takes from: the buyer paid then.
            self.taken_at[entry.ref] = self.taken_at.get(root, (entry.page, entry.at_ms))
            if entry.kind == "Auth":
                self.reserved[entry.ref] = entry.minor
                return
            self.taken[entry.ref], self.root[entry.ref] = entry.minor, root
            if entry.kind == "Capture":
                self.reserved[root] = self.reserved.get(root, 0) - entry.minor
        elif entry.kind == "Refund":
            self.back[target] = self.back.get(target, 0) + entry.minor
        elif entry.kind in ("Void", "Release"):
            self.reserved[target] = max(0, self.reserved.get(target, 0) - entry.minor)
            self.let_go = self.let_go or target not in self.strays

    def bound(self) -> frozenset[str]:
        """What keeps a buyer's money: captures of one authorisation keep it together."""
        kept: dict[str, int] = {}
        for ref, minor in self.taken.items():
            kept[self.root[ref]] = kept.get(self.root[ref], 0) + minor - self.back.get(ref, 0)
        taking = {ref for ref in self.taken if kept[self.root[ref]] > 0}
        return frozenset(taking | {ref for ref, minor in self.reserved.items() if minor > 0})


def judge(
    amount: int,
    currency: str,
    sheets: Sequence[Sheet],
    entries: Iterable[Entry],
    decided: Collection[tuple[str, str]] = (),
) -> Truth:
    """What the order over *amount* minor units of *currency* must be, after all *entries* were made in their order.

    *decided* are the cases that a person has closed, each with one of its transactions.
    """
    books = _Books()
    over = {sheet.number: sheet.minor if sheet.currency == currency else -1 for sheet in sheets}
    for entry in sorted(entries, key=lambda e: (e.at_ms, e.ref)):
        whole = entry.minor == over[entry.page] or entry.kind in ("Capture", "Refund", "Void", "Release")
        books.enter(entry, fits=whole and over[entry.page] == amount)
    taken, back = sum(books.taken.values()), sum(books.back.get(ref, 0) for ref in books.taken)
    kept, live = taken - back, sum(books.reserved.values())
    late, maybe = _late(books, sheets)
    raised = {
        "paid_twice": books.bound() if kept + live > amount else frozenset(),
        "paid_late": late,
        "amount_mismatch": frozenset(ref for ref, found in books.strays.items() if found == currency),
        "currency_mismatch": frozenset(ref for ref, found in books.strays.items() if found != currency),
    }
    open_cases = {case: [ref for ref in refs if (case, ref) not in decided] for case, refs in raised.items()}
    for case in ("amount_mismatch", "currency_mismatch"):
        for ref in raised[case] - set(open_cases[case]):
            del books.strays[ref]  # a person has decided about it: it keeps nothing open any more
    return Truth(
        state=_state(books, sheets, amount, taken=taken, kept=kept, live=live),
        concerns=frozenset(case for case, refs in open_cases.items() if refs),
        paid=taken,
        refunded=back,
        stray=bool(books.strays),
        doubtful=frozenset({"paid_late"}) if maybe else frozenset(),
    )


def _state(books: _Books, sheets: Sequence[Sheet], amount: int, *, taken: int, kept: int, live: int) -> str:
    if taken:
        if kept <= 0:
            return "refunded"
        if kept >= amount:
            return "paid"
        return "partially_refunded" if kept < taken else "partially_captured"
    if live:
        return "authorized"
    if books.held:
        return "held"
    closed = {sheet.number for sheet in sheets if sheet.closed}
    if any(page not in closed for page in books.waiting.values()):
        return "pending"
    if books.strays.keys() - books.odd_captures or any(_is_open(books, sheet) for sheet in sheets) or not sheets:
        return "open"
    return "voided" if books.let_go else _ending(books, max(sheets, key=lambda sheet: sheet.number))


def _is_open(books: _Books, sheet: Sheet) -> bool:
    """Whether money may still come on this page."""
    if sheet.closed:
        return False
    reserved = any(page == sheet.number for page, _ in books.taken_at.values())
    return not reserved and (not books.ended.get(sheet.number) or sheet.number in books.unknown.values())


def _ending(books: _Books, last: Sheet) -> str:
    letters = set(books.ended.get(last.number, {}).values())
    if letters & {"D", "E"}:
        return "failed"
    if "C" in letters:
        return "canceled"
    return "expired" if "X" in letters or set(last.closed) == {"expired"} else "canceled"


def _late(books: _Books, sheets: Sequence[Sheet]) -> tuple[frozenset[str], bool]:
    """What is still bound and came after its page was closed; and whether a second's rounding decides."""
    closed = {sheet.number: min(sheet.closed.values()) for sheet in sheets if sheet.closed}
    bound, late, maybe = books.bound(), set[str](), False
    for ref, (page, at_ms) in books.taken_at.items():
        if page not in closed or ref not in bound:
            continue
        if abs(at_ms - closed[page]) <= SECOND_MS:
            maybe = True
        if at_ms > closed[page]:
            late.add(ref)
    return frozenset(late), maybe
