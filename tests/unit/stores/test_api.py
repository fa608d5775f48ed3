"""The `api` connector: what an application knows, and whether it answers."""

from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from builders import PRICE, payment, said, store
from serving import serving
from wasl.domain.fold import fold
from wasl.domain.payment import Payment
from wasl.domain.reconcile import ShopOrder
from wasl.errors import StoreUnavailable
from wasl.stores.api import Api
from wasl.stores.http import ShopHttp
from worlds import SetClock


def paid(told: int) -> Payment:
    """A payment that is paid since version 2, of which so much was acknowledged."""
    made = payment(evidence=(said(),), version=2, told=told)
    return replace(made, outcome=fold(made))


@pytest.mark.parametrize(
    ("known", "status", "counts"),
    [(paid(2), "paid", True), (paid(1), "version 1", None), (payment(), "open", False)],
    ids=["acknowledged", "behind", "unpaid"],
)
async def test_an_application_has_what_it_acknowledged(known: Payment, status: str, counts: bool | None) -> None:  # noqa: FBT001  a case of the table
    """Nobody is called: with the latest version acknowledged it agrees, before that it says nothing about money."""
    order = await Api(ShopHttp(), SetClock()).read(store(platform="api"), known)
    wanted = known.outcome.state.value
    assert order == ShopOrder(status=status, wanted=wanted, paid=counts, amount=PRICE)


async def test_a_greeting_is_signed_and_says_nothing_about_a_payment() -> None:
    """Taken it is good; refused it is a reason; without an address nobody is called."""
    heard: list[tuple[str, dict[str, Any]]] = []
    answers = [200, 404]

    async def hook(request: Request) -> Response:
        heard.append((request.headers["webhook-signature"], await request.json()))
        return Response(status_code=answers.pop(0))

    async with serving(Starlette(routes=[Route("/hook", hook, methods=["POST"])])) as url:
        http = ShopHttp()
        api, shop = Api(http, SetClock()), store(platform="api", webhook_url=f"{url}/hook")
        assert "takes signed webhooks" in await api.greet(shop)
        with pytest.raises(StoreUnavailable, match="404"):
            await api.greet(shop)
        assert "ask by itself" in await api.greet(replace(shop, webhook_url=""))
        await http.close()
    assert [(signature[:3], body["type"]) for signature, body in heard] == [("v1,", "ping")] * 2
