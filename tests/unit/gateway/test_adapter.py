"""The engine's gateway: the same truths in the engine's words, one pool for every profile."""

import urllib.parse
from collections.abc import AsyncIterator
from dataclasses import replace

import msgspec
import pytest
from structlog.testing import capture_logs

from unit.gateway.desk import Desk
from wasl.domain.evidence import CartId, Fact, Kind, Verdict
from wasl.domain.money import Currency, Money
from wasl.domain.secret import Secret
from wasl.domain.store import Profile, RetiredKey
from wasl.domain.time import Instant
from wasl.engine.ports import Contact, Gateway, OpenedPage, PageRefused, PageWish, Refusal, ReturnClaim
from wasl.errors import GatewayUnavailable, Misconfigured
from wasl.gateway import PayTabsGateway, Timeouts
from wasl.gateway.signature import Tilde, signed_string
from wire.gateway.goldens import K1, K2, PROFILE, golden, signed

WISH = PageWish(
    cart_id=CartId("o-1042-1"),
    amount=Money(1_230, Currency.of("AED")),
    description="Order 1042",
    return_url="https://pay.example.com/return/k1",
    callback_url=None,
    language="auto",
    page_minutes=20,
    tran_type="sale",
)


@pytest.fixture
async def gateway() -> AsyncIterator[PayTabsGateway]:
    """The adapter with short waits, closed at the end."""
    gateway = PayTabsGateway(timeouts=Timeouts(connect_s=5, total_s=20))
    yield gateway
    await gateway.close()


def profile(desk: Desk, *, key: Secret = K2, retired: tuple[Secret, ...] = ()) -> Profile:
    """A profile at this desk."""
    old = tuple(RetiredKey(key=one, until=Instant(1)) for one in retired)
    return Profile(base_url=desk.url, profile_id=PROFILE, server_key=key, retired_keys=old)


def test_it_is_a_gateway() -> None:
    """The type checker agrees that the engine's port is implemented."""
    port: Gateway = PayTabsGateway()
    assert isinstance(port, PayTabsGateway)


async def test_a_wish_becomes_a_page(desk: Desk, gateway: PayTabsGateway) -> None:
    """Everything the engine wishes for stands in the request, and what it does not wish for is left out."""
    desk.say(golden("create-redirect.json"))
    wish = replace(
        WISH,
        callback_url="https://pay.example.com/callback",
        language="ar",
        page_minutes=33,
        tran_type="auth",
        methods=("mada",),
        customer=Contact(name="سارة أحمد", zip="١٢٣"),
        shipping=Contact(city="دبي"),
        theme_id=9,
        alt_currency="USD",
        hide_shipping=True,
    )
    assert isinstance(await gateway.open_page(profile(desk), wish), OpenedPage)
    sent = msgspec.json.decode(desk.asked[0].body)
    assert sent.pop("plugin_info")["cart_name"] == "Wasl"
    assert sent == {
        "profile_id": PROFILE,
        "tran_type": "auth",
        "tran_class": "ecom",
        "cart_id": "o-1042-1",
        "cart_description": "Order 1042",
        "cart_currency": "AED",
        "cart_amount": 12.3,
        "callback": "https://pay.example.com/callback",
        "return": "https://pay.example.com/return/k1",
        "customer_details": {"name": "سارة أحمد", "zip": "123"},
        "shipping_details": {"city": "دبي"},
        "hide_shipping": True,
        "paypage_lang": "ar",
        "paypage_ttl": 33,
        "payment_methods": ["mada"],
        "config_id": 9,
        "alt_currency": "USD",
    }


async def test_without_a_callback_none_is_asked_for(desk: Desk, gateway: PayTabsGateway) -> None:
    """An address the gateway could not call fails the whole request."""
    desk.say(golden("create-redirect.json"))
    await gateway.open_page(profile(desk), WISH)
    assert not {"callback", "paypage_lang"} & set(msgspec.json.decode(desk.asked[0].body))


async def test_a_refusal_tells_the_merchant_what_to_do(desk: Desk, gateway: PayTabsGateway) -> None:
    """The gateway's words and ours, in one sentence."""
    desk.say(golden("error-currency.json"), status=400)
    answer = await gateway.open_page(profile(desk), WISH)
    assert isinstance(answer, PageRefused)
    assert answer.code == 206
    assert "enable it" in answer.message
    assert "Invalid currency code" in answer.message


async def test_a_duplicate_is_a_lost_answer(desk: Desk, gateway: PayTabsGateway) -> None:
    """A page for this cart exists somewhere, so its cart has to be watched and another one opened."""
    desk.say(golden("error-duplicate.json"), status=409)
    with pytest.raises(GatewayUnavailable):
        await gateway.open_page(profile(desk), WISH)


async def test_a_cart_is_asked_about(desk: Desk, gateway: PayTabsGateway) -> None:
    """Each transaction comes as a fact with the bytes it was read from."""
    desk.say(golden("query-cart.json"))
    found = await gateway.query_cart(profile(desk), WISH.cart_id)
    assert [(fact.kind, fact.verdict) for fact, _ in found][:2] == [
        (Kind.REFUND, Verdict.APPROVED),
        (Kind.SALE, Verdict.APPROVED),
    ]
    assert all(msgspec.json.decode(raw)["tran_ref"] == fact.tran_ref for fact, raw in found)


@pytest.mark.parametrize("name", ["error-combination.json", "error-authentication.json"])
async def test_a_refused_question_is_never_an_empty_answer(desk: Desk, gateway: PayTabsGateway, name: str) -> None:
    """An attempt is called expired only after the gateway has answered for it."""
    desk.say(golden(name), status=400)
    with pytest.raises(Misconfigured):
        await gateway.query_cart(profile(desk), WISH.cart_id)


async def test_profiles_share_connections_and_not_keys(desk: Desk, gateway: PayTabsGateway) -> None:
    """Many stores, one pool; each request carries its own profile's key."""
    desk.say(b"[]")
    for key in (K1, K2, K1):
        await gateway.query_cart(profile(desk, key=key), WISH.cart_id)
    assert [asked.headers["authorization"] for asked in desk.asked] == [k.reveal() for k in (K1, K2, K1)]
    assert len({asked.port for asked in desk.asked}) == 1


async def test_a_notification_is_heard_with_any_key_of_the_profile(desk: Desk, gateway: PayTabsGateway) -> None:
    """A replaced key still proves what was signed before."""
    body = golden("callback-sale.json")
    for known in (profile(desk), profile(desk, key=K1, retired=(K2,))):
        fact = gateway.authenticate(known, signed(body), body)
        assert isinstance(fact, Fact)
        assert fact.verdict is Verdict.APPROVED
    assert gateway.authenticate(profile(desk, key=K1), signed(body), body) is Refusal.SIGNATURE_MISMATCH
    stranger = replace(profile(desk), profile_id=1)
    assert gateway.authenticate(stranger, signed(body), body) is Refusal.OTHER_PROFILE


def returned(*, tilde: Tilde, cart: str = "o~1042") -> bytes:
    """A signed return whose cart has a tilde in it."""
    fields = {"cartId": cart, "respStatus": "A", "respCode": "G1", "tranRef": "T1"}
    string = signed_string({n.encode(): v.encode() for n, v in fields.items()}, tilde)
    return urllib.parse.urlencode({**fields, "signature": signed(string)}).encode()


async def test_a_return_is_read_whichever_way_its_tilde_was_signed(desk: Desk, gateway: PayTabsGateway) -> None:
    """The way nobody has documented is noted, without anything of the buyer."""
    for tilde in Tilde:
        with capture_logs() as logs:
            claim = gateway.authenticate_return(profile(desk), returned(tilde=tilde))
        assert isinstance(claim, ReturnClaim)
        assert (claim.fact.cart_id, claim.fact.kind) == ("o~1042", Kind.UNSTATED)
        assert len(logs) == (tilde is Tilde.BARE)
        assert "1042" not in repr(logs)


async def test_a_forged_return_is_refused(desk: Desk, gateway: PayTabsGateway) -> None:
    """What a browser changed on the way is not the gateway's word."""
    form = returned(tilde=Tilde.ESCAPED).replace(b"respStatus=A", b"respStatus=D")
    assert gateway.authenticate_return(profile(desk), form) is Refusal.SIGNATURE_MISMATCH


async def test_closing_is_harmless_to_repeat(desk: Desk) -> None:
    """A gateway that was closed opens anew if it is asked again."""
    desk.say(b"[]")
    gateway = PayTabsGateway()
    await gateway.close()
    await gateway.query_cart(profile(desk), WISH.cart_id)
    await gateway.close()
    await gateway.query_cart(profile(desk), WISH.cart_id)
    await gateway.close()
