"""The OpenAPI document and the application agree."""

import msgspec
import pytest

from unit.emulator.web.conftest import Site
from wasl.emulator.web import control, pt2
from wasl.emulator.web.openapi import document


def test_every_route_is_described_and_no_other() -> None:
    """Paths and methods of the API and the control API, one to one."""
    described = {
        (path, method.upper()) for path, item in msgspec.json.decode(document())["paths"].items() for method in item
    }
    routes = (*pt2.routes(), *control.routes())
    served = {(route.path, method) for route in routes for method in route.methods or () if method != "HEAD"}
    assert described == served


def test_every_reference_leads_somewhere() -> None:
    """No schema is named that is not there."""
    text = document().decode()
    schemas = msgspec.json.decode(document())["components"]["schemas"]
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(schemas)


@pytest.mark.asyncio(loop_scope="module")
async def test_it_is_served(site: Site) -> None:
    """As JSON, to anybody on this machine."""
    status, told = await site.json("GET", "/openapi.json")
    assert (status, told["openapi"]) == (200, "3.1.0")
