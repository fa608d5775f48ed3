"""The control API over HTTP: errors are RFC 9457 problems with a sentence."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wasl.emulator import configuring, control
from wasl.emulator.gateway import Emulator
from wasl.emulator.refusals import ControlRefusal
from wasl.emulator.web.http import emulator_of, read_json

PREFIX: Final = "/_control"
PROBLEM: Final = "application/problem+json"
Told = Callable[[Emulator, dict[str, str], Any], dict[str, Any]]


def routes() -> list[Route]:
    """Everything a script can tell the gateway."""
    page, transaction = f"{PREFIX}/pages/{{tran_ref}}", f"{PREFIX}/transactions/{{tran_ref}}"
    return [
        _route(f"{page}/pay", POST=lambda e, path, given: control.pay(e, path["tran_ref"], given)),
        _route(f"{page}/cancel", POST=lambda e, path, _: control.cancel(e, path["tran_ref"])),
        _route(f"{page}/close", POST=lambda e, path, _: control.close(e, path["tran_ref"])),
        _route(f"{page}/expire", POST=lambda e, path, _: control.expire_page(e, path["tran_ref"])),
        _route(f"{page}/faults", PUT=lambda e, path, given: configuring.set_page_faults(e, path["tran_ref"], given)),
        _route(
            f"{transaction}/{{action}}",
            POST=lambda e, path, given: control.act(e, path["tran_ref"], path["action"], given),
        ),
        Route(f"{PREFIX}/transactions", transactions, methods=["GET"]),
        _route(
            f"{PREFIX}/faults",
            GET=lambda e, _, __: configuring.faults(e),
            PUT=lambda e, _, given: configuring.set_faults(e, given),
        ),
        _route(
            f"{PREFIX}/switches",
            GET=lambda e, _, __: configuring.switches(e),
            PUT=lambda e, _, given: configuring.set_switches(e, given),
        ),
        _route(f"{PREFIX}/ipn", PUT=lambda e, _, given: configuring.set_ipn(e, given)),
        _route(
            f"{PREFIX}/profiles",
            GET=lambda e, _, __: configuring.profiles(e),
            POST=lambda e, _, given: configuring.add_profile(e, given),
            created=True,
        ),
        _route(
            f"{PREFIX}/clock",
            GET=lambda e, _, __: configuring.clock(e),
            POST=lambda e, _, given: configuring.advance(e, given),
        ),
        _route(f"{PREFIX}/reset", POST=lambda e, _, __: configuring.reset(e)),
    ]


async def transactions(request: Request) -> Response:
    """What the gateway knows, of one cart or of all."""
    asked = request.query_params
    found = control.transactions(emulator_of(request), cart_id=asked.get("cart_id"), tran_ref=asked.get("tran_ref"))
    return _answer(found)


def problem(status: int, detail: str, *, field: str = "") -> Response:
    """An error of the control API."""
    title = HTTPStatus(status).phrase
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return Response(msgspec.json.encode({**told, **({"field": field} if field else {})}), status, media_type=PROBLEM)


def refused(_request: Request, error: Exception) -> Response:
    """A ControlRefusal as an answer."""
    if not isinstance(error, ControlRefusal):
        raise error
    return problem(error.status, str(error), field=error.field)


def _route(path: str, *, created: bool = False, **methods: Told) -> Route:
    """One path with all its methods. What is *created* by a POST is answered with 201."""

    async def handler(request: Request) -> Response:
        # Starlette answers HEAD where GET is offered.
        tell = methods.get(request.method, methods.get("GET", _nothing))
        value = tell(emulator_of(request), request.path_params, await read_json(request))
        return _answer(value, HTTPStatus.CREATED if created and request.method == "POST" else HTTPStatus.OK)

    return Route(path, handler, methods=list(methods))


def _nothing(_emulator: Emulator, _path: dict[str, str], _given: Any) -> dict[str, Any]:
    return {}


def _answer(value: dict[str, Any], status: int = HTTPStatus.OK) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
