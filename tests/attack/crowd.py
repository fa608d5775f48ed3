"""Buyers who pay, are declined, cancel, come back and get refunds, whatever happens to the service meanwhile."""

import asyncio
import json
import random
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import aiohttp

from attack.site import Client, Site
from wasl.emulator import configuring, control

AT_ONCE: Final = 12
ORDERS_PER_KILL: Final = 12
PATIENCE_S: Final = 45.0  # an open page that a kill cut off is awaited for 15 s; a shop tries again until then
PAUSE_S: Final = 0.1
THINKS_S: Final = (0.0, 0.4)
DECLINED: Final = {"card": "4000000000009995"}
GONE: Final = (aiohttp.ClientError, OSError, TimeoutError, json.JSONDecodeError)


class Fate(StrEnum):
    """What a buyer does."""

    PAYS = "pays"
    DECLINED = "is declined and leaves"
    TRIES_AGAIN = "is declined and pays on the next page"
    CANCELS = "cancels"
    REFUNDED = "pays and gets everything back"
    PARTLY_REFUNDED = "pays and gets a part back"
    LEAVES = "leaves without paying"


FATES: Final = (*[Fate.PAYS] * 6, Fate.TRIES_AGAIN, Fate.TRIES_AGAIN, *Fate)


@dataclass(slots=True)
class Crowd:
    """`AT_ONCE` buyers at a time, as many orders as are allowed so far; what the service promised is written down."""

    site: Site
    client: Client
    chance: random.Random
    allowed: int = 0
    orders: dict[str, Fate] = field(default_factory=dict)
    opened: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    over: bool = False

    async def run(self) -> None:
        """Until `over`; then those who shop finish first."""
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._shop())

    async def _shop(self) -> None:
        while not self.over:
            if len(self.orders) >= self.allowed:
                await asyncio.sleep(PAUSE_S)
                continue
            order_id, fate = f"o{len(self.orders) + 1}", self.chance.choice(FATES)
            self.orders[order_id] = fate
            await self._buy(order_id, fate)

    async def _buy(self, order_id: str, fate: Fate) -> None:
        ref = await self._page(order_id)
        await asyncio.sleep(self.chance.uniform(*THINKS_S))
        if ref is None or fate is Fate.LEAVES:
            return
        if fate is Fate.CANCELS:
            control.cancel(self.site.emulator, ref)
            return
        if fate in (Fate.DECLINED, Fate.TRIES_AGAIN):
            await self._pay(ref, DECLINED)
        if fate is Fate.TRIES_AGAIN:
            ref = await self._page(order_id, besides=ref)
        if ref is None or fate is Fate.DECLINED:
            return
        await self._pay(ref, {})
        if fate in (Fate.REFUNDED, Fate.PARTLY_REFUNDED):
            self._give_back(ref, "40.00" if fate is Fate.PARTLY_REFUNDED else None)

    async def _page(self, order_id: str, *, besides: str = "") -> str | None:
        """The reference of a live page other than *besides*; None if the shop got none in time."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with suppress(*GONE):
                status, payment = await self.site.open(self.client, order_id)
                if status in (200, 201):
                    self.opened[order_id].add(payment["id"])
                    ref: str | None = payment["attempts"][-1]["tran_ref"]
                    if payment["redirect_url"] and ref != besides:
                        return ref
            await asyncio.sleep(PAUSE_S)
        return None

    async def _pay(self, ref: str, card: dict[str, Any]) -> None:
        """Pay, and perhaps come back to the shop."""
        paid = control.pay(self.site.emulator, ref, card)
        back = paid["return"]
        if back is not None and self.chance.random() < 0.5:
            with suppress(*GONE):
                async with self.site.http.post(back["url"], data=back["fields"], allow_redirects=False) as answer:
                    await answer.read()

    def _give_back(self, ref: str, amount: str | None) -> None:
        """A refund in the gateway's dashboard: its callback may be late, doubled or damaged, but it does come.

        Nobody asks about an order that is paid; a refund whose callback is lost is found by `wasl reconcile`.
        """
        faults = configuring.faults(self.site.emulator)
        kept = {**faults, "callback": {**faults["callback"], "drop": 0.0}}
        configuring.set_page_faults(self.site.emulator, ref, kept)
        control.act(self.site.emulator, ref, "refund", {"amount": amount} if amount else {})
