"""Captures, voids and refunds as a store asks for them. What the gateway says may come later."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wasl.domain.evidence import TranRef
from wasl.domain.money import BadAmount, Money
from wasl.domain.operating import NotAllowed
from wasl.domain.operation import OperationKind
from wasl.domain.payment import Payment
from wasl.engine.engine import Engine
from wasl.engine.operate import KeyTaken, OperationWish, operate
from wasl.engine.views import operation_view
from wasl.web.auth import calling_store
from wasl.web.payments import find_payment, json_response, shown
from wasl.web.problems import Problem, invalid
from wasl.web.requests import read_json

KEY_MAX: Final = 200
REASON_MAX: Final = 100  # it goes into the gateway's description, beside the operation's id
BY_STORE: Final = "store"


class OperationBody(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done; all that is left, if no amount is said."""

    amount: Annotated[str | None, shown("A decimal in the payment's currency; all that is left without it")] = None
    reason: Annotated[str, shown("Goes to the gateway, and is kept", maxLength=REASON_MAX)] = ""
    tran_ref: Annotated[str, shown("Which of several transactions to act on")] = ""


def routes() -> list[Route]:
    """Everything under a payment that moves money."""
    return [
        Route(f"/v1/payments/{{payment_id}}/{name}", _handler(kind), methods=["POST"])
        for name, kind in (
            ("refunds", OperationKind.REFUND),
            ("captures", OperationKind.CAPTURE),
            ("void", OperationKind.VOID),
        )
    ]


def _handler(kind: OperationKind) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        """201 for a new operation, 200 for the same key again; its state says what is known by now."""
        store = await calling_store(request)
        payment = await find_payment(request)
        engine: Engine = request.app.state.engine
        answer = await operate(engine, store, payment, await _wish(request, payment, kind))
        if isinstance(answer, NotAllowed):
            raise Problem(status=HTTPStatus.UNPROCESSABLE_ENTITY, type_="not-allowed", detail=answer.reason)
        if isinstance(answer, KeyTaken):
            detail = "this Idempotency-Key was used for something else; a new wish needs a new key"
            raise Problem(status=HTTPStatus.CONFLICT, type_="key-taken", detail=detail)
        status = HTTPStatus.CREATED if answer.created else HTTPStatus.OK
        return json_response(operation_view(answer.operation, answer.state), status)

    return handle


async def _wish(request: Request, payment: Payment, kind: OperationKind) -> OperationWish:
    body = await read_json(request, OperationBody, empty=OperationBody())
    if len(body.reason) > REASON_MAX or not (body.reason or " ").isprintable():
        raise invalid("reason", f"a reason has at most {REASON_MAX} printable characters")
    return OperationWish(
        key=_key(request),
        kind=kind,
        amount=_amount(body.amount, payment),
        reason=body.reason,
        by=BY_STORE,
        target=TranRef(body.tran_ref) if body.tran_ref else None,
    )


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "").strip()
    if not 0 < len(key) <= KEY_MAX or not key.isprintable():
        detail = f"send an Idempotency-Key header of 1 to {KEY_MAX} characters, a new one for each new wish"
        raise Problem(status=HTTPStatus.BAD_REQUEST, type_="no-idempotency-key", detail=detail)
    return f"{BY_STORE} {key}"


def _amount(text: str | None, payment: Payment) -> Money | None:
    if text is None:
        return None
    try:
        return Money.parse(text, payment.amount.currency)
    except BadAmount as error:
        raise invalid("amount", str(error)) from error
