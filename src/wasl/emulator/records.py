"""What the gateway remembers. Frozen: a change is a new record in the place of the old one."""

from enum import StrEnum
from typing import Final

import msgspec

from wasl.emulator.cards import Card
from wasl.emulator.money import Money
from wasl.emulator.rulings import Ruling

HOSTED_PAGE: Final = 2  # `serviceId` (PayTabs reference §2.6)
TRANSACTION_API: Final = 1
SETTLED: Final = frozenset({"A", "P"})  # letters under which a follow-up takes from what is available


class Kind(StrEnum):
    """`tran_type` as the gateway answers it."""

    SALE = "Sale"
    AUTH = "Auth"
    REGISTER = "Register"
    PAYMENT_REQUEST = "Payment Request"
    CAPTURE = "Capture"
    VOID = "Void"
    RELEASE = "Release"
    REFUND = "Refund"
    AUTH_EXTENSION = "AuthExt"


class Channel(StrEnum):
    """`paymentChannel` where no plug-in gave its name."""

    PAGE = "Payment Page"
    API = "Transaction API"
    DASHBOARD = "Dashboard"


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`customer_details` and `shipping_details`; empty means not known."""

    name: str = ""
    email: str = ""
    phone: str = ""
    street1: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    zip: str = ""
    ip: str = ""


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a payment is about, as the merchant said it; follow-ups have an order of their own."""

    profile_id: int
    tran_class: str
    cart_id: str
    description: str
    amount: Money
    customer: Person = Person()
    shipping: Person | None = None
    customer_ref: str = ""
    user_defined: dict[str, str] = {}
    callback: str = ""
    channel: str = Channel.PAGE


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A ruling at a time. `fraction` are further digits of its second, `reference` is the acquirer's."""

    ruling: Ruling
    at_ms: int
    fraction: str = ""
    reference: str = ""


class Instrument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`payment_info`: a masked card, or a method that has no card."""

    method: str = ""
    scheme: str = ""
    description: str = ""
    card_type: str = ""
    expiry_month: int = 0
    expiry_year: int = 0


class Proof(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`threeDSDetails`."""

    level: int
    status: int
    enrolled: str
    answer: str = ""
    eci: str = ""
    cavv: str = ""
    version: str = "Test/Simulation"


class Transaction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One `tran_ref`. Its results only grow: the last one is what the gateway says now, none means nobody has paid yet.

    `root_ref` is the page's first transaction, whatever follows from it; `method` the code of the payment method.
    """

    ref: str
    root_ref: str
    previous_ref: str = ""
    kind: Kind
    original_kind: Kind | None = None
    order: Order
    total: Money
    results: tuple[Result, ...] = ()
    instrument: Instrument = Instrument()
    proof: Proof | None = None
    method: str = ""
    token: str = ""
    invoice_id: int = 0
    service_id: int = HOSTED_PAGE
    trace: str
    opened_ms: int
    notes: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """The current letter; empty while nothing is decided."""
        return self.results[-1].ruling.status if self.results else ""

    @property
    def code(self) -> str:
        """The current response code."""
        return self.results[-1].ruling.code if self.results else ""


class Stage(StrEnum):
    """How far the buyer has come on a page."""

    OPEN = "open"
    PROOF = "proof"  # at the bank, for 3-D Secure
    PARTNER = "partner"  # at a partner's own page
    DONE = "done"
    EXPIRED = "expired"


class Discount(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Off the total for cards whose number begins with one of `prefixes`: an amount, or `percent` (a decimal text)."""

    prefixes: tuple[str, ...]
    title: str
    off: Money | None = None
    percent: str = ""


class PageRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a page looks, whom it lets pay and where it leads (PayTabs reference §2.4, §2.5)."""

    return_url: str = ""
    return_using_get: bool = False
    language: str = ""
    hide_shipping: bool = False
    methods: tuple[str, ...] = ()
    alt_currency: str = ""
    card_filter: tuple[str, ...] = ()
    card_filter_title: str = ""
    discounts: tuple[Discount, ...] = ()
    donation: tuple[Money, Money] | None = None
    tokenise: int = 0
    asks_to_save: bool = False
    framed: bool = False
    target: str = "_self"
    message_target: str = ""


class Page(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A hosted page. `ref` is the transaction of the current try; `card` waits for the bank's proof."""

    token: str
    ref: str
    kind: Kind
    order: Order
    rules: PageRules
    opened_ms: int
    expires_ms: int
    stage: Stage = Stage.OPEN
    tries: int = 0
    card: Card | None = None
    total: Money | None = None
    method: str = ""
    saves_card: bool = False


class Token(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A saved card, and the transaction that saved it."""

    token: str
    profile_id: int
    ref: str
    card: Card
    method: str


class Attempt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One try to deliver: the merchant's HTTP status, or what went wrong instead."""

    at_ms: int
    status: int | None = None
    error: str = ""


class Outcome(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    STOPPED = "stopped"  # the merchant's answer forbids another try
    EXHAUSTED = "exhausted"
    LOST = "lost"  # by a fault


class Delivery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One callback or IPN on its way to the merchant."""

    id: str
    channel: str
    ref: str
    root_ref: str
    profile_id: int
    url: str
    body: bytes
    signature: str
    client_key: str
    user_agent: str
    created_ms: int
    due_ms: int
    held_back: bool = False
    outcome: Outcome = Outcome.WAITING
    attempts: tuple[Attempt, ...] = ()
