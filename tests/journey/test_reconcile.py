"""Three sides drift apart while the service is down; one command finds it, one more mends what it may."""

import asyncio
import contextlib
import json
import random
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from wasl.demo.buyers import World
from wasl.demo.buyers.buyer import Buyer
from wasl.demo.buyers.world import POLL_S
from wasl.demo.tree import Ports, Tree
from wasl.domain.secret import Secret


@pytest.fixture
async def tree(tmp_path: Path) -> AsyncIterator[Tree]:
    """Shop, gateway and service, each its own process."""
    made = Tree(tmp_path, Ports.free())
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


async def reconcile(tree: Tree, *arguments: str) -> tuple[int, dict[str, Any]]:
    """The command on the tree's database: its exit code and its document."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wasl", "reconcile", "--json", *arguments, env=tree.environment(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode in (0, 1), err.decode()
    return process.returncode, json.loads(out)


def differences(document: dict[str, Any], *, mended: bool = False) -> dict[str, str]:
    """Order to difference."""
    return {row["order_id"]: row["difference"] for row in document["rows"] if row["mended"] is mended}


class Street:
    """The people of this journey: buyers, and whoever works in the shop or at the gateway's dashboard."""

    def __init__(self, tree: Tree, http: aiohttp.ClientSession, stack: contextlib.AsyncExitStack) -> None:
        self.tree, self.http, self.stack = tree, http, stack
        self.world = World(
            shop_url=tree.shop_url, wasl_url=tree.service_url, gateway_url=tree.emulator_url,
            api_key=Secret(tree.store.api_key), kill_service=tree.kill_service, start_service=tree.start_service,
        )  # fmt: skip

    async def buyer(self, seed: int) -> Buyer:
        """Somebody with a browser."""
        return await self.stack.enter_async_context(Buyer(self.world, random.Random(seed)))

    async def status(self, order_id: str) -> str:
        """The order's status in the shop."""
        async with self.http.get(f"{self.tree.shop_url}/_demo/orders/{order_id}") as answer:
            return str((await answer.json())["status"])

    async def becomes(self, order_id: str, status: str) -> None:
        """Wait until the shop has this status."""
        async with asyncio.timeout(self.world.patience_s):
            while True:
                if await self.status(order_id) == status:
                    return
                await asyncio.sleep(POLL_S)

    async def sets_by_hand(self, order_id: str, status: str) -> None:
        """A person in the shop's back office."""
        url = f"{self.tree.shop_url}/_demo/orders/{order_id}/status"
        async with self.http.put(url, json={"status": status}) as answer:
            assert answer.status == 200

    async def refunds(self, order_id: str) -> None:
        """A person at the gateway's dashboard."""
        async with self.http.get(f"{self.tree.shop_url}/_demo/orders/{order_id}") as answer:
            tran_ref = (await answer.json())["tran_ref"]
        url = f"{self.tree.emulator_url}/_control/transactions/{tran_ref}/refund"
        async with self.http.post(url, json={}) as answer:
            assert answer.status == 200


@pytest.mark.timeout(120)
async def test_what_drifted_apart_is_found_and_mended(tree: Tree) -> None:
    """Paid, refunded and changed by hand while nobody was listening: each is named, and policy mends its part."""
    async with contextlib.AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        street = Street(tree, http, stack)
        good, rescued, refunded, undone, given = [await street.buyer(seed) for seed in range(5)]
        for buyer in (good, refunded, undone):
            await buyer.pays(await buyer.buys())
            await street.becomes(buyer.order_id, "P")
        page = await rescued.buys()
        await given.buys()
        code, document = await reconcile(tree)
        assert (code, document["summary"]) == (0, "all is well: 5 orders agree")

        await tree.kill_service()
        await rescued.pays(page)
        await street.refunds(refunded.order_id)
        await street.sets_by_hand(undone.order_id, "I")
        await street.sets_by_hand(given.order_id, "P")
        code, document = await reconcile(tree)
        assert (code, differences(document)) == (1, {
            rescued.order_id: "money_unheard",
            refunded.order_id: "return_unheard",
            undone.order_id: "paid_not_in_shop",
            given.order_id: "paid_in_shop_only",
        })  # fmt: skip
        assert await street.status(rescued.order_id) == "N"

        code, document = await reconcile(tree, "--mend")
        left = {undone.order_id: "paid_not_in_shop", given.order_id: "paid_in_shop_only"}
        assert (code, differences(document)) == (1, left)
        assert set(differences(document, mended=True)) == {rescued.order_id, refunded.order_id}
        statuses = [await street.status(one.order_id) for one in (good, rescued, refunded, undone, given)]
        assert statuses == ["P", "P", "P", "I", "P"]

        await street.sets_by_hand(undone.order_id, "P")
        await street.sets_by_hand(given.order_id, "N")
        code, document = await reconcile(tree)
        assert (code, document["rows"], document["summary"]) == (0, [], "all is well: 5 orders agree")
