"""What all the evidence proves about a payment: a state, concerns and amounts."""

from dataclasses import dataclass
from enum import StrEnum

from wasl.domain.evidence import TranRef
from wasl.domain.money import Money


class State(StrEnum):
    """Where a payment stands. Folded from evidence, never set."""

    OPEN = "open"
    PENDING = "pending"
    HELD = "held"
    AUTHORIZED = "authorized"
    PARTIALLY_CAPTURED = "partially_captured"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"


class Concern(StrEnum):
    """What a person should look at, gravest first."""

    CONTRADICTED = "contradicted"
    CURRENCY_MISMATCH = "currency_mismatch"
    AMOUNT_MISMATCH = "amount_mismatch"
    PAID_TWICE = "paid_twice"
    PAID_LATE = "paid_late"
    UNRECOGNIZED = "unrecognized"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructions:
    """What a buyer must quote to pay by a deferred method."""

    method: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The fold's answer. Two equal outcomes are one outcome: nothing is told twice.

    `captured` is C of the money law and what interfaces show as `paid`; `moved` is the same in money that really
    moved (a card discount lowers it) and guards refunds; `unmatched` is money that fits no attempt, per currency.
    `tran_ref` names the first transaction that took counted money. `causes` says which transactions raised each
    concern, as `concern ref ref…`: what an alert is sent for once, and what a decision closes.
    """

    state: State
    concerns: tuple[Concern, ...]
    captured: Money
    refunded: Money
    moved: Money
    authorized: Money
    unmatched: tuple[Money, ...] = ()
    instructions: Instructions | None = None
    tran_ref: TranRef | None = None
    causes: tuple[str, ...] = ()

    @property
    def concern(self) -> Concern:
        """The gravest concern, or NONE."""
        return self.concerns[0] if self.concerns else Concern.NONE
