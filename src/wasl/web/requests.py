"""Reading what a store sends: bounded, typed, and refused in words that name the field."""

import asyncio
import re
from datetime import datetime
from http import HTTPStatus
from typing import Final, TypeVar

import msgspec
from starlette.requests import Request

from wasl.domain.time import Instant
from wasl.web.problems import Problem, invalid

BODY_MAX: Final = 64 * 1024
READ_TIMEOUT_S: Final = 15.0
_WHERE: Final = re.compile(r" - at `\$\.?([^`]*)`")
_MISSING: Final = re.compile(r"missing required field `([^`]*)`")

T = TypeVar("T")


async def read_body(request: Request) -> bytes:
    """At most 64 KiB; raises a 413 or 408 problem."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(READ_TIMEOUT_S):
            async for part in request.stream():
                size += len(part)
                if size > BODY_MAX:
                    raise Problem(
                        status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                        type_="too-large",
                        detail=f"a request may have at most {BODY_MAX} bytes",
                    )
                parts.append(part)
    except TimeoutError:
        raise Problem(
            status=HTTPStatus.REQUEST_TIMEOUT, type_="too-slow", detail="the body did not arrive in time"
        ) from None
    return b"".join(parts)


async def read_json(request: Request, shape: type[T], *, empty: T | None = None) -> T:
    """The body as *shape*, or *empty* where there is none.

    Raises a 400 problem if it is no JSON, a 422 that names the field if it does not fit.
    """
    body = await read_body(request)
    if not body and empty is not None:
        return empty
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        text = str(error)
        where = _MISSING.search(text) or _WHERE.search(text)
        raise invalid(where[1] if where else "", _WHERE.sub("", text)) from None
    except (msgspec.DecodeError, RecursionError):
        raise Problem(
            status=HTTPStatus.BAD_REQUEST, type_="not-json", detail="the body must be one JSON object in UTF-8"
        ) from None


def query_instant(text: str | None, field: str) -> Instant | None:
    """An RFC 3339 time of the query string; raises a 422 problem."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise invalid(field, f"{field} is a time such as 2026-11-24T08:00:00Z")
    return Instant(round(moment.timestamp() * 1000))
