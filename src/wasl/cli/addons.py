"""`wasl addon`: what a shop's owner uploads to connect it."""

import os
from pathlib import Path
from typing import Any

import click

from wasl.cli.common import find_store, json_option, print_json, settings, with_engine
from wasl.domain.store import Store
from wasl.engine.engine import Engine
from wasl.wiring import cs_cart_addon


@click.group()
def addon() -> None:
    """Ready-made add-ons of shop platforms."""


@addon.command("cs-cart")
@click.option(
    "--store", "store_ids", multiple=True, required=True, help="A store's id; several for one shop's storefronts."
)
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The zip to write."
)
@json_option
def cs_cart(store_ids: tuple[str, ...], output: Path, as_json: bool) -> None:  # noqa: FBT001  click passes flags
    """Write the CS-Cart add-on of one shop, already configured. It holds the shop's keys, none of PayTabs."""
    loaded = settings()
    if not loaded.public_url:
        raise click.ClickException("set WASL_PUBLIC_URL first: the add-on has to know where this service is")
    stores = with_engine(lambda engine: _stores(engine, store_ids), loaded)
    _write(output, cs_cart_addon(stores, loaded.public_url))
    view: dict[str, Any] = {"file": str(output), "stores": [store.store_id for store in stores]}
    if as_json:
        print_json(view)
        return
    click.echo(
        f"{output} is ready: in CS-Cart, Add-ons, Manage add-ons, Manual installation; then add a payment method"
    )


async def _stores(engine: Engine, store_ids: tuple[str, ...]) -> list[Store]:
    stores = [await find_store(engine, store_id) for store_id in dict.fromkeys(store_ids)]
    for store in stores:
        if store.platform != "cs-cart" or store.archived_at is not None:
            what = "archived" if store.archived_at is not None else f"a store of platform {store.platform}"
            raise click.ClickException(f"{store.store_id} is {what}; an add-on is for connected cs-cart stores")
    return stores


def _write(path: Path, content: bytes) -> None:
    """The file whole or not at all, readable by its owner alone: it holds keys."""
    part = path.with_name(path.name + ".part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        part.replace(path)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error
