"""The buyer's way back: answered in milliseconds, signed for display only, waiting only while nothing is proved."""

import hashlib
import hmac
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from wasl.domain.evidence import Voice
from wasl.domain.outcome import State
from wasl.domain.paying import attempt_states
from wasl.domain.payment import Payment
from wasl.domain.store import Store, StoreId
from wasl.domain.time import MINUTE_MS, SECOND_MS, Instant
from wasl.engine.come_back import come_back
from wasl.engine.engine import Engine
from wasl.web.pages import page
from wasl.web.requests import read_body

WAIT_MS: Final = 2 * MINUTE_MS
SEE_OTHER: Final = 303


def routes() -> list[Route]:
    """The return, however the browser brings it, and the page that waits."""
    return [
        Route("/paytabs/{store_id}/return", returned, methods=["GET", "POST"]),
        Route("/paytabs/{store_id}/return/{key}", returned, methods=["GET", "POST"]),
        Route("/wait/{store_id}/{key}", waiting, methods=["GET"]),
    ]


async def returned(request: Request) -> Response:
    """Hasten a question and send the buyer on: to the shop if the outcome is known, to the waiting page if not."""
    engine: Engine = request.app.state.engine
    store_id, key = StoreId(request.path_params["store_id"]), request.path_params.get("key", "")
    form = await read_body(request) if request.method == "POST" else request.url.query.encode()
    store = await engine.store(store_id)
    payment = await come_back(engine, store, key, form) if store else None
    if store is None or payment is None:
        return _unknown(request)
    key = key or _key_of_latest_return(payment)
    if _is_known(payment, key):
        return _onward(shop_url(store, payment, now=engine.now()))
    return _onward(f"/wait/{store_id}/{key}")


async def waiting(request: Request) -> Response:
    """Safe to reload: goes on as soon as the outcome is known, and after two minutes offers the way to the shop."""
    engine: Engine = request.app.state.engine
    store_id, key = StoreId(request.path_params["store_id"]), request.path_params["key"]
    store = await engine.store(store_id)
    payment = await engine.ledger.payment_by_return(store_id, key) if store else None
    if store is None or payment is None:
        return _unknown(request)
    now = engine.now()
    target = shop_url(store, payment, now=now)
    if _is_known(payment, key):
        return _onward(target)
    patient = now - (payment.returned_at or now) < WAIT_MS
    return page(
        request,
        "wait.html",
        language=_language(payment, store),
        shop_name=store.name,
        shop_url=target,
        order_id=payment.order_id,
        amount=payment.amount,
        patient=patient,
        test=not payment.live,
    )


def shop_url(store: Store, payment: Payment, *, now: Instant) -> str:
    """The store's return URL with what happened, signed for ten minutes. For display; a store never fulfils on it."""
    values = (
        payment.payment_id,
        payment.order_id,
        payment.outcome.state.value,
        str(now // SECOND_MS),
    )
    mac = hmac.new(store.signing_key(), "\n".join(values).encode(), hashlib.sha256).hexdigest()
    names = ("wasl_payment", "wasl_order", "wasl_state", "wasl_time", "wasl_signature")
    added = urlencode(list(zip(names, (*values, mac), strict=True)))
    parts = urlsplit(payment.return_url)
    query = f"{parts.query}&{added}" if parts.query else added
    return urlunsplit(parts._replace(query=query))


def _key_of_latest_return(payment: Payment) -> str:
    """Of the attempt that the buyer's authentic form, just recorded, is about."""
    returns = (piece for piece in payment.evidence if piece.voice is Voice.RETURN)
    cart = max(returns, key=lambda piece: piece.last_heard_at).fact.cart_id
    return next(attempt.return_key for attempt in payment.attempts if attempt.cart_id == cart)


def _onward(url: str) -> Response:
    return RedirectResponse(url, SEE_OTHER, {"cache-control": "no-store", "referrer-policy": "no-referrer"})


def _is_known(payment: Payment, key: str) -> bool:
    """Whether the outcome of the attempt this buyer comes from is proved one way or the other."""
    if payment.outcome.state is not State.OPEN:
        return True
    mine = next((attempt for attempt in payment.attempts if attempt.return_key == key), None)
    return mine is not None and attempt_states(payment)[mine.number] is not State.OPEN


def _language(payment: Payment, store: Store) -> str:
    return next((x for x in (payment.language, store.language) if x in ("ar", "en")), "auto")


def _unknown(request: Request) -> Response:
    return page(request, "unknown.html", status=404, language="auto")
