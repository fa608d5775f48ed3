"""The PT2 API over HTTP."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wasl.emulator import wire
from wasl.emulator.api import JSON, PATHS
from wasl.emulator.refusals import INVALID
from wasl.emulator.web.http import SILENCE_S_MAX, base_url, emulator_of, hang_up, read_body


def routes() -> list[Route]:
    """One route per endpoint, POST only."""
    return [Route(path, endpoint, methods=["POST"]) for path in PATHS]


async def endpoint(request: Request) -> Response:
    """Hand the body to the gateway, and its answer back; or lose it."""
    answer = emulator_of(request).post(
        request.url.path,
        await read_body(request),
        key=request.headers.get("authorization"),
        base_url=base_url(request),
    )
    if answer.fate == "lost":
        return await hang_up(request, after_s=0)
    if answer.fate == "silent":
        return await hang_up(request, after_s=SILENCE_S_MAX)
    return Response(answer.body, answer.status, media_type=answer.content_type)


def refusal(request: Request, status: int, message: str) -> Response:
    """An error of the shell itself in the gateway's form."""
    trace = emulator_of(request).world.new_trace("PMNT0101")
    return Response(msgspec.json.encode(wire.refused(INVALID, message, trace)), status, media_type=JSON)
