"""The PT2 endpoints as functions of a body: what is answered, and whether the answer ever arrives."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import msgspec

from wasl.emulator import wire
from wasl.emulator.fields import text
from wasl.emulator.following import follow_up
from wasl.emulator.opening import open_page, refuse_duplicate
from wasl.emulator.profiles import Profile
from wasl.emulator.reading import CART_ID_MAX, authenticate, read_object, read_wanted
from wasl.emulator.records import Stage, Transaction
from wasl.emulator.refusals import SYSTEM, ApiRefusal, invalid
from wasl.emulator.saved_cards import charge, find_token, forget_token, wanted_token
from wasl.emulator.world import World

STALE_MS: Final = 60_000
PAGE_PATH: Final = "/payment/wr/"
JSON: Final = "application/json"
BROKEN: Final = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n"
OK: Final = 200
SERVER_ERROR: Final = 500


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller gets. `fate` is `answered`; `lost` closes the connection instead, `silent` never answers."""

    status: int
    body: bytes
    content_type: str = JSON
    fate: str = "answered"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One authenticated call: its profile, its fields, and the address under which the caller knows the gateway."""

    profile: Profile
    fields: dict[str, Any]
    base_url: str


def answer(world: World, path: str, body: bytes, *, key: str | None, base_url: str) -> Answer:
    """Answer a POST to one of `PATHS`. Never raises on data."""
    try:
        fields = read_object(body) if key else {}
        call = Call(profile=authenticate(world, key, fields), fields=fields, base_url=base_url)
        return PATHS[path](world, call)
    except ApiRefusal as refusal:
        told = wire.refused(refusal.code, refusal.message, world.new_trace("PMNT0101"))
        ok = world.switches.error_status == "ok" and refusal.status < SERVER_ERROR
        return _json(told, OK if ok else refusal.status)


def request(world: World, call: Call) -> Answer:
    """`POST /payment/request`: a page, a charge or a follow-up."""
    faults = world.state.settings.faults.request
    if world.happens(faults.error):
        return _broken(world)
    told = _json(_requested(world, call))
    if world.happens(faults.lost_answer):
        return msgspec.structs.replace(told, fate="lost")
    return told


def query(world: World, call: Call) -> Answer:
    """`POST /payment/query`: one transaction by its reference, or all of a cart."""
    faults = world.state.settings.faults.query
    if world.happens(faults.error):
        return _broken(world)
    tran_ref, cart_id = (
        text(call.fields, name, longest=CART_ID_MAX, required=call.fields.get(name) is not None)
        for name in ("tran_ref", "cart_id")
    )
    if bool(tran_ref) == bool(cart_id):
        raise invalid("Either tran_ref or cart_id is required")
    known_ms = world.now() - (STALE_MS if world.happens(faults.stale) else 0)
    told = _one(world, call.profile, tran_ref, known_ms) if tran_ref else _cart(world, call.profile, cart_id, known_ms)
    if world.happens(faults.timeout):
        return msgspec.structs.replace(told, fate="silent")
    return told


def token(world: World, call: Call) -> Answer:
    """`POST /payment/token`: the card a token stands for."""
    found = find_token(world, call.profile, text(call.fields, "token", required=True))
    return _json(wire.saved(world.state.transactions[found.ref]))


def delete_token(world: World, call: Call) -> Answer:
    """`POST /payment/token/delete`."""
    forget_token(world, call.profile, text(call.fields, "token", required=True))
    return _json(wire.refused(0, "Token deleted", world.new_trace("PMNT0101")))


PATHS: Final[MappingProxyType[str, Callable[[World, Call], Answer]]] = MappingProxyType(
    {
        "/payment/request": request,
        "/payment/query": query,
        "/payment/token": token,
        "/payment/token/delete": delete_token,
    }
)


def _requested(world: World, call: Call) -> wire.Body:
    wanted = read_wanted(world, call.profile, call.fields)
    if world.switches.duplicate_scope == "everything" or wanted.is_page:
        refuse_duplicate(world, wanted)
    if wanted.token or (wanted.target and not wanted.buyer_present):
        saved = wanted_token(world, call.profile, wanted)
        if saved.card.verify and wanted.buyer_present:
            transaction, page = open_page(world, wanted, previous=world.state.transactions[saved.ref])
            page = msgspec.structs.replace(page, stage=Stage.PROOF, card=saved.card, method=saved.method)
            world.state.pages.put(page.token, page)
            return _page(call, transaction, page.token, page.rules.return_url)
        return wire.done(charge(world, wanted, saved), call.profile)
    if wanted.target:
        return wire.done(follow_up(world, wanted.kind, wanted.order, wanted.target), call.profile)
    transaction, page = open_page(world, wanted)
    return _page(call, transaction, page.token, page.rules.return_url)


def _page(call: Call, transaction: Transaction, page_token: str, return_url: str) -> wire.Body:
    redirect_url = f"{call.base_url}{PAGE_PATH}{page_token}"
    return wire.opened(transaction, call.profile, return_url=return_url, redirect_url=redirect_url)


def _one(world: World, profile: Profile, tran_ref: str, known_ms: int) -> Answer:
    transaction = world.state.transactions.get(tran_ref)
    if transaction is None or transaction.order.profile_id != profile.profile_id:
        raise invalid("Invalid tran_ref")
    known = wire.as_known_at(transaction, known_ms)
    if not known.results and world.switches.unpaid_query == "code_2":
        raise invalid("Transaction is not completed")
    return _json(wire.queried(known, profile))


def _cart(world: World, profile: Profile, cart_id: str, known_ms: int) -> Answer:
    known = [
        wire.as_known_at(transaction, known_ms)
        for transaction in world.state.of_cart(profile.profile_id, cart_id)
        if transaction.opened_ms <= known_ms
    ]
    if world.switches.unpaid_in_cart_query == "hidden":
        known = [transaction for transaction in known if transaction.results]
    if not known and world.switches.unknown_cart_query == "code_2":
        raise invalid("Invalid cart_id")
    return _json([wire.listed(transaction) for transaction in known[: world.switches.cart_query_max]])


def _broken(world: World) -> Answer:
    """Either the gateway's own error, or a page of whatever stands in front of it (reference §2.7)."""
    if world.happens(0.5):
        return Answer(status=502, body=BROKEN, content_type="text/html")
    trace = world.new_trace("PMNT0101")
    return _json(wire.refused(SYSTEM, "Internal system error", trace), SERVER_ERROR)


def _json(told: object, status: int = OK) -> Answer:
    return Answer(status=status, body=msgspec.json.encode(told))
