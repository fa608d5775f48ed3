"""`wasl doctor`: whether everything can work, and what to do."""

from collections.abc import Sequence

import click
import msgspec

from wasl.cli.common import json_option, print_json, settings, with_engine
from wasl.engine.doctor import Check, Grade, examine
from wasl.wiring import address_advice

_SIGNS = {Grade.GOOD: "✓", Grade.LOOK: "!", Grade.BAD: "✗"}


@click.command()
@json_option
def doctor(as_json: bool) -> int:  # noqa: FBT001  click passes flags
    """Check configuration, database, clocks, keys, reachability and pace; exit 1 if something is bad."""
    loaded = settings()
    checks = with_engine(lambda engine: examine(engine, public_url=loaded.public_url), loaded)
    advice = address_advice(loaded)
    if advice:
        checks.append(Check(about="callbacks", grade=Grade.LOOK, says=advice))
    return show_checks(checks, as_json=as_json)


def show_checks(checks: Sequence[Check], *, as_json: bool) -> int:
    """Print them; 1 if one is bad."""
    if as_json:
        print_json([msgspec.to_builtins(check) for check in checks])
    else:
        for check in checks:
            click.echo(f"{_SIGNS[check.grade]} {check.about}: {check.says}")
    return int(any(check.grade is Grade.BAD for check in checks))
