"""Errors as RFC 9457 documents: a stable type, a sentence a person understands, and the field at fault."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import msgspec
from starlette.responses import Response

from wasl.errors import GatewayUnavailable, LedgerUnavailable, Misconfigured, Unavailable, WaslError

TYPE_PREFIX: Final = "urn:wasl:problem:"


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True, rename={"type_": "type"}, omit_defaults=True):
    """The body of every error."""

    type_: str
    title: str
    status: int
    detail: str
    field: str = ""


@dataclass(kw_only=True, eq=False)  # not frozen: the runtime writes tracebacks onto exceptions
class Problem(Exception):
    """One answer that says what is wrong and what to do. `type_` never changes once it is published."""

    status: HTTPStatus
    type_: str
    detail: str
    field: str = ""
    retry_after_s: float = 0

    def response(self) -> Response:
        """The HTTP answer."""
        document = ProblemDocument(
            type_=TYPE_PREFIX + self.type_,
            title=self.status.phrase,
            status=self.status.value,
            detail=self.detail,
            field=self.field,
        )
        headers = {"cache-control": "no-store"}
        if self.retry_after_s:
            headers["retry-after"] = str(max(1, round(self.retry_after_s)))
        if self.status is HTTPStatus.UNAUTHORIZED:
            headers["www-authenticate"] = "Bearer"
        return Response(msgspec.json.encode(document), self.status, headers, media_type="application/problem+json")


def invalid(field: str, detail: str) -> Problem:
    """422: one field of the request cannot be used, and why."""
    return Problem(status=HTTPStatus.UNPROCESSABLE_ENTITY, type_="invalid-field", detail=detail, field=field)


def not_found(what: str) -> Problem:
    """404 for a thing this key may not see or that is not there."""
    return Problem(status=HTTPStatus.NOT_FOUND, type_="not-found", detail=f"there is no such {what} in this store")


def from_error(error: WaslError) -> Problem:
    """The one place that turns an exception of Wasl into HTTP."""
    match error:
        case GatewayUnavailable():
            status, type_ = HTTPStatus.BAD_GATEWAY, "gateway-unavailable"
        case LedgerUnavailable():
            status, type_ = HTTPStatus.SERVICE_UNAVAILABLE, "not-durable"
        case Misconfigured():
            status, type_ = HTTPStatus.BAD_GATEWAY, "misconfigured"
        case _:
            status, type_ = HTTPStatus.INTERNAL_SERVER_ERROR, "internal"
    retry_after_s = error.retry_after_s if isinstance(error, Unavailable) else 0
    return Problem(status=status, type_=type_, detail=str(error), retry_after_s=retry_after_s)
