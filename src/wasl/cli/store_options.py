"""The settings of a store as options of the command line: `store add` and `store set` have the same ones."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

import click

from wasl.domain.money import BadAmount, Currency, Money, UnknownCurrency
from wasl.domain.outcome import State
from wasl.domain.secret import Secret
from wasl.domain.store import (
    AUTH_DAYS,
    HOLD_DAYS,
    PAGE_MINUTES,
    QUESTIONS_PER_S,
    AutoRefund,
    LateMoney,
    Profile,
    Receiver,
    Store,
    StoreId,
)
from wasl.domain.time import Instant
from wasl.wiring import PLATFORMS, gateway_url

PREFIX_MAX: Final = 20
QUESTIONS: Final = (0.1, 100.0)
# Whoever fulfils by an order's status alone gets no late money into it unless the merchant says so.
LATE_MONEY: Final = {"cs-cart": LateMoney.HOLD}
F = TypeVar("F", bound=Callable[..., Any])

_NEW: Final = Store(
    store_id=StoreId(""),
    name="",
    platform="",
    profile=Profile(base_url="", profile_id=0, server_key=Secret("")),
    currency=Currency.of("AED"),
    cart_prefix="",
    signing_secret=Secret(""),
    created_at=Instant(0),
)


def store_options(*, new: bool) -> Callable[[F], F]:
    """Adds the options to a command. What is not given is None, and so stays as it is, or as it is by default."""

    def add(command: F) -> F:
        for option in reversed(_options(new=new)):
            command = option(command)
        return command

    return add


def _options(*, new: bool) -> list[Callable[[F], F]]:
    return [
        click.option("--name", required=new, help="What people call the store."),
        click.option("--platform", required=new, type=click.Choice(PLATFORMS)),
        click.option("--region", help="The PayTabs region of the profile: ARE, SAU, EGY, …"),
        click.option("--gateway-url", help="The gateway's address instead of a region."),
        click.option("--profile-id", required=new, type=click.IntRange(1)),
        click.option(
            "--server-key",
            required=new,
            help="From PayTabs: Developers, Key management. A dash reads it from a prompt or stdin.",
        ),
        click.option("--currency", required=new, help="ISO 4217, for example SAR."),
        click.option("--store-url", help="The shop's own address."),
        click.option("--webhook-url", help="Where an `api` store hears of changes."),
        click.option("--alert-url", help="Where people hear of what needs them, by signed webhook."),
        click.option("--cart-prefix", help="Begins every cart id of this store at the gateway."),
        click.option(
            "--status",
            "statuses",
            multiple=True,
            metavar="STATE=STATUS",
            help="For example paid=P; failed= changes nothing.",
        ),
        click.option("--tran-type", type=click.Choice(["sale", "auth"]), help="[default: sale]"),
        click.option("--page-minutes", type=click.IntRange(2, 10_080), help=f"[default: {PAGE_MINUTES}]"),
        click.option("--theme-id", type=click.IntRange(1)),
        click.option("--methods", help="Comma-separated PayTabs methods; all of the profile if left out."),
        click.option("--hide-shipping/--show-shipping", default=None),
        click.option("--alt-currency"),
        click.option("--language", type=click.Choice(["auto", "ar", "en"]), help="[default: auto]"),
        click.option(
            "--late-money",
            type=click.Choice([one.value for one in LateMoney]),
            help="[default: hold for cs-cart, else accept]",
        ),
        click.option(
            "--hold-days", type=click.IntRange(1, 14), help=f"[default: {HOLD_DAYS}] When a hold is an alert."
        ),
        click.option(
            "--notify",
            metavar="LIST",
            help="Whom a shop writes to: customer,department,vendor [default: all]; none for nobody.",
        ),
        click.option(
            "--auto-refund",
            metavar="LIST",
            help="What goes back without a person: paid_twice,paid_late,out_of_stock [default: none].",
        ),
        click.option("--auto-refund-ceiling", metavar="AMOUNT", help="At most that much in 24 hours [default: 0]."),
        click.option(
            "--auth-days",
            type=click.IntRange(1, 29),
            help=f"[default: {AUTH_DAYS}] When an uncaptured one is an alert.",
        ),
        click.option("--questions-per-s", type=click.FloatRange(*QUESTIONS), help=f"[default: {QUESTIONS_PER_S:g}]"),
        click.option("--live/--test", default=None, help="Real money: test transactions will not count."),
    ]


def new_store(options: Mapping[str, Any]) -> Store:
    """The options of `store add` as a store; bad ones end in one line that names them."""
    if not (options["region"] or options["gateway_url"]):
        raise click.UsageError("give either --region (ARE, SAU, EGY, …) or --gateway-url")
    return changed_store(replace(_NEW, late_money=LATE_MONEY.get(options["platform"], LateMoney.ACCEPT)), options)


def changed_store(store: Store, options: Mapping[str, Any]) -> Store:
    """*store* with every option that was given."""
    given = {name: value for name, value in options.items() if value is not None}
    same = {name: given[name] for name in _AS_THEY_ARE if name in given}
    read = {name: read(given[name]) for name, read in _READ.items() if name in given}
    statuses = {**store.status_map, **dict(_status(text) for text in options["statuses"])}
    profile = replace(store.profile, **_profile(given))
    changed = replace(store, **same, **read, profile=profile, status_map=statuses)
    changed = replace(changed, auto_refund_ceiling=_ceiling(given, changed))
    if changed.auto_refund and not changed.auto_refund_ceiling:
        raise click.UsageError(
            "--auto-refund needs --auto-refund-ceiling: what may go back without a person in 24 hours"
        )
    return changed


def _profile(given: Mapping[str, Any]) -> dict[str, Any]:
    if "region" in given and "gateway_url" in given:
        raise click.UsageError("give either --region or --gateway-url")
    found: dict[str, Any] = {}
    if "region" in given or "gateway_url" in given:
        found["base_url"] = gateway_url(given.get("region", ""), given.get("gateway_url", ""))
    if "profile_id" in given:
        found["profile_id"] = given["profile_id"]
    if "server_key" in given:
        found["server_key"] = _secret(given["server_key"])
    return found


def _secret(given: str) -> Secret:
    """The key as it was given, or, for a dash, as it is typed or piped: an argument stays in a shell's history."""
    text = given
    if text == "-":
        text = click.prompt("Server key", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    return Secret(text.strip())


def _status(text: str) -> tuple[State, str]:
    state, _, status = text.partition("=")
    try:
        return State(state), status
    except ValueError:
        raise click.UsageError(f"--status {text}: the states are {', '.join(s.value for s in State)}") from None


def _currency(code: str) -> Currency:
    try:
        return Currency.of(code.upper())
    except UnknownCurrency as error:
        raise click.UsageError(f"--currency: {error}") from None


def _prefix(text: str) -> str:
    if len(text) > PREFIX_MAX or not text.isascii():
        raise click.UsageError(f"--cart-prefix has at most {PREFIX_MAX} plain characters")
    return text


def _receivers(text: str) -> tuple[Receiver, ...]:
    wanted = [] if text.strip() == "none" else [one.strip() for one in text.split(",") if one.strip()]
    try:
        return tuple(Receiver(one) for one in wanted)
    except ValueError:
        known = ",".join(Receiver)
        raise click.UsageError(f"--notify takes {known}, or none") from None


def _auto_refunds(text: str) -> tuple[AutoRefund, ...]:
    wanted = [] if text.strip() == "none" else [one.strip() for one in text.split(",") if one.strip()]
    try:
        return tuple(AutoRefund(one) for one in wanted)
    except ValueError:
        raise click.UsageError(f"--auto-refund takes {','.join(AutoRefund)}, or none") from None


def _ceiling(given: Mapping[str, Any], store: Store) -> int:
    """The ceiling in minor units of the currency that the store has by now."""
    if "auto_refund_ceiling" not in given:
        if "currency" in given and store.auto_refund_ceiling:
            raise click.UsageError("--currency changes what --auto-refund-ceiling means; give that as well")
        return store.auto_refund_ceiling
    try:
        amount = Money.parse(given["auto_refund_ceiling"], store.currency)
    except BadAmount as error:
        raise click.UsageError(f"--auto-refund-ceiling: {error}") from None
    return max(0, amount.minor)


def _methods(text: str) -> tuple[str, ...]:
    return tuple(method.strip() for method in text.split(",") if method.strip())


_AS_THEY_ARE: Final = (
    "name", "platform", "webhook_url", "alert_url", "tran_type", "page_minutes", "theme_id", "hide_shipping",
    "alt_currency", "language", "hold_days", "auth_days", "questions_per_s", "live",
)  # fmt: skip
_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    "currency": _currency,
    "store_url": lambda url: url.rstrip("/"),
    "cart_prefix": _prefix,
    "methods": _methods,
    "notify": _receivers,
    "auto_refund": _auto_refunds,
    "late_money": LateMoney,
}
