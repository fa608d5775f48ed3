"""`wasl store`: connected stores and their settings."""

from typing import Any, Final

import click
import msgspec

from wasl.cli.common import json_option, print_json, settings, with_engine
from wasl.domain.money import Currency, UnknownCurrency
from wasl.domain.outcome import State
from wasl.domain.secret import Secret
from wasl.domain.store import PAGE_MINUTES, Profile, Store, StoreId
from wasl.domain.time import Instant
from wasl.engine.connect import NewStore, add_store
from wasl.engine.views import store_view
from wasl.wiring import PLATFORMS, gateway_url

PREFIX_MAX: Final = 20


@click.group()
def store() -> None:
    """Stores and their settings."""


@store.command()
@click.option("--name", required=True, help="What people call the store.")
@click.option("--platform", required=True, type=click.Choice(PLATFORMS))
@click.option("--region", help="The PayTabs region of the profile: ARE, SAU, EGY, …")
@click.option("--gateway-url", "url", help="The gateway's address instead of a region.")
@click.option("--profile-id", required=True, type=click.IntRange(1))
@click.option("--server-key", required=True, help="From PayTabs: Developers, Key management.")
@click.option("--currency", required=True, help="ISO 4217, for example SAR.")
@click.option("--store-url", default="", help="The shop's own address.")
@click.option("--webhook-url", default="", help="Where an `api` store hears of changes.")
@click.option("--cart-prefix", default="", help="Begins every cart id of this store at the gateway.")
@click.option("--status", "statuses", multiple=True, metavar="STATE=STATUS", help="For example paid=P.")
@click.option("--tran-type", type=click.Choice(["sale", "auth"]), default="sale", show_default=True)
@click.option("--page-minutes", type=click.IntRange(2, 10_080), default=PAGE_MINUTES, show_default=True)
@click.option("--theme-id", type=click.IntRange(1))
@click.option("--methods", default="", help="Comma-separated PayTabs methods; all of the profile if left out.")
@click.option("--hide-shipping", is_flag=True)
@click.option("--alt-currency", default="")
@click.option("--language", type=click.Choice(["auto", "ar", "en"]), default="auto", show_default=True)
@click.option("--live", is_flag=True, help="Real money: test transactions will not count.")
@json_option
def add(**options: Any) -> None:
    """Connect a store; prints its keys once."""
    wanted = _wanted(options)
    loaded = settings()
    new = with_engine(lambda engine: add_store(engine, wanted), loaded)
    view = _new_view(new, loaded.public_url)
    if options["as_json"]:
        print_json(view)
        return
    for key, value in view.items():
        click.echo(f"{key:<15} {value}")


@store.command("list")
@json_option
def list_(as_json: bool) -> None:  # noqa: FBT001  click passes flags
    """Every store that is not archived."""
    stores = with_engine(lambda engine: engine.ledger.stores())
    views = [_view(store) for store in stores]
    if as_json:
        print_json(views)
        return
    for view in views:
        click.echo(f"{view['store_id']}  {view['platform']:<8}  {view['currency']}  {view['name']}")


@store.command()
@click.argument("store_id")
@json_option
def show(store_id: str, as_json: bool) -> None:  # noqa: FBT001  click passes flags
    """One store's settings, its keys masked."""
    found = with_engine(lambda engine: engine.ledger.store(StoreId(store_id)))
    if found is None:
        raise click.ClickException(f"there is no store {store_id}; `wasl store list` shows those that are")
    if as_json:
        print_json(_view(found))
        return
    for key, value in _view(found).items():
        click.echo(f"{key:<15} {value}")


def _wanted(options: dict[str, Any]) -> Store:
    """The options as a store; bad ones end in one line that names them."""
    if bool(options["region"]) == bool(options["url"]):
        raise click.UsageError("give either --region (ARE, SAU, EGY, …) or --gateway-url")
    if len(options["cart_prefix"]) > PREFIX_MAX or not options["cart_prefix"].isascii():
        raise click.UsageError(f"--cart-prefix has at most {PREFIX_MAX} plain characters")
    try:
        currency = Currency.of(options["currency"].upper())
    except UnknownCurrency as error:
        raise click.UsageError(f"--currency: {error}") from None
    return Store(
        store_id=StoreId(""),
        name=options["name"],
        platform=options["platform"],
        profile=Profile(
            base_url=gateway_url(options["region"] or "", options["url"] or ""),
            profile_id=options["profile_id"],
            server_key=Secret(options["server_key"].strip()),
        ),
        currency=currency,
        cart_prefix=options["cart_prefix"],
        signing_secret=Secret(""),
        created_at=Instant(0),
        store_url=options["store_url"].rstrip("/"),
        webhook_url=options["webhook_url"],
        status_map=dict(_status(text) for text in options["statuses"]),
        tran_type=options["tran_type"],
        page_minutes=options["page_minutes"],
        theme_id=options["theme_id"],
        methods=tuple(m.strip() for m in options["methods"].split(",") if m.strip()),
        hide_shipping=options["hide_shipping"],
        alt_currency=options["alt_currency"],
        language=options["language"],
        live=options["live"],
    )


def _status(text: str) -> tuple[State, str]:
    state, _, status = text.partition("=")
    try:
        return State(state), status
    except ValueError:
        raise click.UsageError(f"--status {text}: the states are {', '.join(s.value for s in State)}") from None


def _new_view(new: NewStore, public_url: str) -> dict[str, str]:
    """What is shown once. Without WASL_PUBLIC_URL the addresses are paths under the service's own."""
    base = f"{public_url}/paytabs/{new.store.store_id}"
    return {
        "store_id": new.store.store_id,
        "api_key": new.api_key.reveal(),
        "signing_secret": new.store.signing_secret.reveal(),
        "callback_url": f"{base}/callback",
        "ipn_url": f"{base}/ipn",
        "return_url": f"{base}/return",
    }


def _view(store: Store) -> dict[str, Any]:
    view: dict[str, Any] = msgspec.to_builtins(store_view(store))
    return {**view, "server_key": str(store.profile.server_key)}
