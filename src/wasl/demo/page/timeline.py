"""Both sides as one story: what the buyer did, what PayTabs and Wasl said, and what became of the order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from wasl.demo.gateway_control import GatewayTransaction, Notification
from wasl.demo.wasl_api import Payment, Piece


class Lane(StrEnum):
    """Whose doing an event is, in the order in which a payment passes them."""

    BUYER = "buyer"
    GATEWAY = "gateway"
    WASL = "wasl"
    SHOP = "shop"


class Tone(StrEnum):
    """How an event is to be taken."""

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"
    DOUBT = "doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. `text` names a text of the catalogue, `values` go into it."""

    at: datetime
    lane: Lane
    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What Wasl and the gateway know of one order. `silent` names who did not answer just now."""

    payment: Payment | None = None
    pieces: Sequence[Piece] = ()
    transactions: Sequence[GatewayTransaction] = ()
    silent: tuple[str, ...] = ()


OrderView = Mapping[str, Any]
"""An order as the shop shows it to programs: `order_id`, `status`, …, and its `log`."""

# Which lane an entry of the shop's log belongs to. What Wasl told and the shop answered are two sides of one call.
_LANE_OF_ACTOR: Final = {"buyer": Lane.BUYER, "shop": Lane.SHOP, "merchant": Lane.SHOP, "wasl": Lane.WASL}
_MONEY_STATUSES: Final = frozenset({"P", "C"})
_SAD_STATUSES: Final = frozenset({"F", "D", "I"})
_APPROVED: Final = "approved"
_SAD_VERDICTS: Final = frozenset({"declined", "error", "canceled", "expired"})
_SAD_STATES: Final = frozenset({"failed", "canceled", "expired", "voided"})


def timeline(order: OrderView, sides: Sides) -> tuple[Event, ...]:
    """Everything that happened around *order*, oldest first."""
    shop = list(_from_shop(order["log"]))
    # The gateway counts whole seconds: nothing of an order that it says was before the order was placed.
    begun = shop[0].at if shop else None
    gateway = (event for one in sides.transactions for event in _from_gateway(one))
    told = [
        *shop,
        *(replace(event, at=max(event.at, begun)) if begun else event for event in gateway),
        *(event for piece in sides.pieces for event in _from_piece(piece)),
        *(_from_conclusions(sides.payment) if sides.payment else ()),
    ]
    return tuple(sorted(told, key=lambda event: event.at))


def _from_shop(log: Iterable[Mapping[str, Any]]) -> Iterator[Event]:
    for entry in log:
        details: dict[str, str] = dict(entry["details"])
        if entry["event"] == "answered" and details["result"] == "changed":
            continue  # the change of status right before it says the same
        yield Event(
            at=_moment(entry["at"]),
            lane=_LANE_OF_ACTOR[entry["actor"]],
            text=f"shop.{entry['event']}" + (".by_hand" if entry["actor"] == "merchant" else ""),
            values=details,
            tone=_tone_of_shop(entry["event"], details),
        )


def _tone_of_shop(event: str, details: Mapping[str, str]) -> Tone:
    if event == "status":
        if details["after"] in _MONEY_STATUSES:
            return Tone.GOOD
        return Tone.BAD if details["after"] in _SAD_STATUSES else Tone.DOUBT
    if event in ("out_of_service", "caller_gone", "start_failed") or details.get("result") == "refused":
        return Tone.BAD
    return Tone.DOUBT if event == "returned" and not details["state"] else Tone.PLAIN


def _from_gateway(one: GatewayTransaction) -> Iterator[Event]:
    opened, decided = one.opened_at, one.decided_at
    if opened:
        yield Event(at=_moment(opened), lane=Lane.GATEWAY, text="gateway.opened", values={"ref": one.tran_ref})
    if decided:
        tone = {"A": Tone.GOOD, "P": Tone.DOUBT, "H": Tone.DOUBT}.get(one.status, Tone.BAD)
        values = {"letter": one.status, "code": one.code, "ref": one.tran_ref}
        text = "gateway.decided.code" if one.code else "gateway.decided"
        yield Event(at=_moment(decided), lane=Lane.GATEWAY, text=text, values=values, tone=tone)
    for delivery in one.deliveries:
        yield from _from_delivery(delivery)


def _from_delivery(delivery: Notification) -> Iterator[Event]:
    values = {"channel": delivery.channel}
    if delivery.state == "lost":
        yield Event(
            at=_moment(delivery.created_at), lane=Lane.GATEWAY, text="gateway.lost", values=values, tone=Tone.BAD
        )
    for attempt in delivery.attempts:
        yield Event(
            at=_moment(attempt.at),
            lane=Lane.GATEWAY,
            text="gateway.sent" if attempt.answer else "gateway.unanswered",
            values={**values, "answer": attempt.answer},
            tone=Tone.PLAIN if attempt.answer.startswith("2") else Tone.BAD,
        )


def _from_piece(piece: Piece) -> Iterator[Event]:
    values = {
        "voice": piece.voice,
        "kind": piece.kind,
        "verdict": piece.status,
        "amount": piece.amount or "",
        "currency": piece.currency or "",
        "heard": str(piece.heard),
    }
    tone = Tone.DOUBT
    if piece.proved:
        tone = Tone.GOOD if piece.status == _APPROVED else Tone.BAD if piece.status in _SAD_VERDICTS else Tone.DOUBT
    text = "wasl.heard.claim"
    if piece.proved:
        text = "wasl.heard.proof" if piece.amount else "wasl.heard.no_amount"
    yield Event(at=_moment(piece.first_heard_at), lane=Lane.WASL, text=text, values=values, tone=tone)
    if piece.heard > 1 and piece.last_heard_at:
        yield Event(at=_moment(piece.last_heard_at), lane=Lane.WASL, text="wasl.heard.again", values=values)


def _from_conclusions(payment: Payment) -> Iterator[Event]:
    for delivery in payment.deliveries:
        if delivery.state == "open" and delivery.concern == "none":
            continue  # that a payment is awaited is no conclusion
        tone = Tone.GOOD if delivery.state == "paid" else Tone.BAD if delivery.state in _SAD_STATES else Tone.DOUBT
        values = {"state": delivery.state, "concern": delivery.concern}
        text = "wasl.concluded" if delivery.concern == "none" else "wasl.concluded.concern"
        yield Event(at=_moment(delivery.created_at), lane=Lane.WASL, text=text, values=values, tone=tone)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
