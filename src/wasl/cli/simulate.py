"""`wasl simulate`: worlds that try to break it, from one seed."""

import secrets
from typing import Final

import click

from wasl.cli.common import json_option, print_json
from wasl.simulation.faults import UnknownFault, read_faults
from wasl.simulation.minimise import minimised
from wasl.simulation.report import Report
from wasl.simulation.run import SEEDS, simulate, template, worlds

PROGRESS_WORLDS: Final = 40


@click.command("simulate")
@click.option("--payments", default=1_000, show_default=True, type=click.IntRange(1, 10_000_000))
@click.option("--seed", type=click.IntRange(0), help="The same seed and version give the same run. Default: a new one.")
@click.option("--faults", default="all", show_default=True, help="all, none, or kinds separated by commas.")
@json_option
def simulate_command(payments: int, seed: int | None, faults: str, as_json: bool) -> int:  # noqa: FBT001  click passes flags
    """Run shops, buyers, gateway, crashes and faults from one seed against the real engine; exit 1 if one breaks it."""
    try:
        allowed = read_faults(faults)
    except UnknownFault as error:
        raise click.BadParameter(str(error), param_hint="--faults") from error
    first = secrets.randbelow(SEEDS) if seed is None else seed
    report = Report(seed=first, payments=payments, faults_wanted=faults)
    click.echo(f"seed {first}", err=True)
    with template() as empty:
        for number, (world_seed, orders) in enumerate(worlds(first, payments), start=1):
            history = simulate(world_seed, orders=orders, allowed=allowed, template=empty)
            report.add(history)
            if number % PROGRESS_WORLDS == 0:
                click.echo(f"{report.lived} payments in {report.steps} steps", err=True)
            if history.violations:
                report.smallest = minimised(history, allowed=allowed, template=empty)
                break
    if as_json:
        print_json(report.as_json())
    else:
        click.echo(report.as_text())
    return int(bool(report.violations))
