"""Every payload of the emulator, byte for byte, from scripted payments at a set time with a set seed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
import pytest

from unit.emulator.merchant import HELD, PROFILE_ID, VERIFIED, Merchant, SetClock
from wasl.emulator import EmulatorConfig, Leaving
from wasl.emulator.control import act
from wasl.emulator.pages import Step

HERE: Final = Path(__file__).parent
SARA: Final = {
    "name": "سارة أحمد",
    "email": "sara@example.com",
    "phone": "+971501234567",
    "street1": "King Fahd Road 12",
    "city": "Dubai",
    "state": "Dubai",
    "country": "AE",
    "zip": "12345",
    "ip": "203.0.113.7",
}


class Scene:
    """A merchant whose payments are always the same ones."""

    def __init__(self) -> None:
        self.merchant = Merchant(clock=SetClock(), config=EmulatorConfig(seed=1))

    def opened(self, **fields: Any) -> Any:
        """The answer to a request for a page with most of what can be said."""
        return self.merchant.open(
            customer_details=SARA,
            shipping_details=SARA,
            customer_ref="c-77",
            user_defined={"udf1": "1042", "udf3": "ar"},
            **fields,
        )

    def paid(self, card: str = "4111111111111111", cvv: str = "123", **fields: Any) -> tuple[str, Step]:
        """A payment, and its last step."""
        page = self.opened(**fields)
        step = self.merchant.pay(page, card=card, cvv=cvv)
        if not isinstance(step, Leaving):
            step = self.merchant.emulator.prove(page.token, "1234")
        return page.ref, step

    def held(self) -> str:
        """A payment held for review."""
        return self.paid(card=HELD)[0]

    def number(self) -> str:
        """A deferred payment whose buyer has a number."""
        page = self.merchant.open(customer_details=SARA, cart_currency="EGP", cart_amount=120.3)
        self.merchant.emulator.choose(page.token, "aman")
        return page.ref

    def followed(self, tran_type: str, amount: str) -> Any:
        """A follow-up of an authorisation, or the refund of a sale."""
        ref, _ = self.paid(tran_type="sale" if tran_type == "refund" else "auth")
        self.merchant.notices()
        return self.merchant.act(tran_type, ref, amount)

    def last_notice(self, then: str = "", amount: str | None = None) -> Any:
        """The last body the merchant hears, after an action behind the counter if there is one."""
        heard = self.merchant.notices()
        if then:
            act(self.merchant.emulator, heard[-1]["tran_ref"], then, {"amount": amount})
            heard = self.merchant.notices()
        return heard[-1]


def returned(step: Step) -> str:
    """The form the browser carries."""
    assert isinstance(step, Leaving)
    return urlencode(step.fields)


def cancelled(scene: Scene) -> Step:
    """The buyer presses cancel."""
    return scene.merchant.emulator.cancel(scene.opened().token)


def notice(play: Callable[[Scene], object], then: str = "", amount: str | None = None) -> Callable[[Scene], Any]:
    """What is heard after a play."""

    def tell(scene: Scene) -> Any:
        play(scene)
        return scene.last_notice(then, amount)

    return tell


def query(play: Callable[[Scene], str]) -> Callable[[Scene], Any]:
    """What a query by reference says after a play."""
    return lambda scene: scene.merchant.query(play(scene))


def charged(scene: Scene) -> Any:
    """The answer to a charge of a saved card."""
    _, step = scene.paid(tokenise=2)
    assert isinstance(step, Leaving)
    token = step.fields["token"]
    return scene.merchant.request(tran_class="recurring", cart_id="charge", token=token, customer_details=None)[1]


def token(scene: Scene) -> Any:
    """The answer to a question about a token."""
    _, step = scene.paid(tokenise=2)
    assert isinstance(step, Leaving)
    return scene.merchant.call("/payment/token", profile_id=PROFILE_ID, token=step.fields["token"])[1]


def cart(scene: Scene) -> Any:
    """A cart with a decline, a payment and its refund."""
    scene.paid(cvv="999")
    scene.merchant.clock.forward(121)
    ref, _ = scene.paid()
    scene.merchant.act("refund", ref, 5)
    return scene.merchant.cart()


def discounted(scene: Scene) -> str:
    """A card with a discount."""
    discount = {"discount_cards": "4111", "discount_amount": 10, "discount_title": "Ten off"}
    return scene.paid(cart_amount=700, card_discounts=[discount])[0]


PLAYS: Final[dict[str, Callable[[Scene], Any]]] = {
    "create": lambda scene: scene.opened().told,
    "query-sale": query(lambda scene: scene.paid(tokenise=2)[0]),
    "query-held": query(Scene.held),
    "query-deferred": query(Scene.number),
    "query-release": query(lambda scene: str(scene.followed("void", "1.33")["tran_ref"])),
    "query-unused": query(lambda scene: str(scene.opened().ref)),
    "query-cart": cart,
    "callback-sale": notice(lambda scene: scene.paid(tokenise=2)),
    "callback-verified": notice(lambda scene: scene.paid(card=VERIFIED)),
    "callback-declined": notice(lambda scene: scene.paid(cvv="999")),
    "callback-cancelled": notice(cancelled),
    "callback-discount": notice(discounted),
    "callback-held": notice(Scene.held),
    "callback-held-captured": notice(Scene.held, "approve", "2.00"),
    "callback-deferred": notice(Scene.number),
    "callback-deferred-paid": notice(Scene.number, "settle"),
    "callback-deferred-expired": notice(Scene.number, "expire"),
    "callback-refund": notice(lambda scene: scene.followed("refund", "5")),
    "follow-up-capture": lambda scene: scene.followed("capture", "12.30"),
    "follow-up-void": lambda scene: scene.followed("void", "12.30"),
    "follow-up-void-part": lambda scene: scene.followed("void", "1.33"),
    "follow-up-refund": lambda scene: scene.followed("refund", "5"),
    "follow-up-refused": lambda scene: scene.followed("refund", "500"),
    "charge": charged,
    "token": token,
    "error": lambda scene: scene.merchant.request(cart_currency="XXX")[1],
    "return-approved": lambda scene: returned(scene.paid(tokenise=2)[1]),
    "return-declined": lambda scene: returned(scene.paid(cvv="999")[1]),
    "return-cancelled": lambda scene: returned(cancelled(scene)),
}


def written(value: Any) -> bytes:
    """As it stands in its file: JSON in lines, a form as it is."""
    if isinstance(value, str):
        return value.encode() + b"\n"
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


@pytest.mark.parametrize("name", sorted(PLAYS))
def test_a_payload_is_what_it_was(name: str) -> None:
    """A change of any byte a merchant could see is a change of this file, seen and argued."""
    value = PLAYS[name](Scene())
    suffix = "txt" if isinstance(value, str) else "json"
    assert written(value).decode() == (HERE / f"{name}.{suffix}").read_text(encoding="utf-8")


def test_every_golden_has_its_play() -> None:
    """No file is left over."""
    assert {path.stem for path in HERE.iterdir() if path.suffix in (".json", ".txt")} == set(PLAYS)
