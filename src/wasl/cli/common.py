"""What several commands share: settings, output, and running a verb on an engine."""

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

import click
import msgspec
import uvloop

from wasl.domain.payment import Payment, PaymentId
from wasl.domain.store import Store, StoreId
from wasl.engine.doctor import Check, Grade
from wasl.engine.engine import Engine
from wasl.engine.ports import ByPayment
from wasl.settings import Settings
from wasl.telemetry import configure
from wasl.wiring import wired

T = TypeVar("T")
_SIGNS: Final = {Grade.GOOD: "✓", Grade.LOOK: "!", Grade.BAD: "✗"}

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


def settings() -> Settings:
    """This process's settings, with its logs set up accordingly."""
    loaded = Settings.load(os.environ)
    configure(loaded.log_format)
    return loaded


def run_async(coroutine: Awaitable[T]) -> T:
    """Run to the end on the fast event loop."""

    async def main() -> T:
        return await coroutine

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())


def with_engine(verb: Callable[[Engine], Awaitable[T]], loaded: Settings | None = None) -> T:
    """Run one verb on an engine of this process's settings."""

    async def call() -> T:
        async with wired(loaded or settings()) as engine:
            return await verb(engine)

    return run_async(call())


def who_am_i() -> str:
    """Who runs this command, for the record; a number where the system has no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


async def find_store(engine: Engine, store_id: str) -> Store:
    """The store, archived or not; ends the command with a sentence if there is none."""
    found = await engine.ledger.store(StoreId(store_id))
    if found is None:
        raise click.ClickException(f"there is no store {store_id}; `wasl store list` shows those that are")
    return found


async def find_payment(engine: Engine, payment_id: str) -> Payment:
    """The payment, in whichever store it is; ends the command with a sentence if there is none."""
    for store in await engine.ledger.stores(archived=True):
        found = await engine.ledger.payment(ByPayment(store.store_id, PaymentId(payment_id)))
        if found is not None:
            return found
    raise click.ClickException(f"there is no payment {payment_id}; `wasl payment list` shows those that are")


def show_checks(checks: Sequence[Check], *, as_json: bool) -> int:
    """Print what was looked at; 1 if something is bad."""
    if as_json:
        print_json([msgspec.to_builtins(check) for check in checks])
    else:
        for check in checks:
            click.echo(f"{_SIGNS[check.grade]} {check.about}: {check.says}")
    return int(any(check.grade is Grade.BAD for check in checks))


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))
