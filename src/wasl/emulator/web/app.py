"""The emulator as an ASGI application."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from wasl.emulator.api import PATHS
from wasl.emulator.gateway import Emulator
from wasl.emulator.refusals import ControlRefusal
from wasl.emulator.web import control, desk, hosted, openapi, pt2, texts
from wasl.emulator.web.guard import Guard
from wasl.emulator.web.http import TOO_LARGE, TooLarge


def application(emulator: Emulator) -> ASGIApp:
    """Everything the emulator serves, behind its guard."""
    inner = Starlette(
        routes=[
            *pt2.routes(),
            *hosted.routes(),
            *control.routes(),
            *desk.routes(),
            Route("/openapi.json", describe, methods=["GET"]),
            Mount("/static", StaticFiles(directory=texts.HERE / "static")),
        ],
        exception_handlers={
            ControlRefusal: control.refused,
            TooLarge: _too_large,
            ClientDisconnect: _gone,
            HTTPException: _http_error,
        },
    )
    inner.state.emulator = emulator
    return Guard(inner, emulator.config)


async def describe(_request: Request) -> Response:
    """The OpenAPI document of the PT2 endpoints and the control API."""
    return Response(openapi.document(), media_type="application/json")


def _too_large(request: Request, _error: Exception) -> Response:
    return _refuse(request, TOO_LARGE, "Request is too large")


def _gone(_request: Request, _error: Exception) -> Response:
    return Response(status_code=400)  # the caller hung up in the middle of its body


def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    answer = _refuse(request, error.status_code, error.detail)
    answer.headers.update(error.headers or {})
    return answer


def _refuse(request: Request, status: int, message: str) -> Response:
    """An error of the shell, in the form of whatever was asked for."""
    if request.url.path in PATHS:
        return pt2.refusal(request, status, message)
    if request.url.path.startswith(control.PREFIX):
        return control.problem(status, f"{message}.")
    return PlainTextResponse(f"{message}\n", status)
