"""Sends a running Wasl the notifications that payment libraries stumble over, and says what it makes of each.

Exit 1 if an answer is not the promised one. The same messages were sent to two other libraries; what they did is in
docs/correctness.md.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from attack.site import Client, Notice, Site, open_site, signed
from wasl.domain.payment import PaymentId
from wasl.domain.store import StoreId
from wasl.engine.ports import ByPayment
from wasl.wiring import wired

ORDER = "100.00"


class Answer(NamedTuple):
    """The HTTP status, and what the payment then is."""

    status: int
    state: str
    paid: str
    concern: str


class Probe:
    """One store on a running service."""

    def __init__(self, site: Site, client: Client) -> None:
        self._site, self._client = site, client
        self._orders = 0

    async def notice(self) -> Notice:
        """The callback of a new order that is paid at the gateway; nobody has sent it yet."""
        self._orders += 1
        (made,) = await self._site.paid(self._client, [str(self._orders)])
        return made

    async def send(self, notice: Notice, *, signature: str | None = "") -> Answer:
        """Send it, with its own signature unless another or none is given."""
        proof = notice.signature if signature == "" else signature
        status = await self._site.post(notice.url, notice.body, proof)
        payment = await self._site.payment(self._client, notice.payment_id)
        return Answer(status, payment["state"], payment["paid"], payment["concern"])

    async def keeps(self, notice: Notice) -> bool:
        """Whether the bytes that were sent can be read back."""
        store_id, payment_id = StoreId(self._client.store_id), PaymentId(notice.payment_id)
        async with wired(self._site.settings) as engine:
            kept = await engine.ledger.raw_evidence(store_id, payment_id)
            known = await engine.ledger.payment(ByPayment(store_id, payment_id))
        return notice.body in kept and known is not None


def saying(notice: Notice, *, status: str = "", amount: str = "") -> Notice:
    """The same notification with another letter or amount, signed by the gateway all the same."""
    body: dict[str, Any] = msgspec.json.decode(notice.body)
    if status:
        result = {"response_status": status, "response_code": "000", "response_message": "said by the probe"}
        body["payment_result"] = {**body["payment_result"], **result}
    if amount:
        body |= {"cart_amount": amount, "tran_total": amount}
    raw = msgspec.json.encode(body)
    return replace(notice, body=raw, signature=signed(raw))


async def again(probe: Probe) -> Answer:
    """Twice the same."""
    notice = await probe.notice()
    await probe.send(notice)
    return await probe.send(notice)


async def worse_after_paid(probe: Probe, letter: str) -> Answer:
    """Paid, then bad news of the same transaction."""
    notice = await probe.notice()
    await probe.send(notice)
    return await probe.send(saying(notice, status=letter))


async def paid_after_expired(probe: Probe) -> Answer:
    """Bad news, then paid."""
    notice = await probe.notice()
    await probe.send(saying(notice, status="X"))
    return await probe.send(notice)


async def of(probe: Probe, amount: str) -> Answer:
    """Another amount than the order's."""
    return await probe.send(saying(await probe.notice(), amount=amount))


async def plain(probe: Probe) -> Answer:
    """As it should be."""
    return await probe.send(await probe.notice())


async def unsigned(probe: Probe) -> Answer:
    """Without a signature."""
    return await probe.send(await probe.notice(), signature=None)


PAID = Answer(200, "paid", ORDER, "none")
HELD_BACK = Answer(200, "open", "0.00", "amount_mismatch")
SCENARIOS: dict[str, tuple[Callable[[Probe], Awaitable[Answer]], Answer]] = {
    "signed paid": (plain, PAID),
    "the same again": (again, PAID),
    "late expired after paid": (lambda probe: worse_after_paid(probe, "X"), PAID),
    "late cancelled after paid": (lambda probe: worse_after_paid(probe, "C"), PAID),
    "signed 1.00 for 100.00": (lambda probe: of(probe, "1.00"), HELD_BACK),
    "signed over-payment of 200.00": (lambda probe: of(probe, "200.00"), HELD_BACK),
    "unsigned": (unsigned, Answer(401, "open", "0.00", "none")),
    "paid after expired": (paid_after_expired, PAID),
}


async def main() -> None:
    """Every scenario on an order of its own, then whether the bytes were kept."""
    wrong = 0
    print(f"{'scenario':<32}{'HTTP':>5}  {'state':<8}{'paid':>8}  concern")
    with tempfile.TemporaryDirectory(prefix="wasl-probe-") as folder:
        async with open_site(Path(folder)) as site:
            await site.service.start()
            probe = Probe(site, await site.connect())
            for name, (scenario, promised) in SCENARIOS.items():
                answer = await scenario(probe)
                wrong += answer != promised
                note = "" if answer == promised else f"   promised: {promised}"
                print(f"{name:<32}{answer.status:>5}  {answer.state:<8}{answer.paid:>8}  {answer.concern}{note}")
            notice = await probe.notice()
            await probe.send(notice)
            kept = await probe.keeps(notice)
            print(f"{'raw event stored':<32}{'yes' if kept else 'no':>5}")
    sys.exit(1 if wrong or not kept else 0)


if __name__ == "__main__":
    asyncio.run(main())
