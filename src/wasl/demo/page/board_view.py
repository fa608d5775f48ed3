"""What the board shows of one order: a headline, three opinions side by side, and the story in lanes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from wasl.demo.page.timeline import Event, Lane, OrderView, Sides, Tone, timeline

EVENTS_MAX: Final = 120  # the latest ones; a story longer than this is told in the shop's log
_PAID_STATUSES: Final = frozenset({"P", "C", "O"})
_MONEY_STATES: Final = frozenset({"paid", "partially_captured", "partially_refunded"})
_SAD_STATES: Final = frozenset({"failed", "canceled", "expired", "voided"})
_CLEAN: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """Where one of the three sees the order: a word of *group* in the catalogue, and a small fact beside it."""

    lane: Lane
    group: str
    word: str
    fact: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One event, and how long after the order was placed it happened: `+1.4` seconds, `+2:05` minutes."""

    event: Event
    offset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """The board. `headline` names a text; `proof` is the voice that proved the money first, empty before."""

    order_id: str
    amount: str
    currency: str
    headline: str
    tone: Tone
    proof: str
    delay: str
    reference: str
    opinions: Sequence[Opinion]
    rows: Sequence[Row]
    silent: Sequence[str]


def board_view(order: OrderView, sides: Sides) -> BoardView:
    """Both sides of *order*, ready to be shown. Pure."""
    headline, tone = _headline(order, sides)
    payment = sides.payment
    start = datetime.fromisoformat(order["log"][0]["at"] if order["log"] else order["placed_at"])
    events = timeline(order, sides)[-EVENTS_MAX:]
    return BoardView(
        order_id=order["order_id"],
        amount=order["amount"],
        currency=order["currency"],
        headline=headline,
        tone=tone,
        proof=first_proof(sides),
        delay=_delay(order, sides),
        reference=payment.instructions.reference if payment and payment.instructions else "",
        opinions=(_of_gateway(sides), _of_wasl(sides), _of_shop(order)),
        rows=[Row(event=event, offset=_offset(start, event.at)) for event in events],
        silent=sides.silent,
    )


def first_proof(sides: Sides) -> str:
    """The voice that first proved the money of this payment, or first proved that none came; empty before."""
    for role in ("takes", "ended"):
        proofs = [piece for piece in sides.pieces if piece.proved and piece.role == role]
        if proofs:
            return min(proofs, key=lambda piece: datetime.fromisoformat(piece.first_heard_at)).voice
    return ""


def _headline(order: OrderView, sides: Sides) -> tuple[str, Tone]:
    """The one place that decides what the board says first; the gravest news goes before."""
    status = order["status"]
    state = sides.payment.state if sides.payment else "open"
    if sides.payment is not None and sides.payment.concern != _CLEAN:
        return "headline.concern", Tone.BAD
    if status == "B":
        return "headline.backordered", Tone.DOUBT
    if state in _MONEY_STATES and status in _PAID_STATUSES:
        return "headline.paid", Tone.GOOD
    if state in _MONEY_STATES and order["by_hand"]:
        return "headline.by_hand", Tone.BAD
    if state in _MONEY_STATES or any(one.type == "Sale" and one.status == "A" for one in sides.transactions):
        return "headline.money_is_in", Tone.DOUBT
    if state in ("pending", "held", *_SAD_STATES):
        return f"headline.{state}", Tone.DOUBT if state in ("pending", "held") else Tone.BAD
    return "headline.waiting", Tone.PLAIN


def _of_gateway(sides: Sides) -> Opinion:
    told = [one for one in sides.transactions if one.status]
    if not told:
        word, tone, fact = ("page_open", Tone.PLAIN, "") if sides.transactions else ("nothing", Tone.PLAIN, "")
    else:
        best = next((one for one in told if one.status == "A"), told[-1])
        tone = {"A": Tone.GOOD, "P": Tone.DOUBT, "H": Tone.DOUBT}.get(best.status, Tone.BAD)
        word, fact = best.status, best.tran_ref
    return Opinion(lane=Lane.GATEWAY, group="letter", word=word, fact=fact, tone=tone)


def _of_wasl(sides: Sides) -> Opinion:
    payment = sides.payment
    if payment is None:
        return Opinion(lane=Lane.WASL, group="letter", word="nothing", fact="", tone=Tone.PLAIN)
    tone = {**dict.fromkeys(_MONEY_STATES, Tone.GOOD), **dict.fromkeys(_SAD_STATES, Tone.BAD), "open": Tone.PLAIN}
    fact = f"v{payment.version}"
    return Opinion(
        lane=Lane.WASL, group="state", word=payment.state, fact=fact, tone=tone.get(payment.state, Tone.DOUBT)
    )


def _of_shop(order: OrderView) -> Opinion:
    status = order["status"]
    tone = Tone.GOOD if status in _PAID_STATUSES else {"N": Tone.PLAIN, "B": Tone.DOUBT}.get(status, Tone.BAD)
    return Opinion(lane=Lane.SHOP, group="status", word=status, fact=status, tone=tone)


def _delay(order: OrderView, sides: Sides) -> str:
    """Seconds from the gateway's yes to the order's new status, `0.4`; empty before, or if clocks disagree."""
    paid = [one.decided_at for one in sides.transactions if one.type == "Sale" and one.status == "A" and one.decided_at]
    known = [
        entry["at"]
        for entry in order["log"]
        if entry["event"] == "status" and entry["details"]["after"] in _PAID_STATUSES
    ]
    if not paid or not known:
        return ""
    seconds = (datetime.fromisoformat(known[0]) - datetime.fromisoformat(min(paid))).total_seconds()
    return f"{seconds:.1f}" if seconds >= 0 else ""


def _offset(start: datetime, at: datetime) -> str:
    seconds = max(0.0, (at - start).total_seconds())
    minutes, rest = divmod(int(seconds), 60)
    return f"+{seconds:.1f}" if not minutes else f"+{minutes}:{rest:02d}"
