"""Facts as tests state them, and what a history of them is expected to prove."""

from dataclasses import dataclass
from typing import Final

from builders import NOON, PRICE, SAR, attempt, fact
from wasl.domain.evidence import CartId, Closing, ClosingReason, Fact, Kind, TranRef, Verdict
from wasl.domain.money import Currency, Money
from wasl.domain.outcome import Concern, State
from wasl.domain.payment import Attempt
from wasl.domain.time import MINUTE_MS, Instant

HALF: Final = Money(2895, SAR)
TENTH: Final = Money(579, SAR)
KWD: Final = Currency.of("KWD")
SECOND_CART: Final = CartId("t-1042-2")
BOTH_PAGES: Final = (attempt(), attempt(2))
LATER: Final = Instant(NOON + 31 * MINUTE_MS)


def refund(ref: str, of: str = "TST1", money: Money = PRICE, **changes: object) -> Fact:
    """Money given back."""
    values: dict[str, object] = {"kind": Kind.REFUND, "previous_ref": TranRef(of), "amount": money, "moved": money}
    return fact(ref, **{**values, **changes})


def auth(ref: str = "TST1", **changes: object) -> Fact:
    """Money reserved, not taken."""
    return fact(ref, **{"kind": Kind.AUTH, **changes})


def hold(ref: str = "TST1", **changes: object) -> Fact:
    """A sale that risk rules turned into a held authorisation."""
    return auth(ref, **{"verdict": Verdict.HELD, **changes})


def capture(ref: str, money: Money = PRICE, of: str = "TST1", **changes: object) -> Fact:
    """Part or all of a reservation taken."""
    values: dict[str, object] = {"kind": Kind.CAPTURE, "previous_ref": TranRef(of), "amount": money, "moved": money}
    return fact(ref, **{**values, **changes})


def released(ref: str, money: Money = PRICE, kind: Kind = Kind.VOID, of: str = "TST1", **changes: object) -> Fact:
    """Part or all of a reservation let go, or a taking undone."""
    values: dict[str, object] = {"kind": kind, "previous_ref": TranRef(of), "amount": money, "moved": money}
    return fact(ref, **{**values, **changes})


def number(ref: str = "TST1", **changes: object) -> Fact:
    """A deferred method's number to quote, not paid yet."""
    values: dict[str, object] = {"kind": Kind.PAYMENT_REQUEST, "verdict": Verdict.PENDING, "code": "234320012565"}
    return fact(ref, **{**values, **changes})


def second(ref: str = "TST2", **changes: object) -> Fact:
    """Something on the second page."""
    return fact(ref, **{"cart_id": SECOND_CART, **changes})


def closed(number_: int = 1, reason: ClosingReason = ClosingReason.EXPIRED) -> Closing:
    """An attempt that Wasl called over, half an hour after it began."""
    return Closing(attempt=number_, reason=reason, at=Instant(NOON + 30 * MINUTE_MS))


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was heard, in no particular order, and what it proves. Money is in minor units of the order's currency."""

    facts: tuple[Fact, ...]
    state: State
    concerns: tuple[Concern, ...] = ()
    captured: int = 0
    refunded: int = 0
    authorized: int = 0
    unmatched: tuple[Money, ...] = ()
    attempts: tuple[Attempt, ...] = (attempt(),)
    closings: tuple[Closing, ...] = ()


def proves(*facts: Fact, state: State, concern: Concern | None = None, **changes: object) -> History:
    """A history with at most one concern."""
    values: dict[str, object] = {"facts": facts, "state": state, "concerns": (concern,) if concern else (), **changes}
    return History(**values)  # type: ignore[arg-type]  # the catalogue below names fields, and the class checks them


def paid(*facts: Fact, concern: Concern | None = None, **changes: object) -> History:
    """A history that pays the order once."""
    return proves(*facts, state=State.PAID, concern=concern, **{"captured": PRICE.minor, **changes})


FULL: Final = PRICE.minor
PART: Final = HALF.minor
