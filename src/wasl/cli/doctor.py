"""`wasl doctor`: whether everything can work, and what to do."""

import click

from wasl.cli.common import json_option, show_checks, with_engine
from wasl.engine.doctor import examine


@click.command()
@json_option
def doctor(as_json: bool) -> int:  # noqa: FBT001  click passes flags
    """Check configuration, database, clocks, keys, reachability and pace; exit 1 if something is bad."""
    return show_checks(with_engine(examine), as_json=as_json)
