"""`wasl store`, as people and scripts see it."""

import json

import click
import pytest

from unit.cli.conftest import Cli
from wasl.cli import wasl

ADD = (
    "store", "add", "--name", "Shop", "--platform", "api", "--region", "SAU", "--profile-id", "12345",
    "--server-key", "SJKLMNOPQR-XYZABCDEFG-HIJKLMNOPQ", "--currency", "sar",
)  # fmt: skip


def test_a_store_is_added_with_the_defaults_of_the_contract(cli: Cli) -> None:
    """Its keys are printed once, and shown masked ever after."""
    new = cli.json(*ADD, WASL_PUBLIC_URL="https://pay.example.com")
    base = f"https://pay.example.com/paytabs/{new['store_id']}"
    assert (new["callback_url"], new["ipn_url"], new["return_url"]) == (
        f"{base}/callback", f"{base}/ipn", f"{base}/return",
    )  # fmt: skip
    assert new["signing_secret"].startswith("whsec_")
    shown = cli.json("store", "show", new["store_id"])
    expected = {
        "platform": "api", "gateway_url": "https://secure.paytabs.sa", "profile_id": 12345, "currency": "SAR",
        "tran_type": "sale", "page_minutes": 20, "language": "auto", "late_money": "accept", "hold_days": 3,
        "questions_per_s": 5.0, "hide_shipping": False, "live": False, "methods": [], "theme_id": None,
    }  # fmt: skip
    assert {name: shown[name] for name in expected} == expected
    assert "XYZABCDEFG" not in str(shown)
    assert new["api_key"] not in str(shown)


def test_setting_changes_what_is_given_and_keeps_the_rest(cli: Cli) -> None:
    """Every option; a state for which no status is named changes nothing in the shop."""
    store_id = cli.json(*ADD, "--status", "paid=P", "--status", "failed=F", "--live")["store_id"]
    before = cli.json("store", "show", store_id)
    changed = cli.json(
        "store", "set", store_id, "--name", "Souq", "--status", "failed=", "--status", "expired=D", "--test",
        "--methods", "mada, applepay", "--hide-shipping", "--late-money", "hold", "--hold-days", "5",
        "--questions-per-s", "0.5", "--page-minutes", "30", "--webhook-url", "https://shop.example/hook",
    )  # fmt: skip
    expected = {
        "name": "Souq", "status_map": {"paid": "P", "failed": "", "expired": "D"}, "live": False,
        "methods": ["mada", "applepay"],
        "hide_shipping": True, "late_money": "hold", "hold_days": 5, "questions_per_s": 0.5, "page_minutes": 30,
        "webhook_url": "https://shop.example/hook",
    }  # fmt: skip
    assert changed == {**before, **expected}
    assert cli.json("store", "set", store_id) == changed


def test_a_cs_cart_order_takes_late_money_only_if_the_merchant_says_so(cli: Cli) -> None:
    """An `api` store decides by itself, from the concern it is told."""
    options = (*ADD, "--platform", "cs-cart", "--store-url", "https://shop.example")
    assert cli.json("store", "show", cli.json(*options)["store_id"])["late_money"] == "hold"
    accepting = cli.json(*options, "--late-money", "accept")["store_id"]
    assert cli.json("store", "show", accepting)["late_money"] == "accept"


def test_who_is_written_to_is_a_choice(cli: Cli) -> None:
    """Everybody by default, or those who are named, or nobody."""
    store_id = cli.json(*ADD)["store_id"]
    assert cli.json("store", "show", store_id)["notify"] == ["customer", "department", "vendor"]
    assert cli.json("store", "set", store_id, "--notify", "customer")["notify"] == ["customer"]
    assert cli.json("store", "set", store_id, "--notify", "none")["notify"] == []


def test_an_archived_store_is_not_listed(cli: Cli) -> None:
    """It can still be shown."""
    store_id = cli.json(*ADD)["store_id"]
    assert [one["store_id"] for one in cli.json("store", "list")] == [store_id]
    assert cli.json("store", "remove", store_id)["archived_at"]
    assert cli.json("store", "list") == []
    assert cli.json("store", "show", store_id)["archived_at"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--currency", "XXZ"), "--currency"),
        (("--status", "lost=L"), "--status lost=L"),
        (("--gateway-url", "https://x.example"), "either --region or --gateway-url"),
        (("--cart-prefix", "متجر"), "--cart-prefix"),
        (("--page-minutes", "1"), "--page-minutes"),
        (("--hold-days", "0"), "--hold-days"),
        (("--notify", "everybody"), "--notify"),
        (("--platform", "fax"), "--platform"),
    ],
)
def test_bad_options_are_named(arguments: tuple[str, ...], says: str) -> None:
    """Before anything is opened."""
    with pytest.raises(click.UsageError) as refused:
        wasl.main([*ADD, *arguments], standalone_mode=False)
    assert says in refused.value.format_message()


def test_what_is_missing_is_named(cli: Cli) -> None:
    """A store needs a gateway and a key; one that is not there is said with what to do."""
    without_region = tuple(word for word in ADD if word not in ("--region", "SAU"))
    assert "--region" in cli.refused(*without_region, exits=2)
    assert not cli.database.exists()
    for verb in ("show", "set", "remove", "test"):
        assert "`wasl store list`" in cli.refused("store", verb, "st_none", exits=1)


def test_two_stores_cannot_have_each_others_carts(cli: Cli) -> None:
    """The sentence names the store that is in the way; the secret key is not in it."""
    store_id = cli.json(*ADD, "--cart-prefix", "a-")["store_id"]
    line = cli.refused(*ADD, "--cart-prefix", "a-b", exits=1)
    assert (store_id in line, "cart prefix" in line) == (True, True)
    other_key = (*ADD[:10], "--server-key", "SNEWNEWNEW", *ADD[12:], "--cart-prefix", "z-")
    line = cli.refused(*other_key, exits=1)
    assert ("another server key" in line, "SNEWNEWNEW" in line) == (True, False)


def test_the_server_key_need_not_be_an_argument(cli: Cli) -> None:
    """It would stay in a shell's history; an empty line is no key."""
    arguments = [word if word != "SJKLMNOPQR-XYZABCDEFG-HIJKLMNOPQ" else "-" for word in ADD]
    done = cli.run(*arguments, "--json", stdin="SJKLMNOPQR-XYZABCDEFG-HIJKLMNOPQ\n")
    assert done.returncode == 0, done.stderr
    store_id = json.loads(done.stdout)["store_id"]
    assert cli.json("store", "add", *ADD[2:], "--cart-prefix", "z-")["store_id"] != store_id
