"""What a bank, a buyer or the gateway can decide about a payment (PayTabs reference §7.2)."""

from types import MappingProxyType
from typing import Final

import msgspec


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """A `response_status` letter with its code and message. An empty code stands for a fresh authorisation code."""

    status: str
    code: str
    message: str


APPROVED: Final = Ruling(status="A", code="", message="Authorised")
HELD: Final = Ruling(status="H", code="", message="Authorised")
CANCELLED: Final = Ruling(status="C", code="321", message="Cancelled")
EXPIRED: Final = Ruling(status="X", code="355", message="Transaction expired")
VOIDED: Final = Ruling(status="V", code="", message="Voided")
WRONG_CVV: Final = Ruling(status="D", code="305", message="Card security code (CVV) mismatch")
REFUSED: Final = Ruling(status="D", code="300", message="Not authorised")
PROOF_REJECTED: Final = Ruling(status="D", code="310", message="3DSecure authentication rejected")
PROOF_ABANDONED: Final = Ruling(status="D", code="345", message="3DSecure authentication not completed")
FILTERED: Final = Ruling(status="D", code="354", message="Card not approved by merchant")
NOT_SUPPORTED: Final = Ruling(status="D", code="335", message="Transaction type not supported by acquirer")
ABOVE_BALANCE: Final = Ruling(status="E", code="118", message="Amount greater than available balance")
ON_HOLD: Final = Ruling(status="E", code="120", message="Previous transaction is on hold")
OTHER_CURRENCY: Final = Ruling(status="E", code="206", message="Currency mismatch")
AWAITING_REVIEW: Final = Ruling(status="P", code="600", message="Pending")

# What the bank of each test card answers.
RULINGS: Final = MappingProxyType(
    {
        "approved": APPROVED,
        "held": HELD,
        "wrong_cvv": WRONG_CVV,
        "no_funds": Ruling(status="D", code="316", message="Insufficient funds"),
        "refused": REFUSED,
        "no_answer": Ruling(status="E", code="401", message="No response"),
        "system_error": Ruling(status="E", code="400", message="Internal system error"),
        "fraud": Ruling(status="D", code="501", message="Fraud report"),
    }
)


def awaiting_payment(number: str) -> Ruling:
    """A deferred method waits to be paid: its code is the number the buyer quotes."""
    return Ruling(status="P", code=number, message="Pending")
