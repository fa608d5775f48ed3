"""What the engine needs from the outside world: the gateway, the shops, the ledger, time and chance."""

from wasl.engine.ports.chance import Chance, Clock
from wasl.engine.ports.gateway import Claim, Contact, Gateway, OpenedPage, PageRefused, PageWish, Refusal, ReturnClaim
from wasl.engine.ports.ledger import Ledger
from wasl.engine.ports.records import (
    Alert,
    ByCart,
    ByOrder,
    ByPayment,
    ByTransaction,
    Change,
    Delivery,
    Forgery,
    Lease,
    PaymentFilter,
    PaymentKey,
    PaymentPage,
)
from wasl.engine.ports.shops import Arrival, Herald, Receipt, Shop, ShopPage, Telling

__all__ = [
    "Alert",
    "Arrival",
    "ByCart",
    "ByOrder",
    "ByPayment",
    "ByTransaction",
    "Chance",
    "Change",
    "Claim",
    "Clock",
    "Contact",
    "Delivery",
    "Forgery",
    "Gateway",
    "Herald",
    "Lease",
    "Ledger",
    "OpenedPage",
    "PageRefused",
    "PageWish",
    "PaymentFilter",
    "PaymentKey",
    "PaymentPage",
    "Receipt",
    "Refusal",
    "ReturnClaim",
    "Shop",
    "ShopPage",
    "Telling",
]
