"""`wasl reconcile`: store, gateway and ledger side by side."""

import csv
import io
import re
import textwrap
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import click

from wasl.cli.common import json_option, print_json, with_engine
from wasl.domain.store import Store, StoreId
from wasl.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, Instant, rfc3339
from wasl.engine.discrepancies import Report, Row
from wasl.engine.engine import Engine
from wasl.engine.reconcile import Plan, reconcile

DEFAULT_PERIOD: Final = "3d"
FIELDS: Final = (
    "store_id", "order_id", "payment_id", "difference", "gateway", "ledger", "shop", "at_risk", "currency",
    "mended", "sentence", "advice",
)  # fmt: skip
_UNITS: Final = {"m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS, "w": 7 * DAY_MS}
_DURATION: Final = re.compile(r"([0-9]{1,6})([mhdw])", re.ASCII)
_HEADS: Final = ("order", "difference", "gateway", "ledger", "shop", "at risk")
_WIDTHS: Final = (16, 18, 24, 24, 10, 18)
_GAP: Final = "  "
_INDENT: Final = " " * (_WIDTHS[0] + len(_GAP))
_WIDTH: Final = 120


@click.command("reconcile")
@click.option("--store", "store_id", help="Only this store; all that are not archived if left out.")
@click.option("--since", default=DEFAULT_PERIOD, show_default=True, metavar="T", help="RFC 3339, or 36h, 7d, 2w.")
@click.option("--mend", is_flag=True, help="Record what the gateway states, tell shops what they have not heard.")
@click.option("--csv", "as_csv", is_flag=True, help="One line per difference, with a header (RFC 4180).")
@json_option
def reconcile_command(store_id: str | None, since: str, mend: bool, as_csv: bool, as_json: bool) -> int:  # noqa: FBT001  click passes flags
    """Compare store, gateway and ledger; exit 1 if they differ. Changes nothing unless --mend says so.

    Compares the payments that changed in the period, and all that are not settled.
    """
    if as_csv and as_json:
        raise click.UsageError("give either --json or --csv")

    async def compare(engine: Engine) -> Report:
        stores = await _stores(engine, store_id)
        plan = Plan(stores=stores, since=beginning(since, now=engine.now()), mend=mend, progress=_progress)
        return await reconcile(engine, plan)

    report = with_engine(compare)
    if as_json:
        print_json(_document(report, mend=mend))
    elif as_csv:
        click.echo(_csv(report), nl=False)
        click.echo(report.summary, err=True)
    else:
        click.echo(_text(report))
    return 0 if report.all_well else 1


async def _stores(engine: Engine, store_id: str | None) -> Sequence[Store]:
    if store_id is None:
        return await engine.ledger.stores()
    found = await engine.ledger.store(StoreId(store_id))
    if found is None:
        raise click.UsageError(f"there is no store {store_id}; `wasl store list` shows those that are")
    return [found]


def beginning(text: str, *, now: Instant) -> Instant:
    """The beginning of a period that ends *now*: a duration back, or RFC 3339. Raises a usage error in words."""
    duration = _DURATION.fullmatch(text)
    if duration is not None:
        return Instant(max(0, now - int(duration[1]) * _UNITS[duration[2]]))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise click.UsageError(f"--since {text[:40]}: write 36h, 7d or 2w, or a time such as 2026-11-21T00:00:00Z")
    since = (moment - datetime.fromtimestamp(0, moment.tzinfo)) // timedelta(milliseconds=1)
    if since > now:
        raise click.UsageError(f"--since {text[:40]} is in the future")
    return Instant(max(0, since))


def _progress(compared: int) -> None:
    click.echo(f"  {compared} compared", err=True)


def _view(row: Row) -> dict[str, Any]:
    """One difference as every form shows it, in the order of `FIELDS`."""
    finding = row.finding
    values = (
        row.store_id,
        row.order_id,
        row.payment_id,
        finding.difference.value,
        row.gateway,
        row.ledger,
        row.shop,
        str(finding.at_risk),
        finding.at_risk.currency.code,
        row.mended,
        finding.sentence,
        finding.advice,
    )
    return dict(zip(FIELDS, values, strict=True))


def _document(report: Report, *, mend: bool) -> dict[str, Any]:
    return {
        "summary": report.summary,
        "since": rfc3339(report.since),
        "until": rfc3339(report.until),
        "mend": mend,
        "orders": report.orders,
        "differ": report.differing,
        "not_compared": report.not_compared,
        "mended": report.mended,
        "at_risk": [{"amount": str(money), "currency": money.currency.code} for money in report.at_risk],
        "unlisted": report.unlisted,
        "rows": [_view(row) for row in report.rows],
    }


def _csv(report: Report) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, FIELDS, lineterminator="\r\n")
    writer.writeheader()
    for row in report.rows:
        view = {**_view(row), "mended": "true" if row.mended else "false"}
        writer.writerow({name: _plain(value) for name, value in view.items()})
    return out.getvalue()


def _text(report: Report) -> str:
    """A table of at most 120 columns, each difference with its sentence and what to do, and the sum."""
    lines: list[str] = []
    for store_id in dict.fromkeys(row.store_id for row in report.rows):
        lines += [f"store {store_id}", _line(_HEADS), _line("-" * width for width in _WIDTHS)]
        for row in (one for one in report.rows if one.store_id == store_id):
            lines += _entry(row)
        lines.append("")
    if report.unlisted:
        lines += [f"{report.unlisted} more are counted and not listed.", ""]
    period = f"since {rfc3339(report.since)[:16].replace('T', ' ')} UTC"
    return "\n".join((*lines, f"{report.summary} ({period})"))


def _entry(row: Row) -> list[str]:
    finding = row.finding
    risk = f"{finding.at_risk} {finding.at_risk.currency.code}" if finding.at_risk.minor else "-"
    cells = (row.order_id, finding.difference.value, row.gateway, row.ledger, row.shop, risk)
    words = [f"Mended. {finding.sentence}"] if row.mended else [finding.sentence, f"-> {finding.advice}"]
    return [
        _line(cells),
        *(
            line
            for word in words
            for line in textwrap.wrap(
                _plain(word), _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT, break_on_hyphens=False
            )
        ),
    ]


def _line(cells: Any) -> str:
    return _GAP.join(_cell(cell, width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def _cell(text: str, width: int) -> str:
    plain = _plain(text)
    return (plain if len(plain) <= width else plain[: width - 1] + "…").ljust(width)


def _plain(text: str) -> str:
    """Shops choose these texts: what could move a terminal's cursor, or is no text in RFC 4180, is not printed."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
