"""A scripted stand-in for Wasl and the gateway, over real HTTP: just enough for the shop and its buyers to be tested.

It believes whatever its own pages say, keeps everything in memory and knows nothing of the real wire; the journeys
of tests/journey run the real parts.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

KEY = b"the signing key of the stand-in."
SIGNING_SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
API_KEY = "key-of-the-stand-in"
ENDED = {"D": "failed", "C": "canceled"}


def now() -> str:
    """The time as every interface shows it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One page at the gateway."""

    order_id: str
    cart_id: str
    tran_ref: str
    return_url: str
    status: str = ""
    opened_at: str = field(default_factory=now)
    decided_at: str = ""
    sale: "Attempt | None" = None
    faults: dict[str, Any] = field(default_factory=dict)
    sent: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Paid:
    """One payment at the service."""

    order_id: str
    amount: str
    currency: str
    return_url: str
    attempts: list[Attempt] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    version: int = 1
    state: str = "open"
    told: int = 1


@dataclass(slots=True, kw_only=True)
class Standin:
    """Both of them, each at its own address.

    `shop_url` is set once the shop listens; `requests` are the bodies of POST /v1/payments.
    """

    url: str = ""
    gateway_url: str = ""
    shop_url: str = ""
    payments: dict[str, Paid] = field(default_factory=dict)
    pages: dict[str, Attempt] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    broken: bool = False
    forgives_forgers: bool = False
    alive: bool = True
    http: aiohttp.ClientSession = field(init=False)
    work: set[asyncio.Task[None]] = field(default_factory=set)

    def app(self) -> Starlette:
        """All routes of both."""
        return Starlette(
            routes=[
                Route("/v1/payments", self._alive(self.open_payment), methods=["POST"]),
                Route("/v1/payments", self._alive(self.find), methods=["GET"]),
                Route("/v1/payments/{id}", self._alive(self.show), methods=["GET"]),
                Route("/v1/payments/{id}/evidence", self._alive(self.evidence), methods=["GET"]),
                Route("/v1/store", self._alive(self.who)),
                Route("/paytabs/{store}/callback", self.forged, methods=["POST"]),
                Route("/return/{ref}", self._alive(self.returned), methods=["POST"]),
                Route("/pay/{ref}", self.page, methods=["GET", "POST"]),
                Route("/_control/pages/{ref}/faults", self.set_faults, methods=["PUT"]),
                Route("/_control/transactions", self.transactions),
                Route("/_control/transactions/{ref}/settle", self.settle, methods=["POST"]),
            ]
        )

    def _alive(self, handler: Callable[[Request], Any]) -> Callable[[Request], Any]:
        async def guarded(request: Request) -> Response:
            if not self.alive or self.broken:
                return JSONResponse({"detail": "down"}, 503)
            if request.url.path.startswith("/v1/") and request.headers["authorization"] != f"Bearer {API_KEY}":
                return JSONResponse({"detail": "who are you?"}, 401)
            answer: Response = await handler(request)
            return answer

        return guarded

    # ------------------------------------------------------------- the service

    async def open_payment(self, request: Request) -> Response:
        wish = msgspec.json.decode(await request.body())
        self.requests.append(wish)
        order_id = wish["order_id"]
        known = order_id in self.payments
        payment = self.payments.setdefault(
            order_id,
            Paid(order_id=order_id, amount=wish["amount"], currency=wish["currency"], return_url=wish["return_url"]),
        )
        if payment.state in ("open", "failed", "canceled") and (not payment.attempts or payment.attempts[-1].status):
            number = len(payment.attempts) + 1
            ref = f"TST{len(self.pages) + 1:013d}"
            page = Attempt(
                order_id=order_id,
                cart_id=f"x{order_id}-{number}",
                tran_ref=ref,
                return_url=f"{self.url}/return/{ref}",
            )
            payment.attempts.append(page)
            self.pages[ref] = page
            self._fold(payment)
        return JSONResponse(self._view(payment), 200 if known else 201)

    async def find(self, request: Request) -> Response:
        payment = self.payments.get(request.query_params["order_id"])
        return JSONResponse({"items": [self._view(payment)] if payment else [], "next_cursor": None})

    async def show(self, request: Request) -> Response:
        return JSONResponse(self._view(self.payments[request.path_params["id"].removeprefix("pay_")]))

    async def evidence(self, request: Request) -> Response:
        return JSONResponse({"items": self.payments[request.path_params["id"].removeprefix("pay_")].evidence})

    async def who(self, _request: Request) -> Response:
        return JSONResponse({"store_id": "s1", "profile_id": 1})

    async def forged(self, _request: Request) -> Response:
        return JSONResponse({}, 200 if self.forgives_forgers else 401)

    async def returned(self, request: Request) -> Response:
        page = self.pages[request.path_params["ref"]]
        self._hear("query", page)
        payment = self.payments[page.order_id]
        return RedirectResponse(signed_return(payment.return_url, page.order_id, payment.state), 303)

    def _view(self, payment: Paid) -> dict[str, Any]:
        last = payment.attempts[-1] if payment.attempts else None
        live = last is not None and not last.status and payment.state != "paid"
        return {
            "id": f"pay_{payment.order_id}",
            "order_id": payment.order_id,
            "state": payment.state,
            "concern": "none",
            "amount": payment.amount,
            "currency": payment.currency,
            "paid": payment.amount if payment.state == "paid" else "0.00",
            "version": payment.version,
            "updated_at": now(),
            "redirect_url": f"{self.gateway_url}/pay/{last.tran_ref}" if last and live else None,
            "instructions": {"method": "SADAD", "reference": "905000123"} if payment.state == "pending" else None,
            "attempts": [{"cart_id": a.cart_id, "tran_ref": a.tran_ref, "state": ""} for a in payment.attempts],
            "deliveries": payment.deliveries,
        }

    def _hear(self, voice: str, page: Attempt) -> None:
        """Keep what *voice* says about *page*, and tell the shop in the background if that changes anything."""
        payment = self.payments[page.order_id]
        for one in (page, page.sale):
            if one is not None and one.status:
                self._keep(payment, voice, one)
        if self._fold(payment):
            self._begin(self._tell(payment))

    def _keep(self, payment: Paid, voice: str, one: Attempt) -> None:
        status = {"A": "approved", "D": "declined", "C": "canceled", "P": "pending"}[one.status]
        for known in payment.evidence:
            if (known["voice"], known["tran_ref"], known["status"]) == (voice, one.tran_ref, status):
                known["heard"] += 1
                return
        role = "takes" if one.status == "A" else "waits" if one.status == "P" else "ended"
        payment.evidence.append(
            {
                "voice": voice,
                "kind": "payment_request" if one.status == "P" else "sale",
                "status": status,
                "amount": payment.amount,
                "currency": payment.currency,
                "tran_ref": one.tran_ref,
                "first_heard_at": now(),
                "heard": 1,
                "proved": True,
                "role": role,
            }
        )

    def _fold(self, payment: Paid) -> bool:
        statuses = {piece["tran_ref"]: piece["status"] for piece in payment.evidence}
        last = statuses.get(payment.attempts[-1].tran_ref, "open") if payment.attempts else "open"
        words = {"declined": "failed", "canceled": "canceled", "pending": "pending"}
        state = "paid" if "approved" in statuses.values() else words.get(last, "open")
        if state == payment.state:
            return False
        payment.state = state
        payment.version += 1
        payment.deliveries.append({"version": payment.version, "state": state, "created_at": now()})
        return True

    async def _tell(self, payment: Paid) -> None:
        target = {"paid": "P", "failed": "F"}.get(payment.state)
        while target is not None:
            body = settle_body(payment.order_id, payment.amount, version=payment.version, state=payment.state)
            headers = signed(body)
            with contextlib.suppress(aiohttp.ClientError):
                async with self.http.post(
                    f"{self.shop_url}/index.php?dispatch=wasl.settle", data=body, headers=headers
                ) as r:
                    if r.status == 200:
                        payment.told = payment.version
                        return
            await asyncio.sleep(0.05)

    # ------------------------------------------------------------- the gateway

    async def page(self, request: Request) -> Response:
        page = self.pages[request.path_params["ref"]]
        if request.method == "GET":
            return HTMLResponse(CARD_FORM)
        form = dict(parse_qsl((await request.body()).decode()))
        if page.status:
            return HTMLResponse("<p>This page has been used.</p>", 410)
        if form.get("number") == "4000000000000002":
            return HTMLResponse(OTP_FORM)
        page.status = decided(form)
        page.decided_at = now()
        self._begin(self._notify(page))
        fields = f'<form method="post" action="{page.return_url}"><input type="hidden" name="tranRef" value="x">'
        return HTMLResponse(f"{fields}<button id='continue'>Go on</button></form>")

    async def set_faults(self, request: Request) -> Response:
        page = self.pages[request.path_params["ref"]]
        page.faults = msgspec.json.decode(await request.body())["callback"]
        return JSONResponse({})

    async def settle(self, request: Request) -> Response:
        page = self.pages[request.path_params["ref"]]
        page.sale = Attempt(
            order_id=page.order_id, cart_id=page.cart_id, tran_ref=f"{page.tran_ref}S", return_url="", status="A"
        )
        page.sale.decided_at = now()
        self._begin(self._notify(page))
        return JSONResponse({})

    async def transactions(self, request: Request) -> Response:
        mine = [p for p in self.pages.values() if p.cart_id == request.query_params["cart_id"]]
        listed = [one for page in mine for one in (page, page.sale) if one is not None]
        return JSONResponse({"transactions": [self._transaction(one) for one in reversed(listed)]})

    def _transaction(self, one: Attempt) -> dict[str, Any]:
        payment = self.payments[one.order_id]
        return {
            "tran_ref": one.tran_ref,
            "type": "Payment Request" if one.status == "P" else "Sale",
            "status": one.status,
            "code": "G12345" if one.status == "A" else "305" if one.status == "D" else "",
            "amount": payment.amount,
            "currency": payment.currency,
            "opened_at": one.opened_at if one.return_url else "",
            "decided_at": one.decided_at,
            "deliveries": [{"channel": "callback", "created_at": one.decided_at, "attempts": one.sent}]
            if one.sent
            else [],
        }

    async def _notify(self, page: Attempt) -> None:
        dropped = page.faults.get("drop")
        await asyncio.sleep(page.faults.get("delay_s", [0.02])[0])
        for _ in range(0 if dropped else 2 if page.faults.get("duplicate") else 1):
            self._hear("callback", page)
            page.sent.append({"at": now(), "answer": "200"})
        await asyncio.sleep(0.3)
        self._hear("query", page)

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.work.add(task)
        task.add_done_callback(self.work.discard)

    # ---------------------------------------------------------------- switches

    async def kill(self) -> None:
        """What the service was doing is lost; what it knew is not."""
        self.alive = False
        tasks = list(self.work)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def start(self) -> None:
        """It comes back and goes on telling what the shop has not acknowledged."""
        self.alive = True
        for payment in self.payments.values():
            if payment.told < payment.version:
                self._begin(self._tell(payment))


def decided(form: dict[str, str]) -> str:
    """The letter that the posted page leads to."""
    if "cancel" in form:
        return "C"
    if form.get("method") == "sadad":
        return "P"
    if "otp" in form:
        return "A" if form["otp"] == "1234" else "D"
    return "A" if (form.get("number"), form.get("cvv")) == ("4111111111111111", "123") else "D"


def settle_body(order_id: str, amount: str, **told: Any) -> bytes:
    """A settle call as Wasl's connector writes it."""
    state = told.get("state", "paid")
    call = {
        "type": "order.settle",
        "order_id": order_id,
        "version": 2,
        "target_status": "F" if state == "failed" else "P",
        "state": state,
        "concern": "none",
        "amount": amount,
        "currency": "SAR",
        "paid": amount,
        "refunded": "0.00",
        "tran_ref": "TST1",
        "payment_id": f"pay_{order_id}",
        "note": "",
    }
    return msgspec.json.encode({**call, **told})


def signed(body: bytes, *, nonce: str = "", at: int | None = None, key: bytes = KEY) -> dict[str, str]:
    """The headers of Standard Webhooks over *body*."""
    nonce, timestamp = nonce or secrets.token_hex(8), str(at if at is not None else int(time.time()))
    mac = hmac.new(key, b".".join((nonce.encode(), timestamp.encode(), body)), hashlib.sha256).digest()
    return {
        "webhook-id": nonce,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
        "content-type": "application/json",
    }


def signed_return(url: str, order_id: str, state: str, *, at: int | None = None, key: bytes = KEY) -> str:
    """The address at which Wasl sends a buyer back to the shop."""
    values = (f"pay_{order_id}", order_id, state, str(at if at is not None else int(time.time())))
    mac = hmac.new(key, "\n".join(values).encode(), hashlib.sha256).hexdigest()
    names = ("wasl_payment", "wasl_order", "wasl_state", "wasl_time", "wasl_signature")
    return f"{url}&{urlencode(dict(zip(names, (*values, mac), strict=True)))}"


CARD_FORM = """<form method="post"><input id="number" name="number"><input id="cvv" name="cvv">
<select id="expiry_month" name="expiry_month"><option value="01">1</option><option value="12">12</option></select>
<input id="expiry_year" name="expiry_year"><input id="holder" name="holder"><button id="pay">Pay</button></form>
<form method="post"><button id="cancel" name="cancel" value="1">Cancel</button></form>
<form method="post"><button data-method="sadad" name="method" value="sadad">SADAD</button></form>"""
OTP_FORM = """<form method="post"><input id="otp" name="otp"><button id="submit-otp">Go</button></form>"""
