"""`wasl delivery`: what stores have yet to hear."""

from typing import Any

import click

from wasl.cli.common import find_payment, json_option, print_json, with_engine
from wasl.domain.payment import Payment
from wasl.domain.time import rfc3339
from wasl.engine.engine import Engine

SHOWN_MAX = 200


@click.group()
def delivery() -> None:
    """What stores have yet to hear."""


@delivery.command("list")
@json_option
def list_(as_json: bool) -> None:  # noqa: FBT001  click passes flags
    """Payments whose store does not know their latest outcome, those due first."""
    views = [_view(one) for one in with_engine(lambda engine: engine.ledger.untold(SHOWN_MAX))]
    if as_json:
        print_json(views)
        return
    if not views:
        click.echo("every store has heard everything")
    for view in views:
        when = f"waits for a person: {view['parked']}" if view["parked"] else f"next try {view['next_try_at']}"
        click.echo(
            f"{view['payment_id']}  order {view['order_id']}  {view['state']}  {view['failures']} failed  {when}"
        )


@delivery.command()
@click.argument("payment_id")
@json_option
def retry(payment_id: str, as_json: bool) -> None:  # noqa: FBT001  click passes flags
    """Tell the store of one payment now."""

    async def tell_again(engine: Engine) -> bool:
        found = await find_payment(engine, payment_id)
        return await engine.ledger.retell(found.store_id, found.payment_id, now=engine.now())

    told = with_engine(tell_again)
    if as_json:
        print_json({"payment_id": payment_id, "retrying": told})
    else:
        click.echo("a worker tells the store now" if told else "the store knows the latest outcome already")


def _view(payment: Payment) -> dict[str, Any]:
    return {
        "payment_id": payment.payment_id,
        "store_id": payment.store_id,
        "order_id": payment.order_id,
        "state": payment.outcome.state.value,
        "version": payment.version,
        "told": payment.told,
        "failures": payment.tell_failures,
        "parked": payment.parked,
        "next_try_at": rfc3339(payment.tell_at) if payment.tell_at is not None else None,
    }
