"""The API's own description, made from the types that the code reads and writes."""

from functools import cache
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wasl import __version__
from wasl.domain.outcome import Concern, State
from wasl.engine.views import OperationView, PaymentView, StoreView
from wasl.web.operations import KEY_MAX, OperationBody
from wasl.web.payments import EvidenceList, PaymentBody, PaymentDetail, PaymentList
from wasl.web.problems import ProblemDocument

_REF: Final = "#/components/schemas/{name}"
_TYPES: Final = (
    PaymentBody,
    PaymentView,
    PaymentDetail,
    PaymentList,
    EvidenceList,
    OperationBody,
    OperationView,
    StoreView,
    ProblemDocument,
)
_SECURITY: Final[list[dict[str, list[str]]]] = [{"storeKey": []}]
_PROBLEMS: Final = {
    400: "The body is not one JSON object, or an Idempotency-Key is missing",
    401: "The store's key is missing or wrong",
    404: "There is no such payment in this store",
    409: "Money has moved or is on its way; or this Idempotency-Key was used for something else",
    408: "The body did not arrive in time",
    413: "The body is too large",
    422: "A field cannot be used (the document names it), or the gateway refuses and says what to change",
    502: "The gateway did not answer; asking again is safe",
    503: "Nothing can be made durable now",
}


def routes() -> list[Route]:
    """Where the description is."""
    return [Route("/openapi.json", show, methods=["GET"])]


async def show(_request: Request) -> Response:
    """The OpenAPI 3.1 document."""
    return Response(document(), media_type="application/json")


@cache
def document() -> bytes:
    """The description as JSON; it does not change while a process runs."""
    _, schemas = msgspec.json.schema_components(_TYPES, ref_template=_REF)
    paths = {
        "/v1/payments": {"post": _create(), "get": _list()},
        "/v1/payments/{payment_id}": {"get": _read("One payment", PaymentDetail), "parameters": [_PAYMENT_ID]},
        "/v1/payments/{payment_id}/evidence": {
            "get": _read("Everything heard about it, and the part it plays", EvidenceList),
            "parameters": [_PAYMENT_ID],
        },
        "/v1/payments/{payment_id}/cancel": {"post": _cancel(), "parameters": [_PAYMENT_ID]},
        "/v1/payments/{payment_id}/refunds": {"post": _operate("Give money back"), "parameters": [_PAYMENT_ID]},
        "/v1/payments/{payment_id}/captures": {"post": _operate("Take authorised money"), "parameters": [_PAYMENT_ID]},
        "/v1/payments/{payment_id}/void": {"post": _operate("Let an authorisation go"), "parameters": [_PAYMENT_ID]},
        "/v1/store": {"get": _operation("The calling store", {200: StoreView}, problems=(401, 503))},
    }
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "Wasl", "version": __version__, "description": "Amounts are texts, times are RFC 3339."},
            "paths": paths,
            "components": {
                "schemas": schemas,
                "securitySchemes": {"storeKey": {"type": "http", "scheme": "bearer"}},
            },
        }
    )


_PAYMENT_ID: Final = {"name": "payment_id", "in": "path", "required": True, "schema": {"type": "string"}}


def _create() -> dict[str, Any]:
    operation = _operation(
        "A page to pay an order on; the same order asked again gives the same page, or the news that it is paid",
        {201: PaymentView, 200: PaymentView},
        problems=(400, 401, 408, 413, 422, 502, 503),
    )
    body = {"application/json": {"schema": _schema(PaymentBody)}}
    return {**operation, "requestBody": {"required": True, "content": body}}


def _cancel() -> dict[str, Any]:
    return _operation(
        "Cancel an unpaid payment, after asking the gateway, or let an authorisation go; repeating it changes nothing",
        {200: PaymentView},
        problems=(401, 404, 409, 502, 503),
    )


def _operate(summary: str) -> dict[str, Any]:
    operation = _operation(
        f"{summary}. The intent is durable and sent once; the same key again is the same operation",
        {201: OperationView, 200: OperationView},
        problems=(400, 401, 404, 408, 409, 413, 422, 503),
    )
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": KEY_MAX, "pattern": "^[!-~]+$"},
    }
    body = {"application/json": {"schema": _schema(OperationBody)}}
    return {**operation, "parameters": [key], "requestBody": {"required": False, "content": body}}


def _list() -> dict[str, Any]:
    operation = _operation("Payments, most recently changed first", {200: PaymentList}, problems=(401, 422, 503))
    parameters = [
        _query("order_id", {"type": "string"}),
        _query("state", {"type": "string", "enum": [state.value for state in State]}),
        _query("concern", {"type": "string", "enum": [concern.value for concern in Concern]}),
        _query("updated_since", {"type": "string", "format": "date-time"}),
        _query("cursor", {"type": "string", "description": "`next_cursor` of the page before"}),
    ]
    return {**operation, "parameters": parameters}


def _read(summary: str, shape: type) -> dict[str, Any]:
    return _operation(summary, {200: shape}, problems=(401, 404, 503))


def _operation(summary: str, answers: dict[int, type], *, problems: tuple[int, ...]) -> dict[str, Any]:
    good = {
        str(status): {"description": "Done", "content": {"application/json": {"schema": _schema(shape)}}}
        for status, shape in answers.items()
    }
    bad = {
        str(status): {
            "description": _PROBLEMS[status],
            "content": {"application/problem+json": {"schema": _schema(ProblemDocument)}},
        }
        for status in problems
    }
    return {"summary": summary, "security": _SECURITY, "responses": {**good, **bad}}


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _schema(shape: type) -> dict[str, str]:
    return {"$ref": _REF.format(name=shape.__name__)}
