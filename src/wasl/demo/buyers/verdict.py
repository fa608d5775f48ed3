"""Whether an order is right: only if the shop, Wasl and the gateway all say what was expected beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from wasl.demo.buyers.buyer import Buyer
from wasl.demo.buyers.world import Expected
from wasl.demo.gateway_control import GatewayTransaction
from wasl.demo.page.board import transactions_of
from wasl.demo.page.board_view import first_proof
from wasl.demo.page.timeline import Sides
from wasl.demo.wasl_api import Payment, Piece

_TAKES: Final = frozenset({"sale", "capture"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All three sides of one order at one moment."""

    order: dict[str, Any]
    payment: Payment
    pieces: Sequence[Piece]
    transactions: Sequence[GatewayTransaction]

    @property
    def proof(self) -> str:
        """The voice that proved it first."""
        return first_proof(Sides(payment=self.payment, pieces=self.pieces))

    @property
    def gateway(self) -> str:
        """What the gateway knows, in a few words."""
        decided = [f"{one.type} {one.status}" for one in self.transactions if one.status]
        return ", ".join(decided) or "no payment"

    def seconds_since(self, acted_at: float, status: str) -> float | None:
        """From the buyer's act (Unix time) to the last time the shop itself made the order *status*; None if never.

        The shop's log counts whole milliseconds, so what happened within one took no time.
        """
        log = (entry for entry in self.order["log"] if entry["event"] == "status" and entry["actor"] == "shop")
        changes = [datetime.fromisoformat(entry["at"]) for entry in log if entry["details"]["after"] == status]
        return max(0.0, changes[-1].timestamp() - acted_at) if changes and acted_at else None


async def look(buyer: Buyer) -> Seen:
    """Ask all three. Raises what the clients raise."""
    payment = await buyer.payment()
    return Seen(
        order=await buyer.order(),
        payment=payment,
        pieces=await buyer.wasl.evidence(payment.id),
        transactions=await transactions_of(payment, buyer.gateway),
    )


def fault(seen: Seen, expected: Expected) -> str:
    """The first thing that is not as expected, in a sentence; empty if all three are right."""
    order, payment = seen.order, seen.payment
    taken = [one for one in seen.transactions if one.status == "A" and one.type.lower() in _TAKES]
    callbacks = max((piece.heard for piece in seen.pieces if piece.voice == "callback"), default=0)
    checks = (
        (order["status"] == expected.status, f"the order is {order['status']}, not {expected.status}"),
        (payment.state == expected.state, f"Wasl says {payment.state}, not {expected.state}"),
        (payment.concern == "none", f"Wasl is concerned: {payment.concern}"),
        (len(taken) == expected.taken, f"the gateway took money {len(taken)} times"),
        (all(_is_whole(one, order) for one in taken), "the gateway took another amount than the order's"),
        ((payment.paid == order["amount"]) == expected.taken, f"Wasl counts {payment.paid} of {order['amount']}"),
        (not expected.voices or seen.proof in expected.voices, f"the first proof was {seen.proof or 'none'}"),
        (callbacks >= expected.callbacks_min, f"the callback was heard {callbacks} times"),
    )
    return next((sentence for holds, sentence in checks if not holds), "")


def _is_whole(one: GatewayTransaction, order: dict[str, Any]) -> bool:
    return (one.amount, one.currency) == (order["amount"], order["currency"])
