"""The desk shows both sides of the shop's orders, in both languages, also while somebody does not answer."""

import json
import random
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from serving import serving
from unit.demo.standin import API_KEY, Standin
from wasl.demo.buyers import World
from wasl.demo.buyers.browser import Browser
from wasl.demo.buyers.buyer import Buyer
from wasl.demo.desk import DeskSettings, desk_app, main


def settings(standin: Standin) -> DeskSettings:
    """Everything where the fixtures have it."""
    return DeskSettings(
        shop_url=standin.shop_url or "http://127.0.0.1:9",
        wasl_url=standin.url,
        gateway_url=standin.gateway_url,
        api_key=API_KEY,
        shop_name="Dukkan",
    )


@pytest.fixture
async def desk_url(standin: Standin, shop_url: str) -> AsyncIterator[str]:
    """The desk of a shop that listens."""
    assert shop_url == standin.shop_url
    async with desk_app(settings(standin)) as application, serving(application) as url:
        yield url


async def board(http: aiohttp.ClientSession, url: str) -> dict[str, str]:
    """One board as the scripts get it."""
    async with http.get(url) as answer:
        assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
        told: dict[str, str] = await answer.json()
        return told


async def test_before_the_first_order_it_says_what_to_do(desk_url: str) -> None:
    """The page has its links, its hints, and an empty board."""
    browser = Browser(language="en")
    page = await browser.get(f"{desk_url}/")
    assert "What to try" in page.text("tries")
    assert page.refresh_s == 3
    await browser.close()


async def test_the_latest_order_is_shown_until_another_is_asked_for(
    desk_url: str, world: World, standin: Standin
) -> None:
    """A new board has a new digest; the shop's own page asks for one order and its language."""
    async with Buyer(world, random.Random(1)) as first, Buyer(world, random.Random(2)) as second:
        await first.buys()
        older = await board(standin.http, f"{desk_url}/_demo/board?sl=en")
        await second.buys()
        newer = await board(standin.http, f"{desk_url}/_demo/board?sl=en")
        assert older["digest"] != newer["digest"]
        assert second.order_id in newer["html"]
        asked = await board(standin.http, f"{desk_url}/board/{first.order_id}?language=ar")
        assert first.order_id in asked["html"]
        assert "الطلب" in asked["html"]
        watched = await board(standin.http, f"{desk_url}/_demo/board?order_id={first.order_id}&sl=en")
        assert f"<bdi>{first.order_id}</bdi>" in watched["html"]


async def test_an_order_nobody_has_gives_the_empty_board(desk_url: str, standin: Standin) -> None:
    """Nothing is shown, and nothing fails."""
    assert 'class="empty"' in (await board(standin.http, f"{desk_url}/board/7?language=en"))["html"]


async def test_a_shop_that_does_not_answer_leaves_the_page_readable(standin: Standin) -> None:
    """The page comes, without orders."""
    async with desk_app(settings(standin)) as application, serving(application) as url:
        assert 'class="empty"' in (await board(standin.http, f"{url}/_demo/board"))["html"]


def test_what_is_shown_of_the_settings_has_no_key(standin: Standin) -> None:
    """A traceback may be read by anybody."""
    assert API_KEY not in repr(settings(standin))


@pytest.mark.parametrize("content", [None, "{", '{"shop_url": "http://x"}', json.dumps({"unknown": 1})])
def test_settings_that_cannot_be_used_are_refused(
    tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 and one sentence that names the file."""
    path = tmp_path / "desk.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SystemExit, match="2"):
        main(["--config", str(path), "--port", "0"])
    assert str(path) in capsys.readouterr().err
