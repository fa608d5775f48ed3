"""A merchant of the emulator in the same process: asks, has its buyers pay, and hears what it is told."""

from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from wasl.emulator import Emulator, EmulatorConfig, Leaving, Outgoing, PayForm
from wasl.emulator.configuring import set_switches
from wasl.emulator.gateway import Shelf
from wasl.emulator.pages import Step

NOON_MS: Final = 1_787_745_600_000  # 2026-08-26T12:00:00Z, day 238 of its year
PROFILE_ID: Final = 47170
HERE: Final = "http://127.0.0.1:8100"
CALLBACK: Final = "http://127.0.0.1:9/callback"
RETURN: Final = "http://127.0.0.1:9/return"
GOOD: Final = "4111111111111111"
VERIFIED: Final = "4000000000000002"
HELD: Final = "4000000000000259"
MONA: Final = {
    "name": "Mona Ali",
    "email": "mona@example.com",
    "phone": "+971500000000",
    "street1": "1 Olaya Street",
    "city": "Dubai",
    "state": "DU",
    "country": "AE",
    "zip": "12345",
}


@dataclass(slots=True)
class SetClock:
    """Stands until it is moved."""

    at_ms: int = NOON_MS

    def now_ms(self) -> int:
        """See `wasl.emulator.Clock`."""
        return self.at_ms

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.at_ms += round(seconds * 1000)


@dataclass(frozen=True, slots=True)
class Opened:
    """A page: its transaction, the token of its link, and the whole answer."""

    ref: str
    token: str
    told: dict[str, Any]


@dataclass(slots=True)
class Merchant:
    """The default profile's owner."""

    clock: SetClock = field(default_factory=SetClock)
    config: EmulatorConfig = field(default_factory=lambda: EmulatorConfig(seed=7))
    shelf: Shelf | None = None
    emulator: Emulator = field(init=False)

    def __post_init__(self) -> None:
        self.emulator = Emulator(self.config, clock=self.clock, shelf=self.shelf)

    def call(self, path: str, key: str | None = None, **fields: Any) -> tuple[int, Any]:
        """The HTTP status and the JSON value of an API call; `None` leaves a field out."""
        body = msgspec.json.encode({name: value for name, value in fields.items() if value is not None})
        answer = self.emulator.post(path, body, key=key or self.config.server_key, base_url=HERE)
        return answer.status, msgspec.json.decode(answer.body)

    def request(self, **fields: Any) -> tuple[int, Any]:
        """`POST /payment/request` for an ordinary sale, changed by *fields*."""
        usual = {
            "profile_id": PROFILE_ID,
            "tran_type": "sale",
            "tran_class": "ecom",
            "cart_id": "o-1042-1",
            "cart_description": "Order 1042",
            "cart_currency": "AED",
            "cart_amount": 12.3,
            "callback": CALLBACK,
            "return": RETURN,
            "customer_details": MONA,
        }
        return self.call("/payment/request", **{**usual, **fields})

    def open(self, **fields: Any) -> Opened:
        """A page."""
        status, told = self.request(**fields)
        assert status == 200, told
        return Opened(told["tran_ref"], told["redirect_url"].rsplit("/", 1)[1], told)

    def act(self, tran_type: str, target: str, amount: float | str = 12.3, **fields: Any) -> Any:
        """A follow-up's answer."""
        status, told = self.request(tran_type=tran_type, tran_ref=target, cart_amount=amount, callback=None, **fields)
        assert status == 200, told
        return told

    def pay(self, page: Opened, card: str = GOOD, cvv: str = "123", **fields: Any) -> Step:
        """Send the card form."""
        form = PayForm(number=card, cvv=cvv, expiry_month="12", expiry_year="2030", **fields)
        return self.emulator.pay(page.token, form)

    def paid(self, **fields: Any) -> str:
        """The reference of an ordinary payment that went through, whose callback was heard."""
        page = self.open(**fields)
        assert isinstance(self.pay(page), Leaving)
        self.notices()
        return page.ref

    def query(self, ref: str) -> Any:
        """What the gateway says of a transaction."""
        return self.call("/payment/query", profile_id=PROFILE_ID, tran_ref=ref)[1]

    def cart(self, cart_id: str = "o-1042-1") -> Any:
        """What the gateway says of a cart."""
        return self.call("/payment/query", profile_id=PROFILE_ID, cart_id=cart_id)[1]

    def due(self) -> tuple[Outgoing, ...]:
        """Messages to deliver now, not yet reported."""
        return self.emulator.take_due(100)

    def notices(self) -> list[Any]:
        """The bodies that are due now, each answered with 200."""
        taken = self.due()
        for outgoing in taken:
            self.emulator.report(outgoing.delivery_id, status=200)
        return [msgspec.json.decode(outgoing.body) for outgoing in taken]

    def switch(self, **switches: Any) -> None:
        """Set switches of the emulator."""
        set_switches(self.emulator, switches)


def result(told: Any) -> tuple[str, str, str]:
    """Type, status and code of what the gateway said."""
    decided = told["payment_result"]
    return told["tran_type"], decided["response_status"], decided["response_code"]
