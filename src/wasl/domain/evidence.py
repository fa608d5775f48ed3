"""What was stated about money, by whom, and what Wasl itself closed."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NewType

from wasl.domain.money import Money
from wasl.domain.time import Instant

TranRef = NewType("TranRef", str)
"""One transaction at the gateway."""

CartId = NewType("CartId", str)
"""One attempt, as the gateway knows it."""


class Voice(StrEnum):
    """Who spoke. Kept for explaining; never counted, or one sale heard twice would be two."""

    RETURN = "return"
    CALLBACK = "callback"
    IPN = "ipn"
    QUERY = "query"
    ANSWER = "answer"  # the gateway's own answer to an operation Wasl asked for


class Kind(StrEnum):
    """What a transaction is."""

    SALE = "sale"
    AUTH = "auth"
    CAPTURE = "capture"
    VOID = "void"
    RELEASE = "release"
    REFUND = "refund"
    REGISTER = "register"
    PAYMENT_REQUEST = "payment_request"
    UNSTATED = "unstated"  # the buyer's return does not say
    UNRECOGNIZED = "unrecognized"


class Verdict(StrEnum):
    """What became of a transaction, in the order in which statements about one transaction join."""

    UNRECOGNIZED = "unrecognized"
    PENDING = "pending"
    UNANSWERED = "unanswered"  # the bank did not answer: the card may have been charged
    HELD = "held"
    EXPIRED = "expired"
    CANCELED = "canceled"
    ERROR = "error"
    DECLINED = "declined"
    APPROVED = "approved"
    REVERSED = "reversed"


FOLLOW_UPS: Final = frozenset({Kind.CAPTURE, Kind.VOID, Kind.RELEASE, Kind.REFUND})
RANK: Final = {verdict: rank for rank, verdict in enumerate(Verdict)}
FAILED: Final = frozenset({Verdict.EXPIRED, Verdict.CANCELED, Verdict.ERROR, Verdict.DECLINED})
WAITING: Final = frozenset({Verdict.UNRECOGNIZED, Verdict.PENDING, Verdict.UNANSWERED, Verdict.HELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One statement about one transaction.

    `amount` is the cart's amount and currency; `moved` is the transaction's total, which a card discount may lower.
    Either is None where the speaker did not state it in a way that can be read exactly.
    `code` is the bank's code, or the number a buyer must quote for a deferred method. `operation` is the id of the
    operation that asked for this transaction, where its description carries one.
    """

    tran_ref: TranRef
    kind: Kind
    verdict: Verdict
    cart_id: CartId
    amount: Money | None
    moved: Money | None
    previous_ref: TranRef | None = None
    at: Instant | None = None
    code: str = ""
    message: str = ""
    method: str = ""
    operation: str = ""

    def same_as(self, other: "Fact") -> bool:
        """Whether both state the same; what the rest of a body says does not make a second fact."""
        return identity(self) == identity(other)


FactIdentity = tuple[str, Kind, Verdict, str, Money | None, Money | None]


def identity(fact: Fact) -> FactIdentity:
    """What makes a fact this fact."""
    return (fact.tran_ref, fact.kind, fact.verdict, fact.cart_id, fact.amount, fact.moved)


def _details(fact: Fact) -> tuple[TranRef | None, Instant | None, str, str, str, str]:
    """What is said of a fact beside what makes it this fact."""
    return (fact.previous_ref, fact.at, fact.code, fact.message, fact.method, fact.operation)


def merged(one: Fact, other: Fact) -> Fact:
    """One fact heard twice: where the details differ the greater stays, so that no order of hearing matters."""
    if _details(one) == _details(other):
        return one
    return replace(
        one,
        previous_ref=max((ref for ref in (one.previous_ref, other.previous_ref) if ref is not None), default=None),
        at=max((t for t in (one.at, other.at) if t is not None), default=None),
        code=max(one.code, other.code),
        message=max(one.message, other.message),
        method=max(one.method, other.method),
        operation=max(one.operation, other.operation),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A fact as one voice stated it, authenticated for the store's profile. Minted by the gateway room only.

    `raw` holds the bytes it came in until the ledger has sealed them; evidence read back from the ledger carries none.
    """

    voice: Voice
    fact: Fact
    first_heard_at: Instant
    last_heard_at: Instant
    heard: int = 1
    raw: bytes = b""


class ClosingReason(StrEnum):
    """Why Wasl considers an attempt over although the gateway did not say so."""

    EXPIRED = "expired"  # its page's life ended, and a last query found nothing
    CANCELED_BY_STORE = "canceled_by_store"
    CANCELED_BY_MERCHANT = "canceled_by_merchant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A recorded, timed fact of ours about one attempt. Money after it is late, never lost."""

    attempt: int
    reason: ClosingReason
    at: Instant


class Ruling(StrEnum):
    """What a person decided about money that raised a concern."""

    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A person's word on some cases: recorded, with who and why. It closes them and proves no money.

    `causes` are the cases as they stood then, as `Outcome.causes` has them: another concern of the same transaction,
    or the same concern of another transaction, is a new case.
    """

    ruling: Ruling
    causes: tuple[str, ...]
    note: str
    by: str
    at: Instant
