"""Payments that wait for their notification, in a real ledger, and what that ledger says afterwards."""

import asyncio
import hashlib
import hmac
import itertools
import sqlite3
from pathlib import Path

import asyncpg
import msgspec

from wasl.chance import SystemChance
from wasl.domain.evidence import TranRef
from wasl.domain.money import Currency, Money
from wasl.domain.payment import Answer, Attempt, OrderId, Payment, cart_id_for
from wasl.domain.revise import revise, unpaid
from wasl.domain.store import StoreId
from wasl.domain.time import HOUR_MS, after, rfc3339
from wasl.engine.ports import ByOrder, Ledger
from wasl.settings import Settings
from wasl.wiring import SystemClock, open_ledger

SERVER_KEY = "SJKLMNOPQR-XYZABCDEFG-HIJKLMNOPQ"
PROFILE_ID = 47170
CART_PREFIX = "bench-"
PRICE = Money(1230, Currency.of("AED"))
TOGETHER = 512  # payments that are opened at once
UNSURE = 512  # several times what is in flight when a run ends
GOLDEN = Path(__file__).parents[1] / "tests" / "wire" / "gateway" / "callback-sale.json"
COUNT = """
    SELECT (SELECT count(*) FROM evidence), (SELECT coalesce(sum(heard), 0) FROM evidence),
           (SELECT count(*) FROM payments WHERE state = 'paid'), (SELECT count(*) FROM versions)
"""


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """What a ledger holds: distinct facts, how often they were heard, paid payments, versions for the store."""

    facts: int
    heard: int
    paid: int
    versions: int

    def since(self, before: "Count") -> "Count":
        """What has come to it."""
        return Count(
            facts=self.facts - before.facts,
            heard=self.heard - before.heard,
            paid=self.paid - before.paid,
            versions=self.versions - before.versions,
        )


class Books:
    """One database as the benchmark sees it, beside the service that works on it."""

    def __init__(self, runner: asyncio.Runner, environ: dict[str, str], store_id: str) -> None:
        self._runner = runner
        self._settings = Settings.load(environ)
        self._store_id = StoreId(store_id)
        self._ledger: Ledger = runner.run(open_ledger(self._settings))
        self._numbers = itertools.count(1)
        golden = msgspec.json.decode(GOLDEN.read_bytes())
        # Money taken long before its page was opened would not count.
        self._golden = {**golden, "payment_result": {**golden["payment_result"], "transaction_time": _now()}}
        self.fresh: list[str] = []
        self.used: list[str] = []

    def need(self, count: int) -> None:
        """See to it that *count* payments are open whose notification nobody has sent."""
        while len(self.fresh) < count:
            self._runner.run(self._open(min(TOGETHER, count - len(self.fresh))))

    def take(self, count: int) -> None:
        """The first *count* of the fresh ones were sent. The last of them perhaps in vain: they are not sent again."""
        self.used, self.fresh = self.fresh[: count - UNSURE], self.fresh[count:]

    def count(self) -> Count:
        """What the database holds now."""
        path = self._settings.sqlite_path
        row = self._runner.run(_row(self._settings.database_url)) if path is None else _row_in(path)
        facts, heard, paid, versions = row
        return Count(facts=facts, heard=heard, paid=paid, versions=versions)

    def close(self) -> None:
        """Let go of the database."""
        self._runner.run(self._ledger.close())

    async def _open(self, count: int) -> None:
        payments = [self._payment(next(self._numbers)) for _ in range(count)]
        await asyncio.gather(*(self._keep(payment) for payment in payments))
        self.fresh += [self._notification(payment) for payment in payments]

    async def _keep(self, payment: Payment) -> None:
        await self._ledger.amend(ByOrder(payment.store_id, payment.order_id), lambda _: payment)

    def _payment(self, number: int) -> Payment:
        """A payment whose buyer is on the hosted page."""
        chance, now = SystemChance(), SystemClock().now()
        order_id = OrderId(str(number))
        attempt = Attempt(
            number=1,
            cart_id=cart_id_for(CART_PREFIX, order_id, 1),
            amount=PRICE,
            return_key=chance.token(),
            opened_at=now,
            expires_at=after(now, HOUR_MS),
            answer=Answer.PAGE,
            tran_ref=TranRef(f"TST{number:013}"),
            redirect_url=f"https://gateway.example/payment/page/{number:032x}",
        )
        payment = Payment(
            store_id=self._store_id,
            payment_id=chance.payment_id(now),
            order_id=order_id,
            amount=PRICE,
            live=False,
            return_url="https://shop.example/return",
            language="en",
            created_at=now,
            updated_at=now,
            outcome=unpaid(PRICE),
            attempts=(attempt,),
        )
        return revise(payment, now=now)

    def _notification(self, payment: Payment) -> str:
        """Its signature, a blank, and the compact body of the golden callback, about this payment."""
        (attempt,) = payment.attempts
        said = {"tran_ref": attempt.tran_ref, "cart_id": attempt.cart_id, "cart_description": payment.order_id}
        body = msgspec.json.encode({**self._golden, **said, "ipn_trace": f"IPNS0201.{attempt.tran_ref}"})
        return f"{hmac.new(SERVER_KEY.encode(), body, hashlib.sha256).hexdigest()} {body.decode()}"


def _now() -> str:
    return rfc3339(SystemClock().now())


def _row_in(path: Path) -> tuple[int, ...]:
    connection = sqlite3.connect(path)
    try:
        row: tuple[int, ...] = connection.execute(COUNT).fetchone()
    finally:
        connection.close()
    return row


async def _row(url: str) -> tuple[int, ...]:
    connection = await asyncpg.connect(url)
    try:
        (row,) = await connection.fetch(COUNT)
        return tuple(row)
    finally:
        await connection.close()
