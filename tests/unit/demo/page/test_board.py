"""Looking at both sides: a silent one is named, and shown as it was last seen."""

import aiohttp

from unit.demo.standin import API_KEY, Standin
from wasl.demo.gateway_control import GatewayControl
from wasl.demo.page.board import Board
from wasl.demo.wasl_api import WaslApi, Wish
from wasl.domain.secret import Secret

WISH = Wish(
    order_id="1042",
    amount="57.90",
    currency="SAR",
    description="Coffee",
    return_url="http://127.0.0.1/",
    language="en",
    customer={},
)


def _board(standin: Standin, http: aiohttp.ClientSession) -> Board:
    wasl = WaslApi(http=http, base_url=standin.url, api_key=Secret(API_KEY))
    return Board(wasl=wasl, gateway=GatewayControl(http=http, base_url=standin.gateway_url))


async def test_both_sides_are_gathered(standin: Standin) -> None:
    """The payment from Wasl, its pages from the gateway."""
    board = _board(standin, standin.http)
    await board.wasl.open(WISH)
    sides = await board.look("1042")
    assert sides.payment is not None
    assert [one.tran_ref for one in sides.transactions] == [sides.payment.attempts[0].tran_ref]
    assert sides.silent == ()


async def test_an_order_wasl_was_never_asked_about_has_no_sides(standin: Standin) -> None:
    """Nothing is shown, and nobody is called silent."""
    sides = await _board(standin, standin.http).look("7")
    assert (sides.payment, sides.silent) == (None, ())


async def test_while_wasl_is_away_its_last_word_is_shown(standin: Standin) -> None:
    """A killed service leaves the page readable."""
    board = _board(standin, standin.http)
    await board.wasl.open(WISH)
    before = await board.look("1042")
    await standin.kill()
    after = await board.look("1042")
    assert after.silent == ("wasl",)
    assert after.payment == before.payment
