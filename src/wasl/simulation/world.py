"""One world from one seed: its shops, buyers, gateway and processes, from the first order to the last check."""

import asyncio
import random
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from wasl.domain.money import Currency
from wasl.domain.schedule import WATCH_MS
from wasl.domain.secret import Secret
from wasl.domain.store import AutoRefund, Profile, Store, StoreId
from wasl.domain.time import MINUTE_MS
from wasl.emulator import DEFAULT_PROFILE_ID, DEFAULT_SERVER_KEY, Emulator, EmulatorConfig
from wasl.emulator.profiles import IpnEntry
from wasl.engine.connect import add_store, change_store
from wasl.engine.engine import Engine
from wasl.errors import Unavailable
from wasl.ledger.seal import Seal
from wasl.ledger.transact import Scribe
from wasl.simulation import staff
from wasl.simulation.alarm import Alarm
from wasl.simulation.buyers import BUYER, DAY_S, GOOD_CARD, Purchase, buy
from wasl.simulation.checks import Checks
from wasl.simulation.compare import Compared, compare
from wasl.simulation.faults import Dice, draw_rates
from wasl.simulation.gateway import BASE_URL, Gateway
from wasl.simulation.loop import VirtualLoop
from wasl.simulation.operators import operate_orders
from wasl.simulation.process import PUBLIC_URL, Gone, Process, Surroundings
from wasl.simulation.record import Recorder
from wasl.simulation.season import WORLD, Season
from wasl.simulation.settle import mend, settle
from wasl.simulation.shops import ALERTS, HOOK, ShopDouble, ShopRoad, open_double
from wasl.simulation.stage import Stage
from wasl.simulation.trace import Trace
from wasl.wiring import describe

FIRST_ORDER: Final = 1042
PAYMENTS_MAX: Final = 25  # of one world
ARRIVE_S: Final = 1800.0
QUIET_S: Final = 13 * DAY_S  # a deferred payment is watched for ten days after its page
SHORT_QUIET_S: Final = 4 * DAY_S  # whatever else there is, three days after a page it has an end
PENDING: Final = "P"  # as the gateway writes it
JUMP_MS_MAX: Final = 3 * 3600 * 1000
TWO: Final = 0.6  # how many worlds have two processes
# How often live pages are asked about in a world: most questions find nothing new, and cost the time of other payments.
# A third of the worlds ask as a service does by default, a third leave a page alone for all its life.
WATCHES_MS: Final = (WATCH_MS, 5 * MINUTE_MS, 20 * MINUTE_MS)
# What goes back without a person, and how much of it in a day: less than most orders, or several of them.
POLICIES: Final = ((), (AutoRefund.PAID_TWICE, AutoRefund.OUT_OF_STOCK), tuple(AutoRefund))
CEILINGS: Final = (100_000, 1_500_000)
SEAL: Final = Seal((Secret("a simulated key of at least 32 characters"),))
SAR: Final = Currency.of("SAR")


@dataclass(slots=True, kw_only=True)
class World:
    """Everything there is."""

    seed: int
    stage: Stage
    emulator: Emulator
    checks: Checks
    alarm: Alarm
    gateway: Gateway
    shops: dict[str, ShopDouble] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    season: Season = WORLD
    compared: Compared | None = None

    def listener(self) -> Process | None:
        """See buyers.Site."""
        return self.gateway.listener()

    async def live(self, only: Collection[int]) -> int:
        """From the first order to the last check, with *only* these orders; answers how many had to be mended.

        A broken invariant ends it there.
        """
        self.stage.dice.quiet = True
        await self._open_shops()
        self.stage.dice.quiet = False
        if self.season.orders_s:
            self.stage.spawn(self._business(sorted(only)))
        else:
            for number in sorted(only):
                self._purchase(number)
        self.stage.spawn(self._jump_clocks())
        self.stage.spawn(self._rotate_key())
        if not await self.stage.passes(self.season.faults_s):
            return 0
        self.stage.dice.quiet = True
        self.stage.trace.note("world", "no more faults")
        for process in self.processes:
            process.offset_ms = 0
        if not await self.stage.passes(QUIET_S if self._somebody_waits() else SHORT_QUIET_S):
            return 0
        mended = await self.processes[0].do(lambda engine: mend(self.checks, engine, self.purchases))
        await self.stage.passes(DAY_S / 2)
        await self.processes[0].do(lambda engine: settle(self.checks, engine, self.purchases))
        self.compared = await self.processes[0].do(lambda engine: compare(self.checks, engine, self.purchases))
        return mended

    def _somebody_waits(self) -> bool:
        """Whether the gateway waits for a buyer who may pay elsewhere, or for its own decision about a refund."""
        return any(transaction.status == PENDING for transaction in self.emulator.world.state.transactions)

    # ------------------------------------------------------------------- set-up

    async def _open_shops(self) -> None:
        chance = self.stage.chance
        profile = Profile(base_url=BASE_URL, profile_id=DEFAULT_PROFILE_ID, server_key=Secret(DEFAULT_SERVER_KEY))
        for name in ("cs-cart", "api"):
            address = f"https://{name}.example"
            wanted = Store(
                store_id=StoreId(""),
                name=name,
                platform=name,
                profile=profile,
                currency=SAR,
                cart_prefix="",
                signing_secret=Secret(""),
                created_at=self.stage.now(),
                store_url=address,
                webhook_url=address + HOOK if name == "api" else "",
                alert_url=address + ALERTS,
                page_minutes=chance.choice((5, 10, 20)),
                auto_refund=chance.choice(POLICIES),
                auto_refund_ceiling=chance.choice(CEILINGS),
            )
            made = await self.processes[0].do(partial(add_store, wanted=wanted))
            self.checks.operations.ceilings[made.store.store_id] = wanted.auto_refund_ceiling
            self.shops[address] = open_double(made.store, self.stage, self.checks)
            self.stage.secrets += [made.api_key.reveal(), made.store.signing_secret.reveal()]
        self.stage.secrets += [DEFAULT_SERVER_KEY, BUYER.name, BUYER.email, BUYER.phone, BUYER.street1, GOOD_CARD]
        self._configure_gateway(next(iter(self.shops.values())).store)

    def _configure_gateway(self, store: Store) -> None:
        """Each world's gateway behaves in its own way where the sources leave it open."""
        choose, world = self.stage.chance.choice, self.emulator.world
        switches = {
            "page_expiry": choose(("nothing", "recorded", "notified")),
            "refund": choose(("approved", "approved", "pending")),
            "pending_refund_decided_after_s": choose((3600.0, 2 * DAY_S, 4 * DAY_S)),
            "pending_refund_decision": choose(("approve", "reject")),
            "duplicate_scope": choose(("pages", "everything")),
            "voided_original": choose(("unchanged", "voided")),
            "partial_void": choose(("release", "void")),
            "unpaid_in_cart_query": choose(("listed", "hidden")),
            "unknown_cart_query": choose(("empty", "code_2")),
        }
        world.state.set(switches=msgspec.structs.replace(world.switches, **switches))
        if choose((True, False)):
            entry = IpnEntry(url=f"{PUBLIC_URL}/paytabs/{store.store_id}/ipn")
            self._profile(ipn=(entry,))

    def _profile(self, **changes: object) -> None:
        profiles = self.emulator.world.state.profiles
        key = str(DEFAULT_PROFILE_ID)
        profiles.put(key, msgspec.structs.replace(profiles[key], **changes))

    def _purchase(self, number: int) -> None:
        """One order and everybody who has to do with it, with chances of their own."""
        chance = random.Random(f"{self.seed}/{number}")
        shop = chance.choice(list(self.shops.values()))
        one = Purchase(
            order_id=str(FIRST_ORDER + number),
            shop=shop,
            seed=f"{self.seed}/{number}",
            chance=chance,
            starts_s=chance.uniform(0, ARRIVE_S),
            currency=SAR,
            sum_minor=chance.randrange(100, 1_000_000),
            tran_type=chance.choice(("", "", "", "auth")),
        )
        self.purchases.append(one)
        self.stage.spawn(buy(self, one))
        self.stage.spawn(staff.review(self, one))
        self.stage.spawn(operate_orders(self, one))
        self.stage.spawn(staff.keep_shop(self, one))
        self.stage.spawn(staff.keep_stock(self, one))
        self.stage.spawn(staff.use_profile_elsewhere(self, one))
        self.stage.spawn(staff.pay_after_the_end(self, one))
        self.stage.spawn(staff.forge(self, self.gateway, one))

    # -------------------------------------------------------------- what happens

    async def _business(self, numbers: Sequence[int]) -> None:
        """Orders come one after another, so that only those of the last days have anybody who thinks of them."""
        began, days = self.stage.loop.time(), 0
        for place, number in enumerate(numbers):
            await asyncio.sleep(began + place * self.season.orders_s / len(numbers) - self.stage.loop.time())
            if self.stage.loop.time() - began >= (days + 1) * DAY_S:
                days += 1
                self.season.progress(days, place)
            self._purchase(number)

    async def _jump_clocks(self) -> None:
        for _ in range(self.season.rounds):
            await self.stage.pause(300, 3600)
            if self.stage.dice.happens("clock_jumped"):
                process = self.stage.chance.choice(self.processes)
                process.offset_ms = self.stage.chance.randrange(-JUMP_MS_MAX, JUMP_MS_MAX)
                self.stage.trace.note(process.name, f"its clock is {process.offset_ms / 1000:.0f} s off")
                self.alarm.moved()
                right_s = self.stage.chance.uniform(10, 7200)
                self.checks.clocks.was_off(self.stage.now_ms() + round(right_s * 1000), process.offset_ms)
                await asyncio.sleep(right_s)
                process.offset_ms = 0
                self.stage.trace.note(process.name, "its clock is right again")

    async def _rotate_key(self) -> None:
        await self.stage.pause(60, 2 * ARRIVE_S)
        if not self.stage.dice.happens("key_rotated"):
            return
        key = "-".join(f"{self.stage.chance.getrandbits(50):010X}"[-10:] for _ in range(3))
        self.stage.secrets.append(key)
        self._profile(server_key=key)
        await self.stage.pause(0, 900)
        store_id = next(iter(self.shops.values())).store.store_id
        while True:
            process = self.listener()
            try:
                if process is not None:
                    await process.do(lambda engine: _new_key(engine, store_id, key))
                    self.stage.trace.note("merchant", "gives Wasl the new server key")
                    return
            except (Gone, Unavailable):
                pass
            await self.stage.pause(5, 60)


async def _new_key(engine: Engine, store_id: StoreId, key: str) -> None:
    before = await engine.ledger.store(store_id)
    if before is not None:
        await change_store(engine, before, replace(before, profile=replace(before.profile, server_key=Secret(key))))


def build(
    loop: VirtualLoop,
    seed: int,
    *,
    allowed: Collection[str],
    path: Path,
    recorder: Recorder | None = None,
    season: Season = WORLD,
) -> World:
    """A world that has not begun, on the database at *path*. *allowed* faults may be among its mix."""
    chance = random.Random(seed)
    trace = Trace(now_s=loop.time)
    rates = draw_rates(random.Random(f"{seed}/rates"), allowed) if season.rates is None else season.rates
    dice = Dice(chance=random.Random(f"{seed}/dice"), rates=rates, trace=trace)
    stage = Stage(loop=loop, chance=chance, dice=dice, trace=trace)
    emulator = Emulator(EmulatorConfig(seed=seed), clock=stage)
    observer = sqlite3.connect(path, isolation_level=None)
    checks = Checks(stage=stage, emulator=emulator, observer=observer, order_of=order_of)
    running: list[Process] = []
    alarm = Alarm(stage=stage, observer=observer, processes=running)
    gateway = Gateway(emulator=emulator, stage=stage, processes=running, witness=checks, order_of=order_of)
    world = World(
        seed=seed,
        stage=stage,
        emulator=emulator,
        checks=checks,
        alarm=alarm,
        gateway=gateway,
        processes=running,
        season=season,
    )
    around = Surroundings(
        path=path,
        scribe=Scribe(SEAL, describe),
        session=gateway.session,
        shop_http=lambda process: ShopRoad(process, world.shops),
        changed=checks.changed,
        moved=alarm.moved,
        watch_ms=random.Random(f"{seed}/watch").choice(WATCHES_MS),
    )
    if recorder is not None:
        around = recorder.beside(around)
    count = 2 if chance.random() < TWO else 1
    running.extend(Process(number, stage, around) for number in range(1, count + 1))
    return world


def order_of(cart_id: str) -> str:
    """The order that a cart belongs to: what stands between the store's prefix and the attempt's number."""
    return cart_id.rpartition("-")[0].rpartition("-")[2]
