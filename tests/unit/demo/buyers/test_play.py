"""The buyers against the shop and a stand-in of the rest, over real HTTP."""

import random
from dataclasses import replace

import pytest

from unit.demo.standin import Standin
from wasl.demo.buyers import World, play
from wasl.demo.buyers.play import cast
from wasl.demo.buyers.stories import STORIES


async def test_every_story_is_right_in_a_world_that_works(world: World) -> None:
    """All buyers, each with what was expected of their order, the one who kills the service last."""
    results = await play(world)
    assert [(result.buyer, result.reason) for result in results if not result.right] == []
    assert [result.buyer for result in results] == [story.name for story in STORIES]
    assert {result.buyer: result.proof for result in results}["callback-lost"] == "query"
    assert all(result.seconds is not None for result in results if result.status in ("P", "F"))


async def test_a_service_that_believes_forgers_is_found_out(world: World, standin: Standin) -> None:
    """The two buyers who are lied for fail, and say why; the others are right all the same."""
    standin.forgives_forgers = True
    results = await play(world, orders=9)
    wrong = {result.buyer: result.reason for result in results if not result.right}
    assert wrong.keys() == {"forged", "other-profile"}
    assert "HTTP 200 to a callback that is not authentic" in wrong["forged"]


async def test_a_service_that_is_away_makes_every_order_wrong(world: World, standin: Standin) -> None:
    """Nobody is right by accident: each row has its reason, and nothing is raised."""
    await standin.kill()
    results = await play(replace(world, patience_s=0.3), orders=2)
    assert [(result.right, bool(result.reason)) for result in results] == [(False, True)] * 2


@pytest.mark.parametrize("orders", [0, 5, len(STORIES), len(STORIES) + 25])
def test_the_seed_chooses_who_comes_again(orders: int) -> None:
    """The script first, then repeats; the same seed casts the same, and who kills the service comes once at most."""
    played = cast(orders, random.Random(3))
    assert len(played) == orders
    assert list(played[: len(STORIES)]) == list(STORIES[:orders])
    assert played == cast(orders, random.Random(3))
    assert sum(story.alone for story in played) <= 1


def test_the_script_has_what_was_promised() -> None:
    """At least fourteen different buyers, of whom exactly one, the last, needs the world for themselves."""
    assert len({story.name for story in STORIES}) == len(STORIES) >= 14
    assert [story.alone for story in STORIES] == [False] * (len(STORIES) - 1) + [True]
