"""`wasl simulate`: worlds that try to break it, from one seed."""

import secrets
from typing import IO, Final

import click
import msgspec

from wasl.cli.common import json_option, print_json
from wasl.simulation.faults import UnknownFault, read_faults
from wasl.simulation.minimise import minimised
from wasl.simulation.record import Recorder
from wasl.simulation.report import Report
from wasl.simulation.run import SEEDS, simulate, template, worlds

PROGRESS_WORLDS: Final = 40


@click.command("simulate")
@click.option("--payments", default=1_000, show_default=True, type=click.IntRange(1, 10_000_000))
@click.option("--seed", type=click.IntRange(0), help="The same seed and version give the same run. Default: a new one.")
@click.option("--faults", default="all", show_default=True, help="all, none, or kinds separated by commas.")
@click.option("--record", type=click.File("wb"), help="Write each payment's history to this file, one JSON a line.")
@json_option
def simulate_command(payments: int, seed: int | None, faults: str, record: IO[bytes] | None, as_json: bool) -> int:  # noqa: FBT001  click passes flags
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
            recorder = Recorder() if record else None
            history = simulate(world_seed, orders=orders, allowed=allowed, template=empty, recorder=recorder)
            report.add(history)
            if record and recorder:
                record.write(msgspec.json.Encoder().encode_lines(recorder.histories()))
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
