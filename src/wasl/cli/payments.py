"""`wasl payment`: one payment, and what made it what it is."""

from collections.abc import Mapping
from typing import Any, Final

import click
import msgspec

from wasl.cli.common import find_payment, json_option, print_json, who_am_i, with_engine
from wasl.domain.evidence import ClosingReason, TranRef
from wasl.domain.money import BadAmount, Money
from wasl.domain.operating import HELD, NotAllowed
from wasl.domain.operation import OperationId, OperationKind, OperationState
from wasl.domain.outcome import State
from wasl.domain.payment import Payment
from wasl.engine.ask import ask
from wasl.engine.cancel import NotCanceled, cancel_payment
from wasl.engine.engine import Engine
from wasl.engine.operate import KeyTaken, Operated, OperationWish, operate, rule_not_done
from wasl.engine.ports import PaymentFilter
from wasl.engine.resolve import NothingToResolve, accept, refund_cases
from wasl.engine.views import HeldView, deliveries_view, evidence_view, held_view, operation_view, payment_view
from wasl.errors import required

HELD_MAX: Final = 200  # of each store


@click.group()
def payment() -> None:
    """Payments and the evidence behind them."""


@payment.command("list")
@click.option("--state", type=click.Choice([state.value for state in State]))
@click.option("--attention", is_flag=True, help="Only those a person should look at.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many of each store.")
@json_option
def list_(state: str | None, attention: bool, limit: int, as_json: bool) -> None:  # noqa: FBT001  click passes flags
    """The payments of every store that changed last."""
    only = PaymentFilter(state=State(state) if state else None, attention=attention)

    async def read(engine: Engine) -> tuple[list[dict[str, Any]], bool]:
        now, stores = engine.now(), await engine.ledger.stores(archived=True)
        pages = [await engine.ledger.payments(one.store_id, only, None, limit) for one in stores]
        views = [_builtins(payment_view(one, now=now)) for page in pages for one in page.items]
        return views, any(page.next_cursor for page in pages)

    views, more = with_engine(read)
    if more:
        click.echo(f"there are more than these {limit} of a store; --limit shows up to 200", err=True)
    if as_json:
        print_json(views)
        return
    for view in views:
        money = f"{view['amount']} {view['currency']}"
        concerns = f"  {', '.join(view['concerns'])}" if view["concerns"] else ""
        click.echo(f"{view['id']}  {view['state']:<18} {money:>18}  order {view['order_id']}{concerns}")


@payment.command()
@json_option
def held(as_json: bool) -> None:  # noqa: FBT001  click passes flags
    """Money that PayTabs holds for review: how long, why, and until when somebody has to decide it there."""

    async def read(engine: Engine) -> list[HeldView]:
        now, stores = engine.now(), await engine.ledger.stores(archived=True)
        only = PaymentFilter(state=State.HELD)
        pages = [await engine.ledger.payments(one.store_id, only, None, HELD_MAX) for one in stores]
        return [view for page in pages for one in page.items for view in held_view(one, now=now)]

    views = with_engine(read)
    if as_json:
        print_json([_builtins(view) for view in views])
        return
    for view in sorted(views, key=lambda one: one.held_at):
        click.echo(
            f"{view.payment_id}  order {view.order_id}  {view.amount} {view.currency}  {view.days} days: {view.reason}"
        )
        click.echo(f"  may be gone from {view.lapses_from[:10]}, at the latest by {view.lapses_by[:10]}")
    click.echo(f"What to do: {HELD}." if views else "Nothing is held.")


@payment.command()
@click.argument("payment_id")
@json_option
def show(payment_id: str, as_json: bool) -> None:  # noqa: FBT001  click passes flags
    """One payment as the API shows it."""

    async def read(engine: Engine) -> dict[str, Any]:
        return _builtins(payment_view(await find_payment(engine, payment_id), now=engine.now()))

    view = with_engine(read)
    if as_json:
        print_json(view)
        return
    for key, value in view.items():
        click.echo(f"{key:<15} {value}")


@payment.command()
@click.argument("payment_id")
@json_option
def query(payment_id: str, as_json: bool) -> None:  # noqa: FBT001  click passes flags
    """Ask the gateway about one payment now, and fold in what it says."""

    async def ask_now(engine: Engine) -> dict[str, Any]:
        found = await find_payment(engine, payment_id)
        store = required(await engine.store(found.store_id), "a payment's store is never removed")
        return _builtins(payment_view(await ask(engine, store.profile, found), now=engine.now()))

    view = with_engine(ask_now)
    if as_json:
        print_json(view)
        return
    click.echo(f"{view['id']} is {view['state']}, {view['paid']} of {view['amount']} {view['currency']} paid")


@payment.command()
@click.argument("payment_id")
@json_option
def cancel(payment_id: str, as_json: bool) -> int:  # noqa: FBT001  click passes flags
    """Cancel an unpaid payment, after asking the gateway; exit 1 if money has moved."""

    async def cancel_now(engine: Engine) -> tuple[dict[str, Any], bool]:
        found = await find_payment(engine, payment_id)
        store = required(await engine.store(found.store_id), "a payment's store is never removed")
        answer = await cancel_payment(engine, store, found, reason=ClosingReason.CANCELED_BY_MERCHANT)
        known = answer.payment if isinstance(answer, NotCanceled) else answer
        return _builtins(payment_view(known, now=engine.now())), not isinstance(answer, NotCanceled)

    view, canceled = with_engine(cancel_now)
    if as_json:
        print_json(view)
    else:
        click.echo(f"{view['id']} is {view['state']}" + ("" if canceled else ": it is not cancelled"))
    return 0 if canceled else 1


@payment.command()
@click.argument("payment_id")
@click.option("--accept", "accepted", is_flag=True, help="Take it as it is.")
@click.option("--refund", "refunded", is_flag=True, help="Give the money behind the cases back.")
@click.option("--not-done", default="", metavar="OPERATION", help="An unknown operation did not happen.")
@click.option("--note", default="", help="Why; kept with the decision.")
@json_option
def resolve(payment_id: str, note: str, as_json: bool, **what: Any) -> None:  # noqa: FBT001  click passes flags
    """Close the open cases of a payment by a decision, or give their money back; kept with who and why."""
    accepted, refunded, not_done = what["accepted"], what["refunded"], what["not_done"]
    if sum((accepted, refunded, bool(not_done))) != 1:
        raise click.UsageError("say one of --accept, --refund and --not-done")

    async def decide(engine: Engine) -> dict[str, Any]:
        found = await find_payment(engine, payment_id)
        if refunded:
            return await _give_back(engine, found, note)
        if not_done:
            return await _rule_not_done(engine, found, OperationId(not_done), note)
        decided = await accept(engine, found, note=note, by=who_am_i())
        if isinstance(decided, NothingToResolve):
            raise click.ClickException(f"{payment_id} has no open case")
        return _builtins(payment_view(decided, now=engine.now()))

    view = with_engine(decide)
    if as_json:
        print_json(view)
        return
    closed = "its cases are closed" if not view["concerns"] else f"still open: {', '.join(view['concerns'])}"
    click.echo(f"{view['id']} is {view['state']}; {closed}")


async def _rule_not_done(engine: Engine, found: Payment, operation_id: OperationId, note: str) -> dict[str, Any]:
    ruled = await rule_not_done(engine, found, operation_id, note=note, by=who_am_i())
    if ruled is None:
        raise click.ClickException(f"{operation_id} is no operation of {found.payment_id} that is unknown")
    return _builtins(payment_view(ruled.payment, now=engine.now()))


async def _give_back(engine: Engine, found: Payment, note: str) -> dict[str, Any]:
    store = required(await engine.store(found.store_id), "a payment's store is never removed")
    answers = await refund_cases(engine, store, found, note=note, by=who_am_i())
    if isinstance(answers, NothingToResolve):
        raise click.ClickException(f"{found.payment_id} has no open case with money in it")
    for answer in answers:
        click.echo(answer.reason if isinstance(answer, NotAllowed) else _operated(answer), err=True)
    return _builtins(payment_view(await find_payment(engine, found.payment_id), now=engine.now()))


def _operated(answer: Operated) -> str:
    one = answer.operation
    note = f": {one.note}" if one.note else ""
    return f"{one.kind.value} of {one.amount} {one.amount.currency.code} on {one.target} is {answer.state.value}{note}"


def _operation_command(kind: OperationKind, doc: str, *, partial: bool) -> None:
    """Add `capture`, `void` or `refund`: the same options, the same answers."""

    @payment.command(kind.value, help=doc)
    @click.argument("payment_id")
    @click.option("--amount", default="", help="A part; all that is left without it.", hidden=not partial)
    @click.option("--reason", default="", help="Goes to the gateway, and is kept.")
    @click.option("--key", default="", help="Your own name for it: the same key again asks for nothing twice.")
    @click.option("--tran-ref", default="", help="Which of several transactions to act on.")
    @json_option
    def command(**options: Any) -> int:
        async def act(engine: Engine) -> Operated:
            found = await find_payment(engine, options["payment_id"])
            return await _operate(engine, found, kind, options)

        answer = with_engine(act)
        if options["as_json"]:
            print_json(_builtins(operation_view(answer.operation, answer.state)))
        else:
            click.echo(_operated(answer))
        return int(answer.state is OperationState.REFUSED)


async def _operate(engine: Engine, found: Payment, kind: OperationKind, options: Mapping[str, Any]) -> Operated:
    """Ask for it, or end the command with a sentence that says why not."""
    store = required(await engine.store(found.store_id), "a payment's store is never removed")
    try:
        amount = Money.parse(options["amount"], found.amount.currency) if options["amount"] else None
    except BadAmount as error:
        raise click.UsageError(f"--amount: {error}") from error
    wish = OperationWish(
        key=f"person {options['key'] or engine.chance.token()}",
        kind=kind,
        amount=amount,
        reason=options["reason"],
        by=who_am_i(),
        target=TranRef(options["tran_ref"]) if options["tran_ref"] else None,
    )
    answer = await operate(engine, store, found, wish)
    if isinstance(answer, KeyTaken):
        raise click.ClickException("this --key was used for something else")
    if isinstance(answer, NotAllowed):
        raise click.ClickException(answer.reason)
    return answer


_operation_command(OperationKind.CAPTURE, "Take authorised money, all that is left or a part.", partial=True)
_operation_command(OperationKind.VOID, "Let an authorisation go.", partial=False)
_operation_command(OperationKind.REFUND, "Give money back, all that is left or a part.", partial=True)


@payment.command()
@click.argument("payment_id")
@json_option
def explain(payment_id: str, as_json: bool) -> None:  # noqa: FBT001  click passes flags
    """Every piece of evidence, what it proved, and what the store was told."""

    async def read(engine: Engine) -> dict[str, Any]:
        found = await find_payment(engine, payment_id)
        told = await engine.ledger.deliveries(found.store_id, found.payment_id)
        return {
            **_builtins(payment_view(found, now=engine.now())),
            "evidence": [_builtins(piece) for piece in evidence_view(found)],
            "deliveries": [_builtins(one) for one in deliveries_view(told)],
        }

    view = with_engine(read)
    if as_json:
        print_json(view)
        return
    _print_story(view)


def _print_story(view: dict[str, Any]) -> None:
    money = f"{view['amount']} {view['currency']}"
    click.echo(f"order {view['order_id']}: {view['state']} ({view['concern']}), {view['paid']} of {money} paid")
    for piece in view["evidence"]:
        heard = f", heard {piece['heard']} times" if piece["heard"] > 1 else ""
        stated = f"{piece['kind']} {piece['status']} {piece['amount'] or ''} {piece['currency'] or ''}".strip()
        click.echo(f"  {piece['first_heard_at']}  {piece['voice']:<8} {stated}  -> {piece['role']}{heard}")
    for told in view["deliveries"]:
        when = told["told_at"] or "not yet told"
        click.echo(f"  {when}  store    version {told['version']} {told['state']}: {told['note']}")


def _builtins(view: object) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(view)
    return plain
