"""`wasl store`: connected stores and their settings."""

from typing import Any

import click
import msgspec

from wasl.cli.common import find_store, json_option, print_json, settings, show_checks, with_engine
from wasl.cli.store_options import changed_store, new_store, store_options
from wasl.domain.store import Store
from wasl.engine.connect import NewStore, add_store, archive_store, change_store
from wasl.engine.doctor import Check, examine_store
from wasl.engine.engine import Engine
from wasl.engine.views import store_view


@click.group()
def store() -> None:
    """Stores and their settings."""


@store.command()
@store_options(new=True)
@json_option
def add(**options: Any) -> None:
    """Connect a store; prints its keys once."""
    wanted = new_store(options)
    loaded = settings()
    new = with_engine(lambda engine: add_store(engine, wanted), loaded)
    _print(_new_view(new, loaded.public_url), as_json=options["as_json"])


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
        live = "live" if view["live"] else "TEST"
        click.echo(f"{view['store_id']}  {view['platform']:<8}  {view['currency']}  {live}  {view['name']}")


@store.command()
@click.argument("store_id")
@json_option
def show(store_id: str, as_json: bool) -> None:  # noqa: FBT001  click passes flags
    """One store's settings, its keys masked."""
    found = with_engine(lambda engine: find_store(engine, store_id))
    _print(_view(found), as_json=as_json)


@store.command("set")
@click.argument("store_id")
@store_options(new=False)
@json_option
def set_(store_id: str, **options: Any) -> None:
    """Change what is given and keep the rest; a replaced server key still verifies for seven days."""

    async def change(engine: Engine) -> Store:
        before = await find_store(engine, store_id)
        return await change_store(engine, before, changed_store(before, options))

    _print(_view(with_engine(change)), as_json=options["as_json"])


@store.command()
@click.argument("store_id")
@json_option
def test(store_id: str, as_json: bool) -> int:  # noqa: FBT001  click passes flags
    """Try a store's keys, addresses and clocks for real; exit 1 if something is bad."""

    async def examine(engine: Engine) -> list[Check]:
        return await examine_store(engine, await find_store(engine, store_id))

    return show_checks(with_engine(examine), as_json=as_json)


@store.command()
@click.argument("store_id")
@json_option
def remove(store_id: str, as_json: bool) -> None:  # noqa: FBT001  click passes flags
    """Archive a store: it opens no more payments, and its notifications are still recorded."""

    async def archive(engine: Engine) -> Store:
        return await archive_store(engine, await find_store(engine, store_id))

    _print(_view(with_engine(archive)), as_json=as_json)


def _new_view(new: NewStore, public_url: str) -> dict[str, Any]:
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


def _print(view: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(view)
        return
    for key, value in view.items():
        click.echo(f"{key:<15} {value}")
