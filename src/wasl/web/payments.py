"""The API a store calls: payments, their evidence, and the store itself."""

from dataclasses import dataclass, fields
from http import HTTPStatus
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wasl.domain.money import CURRENCIES, BadAmount, Currency, Money, UnknownCurrency
from wasl.domain.outcome import Concern, State
from wasl.domain.payment import ORDER_ID_MAX, OrderId, Payment, PaymentId
from wasl.engine.cancel import NotCanceled, cancel_payment
from wasl.engine.engine import Engine
from wasl.engine.open import NotOpened, Wish, open_payment
from wasl.engine.ports import ByPayment, Contact, PaymentFilter
from wasl.engine.views import (
    DeliveryView,
    PaymentView,
    PieceView,
    deliveries_view,
    evidence_view,
    payment_view,
    store_view,
)
from wasl.web.auth import calling_store
from wasl.web.problems import Problem, invalid, not_found
from wasl.web.requests import query_instant, read_json

PAGE_LIMIT: Final = 50
URL_MAX: Final = 2_000
DESCRIPTION_MAX: Final = 1_000
METADATA_MAX: Final = 4_096
E_ = TypeVar("E_", State, Concern)


class ContactBody(msgspec.Struct, frozen=True, kw_only=True):
    """A buyer's address as a store sends it."""

    name: str = ""
    email: str = ""
    phone: str = ""
    street1: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    zip: str = ""
    ip: str = ""

    def contact(self) -> Contact:
        """The same as the engine knows it."""
        return Contact(**msgspec.structs.asdict(self))


def shown(description: str, **keywords: object) -> msgspec.Meta:
    """Says in the API's description what `_wish` checks in words; it decides nothing by itself."""
    return msgspec.Meta(description=description, extra_json_schema=dict(keywords))


class PaymentBody(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /v1/payments`."""

    order_id: Annotated[str, shown("The store's own id", minLength=1, maxLength=ORDER_ID_MAX, pattern=r"^\S(.*\S)?$")]
    amount: Annotated[str, shown("A decimal in the currency's decimals", pattern=r"^[1-9][0-9]{0,9}(\.00?)?$")]
    currency: Annotated[str, shown("ISO 4217", enum=sorted(c.code for c in CURRENCIES.values()))]
    description: Annotated[str, shown("What the buyer reads", minLength=1, pattern=r"\S")]
    return_url: Annotated[str, shown("Where the buyer goes", pattern=r"^https?://[a-z0-9.-]+(/[!-~]*)?$")]
    language: Annotated[str, shown("The page's", enum=["", "ar", "en"])] = ""
    customer: ContactBody | None = None
    shipping: ContactBody | None = None
    tran_type: Annotated[str, shown("The store's own if empty", enum=["", "sale", "auth"])] = ""
    payment_methods: tuple[str, ...] = ()
    metadata: Annotated[dict[str, Any], shown("The store's own, given back; at most 4 KiB")] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDetail(PaymentView):
    """`GET /v1/payments/{id}`: the payment, and what the store was told of it."""

    deliveries: tuple[DeliveryView, ...]


class PaymentList(msgspec.Struct, frozen=True):
    """`GET /v1/payments`."""

    items: tuple[PaymentView, ...]
    next_cursor: str | None


class EvidenceList(msgspec.Struct, frozen=True):
    """`GET /v1/payments/{id}/evidence`."""

    items: tuple[PieceView, ...]


def routes() -> list[Route]:
    """Everything under /v1 that this module answers."""
    return [
        Route("/v1/payments", Payments),
        Route("/v1/payments/{payment_id}", show, methods=["GET"]),
        Route("/v1/payments/{payment_id}/evidence", evidence, methods=["GET"]),
        Route("/v1/payments/{payment_id}/cancel", cancel, methods=["POST"]),
        Route("/v1/store", who_am_i, methods=["GET"]),
    ]


class Payments(HTTPEndpoint):
    """The two things one does with payments as a whole."""

    async def post(self, request: Request) -> Response:
        """Open one."""
        return await create(request)

    async def get(self, request: Request) -> Response:
        """List them."""
        return await listing(request)


async def create(request: Request) -> Response:
    """A page to pay an order on; 201 for a new payment, 200 for the same order asked again."""
    store = await calling_store(request)
    wish = _wish(await read_json(request, PaymentBody))
    engine: Engine = request.app.state.engine
    opened = await open_payment(engine, store, wish)
    if isinstance(opened, NotOpened):
        raise Problem(status=HTTPStatus.UNPROCESSABLE_ENTITY, type_="gateway-refused", detail=opened.reason)
    return json_response(
        payment_view(opened.payment, now=engine.now()), HTTPStatus.CREATED if opened.created else HTTPStatus.OK
    )


async def listing(request: Request) -> Response:
    """A page of payments, most recently changed first."""
    store = await calling_store(request)
    engine: Engine = request.app.state.engine
    query = request.query_params
    only = PaymentFilter(
        order_id=OrderId(query["order_id"]) if "order_id" in query else None,
        state=_choice(State, query.get("state"), "state"),
        concern=_choice(Concern, query.get("concern"), "concern"),
        updated_since=query_instant(query.get("updated_since"), "updated_since"),
    )
    try:
        page = await engine.ledger.payments(store.store_id, only, query.get("cursor"), PAGE_LIMIT)
    except ValueError as error:
        raise invalid("cursor", str(error)) from error
    now = engine.now()
    return json_response(PaymentList(tuple(payment_view(p, now=now) for p in page.items), page.next_cursor))


async def show(request: Request) -> Response:
    """One payment, with what the store was told of it."""
    engine: Engine = request.app.state.engine
    payment = await find_payment(request)
    told = await engine.ledger.deliveries(payment.store_id, payment.payment_id)
    return json_response(
        PaymentDetail(**_fields(payment_view(payment, now=engine.now())), deliveries=deliveries_view(told))
    )


async def evidence(request: Request) -> Response:
    """Everything heard about one payment, and the part it plays."""
    return json_response(EvidenceList(evidence_view(await find_payment(request))))


async def cancel(request: Request) -> Response:
    """Cancel an unpaid payment after asking the gateway, let an authorisation go; 409 if money has moved or may."""
    engine: Engine = request.app.state.engine
    store = await calling_store(request)
    answer = await cancel_payment(engine, store, await find_payment(request))
    if isinstance(answer, NotCanceled):
        state = answer.payment.outcome.state.value
        detail = f"the payment is {state}: money has moved, or may still be on its way, so it cannot be cancelled"
        raise Problem(status=HTTPStatus.CONFLICT, type_="not-cancelable", detail=detail)
    return json_response(payment_view(answer, now=engine.now()))


async def who_am_i(request: Request) -> Response:
    """The calling store's settings, without a secret."""
    return json_response(store_view(await calling_store(request)))


async def find_payment(request: Request) -> Payment:
    """The payment that the path names, of the calling store; raises a 401 or 404 problem."""
    store = await calling_store(request)
    engine: Engine = request.app.state.engine
    key = ByPayment(store.store_id, PaymentId(request.path_params["payment_id"]))
    payment = await engine.ledger.payment(key)
    if payment is None:
        raise not_found("payment")
    return payment


def _fields(view: PaymentView) -> dict[str, Any]:
    return {field.name: getattr(view, field.name) for field in fields(view)}


def _wish(body: PaymentBody) -> Wish:
    """Check what types cannot; raises a 422 problem that names the field."""
    try:
        amount = Money.parse(body.amount, Currency.of(body.currency))
    except UnknownCurrency as error:
        raise invalid("currency", str(error)) from error
    except BadAmount as error:
        raise invalid("amount", str(error)) from error
    if amount.minor <= 0:
        raise invalid("amount", "an order of nothing needs no payment; the amount must be greater than zero")
    spaced = body.order_id != body.order_id.strip()
    if spaced or not body.order_id or len(body.order_id) > ORDER_ID_MAX or not body.order_id.isprintable():
        raise invalid(
            "order_id", f"an order is known by 1 to {ORDER_ID_MAX} printable characters, no space at either end"
        )
    if not body.description.strip():
        raise invalid("description", "say what is paid for; the buyer reads it on the payment page")
    if body.tran_type not in ("", "sale", "auth"):
        raise invalid("tran_type", "tran_type is sale or auth")
    if body.language not in ("", "ar", "en"):
        raise invalid("language", "language is ar or en")
    _check_url(body.return_url)
    return Wish(
        order_id=OrderId(body.order_id),
        amount=amount,
        description=body.description[:DESCRIPTION_MAX],
        return_url=body.return_url,
        language=body.language,
        customer=body.customer.contact() if body.customer else None,
        shipping=body.shipping.contact() if body.shipping else None,
        tran_type=body.tran_type,
        methods=body.payment_methods,
        metadata=_metadata(body.metadata),
    )


def _metadata(given: dict[str, Any]) -> str:
    text = msgspec.json.encode(given).decode()
    if len(text) > METADATA_MAX:
        raise invalid("metadata", f"metadata is a JSON object of at most {METADATA_MAX} characters")
    return text


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= URL_MAX
    except ValueError:
        usable = False
    if not usable or not url.isprintable() or " " in url:
        raise invalid("return_url", f"return_url must be an http or https address of at most {URL_MAX} characters")


def _choice(kind: type[E_], value: str | None, field: str) -> E_ | None:
    if value is None:
        return None
    try:
        return kind(value)
    except ValueError:
        raise invalid(field, f"{field} is one of {', '.join(one.value for one in kind)}") from None


def json_response(value: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """A value of the API, never kept by a cache."""
    return Response(msgspec.json.encode(value), status, {"cache-control": "no-store"}, media_type="application/json")
