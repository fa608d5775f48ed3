"""The command line: the same verbs as the service, without HTTP."""

import sys

import click

from wasl import __version__
from wasl.cli import addons, database, deliveries, doctor, payments, reconcile, run, simulate, stores
from wasl.errors import WaslError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="wasl")
def wasl() -> None:
    """Connect online stores to PayTabs, and keep every order's status the truth about its money."""


wasl.add_command(run.demo)
wasl.add_command(run.serve)
wasl.add_command(run.work)
wasl.add_command(run.emulator)
wasl.add_command(stores.store)
wasl.add_command(addons.addon)
wasl.add_command(payments.payment)
wasl.add_command(deliveries.delivery)
wasl.add_command(reconcile.reconcile_command)
wasl.add_command(doctor.doctor)
wasl.add_command(database.migrate)
wasl.add_command(simulate.simulate_command)


def main() -> None:
    """Run a command; what went wrong is one line on stderr: 2 for bad usage, 1 for anything else."""
    try:
        code = wasl.main(standalone_mode=False)
    except click.ClickException as error:
        print(f"wasl: {' '.join(error.format_message().split())}", file=sys.stderr)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except WaslError as error:
        print(f"wasl: {error}", file=sys.stderr)
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)
