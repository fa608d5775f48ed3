"""Values for tests, each with the ordinary defaults, so that a test names only what it is about."""

from typing import Any, Final

from wasl.domain.evidence import CartId, Evidence, Fact, Kind, TranRef, Verdict, Voice
from wasl.domain.money import Currency, Money
from wasl.domain.payment import Answer, Attempt, OrderId, Payment, PaymentId
from wasl.domain.revise import unpaid
from wasl.domain.secret import Secret
from wasl.domain.store import Profile, Store, StoreId
from wasl.domain.time import MINUTE_MS, Instant

NOON: Final = Instant(1_795_000_000_000)
SAR: Final = Currency.of("SAR")
STORE: Final = StoreId("st_test")
PAYMENT: Final = PaymentId("pay_test")
PRICE: Final = Money(5790, SAR)
CART: Final = CartId("t-1042-1")


def attempt(number: int = 1, **changes: Any) -> Attempt:
    """A live page."""
    values: dict[str, Any] = {
        "number": number,
        "cart_id": CartId(f"t-1042-{number}"),
        "amount": PRICE,
        "return_key": f"key-{number}",
        "opened_at": NOON,
        "expires_at": Instant(NOON + 20 * MINUTE_MS),
        "answer": Answer.PAGE,
        "tran_ref": TranRef(f"TST{number}"),
        "redirect_url": f"https://pay.example/{number}",
    }
    return Attempt(**{**values, **changes})


def payment(*attempts: Attempt, **changes: Any) -> Payment:
    """A payment of 57.90 SAR, with one live page unless told otherwise."""
    values: dict[str, Any] = {
        "store_id": STORE,
        "payment_id": PAYMENT,
        "order_id": OrderId("1042"),
        "amount": PRICE,
        "live": False,
        "return_url": "https://shop.example/return",
        "language": "en",
        "created_at": NOON,
        "updated_at": NOON,
        "outcome": unpaid(changes.get("amount", PRICE)),
        "attempts": attempts or (attempt(),),
    }
    return Payment(**{**values, **changes})


def fact(ref: str = "TST1", **changes: Any) -> Fact:
    """An approved sale of the whole price on the first cart."""
    values: dict[str, Any] = {
        "tran_ref": TranRef(ref),
        "kind": Kind.SALE,
        "verdict": Verdict.APPROVED,
        "cart_id": CART,
        "amount": PRICE,
        "moved": PRICE,
        "at": Instant(NOON + MINUTE_MS),
        "code": "G12345",
        "message": "Authorised",
        "method": "Visa",
    }
    return Fact(**{**values, **changes})


def said(stated: Fact | None = None, *, voice: Voice = Voice.CALLBACK, at: int = NOON, raw: bytes = b"{}") -> Evidence:
    """A fact as one voice stated it."""
    return Evidence(voice=voice, fact=stated or fact(), first_heard_at=Instant(at), last_heard_at=Instant(at), raw=raw)


def store(**changes: Any) -> Store:
    """A connected CS-Cart shop."""
    values: dict[str, Any] = {
        "store_id": STORE,
        "name": "Test shop",
        "platform": "cs-cart",
        "profile": Profile(
            base_url="https://gateway.example/", profile_id=12345, server_key=Secret("SJKLMNOPQR-XYZABCDEFG-HIJKLMNOPQ")
        ),
        "currency": SAR,
        "cart_prefix": "t-",
        "signing_secret": Secret("whsec_c2lnbmluZyBzZWNyZXQgZm9yIHRlc3Rz"),
        "created_at": NOON,
        "store_url": "https://shop.example",
    }
    return Store(**{**values, **changes})
