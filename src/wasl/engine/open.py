"""A store asks for money: record the wish, ask the gateway for a page, record its answer."""

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from wasl.domain.money import Money
from wasl.domain.paying import ATTEMPTS_MAX, Next, next_page
from wasl.domain.payment import Answer, Attempt, OrderId, Payment, cart_id_for, cart_number
from wasl.domain.revise import unpaid
from wasl.domain.store import Store
from wasl.domain.time import MINUTE_MS, Instant, after
from wasl.engine.engine import Engine
from wasl.engine.ports import ByOrder, ByPayment, Contact, OpenedPage, PageRefused, PageWish
from wasl.errors import GatewayUnavailable, Misconfigured, required

GATEWAY_TRIES: Final = 2  # a lost answer opens the next attempt at once; a second loss is told to the store
OPEN_S: Final = 9.0  # for everything: a shop waits ten seconds for its page, and then tells its buyer that it failed
AWAIT_STEP_S: Final = 0.1
_NO_ANSWER: Final = "the payment gateway did not answer; asking again is safe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a store asks for."""

    order_id: OrderId
    amount: Money
    description: str
    return_url: str
    language: str = ""
    customer: Contact | None = None
    shipping: Contact | None = None
    tran_type: str = ""
    methods: tuple[str, ...] = ()
    metadata: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The payment as it now is: with a page to pay on, or with the news why there is none."""

    payment: Payment
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOpened:
    """The gateway refuses to open a page, or the order has used up its attempts."""

    reason: str


async def open_payment(engine: Engine, store: Store, wish: Wish) -> Opened | NotOpened:
    """The page for this order. The same order asked again gives the same live page, or the news that it is paid.

    Raises GatewayUnavailable if the gateway's answer was lost twice or nine seconds are over; repeating is safe, and
    nothing is forgotten: lost pages are asked about until their life ends.
    """
    created, deadline = False, asyncio.get_running_loop().time() + OPEN_S
    for _ in range(GATEWAY_TRIES):
        key = engine.chance.token()
        payment, new = await _record_wish(engine, store, wish, key, deadline)
        created = created or new
        attempt = payment.last_attempt
        if attempt is None or attempt.return_key != key:
            return _as_it_is(engine, payment, wish)
        try:
            async with asyncio.timeout_at(deadline):
                answer = await engine.gateway.open_page(store.profile, _page_wish(engine, store, wish, attempt))
        except (GatewayUnavailable, TimeoutError):
            await _record_answer(engine, payment, attempt, Answer.LOST)
            if asyncio.get_running_loop().time() >= deadline:
                break
            continue
        except Misconfigured as error:
            answer = PageRefused(code=0, message=str(error))
        if isinstance(answer, PageRefused):
            await _record_answer(engine, payment, attempt, Answer.REFUSED)
            return NotOpened(reason=answer.message)
        return Opened(payment=await _record_answer(engine, payment, attempt, answer), created=created)
    raise GatewayUnavailable(_NO_ANSWER, retry_after_s=5)


def _as_it_is(engine: Engine, payment: Payment, wish: Wish) -> Opened | NotOpened:
    """No attempt of ours was added: there is a live page, news, or no attempt left."""
    if _wants_page(payment, wish, engine.now()):
        return NotOpened(reason=f"this order has used up its {ATTEMPTS_MAX} attempts")
    return Opened(payment=payment, created=False)


async def _record_wish(engine: Engine, store: Store, wish: Wish, key: str, deadline: float) -> tuple[Payment, bool]:
    """The payment with an attempt to open under our *key*, or as somebody else has opened it meanwhile."""
    fresh = False
    while True:
        now = engine.now()

        def change(payment: Payment | None, now: Instant = now) -> Payment:
            nonlocal fresh
            fresh = payment is None
            current = payment or _new_payment(engine, store, wish, now)
            return engine.revise(_wished(current, store, wish, key, now), now=now)

        kept = await engine.ledger.amend(ByOrder(store.store_id, wish.order_id), change)
        payment = required(kept, "a wish always makes a payment")
        if _is_ours(payment, key) or next_page(payment, now=now) is not Next.AWAIT:
            return payment, fresh
        if asyncio.get_running_loop().time() > deadline:
            raise GatewayUnavailable(_NO_ANSWER, retry_after_s=5)
        await asyncio.sleep(AWAIT_STEP_S)


def _is_ours(payment: Payment, key: str) -> bool:
    return payment.last_attempt is not None and payment.last_attempt.return_key == key


def _new_payment(engine: Engine, store: Store, wish: Wish, now: Instant) -> Payment:
    return Payment(
        store_id=store.store_id,
        payment_id=engine.chance.payment_id(now),
        order_id=wish.order_id,
        amount=wish.amount,
        live=store.live,
        return_url=wish.return_url,
        language=wish.language,
        metadata=wish.metadata,
        created_at=now,
        updated_at=now,
        outcome=unpaid(wish.amount),
    )


def _wished(payment: Payment, store: Store, wish: Wish, key: str, now: Instant) -> Payment:
    """Pure: what the wish makes of the payment as it is. While unpaid, another amount supersedes the old page."""
    if _wants_page(payment, wish, now) and len(_without_refused(payment)) < ATTEMPTS_MAX:
        return _with_attempt(
            replace(payment, amount=wish.amount, live=payment.live or store.live), store, wish, key, now
        )
    return payment


def _wants_page(payment: Payment, wish: Wish, now: Instant) -> bool:
    """Whether the wish needs a page of its own."""
    following = next_page(payment, now=now)
    return following is Next.NEW_PAGE or (following is Next.SAME_PAGE and payment.amount != wish.amount)


def _with_attempt(payment: Payment, store: Store, wish: Wish, key: str, now: Instant) -> Payment:
    earlier, last = _without_refused(payment), payment.last_attempt
    attempt = Attempt(
        number=len(earlier) + 1,
        cart_id=cart_id_for(store.cart_prefix, wish.order_id, cart_number(last.cart_id) + 1 if last else 1),
        amount=wish.amount,
        return_key=key,
        opened_at=now,
        expires_at=after(now, store.page_minutes * MINUTE_MS),
    )
    return replace(payment, attempts=(*earlier, attempt), return_url=wish.return_url, language=wish.language)


def _without_refused(payment: Payment) -> tuple[Attempt, ...]:
    """The attempts, less a last one that the gateway refused: nobody could pay there, so the next takes its place.

    It gets a cart of its own all the same: the gateway may take the same cart for a repeat.
    """
    last = payment.last_attempt
    closed = {closing.attempt for closing in payment.closings}
    refused = last is not None and last.answer is Answer.REFUSED and last.number not in closed
    return payment.attempts[:-1] if refused else payment.attempts


def _page_wish(engine: Engine, store: Store, wish: Wish, attempt: Attempt) -> PageWish:
    return PageWish(
        cart_id=attempt.cart_id,
        amount=attempt.amount,
        description=wish.description,
        return_url=engine.urls.returning(store, attempt.return_key),
        callback_url=engine.urls.callback(store),
        language=wish.language or store.language,
        page_minutes=store.page_minutes,
        tran_type=wish.tran_type or store.tran_type,
        methods=wish.methods or store.methods,
        customer=wish.customer,
        shipping=wish.shipping,
        theme_id=store.theme_id,
        alt_currency=store.alt_currency,
        hide_shipping=store.hide_shipping,
    )


async def _record_answer(engine: Engine, payment: Payment, attempt: Attempt, answer: OpenedPage | Answer) -> Payment:
    """Keep what the gateway said of this attempt. What was heard of its cart in the meantime is folded in too."""
    now = engine.now()
    answered = (
        replace(attempt, answer=Answer.PAGE, tran_ref=answer.tran_ref, redirect_url=answer.redirect_url)
        if isinstance(answer, OpenedPage)
        else replace(attempt, answer=answer)
    )

    def change(current: Payment | None) -> Payment | None:
        if current is None:
            return None
        attempts = tuple(answered if known.number == attempt.number else known for known in current.attempts)
        return engine.revise(replace(current, attempts=attempts), now=now)

    key = ByPayment(payment.store_id, payment.payment_id)
    kept = required(await engine.ledger.amend(key, change), "payments are never removed")
    engine.wake(ask_at=kept.ask_at, tell_at=kept.tell_at)
    return kept
