"""Forgery: a signature proves, nothing else does, nothing switches that off, and strictness loses no money."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Final

import click
import pytest

import wasl
from builders import CART, fact, store
from requirements.conftest import KEY, cart_of, notification, signature
from unit.engine.conftest import keeps
from unit.web.conftest import Site
from wasl.cli import wasl as command_line
from wasl.domain.evidence import Voice
from wasl.domain.outcome import State
from wasl.domain.secret import Secret
from wasl.domain.store import Profile, RetiredKey, Store
from wasl.domain.time import MINUTE_MS, Instant
from wasl.engine.alert import alert_due
from wasl.engine.ask import ask_due
from wasl.engine.doctor import Grade, examine_store
from wasl.engine.engine import FORGERIES_BURST
from wasl.engine.hear import hear
from wasl.engine.ports import Refusal
from wasl.settings import NAMES, Settings
from worlds import SIGNED, World

SOURCE: Final = Path(wasl.__file__).parent
# The one address of the gateway that is printed anywhere (PayTabs reference §5.3), and others a proxy may claim.
CLAIMS: Final = [
    {"X-Forwarded-For": "40.123.210.168"},
    {"X-Real-IP": "40.123.210.168", "Forwarded": "for=40.123.210.168;proto=https"},
    {"CF-Connecting-IP": "40.123.210.168", "True-Client-IP": "40.123.210.168"},
    {"X-Forwarded-For": "203.0.113.9, 127.0.0.1", "X-Forwarded-Host": "evil.example"},
]
# Words of a switch that lets unproved messages in, in the dozens of plugins that had one.
SWITCHES: Final = re.compile(r"verif|insecure|unsafe|skip|trust(?!ed_prox)|unsigned|signature|allow_ip|bypass")


@pytest.mark.requirement("R6")
@pytest.mark.parametrize("claimed", CLAIMS)
async def test_no_address_proves_anything_and_none_disproves(site: Site, claimed: dict[str, str]) -> None:
    """Behind any proxy, from any address: signed is believed, unsigned is not, whatever the headers say."""
    order = await site.order()
    site.w.gateway.facts[b"paid"] = fact(cart_id=cart_of(order))
    for headers, expected in ((claimed, 401), ({**claimed, "Signature": SIGNED}, 200)):
        async with site.http.post("/paytabs/st_web/callback", data=b"paid", headers=headers) as answer:
            assert answer.status == expected
    _, shown = await site.call("GET", f"/v1/payments/{order['id']}")
    assert shown["state"] == "paid"


def options(command: click.Command) -> Iterator[str]:
    """The name of every option and argument, down to the last subcommand."""
    yield from (name for one in command.params for name in (*one.opts, *one.secondary_opts, one.name or ""))
    if isinstance(command, click.Group):
        for child in command.commands.values():
            yield from options(child)


@pytest.mark.requirement("R40")
def test_no_setting_and_no_option_names_a_way_around_signatures() -> None:
    """Neither the environment, nor a store's settings, nor the command line has a word for it."""
    names = [*NAMES, *options(command_line), *(one.name for kind in (Settings, Store, Profile) for one in fields(kind))]
    assert len(names) > 50
    assert [name for name in names if SWITCHES.search(name.lower())] == []


@pytest.mark.requirement("R40")
@pytest.mark.parametrize("archived", [None, Instant(1)])
@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("key", [KEY, "", " "])
async def test_every_store_refuses_what_is_not_signed(
    keyed: World, key: str, *, live: bool, archived: Instant | None
) -> None:
    """Test or live, archived or not, with a key or none at all: unsigned and wrongly signed is refused."""
    shop = store(
        live=live,
        archived_at=archived,
        profile=replace(store().profile, server_key=Secret(key), retired_keys=_retired("")),
    )
    made = await keeps(keyed)
    body = notification()
    for claimed in (None, "", "0" * 64, signature(body, "x"), signature(body, "")):
        refusal = await hear(keyed.engine, shop, Voice.CALLBACK, signature=claimed, body=body)
        assert refusal in (Refusal.NO_SIGNATURE, Refusal.SIGNATURE_MISMATCH)
    assert (await keyed.payment(made)).outcome == made.outcome


def _retired(key: str) -> tuple[RetiredKey, ...]:
    return (RetiredKey(key=Secret(key), until=Instant(2**50)),)


@pytest.mark.requirement("R41")
async def test_a_true_message_under_a_wrong_key_costs_no_money(keyed: World) -> None:
    """Somebody mistyped the key: the callback is refused and shelved, and the question it hastens pays the order."""
    made = await keeps(keyed)
    keyed.clock.forward(5 * MINUTE_MS)
    body = notification()
    refusal = await hear(keyed.engine, keyed.store, Voice.CALLBACK, signature=signature(body, "another key"), body=body)
    assert refusal is Refusal.SIGNATURE_MISMATCH
    (shelved,) = await keyed.engine.ledger.forgeries(keyed.store.store_id)
    assert (shelved.claim.cart_id, shelved.claim.tran_ref) == (CART, "TST2623802990085")
    keyed.gateway.carts[CART] = [fact()]
    assert await ask_due(keyed.engine) == 1
    assert (await keyed.payment(made)).outcome.state is State.PAID


@pytest.mark.requirement("R41")
async def test_a_replaced_key_still_proves_what_was_signed_with_it(keyed: World) -> None:
    """Messages under way while the key is changed are not even refused."""
    made = await keeps(keyed)
    shop = replace(
        keyed.store, profile=replace(keyed.store.profile, server_key=Secret("a new key"), retired_keys=_retired(KEY))
    )
    body = notification()
    assert await hear(keyed.engine, shop, Voice.IPN, signature=signature(body), body=body) is None
    assert (await keyed.payment(made)).outcome.state is State.PAID


@pytest.mark.requirement("R42")
def test_signatures_are_compared_in_constant_time() -> None:
    """No digest is compared with `==` where messages from outside are proved; compare_digest is what decides."""
    tree = ast.parse((SOURCE / "gateway" / "signature.py").read_text(encoding="utf-8"))
    calls = [n.func.attr for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    assert calls.count("compare_digest") == 1
    compared = {
        ast.unparse(side)
        for n in ast.walk(tree)
        if isinstance(n, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq | ast.In) for op in n.ops)
        for side in (n.left, *n.comparators)
    }
    assert not {side for side in compared if re.search(r"_mac\(|digest|claimed(?!\))|key", side)}


@pytest.mark.requirement("R42")
async def test_forged_messages_are_counted_and_a_person_hears_of_many(keyed: World) -> None:
    """Doctor names them after the first, and more than a store's allowance is an alert, once a day."""
    for number in range(FORGERIES_BURST + 5):
        body = notification(tran_ref=f"TST{number}")
        await hear(keyed.engine, keyed.store, Voice.CALLBACK, signature="0" * 64, body=body)
    forged = [check for check in await examine_store(keyed.engine, keyed.store) if "not authentic" in check.says]
    assert [check.grade for check in forged] == [Grade.LOOK]
    while await alert_due(keyed.engine):
        pass
    assert [cause.split(" ")[0] for cause in keyed.herald.told] == ["forged"]
