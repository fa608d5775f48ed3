"""What a merchant asks the gateway to do with money after the payment: an intent, recorded before anybody is asked."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from wasl.domain.evidence import CartId, TranRef
from wasl.domain.money import Money
from wasl.domain.time import Instant

OperationId = NewType("OperationId", str)


class OperationKind(StrEnum):
    """What is to be done."""

    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"


class OperationState(StrEnum):
    """What is known of it. Folded like everything else; approved and refused come from evidence or the answer alone."""

    REQUESTED = "requested"  # recorded; the gateway has not been asked
    SUBMITTED = "submitted"  # the gateway was asked, once; nobody has seen an answer
    PENDING = "pending"  # accepted, and awaits a bank or PayTabs
    APPROVED = "approved"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # the answer is lost: it is asked about, and never sent again


class Reply(StrEnum):
    """What the gateway answered to the one time it was asked."""

    NONE = "none"
    STATED = "stated"  # a transaction of its own, `tran_ref`
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One intent. `target` is the transaction it acts on, `key` the asker's own name for it, so that a repeat is none.

    It may be submitted from `due_at` on: the gateway takes an equal request within two minutes for a repeat.
    `submitted_at` is set, durably, before the gateway is asked; whoever set it asks, and nobody ever again, unless the
    gateway itself says that it took the request for a repeat and did nothing. `repeats` counts that. `whole` says that
    all that was left was asked for, and not an amount.
    """

    operation_id: OperationId
    key: str
    kind: OperationKind
    amount: Money
    target: TranRef
    cart_id: CartId
    reason: str
    by: str
    requested_at: Instant
    due_at: Instant
    whole: bool = False
    submitted_at: Instant | None = None
    reply: Reply = Reply.NONE
    tran_ref: TranRef | None = None
    repeats: int = 0
    note: str = ""
