"""`wasl migrate`: the schema of this version, on purpose."""

import click

from wasl.cli.common import run_async, settings
from wasl.wiring import migrate_database


@click.command()
def migrate() -> None:
    """Bring the database to this version's schema (SQLite does it by itself)."""
    click.echo(run_async(migrate_database(settings())))
