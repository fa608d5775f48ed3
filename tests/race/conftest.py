"""Races: the real add-on in the PHP double, over real HTTP, with the real service and the emulator behind it.

Every interleaving is forced by a pause point of the double or a held call; nothing waits for a clock.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest

from race.counters import Street, running, street
from race.mall import Mall
from wasl.demo.tree import Ports, Tree


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    """Shop, gateway and service, each its own process."""
    with running(Tree(tmp_path_factory.mktemp("race"), Ports.free())) as tree:
        yield tree


@pytest.fixture
async def town(tree: Tree) -> AsyncIterator[Street]:
    """The street in front of it."""
    async with street(tree) as opened:
        yield opened


@pytest.fixture
async def mall(tree: Tree, town: Street) -> AsyncIterator[Mall]:
    """Room for more shops."""
    async with AsyncExitStack() as stack:
        yield Mall(tree=tree, stack=stack, http=town.controls.http)
