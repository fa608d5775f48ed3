"""What is true in the end: the gateway's own transactions, beside what Wasl and the shop made of them."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import msgspec

from attack.crowd import AT_ONCE, Crowd
from attack.shop import Told
from attack.site import Site
from wasl.emulator.records import Kind, Outcome, Transaction

PRICE: Final = Decimal("100.00")
UNPAID: Final = {"": "open", "D": "failed", "C": "canceled"}
OK: Final = 200
ENDED: Final = frozenset({"expired", "canceled", "failed"})
Truth = tuple[str, str, str]
"""State, paid, refunded."""
OPEN: Final[Truth] = ("open", "0.00", "0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What went wrong, in words that name the order or the message; all empty is what was promised."""

    lost: tuple[str, ...]
    wrong: tuple[str, ...]
    doubled: tuple[str, ...]

    @property
    def named(self) -> dict[str, tuple[str, ...]]:
        """Each kind with what was found of it."""
        return {"lost": self.lost, "wrong": self.wrong, "doubled": self.doubled}


@dataclass(slots=True)
class ShopBook:
    """What a shop knows that follows the rules: it takes a version once, and ignores one that it knows or that is old.

    `disorder` names what it must never be told.
    """

    versions: dict[str, dict[int, Any]] = field(default_factory=lambda: defaultdict(dict))
    told: int = 0
    again: int = 0
    disorder: list[str] = field(default_factory=list)

    def hear(self, message: Told, secret: str) -> None:
        """One webhook."""
        if not message.is_signed_with(secret):
            self.disorder.append(f"{message.message_id} is not signed by the store's secret")
        if msgspec.json.decode(message.body)["type"] != "payment.updated":
            return
        data = message.data
        payment_id, version = data["id"], data["version"]
        known, outcome = self.versions[payment_id], _outcome(data)
        self.told += 1
        if message.message_id != f"{payment_id}.{version}":
            self.disorder.append(f"{message.message_id} carries version {version}")
        elif version in known:
            self.again += 1
            if known[version] != outcome:
                self.disorder.append(f"{message.message_id} said two things")
        elif known and version != max(known) + 1:
            self.disorder.append(f"{message.message_id} came after version {max(known)}")
        elif known and known[max(known)] == outcome:
            self.disorder.append(f"{message.message_id} says what version {max(known)} said")
        known[version] = outcome

    def knows(self, payment_id: str) -> Truth | None:
        """The latest it was told; None if nothing."""
        known = self.versions.get(payment_id)
        if not known:
            return None
        latest = known[max(known)]
        return (latest["state"], latest["paid"], latest["refunded"])


def _outcome(data: Mapping[str, Any]) -> dict[str, Any]:
    """A message without what must differ from version to version."""
    return {name: value for name, value in data.items() if name not in ("version", "updated_at")}


def shop_book(site: Site, secret: str) -> ShopBook:
    """Everything the shop was told, in order."""
    book = ShopBook()
    for message in site.shop.told:
        book.hear(message, secret)
    return book


def transactions(site: Site) -> dict[str, list[Transaction]]:
    """The gateway's own, by the order whose number is in their cart."""
    by_order: dict[str, list[Transaction]] = defaultdict(list)
    for transaction in site.emulator.world.state.transactions:
        by_order[transaction.order.cart_id.split("-")[-2]].append(transaction)
    return by_order


def _truth(mine: Iterable[Transaction], carts: set[str]) -> Truth:
    """What an order is to be. One of its *carts* that the gateway knows nothing of may still be paid: it is open."""
    sums: dict[Kind, Decimal] = defaultdict(Decimal)
    letters = {one.order.cart_id: one.status for one in mine if one.kind is Kind.SALE}
    for one in mine:
        if one.status == "A":
            sums[one.kind] += Decimal(str(one.total))
    taken, back = sums[Kind.SALE], sums[Kind.REFUND]
    if not taken:
        state = UNPAID[min(letters.get(cart, "") for cart in carts)]
    elif taken == back:
        state = "refunded"
    else:
        state = "partially_refunded" if taken - back < PRICE else "paid"
    return (state, f"{taken:.2f}", f"{back:.2f}")


async def payments(crowd: Crowd) -> dict[str, Any]:
    """Every payment of the store by its order, over the API."""
    found: dict[str, Any] = {}
    cursor = ""
    while True:
        status, page = await crowd.site.call(crowd.client, "GET", f"/v1/payments?limit=200{cursor}")
        assert status == OK, page
        found |= {one["order_id"]: one for one in page["items"]}
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def _untold(site: Site, one: Transaction) -> bool:
    """Whether this is a refund whose every callback was given up."""
    state = site.emulator.world.state
    outcomes = {state.deliveries[name].outcome for name in state.deliveries_of.get(one.ref, ())}
    return one.kind is Kind.REFUND and outcomes <= {Outcome.EXHAUSTED, Outcome.STOPPED}


def untold(site: Site) -> int:
    """How many refunds nobody could hear of."""
    return sum(_untold(site, one) for one in site.emulator.world.state.transactions)


def wrong(site: Site, known: Mapping[str, Any], book: ShopBook) -> list[str]:
    """Orders that are not what the gateway says, in Wasl or in the shop."""
    found = []
    for order_id, mine in transactions(site).items():
        payment = known.get(order_id)
        if payment is None:
            found.append(f"order {order_id} is at the gateway and unknown here")
            continue
        wanted = _truth(mine, {one["cart_id"] for one in payment["attempts"]} | {one.order.cart_id for one in mine})
        if wanted == OPEN and payment["state"] in ENDED:
            wanted = (payment["state"], *OPEN[1:])  # its pages have ended meanwhile; the gateway has no word for that
        here = (payment["state"], payment["paid"], payment["refunded"])
        if here != wanted:
            # A refund that the gateway gave up telling is found by `wasl reconcile`, and promised to nobody.
            wanted = _truth([one for one in mine if not _untold(site, one)], {one.order.cart_id for one in mine})
        if here != wanted or payment["concern"] != "none":
            found.append(f"order {order_id} is {here} with {payment['concern']}, at the gateway {wanted}")
        elif payment["version"] > 1 and book.knows(payment["id"]) != wanted:
            found.append(f"order {order_id} is {book.knows(payment['id'])} in the shop, at the gateway {wanted}")
    return found


async def lost(crowd: Crowd, known: Mapping[str, Any]) -> list[str]:
    """What was answered 200 and is not there: each 200 to a callback must have been counted as heard."""
    answered = Counter(
        one.ref
        for one in crowd.site.emulator.world.state.deliveries
        for attempt in one.attempts
        if attempt.status == OK
    )
    slots = asyncio.Semaphore(AT_ONCE)

    async def heard(payment: Any) -> Counter[str]:
        async with slots:
            pieces = await crowd.site.evidence(crowd.client, payment["id"])
        return Counter({one["tran_ref"]: one["heard"] for one in pieces if one["voice"] == "callback"})

    kept: Counter[str] = sum(await asyncio.gather(*map(heard, known.values())), start=Counter())
    gone = [f"{ref}: answered 200 {n} times, {kept[ref]} kept" for ref, n in answered.items() if kept[ref] < n]
    opened = {order_id: ids - {known[order_id]["id"]} if order_id in known else ids
              for order_id, ids in crowd.opened.items()}  # fmt: skip
    return gone + [f"order {order_id} was answered as {sorted(ids)}" for order_id, ids in opened.items() if ids]
