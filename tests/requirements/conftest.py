"""The worlds of the engine's and the web's tests; here with the gateway's real signatures."""

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec
import pytest

import unit.engine.conftest
import unit.web.conftest
from builders import CART, store
from wasl.domain.evidence import CartId, Fact
from wasl.domain.store import Profile
from wasl.engine.ports import Claim, Refusal, ReturnClaim
from wasl.gateway.adapter import PayTabsGateway
from worlds import ScriptedGateway, World

w = unit.engine.conftest.w
site = unit.web.conftest.site
KEY: Final = store().profile.server_key.reveal()


@dataclass(slots=True)
class Keyed(ScriptedGateway):
    """The scripted gateway, but what it is said to have signed is checked for real."""

    real: PayTabsGateway = field(default_factory=PayTabsGateway)

    def authenticate(self, profile: Profile, signature: str | None, body: bytes) -> Fact | Refusal:
        return self.real.authenticate(profile, signature, body)

    def claim(self, body: bytes) -> Claim:
        return self.real.claim(body)

    def authenticate_return(self, profile: Profile, form: bytes) -> ReturnClaim | Refusal:
        return self.real.authenticate_return(profile, form)


@pytest.fixture
def keyed(w: World) -> World:
    """A world whose gateway's signatures are real."""
    gateway = Keyed()
    return replace(w, engine=replace(w.engine, gateway=gateway), gateway=gateway)


def notification(cart: str = CART, **changes: Any) -> bytes:
    """A callback that says that 57.90 SAR were paid, as the gateway writes it."""
    body = {
        "tran_ref": "TST2623802990085",
        "profile_id": 12345,
        "cart_id": cart,
        "cart_amount": "57.90",
        "cart_currency": "SAR",
        "tran_total": "57.90",
        "tran_currency": "SAR",
        "tran_type": "Sale",
        "payment_result": {
            "response_status": "A",
            "response_code": "G12345",
            "response_message": "Authorised",
            "transaction_time": "2026-11-24T12:00:00Z",
        },
    }
    return msgspec.json.encode({**body, **changes})


def signature(body: bytes, key: str = KEY) -> str:
    """The header that proves *body*."""
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def cart_of(order: Any) -> CartId:
    """The first cart of an order that was opened over the API."""
    return CartId(order["attempts"][0]["cart_id"])
