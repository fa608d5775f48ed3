"""The hosted page: opened by a merchant, used once by a buyer (PayTabs reference §9)."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import msgspec

from wasl.emulator import cards, forms, wire
from wasl.emulator.cards import Card
from wasl.emulator.deciding import begin, decide
from wasl.emulator.forms import Corrections, PayForm
from wasl.emulator.methods import METHODS, Way
from wasl.emulator.money import Money
from wasl.emulator.notices import announce
from wasl.emulator.records import Instrument, Kind, Page, Proof, Stage, Transaction
from wasl.emulator.rulings import (
    APPROVED,
    CANCELLED,
    EXPIRED,
    FILTERED,
    PROOF_ABANDONED,
    PROOF_REJECTED,
    REFUSED,
    RULINGS,
    Ruling,
    awaiting_payment,
)
from wasl.emulator.saved_cards import save_card
from wasl.emulator.world import SECOND_MS, World

DEFERRED_EVENT: Final = "deferred"
NO_PAYMENT: Final = Instrument(description="No Payment")
UNENROLLED: Final = Proof(level=1, status=1, enrolled="N")
CAVV_BYTES: Final = 20


class PageClosed(Exception):
    """The link is used up or too old, or the buyer is elsewhere on it; `stage` says which."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(f"the page is {stage}")
        self.stage = stage


class Corrected(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was sent to a bank: inputs by name, with what is wrong."""

    wrong: Corrections


class Onwards(msgspec.Struct, frozen=True, kw_only=True):
    """The buyer goes on to another step of the same page: the bank's, a partner's, or another try."""

    page: Page
    declined: bool = False


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """The page is done. The browser takes `fields` to `url` after `wait_ms`; no `url`: the gateway's own page."""

    page: Page
    transaction: Transaction
    method: str
    url: str
    fields: dict[str, str]
    wait_ms: int


Step = Corrected | Onwards | Leaving


def pay(world: World, page: Page, form: PayForm) -> Step:
    """The buyer sends the card form. Raises PageClosed."""
    _ensure(page, Stage.OPEN)
    customer = forms.merged(page.order.customer, form)
    on_page = world.switches.card_filter_refusal == "page"
    wrong = {
        **forms.check_billing(world, customer),
        **forms.check_card(page, form, now_ms=world.now(), filters=on_page),
    }
    amount = forms.read_donation(page, form, world.decimals(page.order.amount.currency))
    expiry = forms.read_expiry(form, world.now())
    if amount is None:
        wrong["amount"] = forms.Wrong.AMOUNT
    if wrong or amount is None or expiry is None:
        return Corrected(wrong=wrong)
    digits = cards.digits_of(form.number)
    card = cards.read_card(digits, cvv=form.cvv, month=expiry[0], year=expiry[1])
    page = msgspec.structs.replace(
        page,
        order=msgspec.structs.replace(page.order, customer=customer, amount=amount),
        card=card,
        total=_discounted(page, digits, amount),
        method=forms.method_of(page, card.scheme),
        saves_card=page.rules.tokenise > 0 and (form.save_card or not page.rules.asks_to_save),
    )
    if not forms.passes_filter(page, digits):
        return _conclude(world, page, FILTERED, instrument=_instrument(card), proof=UNENROLLED)
    if card.verify:
        return _move(world, page, Stage.PROOF)
    return _conclude_card(world, page, card, UNENROLLED)


def prove(world: World, page: Page, otp: str | None) -> Step:
    """The buyer types the bank's one-time password, or (None) gives up on the bank's page. Raises PageClosed."""
    card = _ensure(page, Stage.PROOF).card
    if card is None:
        raise PageClosed(page.stage)
    if otp is None or otp.strip() != cards.OTP:
        proof = Proof(level=2, status=4, enrolled="Y", answer="N", eci="07")
        return _conclude(world, page, PROOF_REJECTED, instrument=_instrument(card), proof=proof)
    cavv = world.chance.randbytes(CAVV_BYTES).hex().upper()
    return _conclude_card(world, page, card, Proof(level=2, status=4, enrolled="Y", answer="Y", eci="05", cavv=cavv))


def choose(world: World, page: Page, code: str) -> Step:
    """The buyer takes a method other than a card. Raises PageClosed, or KeyError for one that is not offered."""
    _ensure(page, Stage.OPEN)
    method = METHODS[code]
    if code not in page.rules.methods or method.way is Way.CARD:
        raise KeyError(code)
    page = msgspec.structs.replace(page, method=code)
    if method.way is Way.PARTNER:
        return _move(world, page, Stage.PARTNER)
    number = world.new_number(method.digits)
    step = _conclude(world, page, awaiting_payment(number), instrument=Instrument(method=method.title))
    due_ms = world.now() + round(world.switches.deferred_life_s * SECOND_MS)
    world.schedule(due_ms, DEFERRED_EVENT, page.ref)
    return step


def agree(world: World, page: Page, *, agreed: bool) -> Step:
    """The buyer agrees at a partner's page, or is refused there. Raises PageClosed."""
    _ensure(page, Stage.PARTNER)
    instrument = Instrument(method=METHODS[page.method].title)
    return _conclude(world, page, APPROVED if agreed else REFUSED, instrument=instrument)


def cancel(world: World, page: Page) -> Step:
    """The buyer presses cancel, wherever they are. Raises PageClosed."""
    if page.stage is Stage.PROOF:
        return prove(world, page, None)
    if page.stage not in (Stage.OPEN, Stage.PARTNER):
        raise PageClosed(page.stage)
    return _conclude(world, page, CANCELLED, instrument=NO_PAYMENT)


def close(world: World, page: Page) -> Transaction:
    """The buyer closes the tab: nothing is known of it, except by the bank on whose page they were (345)."""
    if page.stage is Stage.PROOF:
        return _abandon(world, page, at_ms=world.now())
    if page.stage not in (Stage.OPEN, Stage.PARTNER):
        raise PageClosed(page.stage)
    return world.state.transactions[page.ref]


def expire(world: World, page: Page, *, at_ms: int) -> Transaction:
    """The page's life ends. Raises PageClosed if it had ended before."""
    if page.stage is Stage.PROOF:
        return _abandon(world, page, at_ms=at_ms)
    if page.stage not in (Stage.OPEN, Stage.PARTNER):
        raise PageClosed(page.stage)
    world.state.pages.put(page.token, msgspec.structs.replace(page, stage=Stage.EXPIRED))
    transaction = world.state.transactions[page.ref]
    if world.switches.page_expiry == "nothing":
        return transaction
    transaction = decide(world, transaction, EXPIRED, at_ms=at_ms)
    if world.switches.page_expiry == "notified":
        announce(world, transaction)
    return transaction


def _abandon(world: World, page: Page, *, at_ms: int) -> Transaction:
    instrument = _instrument(page.card) if page.card else NO_PAYMENT
    transaction = msgspec.structs.replace(world.state.transactions[page.ref], instrument=instrument)
    transaction = decide(world, transaction, PROOF_ABANDONED, at_ms=at_ms)
    world.state.pages.put(page.token, msgspec.structs.replace(page, stage=Stage.EXPIRED, card=None))
    announce(world, transaction)
    return transaction


def _ensure(page: Page, stage: Stage) -> Page:
    if page.stage is not stage:
        raise PageClosed(page.stage)
    return page


def _move(world: World, page: Page, stage: Stage) -> Onwards:
    page = msgspec.structs.replace(page, stage=stage)
    world.state.pages.put(page.token, page)
    return Onwards(page=page)


def _conclude_card(world: World, page: Page, card: Card, proof: Proof) -> Step:
    """The bank's answer to a card it has nothing more to ask about."""
    ruling = RULINGS[card.bank]
    if ruling.status == "H" and page.kind is Kind.REGISTER:
        ruling = APPROVED  # there is no money to hold
    return _conclude(world, page, ruling, instrument=_instrument(card), proof=proof)


def _conclude(world: World, page: Page, ruling: Ruling, *, instrument: Instrument, proof: Proof | None = None) -> Step:
    kind = page.kind
    if ruling.status == "H":
        kind = Kind.AUTH  # a sale that is held takes nothing yet (reference §3.6)
    elif ruling.status == "P":
        kind = Kind.PAYMENT_REQUEST
    before = world.state.transactions[page.ref]
    total = page.total or page.order.amount
    transaction = msgspec.structs.replace(
        before,
        kind=kind,
        original_kind=page.kind if kind is not page.kind else None,
        order=page.order,
        total=total,
        instrument=instrument,
        proof=proof,
        method=page.method,
        invoice_id=_invoice_id(world, page, total),
    )
    transaction = decide(world, transaction, ruling)
    if ruling.status == "A" and page.saves_card and page.card:
        transaction = save_card(world, transaction, page.card, kind=page.rules.tokenise)
    return _end(world, page, transaction)


def _end(world: World, page: Page, transaction: Transaction) -> Step:
    """Tell the merchant, and let the buyer go: back to the shop, or to another try where the profile allows it."""
    order, gap_ms = world.switches.delivery_order, round(world.switches.delivery_gap_s * SECOND_MS)
    announce(world, transaction, after_ms=gap_ms if order == "return_first" else 0)
    tries = page.tries + 1
    if transaction.status == "D" and tries < world.switches.attempts_per_page:
        again = begin(world, page.kind, page.order, root_ref=transaction.root_ref)
        page = msgspec.structs.replace(page, ref=again.ref, stage=Stage.OPEN, tries=tries, card=None, total=None)
        world.state.pages.put(page.token, page)
        return Onwards(page=page, declined=True)
    page = msgspec.structs.replace(page, stage=Stage.DONE, tries=tries, card=None)
    world.state.pages.put(page.token, page)
    return leaving(world, page, wait_ms=gap_ms if order == "callback_first" else 0)


def leaving(world: World, page: Page, *, wait_ms: int = 0) -> Leaving:
    """Where a buyer whose page is done is sent, and with what."""
    transaction, rules = world.state.transactions[page.ref], page.rules
    profile = world.state.profiles[str(page.order.profile_id)]
    bare = rules.return_url.lower().startswith("http:") and world.switches.plain_http_return == "bare"
    return Leaving(
        page=page,
        transaction=transaction,
        method="GET" if bare or rules.return_using_get else "POST",
        url=rules.return_url,
        fields={} if bare else wire.returned(transaction, profile, world.switches),
        wait_ms=wait_ms,
    )


def _discounted(page: Page, digits: str, amount: Money) -> Money:
    """What is taken after the first discount this card has."""
    discount = next((one for one in page.rules.discounts if digits.startswith(one.prefixes)), None)
    if discount is None:
        return amount
    off = Decimal(amount.minor) * Decimal(discount.percent) / 100 if discount.percent else Decimal(0)
    minor = discount.off.minor if discount.off else int(off.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return amount.of(max(amount.minor - minor, 0))


def _invoice_id(world: World, page: Page, total: Money) -> int:
    """A page with a card discount is an invoice to the gateway (reference §5.4)."""
    return world.chance.randrange(1000, 10_000_000) if total.minor != page.order.amount.minor else 0


def _instrument(card: Card) -> Instrument:
    return Instrument(
        method=card.scheme,
        scheme=card.scheme,
        description=card.masked,
        card_type=card.card_type,
        expiry_month=card.expiry_month,
        expiry_year=card.expiry_year,
    )
