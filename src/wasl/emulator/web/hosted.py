"""The hosted page over HTTP: plain forms that work without scripts (PayTabs reference §9)."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from wasl.emulator.cards import OTP, TEST_CARDS
from wasl.emulator.forms import PayForm, Wrong, accepted_schemes, missing_billing
from wasl.emulator.methods import METHODS, Way
from wasl.emulator.money import equivalent
from wasl.emulator.pages import Corrected, Leaving, Onwards, PageClosed, Step
from wasl.emulator.records import Page, Person, Stage
from wasl.emulator.web import texts
from wasl.emulator.web.http import emulator_of, read_form

PAGE: Final = "/payment/wr/{token}"
OLDER_PAGE: Final = "/payment/page/{token}"
BANK: Final = "/payment/acs/{token}"
PARTNER: Final = "/payment/partner/{token}"
BILLING: Final = "billing_"
PATHS: Final[Mapping[Stage, str]] = {Stage.OPEN: PAGE, Stage.PROOF: BANK, Stage.PARTNER: PARTNER}


def routes() -> list[Route]:
    """The page itself, the bank's 3-D Secure page and a partner's page."""
    return [
        Route(path, handler, methods=[method])
        for path, show, take in (
            (PAGE, show_page, take_page),
            (OLDER_PAGE, show_page, take_page),
            (BANK, show_page, take_proof),
            (PARTNER, show_page, take_agreement),
        )
        for method, handler in (("GET", show), ("POST", take))
    ]


async def show_page(request: Request) -> Response:
    """Whatever the buyer has to do next; a link that is used up or too old says so."""
    page = emulator_of(request).page(request.path_params["token"])
    if page is None:
        return _dead(request, page)
    if page.stage not in PATHS:
        return _dead(request, page)
    path = PATHS[page.stage].format(token=page.token)
    if request.url.path != path and page.stage is not Stage.OPEN:
        return _see(request, path)
    if page.stage is Stage.OPEN and request.url.path.startswith((BANK.format(token=""), PARTNER.format(token=""))):
        return _see(request, path)
    return _step(request, page)


async def take_page(request: Request) -> Response:
    """The card form, a method's button, or cancel."""
    form, token = await read_form(request), request.path_params["token"]
    emulator = emulator_of(request)
    try:
        if form.get("action") == "cancel":
            return await _after(request, emulator.cancel(token))
        if form.get("method"):
            return await _after(request, emulator.choose(token, form["method"]))
        return await _after(request, emulator.pay(token, _pay_form(request, form)), form)
    except KeyError:  # a method that this page does not offer
        page = emulator.page(token)
        return _dead(request, page) if page is None else _step(request, page, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except PageClosed:
        return _closed(request)


async def take_proof(request: Request) -> Response:
    """The bank's one-time password, or giving up."""
    form = await read_form(request)
    otp = None if form.get("action") == "cancel" else form.get("otp", "")
    try:
        return await _after(request, emulator_of(request).prove(request.path_params["token"], otp))
    except PageClosed:
        return _closed(request)


async def take_agreement(request: Request) -> Response:
    """The buyer agrees at the partner's page, is refused there, or gives up."""
    form, emulator, token = await read_form(request), emulator_of(request), request.path_params["token"]
    try:
        if form.get("action") == "cancel":
            return await _after(request, emulator.cancel(token))
        return await _after(request, emulator.agree(token, agreed=form.get("action") == "agree"))
    except PageClosed:
        return _closed(request)


async def _after(request: Request, step: Step, form: Mapping[str, str] | None = None) -> Response:
    """Where the buyer goes from here."""
    if isinstance(step, Corrected):
        page = emulator_of(request).page(request.path_params["token"])
        if page is None:
            return _closed(request)
        unprocessable = HTTPStatus.UNPROCESSABLE_ENTITY
        return _step(request, page, status=unprocessable, wrong=step.wrong, typed=form or {})
    if isinstance(step, Onwards):
        return _see(request, PATHS[step.page.stage].format(token=step.page.token))
    if step.wait_ms:
        # The callback goes first; the buyer waits for the clock, never for the merchant (reference §13).
        await asyncio.sleep(step.wait_ms / 1000)
    return _leave(request, step)


def _leave(request: Request, leaving: Leaving) -> Response:
    rules = leaving.page.rules
    waits = leaving.transaction.status == "P"
    if leaving.url and leaving.method == "GET" and rules.target == "_self" and not waits:
        return RedirectResponse(_with_query(leaving.url, leaving.fields), HTTPStatus.SEE_OTHER)
    url, fields = leaving.url, leaving.fields
    if leaving.method == "GET":  # a form drops the query of its address
        split = urlsplit(url)
        url = urlunsplit(split._replace(query="", fragment=""))
        fields = {**dict(parse_qsl(split.query, keep_blank_values=True)), **fields}
    return texts.page(
        request,
        "leave.html",
        wanted=rules.language,
        framed=rules.framed,
        url=url,
        method=leaving.method.lower(),
        fields=fields,
        target=rules.target,
        message_target=rules.message_target if not leaving.url else "",
        transaction=leaving.transaction,
        method_title=_label(leaving.transaction.method),
        auto=not waits,
        **_common(request, leaving.page),
    )


def _step(
    request: Request,
    page: Page,
    *,
    status: int = HTTPStatus.OK,
    wrong: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    rules = page.rules
    template = {Stage.PROOF: "bank.html", Stage.PARTNER: "partner.html"}.get(page.stage, "pay.html")
    return texts.page(
        request,
        template,
        wanted=rules.language,
        status=status,
        framed=rules.framed,
        wrong=wrong or {},
        typed=_shown(typed or {}),
        **_common(request, page),
        **(_open(request, page) if page.stage is Stage.OPEN else {}),
        card=page.card,
        otp=OTP,
        partner=_label(page.method),
    )


def _common(request: Request, page: Page) -> dict[str, Any]:
    profile = emulator_of(request).world.state.profiles[str(page.order.profile_id)]
    amount = page.total or page.order.amount
    return {
        "merchant": profile.name,
        "order": page.order,
        "amount": amount,
        "about": equivalent(amount, page.rules.alt_currency) if page.rules.alt_currency else None,
    }


def _open(request: Request, page: Page) -> dict[str, Any]:
    """What only the page with the card form shows."""
    world, rules = emulator_of(request).world, page.rules
    missing = missing_billing(world, page.order.customer)
    schemes = accepted_schemes(page)
    return {
        "rules": rules,
        "declined": page.tries > 0,
        "declined_text": Wrong.DECLINED.value,
        "missing": missing,
        "asked": missing if rules.hide_shipping else [part for part in Person.__struct_fields__ if part != "ip"],
        "schemes": list(dict.fromkeys(card.scheme for card in TEST_CARDS.values() if card.scheme in schemes)),
        "methods": [METHODS[code] for code in rules.methods if METHODS[code].way is not Way.CARD],
        "test_cards": [card for card in TEST_CARDS.values() if card.scheme in schemes],
    }


def _label(code: str) -> str:
    """What buyers call a method; nothing where there is none."""
    method = METHODS.get(code)
    return (method.label or method.title) if method else ""


def _pay_form(request: Request, form: Mapping[str, str]) -> PayForm:
    return PayForm(
        number=form.get("number", ""),
        cvv=form.get("cvv", "").strip(),
        expiry_month=form.get("expiry_month", ""),
        expiry_year=form.get("expiry_year", ""),
        holder=form.get("holder", ""),
        amount=form.get("amount", ""),
        save_card="save_card" in form,
        billing={name.removeprefix(BILLING): text for name, text in form.items() if name.startswith(BILLING)},
        ip=request.client.host if request.client else "",
    )


def _shown(typed: Mapping[str, str]) -> dict[str, str]:
    """What may be shown again in a form: never the card's number or security code."""
    return {name: text for name, text in typed.items() if name not in ("number", "cvv")}


def _closed(request: Request) -> Response:
    """A form that came too late, or for another step than the buyer is at."""
    page = emulator_of(request).page(request.path_params["token"])
    if page is not None and page.stage in PATHS:
        return _see(request, PATHS[page.stage].format(token=page.token))
    return _dead(request, page)


def _dead(request: Request, page: Page | None) -> Response:
    if page is None:
        return texts.page(request, "dead.html", status=HTTPStatus.NOT_FOUND, stage="", number="")
    transaction = emulator_of(request).world.state.transactions[page.ref]
    return texts.page(
        request,
        "dead.html",
        wanted=page.rules.language,
        status=HTTPStatus.GONE,
        framed=page.rules.framed,
        stage=page.stage,
        # A buyer who reloads the page still has to pay this number.
        number=transaction.code if transaction.status == "P" else "",
        method_title=_label(transaction.method),
    )


def _see(request: Request, path: str) -> Response:
    """Another step of the same page, in the language the buyer chose."""
    chosen = request.query_params.get("lang", "")
    query = f"?lang={chosen}" if chosen in texts.LANGUAGES else ""
    return RedirectResponse(path + query, HTTPStatus.SEE_OTHER)


def _with_query(url: str, fields: Mapping[str, str]) -> str:
    if not fields:
        return url
    split = urlsplit(url)
    query = "&".join(part for part in (split.query, urlencode(fields)) if part)
    return urlunsplit(split._replace(query=query))
