"""The web service: notifications take a raw path, everything else is Starlette."""

from http import HTTPStatus

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from wasl.engine.engine import Engine
from wasl.errors import Unavailable, WaslError
from wasl.web import openapi, operations, payments, returning
from wasl.web.notices import Notices, Receive, Scope, Send, is_notice
from wasl.web.pages import HERE, page
from wasl.web.problems import Problem, from_error

_log = structlog.get_logger(__name__)


class Web:
    """The ASGI application."""

    def __init__(self, engine: Engine) -> None:
        self._notices = Notices(engine)
        self._pages = _starlette(engine)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection's request."""
        if scope["type"] == "http" and _has_nul(scope):
            await PlainTextResponse("nothing here has a NUL in its address\n", 404)(scope, receive, send)
        elif scope["type"] == "http" and is_notice(scope["path"]):
            await self._notices(scope, receive, send)
        else:
            await self._pages(scope, receive, send)


def _has_nul(scope: Scope) -> bool:
    """Whether the address has a NUL in it: PostgreSQL would refuse to look for it, as if the database were at fault."""
    return "\0" in scope["path"] or b"%00" in scope["query_string"]


def _starlette(engine: Engine) -> Starlette:
    application = Starlette(
        routes=[
            *payments.routes(),
            *operations.routes(),
            *returning.routes(),
            *openapi.routes(),
            Route("/healthz", alive),
            Route("/readyz", ready),
            Route("/", home),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        exception_handlers={Problem: _problem, WaslError: _wasl_error, HTTPException: _http_error},
    )
    application.state.engine = engine
    return application


async def alive(_request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("alive\n")


async def ready(request: Request) -> Response:
    """The database answers too."""
    engine: Engine = request.app.state.engine
    try:
        await engine.ledger.ping()
    except Unavailable as error:
        return PlainTextResponse(f"{error}\n", 503)
    return PlainTextResponse("ready\n")


async def home(request: Request) -> Response:
    """A notice without data, until there are accounts."""
    engine: Engine = request.app.state.engine
    return page(request, "home.html", language="auto", by_asking=bool(engine.urls.advice))


async def _problem(_request: Request, error: Exception) -> Response:
    if not isinstance(error, Problem):
        raise error
    return error.response()


async def _wasl_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, WaslError):
        raise error
    _log.error("request_failed", path=request.url.path, error=type(error).__name__, reason=str(error))
    return from_error(error).response()


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if not request.url.path.startswith("/v1/"):
        return PlainTextResponse(f"{error.detail}\n", error.status_code, error.headers)
    response = Problem(status=HTTPStatus(error.status_code), type_="http", detail=error.detail).response()
    response.headers.update(error.headers or {})
    return response
