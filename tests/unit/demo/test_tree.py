"""The process tree knows its ports and what it has started; journeys and races run it whole."""

import dataclasses
from pathlib import Path

import pytest

from wasl.demo.tree import DemoFailed, Ports, Tree


def test_the_parts_listen_next_to_the_shop() -> None:
    """One number is enough to remember; 0 takes four that are free."""
    assert Ports.from_shop(8080) == Ports(shop=8080, service=8081, emulator=8082, desk=8083)
    assert len(set(dataclasses.astuple(Ports.from_shop(0)))) == 4


def test_a_tree_that_has_not_started_has_neither_store_nor_shop(tmp_path: Path) -> None:
    """Whoever asks too early is told so."""
    tree = Tree(tmp_path, Ports.free())
    with pytest.raises(DemoFailed, match="no store is connected yet"):
        _ = tree.store
    with pytest.raises(DemoFailed, match="no shop is installed yet"):
        _ = tree.shop


async def test_a_command_that_fails_is_named_with_its_complaint(tmp_path: Path) -> None:
    """And a tree without parts stops without complaint."""
    tree = Tree(tmp_path, Ports.free())
    with pytest.raises(DemoFailed, match=r"wasl payment show failed: .*pay_none"):
        await tree.wasl("payment", "show", "pay_none")
    await tree.stop()
