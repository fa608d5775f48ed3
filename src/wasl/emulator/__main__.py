"""`python -m wasl.emulator`: the offline PayTabs gateway as a command."""

import argparse
import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Final

from wasl.emulator.config import DEFAULT_HOST, DEFAULT_PORT, ConfigRefused, EmulatorConfig
from wasl.emulator.faults import Faults
from wasl.emulator.profiles import DEFAULT_CLIENT_KEY, DEFAULT_PROFILE_ID, DEFAULT_SERVER_KEY
from wasl.emulator.serve import load_faults, serve

BAD_USAGE: Final = 2


def main() -> None:
    """Run until stopped; what is wrong is one line on stderr."""
    try:
        config = _config(_parser().parse_args())
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve(config, ready=_say))
    except ConfigRefused as refusal:
        sys.stderr.write(f"emulator: {refusal}\n")
        sys.exit(BAD_USAGE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m wasl.emulator",
        description="The offline PayTabs gateway: no money moves, everything else is as on the wire.",
    )
    parser.add_argument("--host", default=DEFAULT_HOST, help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one (%(default)s)")
    parser.add_argument("--profile-id", type=int, default=DEFAULT_PROFILE_ID, help="the test profile (%(default)s)")
    parser.add_argument("--server-key", default=DEFAULT_SERVER_KEY, help="its server key")
    parser.add_argument("--client-key", default=DEFAULT_CLIENT_KEY, help="its client key")
    parser.add_argument("--seed", type=int, help="make everything random repeatable")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="what goes wrong, as the control API takes it")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep everything in this SQLite file")
    parser.add_argument("--strict", action="store_true", help="refuse what the real gateway's documentation refuses")
    parser.add_argument("--token", default="", help="what scripts and people behind the counter have to know")
    parser.add_argument("--public-url", default="", help="how buyers reach the hosted page")
    return parser


def _config(given: argparse.Namespace) -> EmulatorConfig:
    return EmulatorConfig(
        host=given.host,
        port=given.port,
        profile_id=given.profile_id,
        server_key=given.server_key,
        client_key=given.client_key,
        seed=given.seed,
        faults=load_faults(given.faults) if given.faults else Faults(),
        state=str(given.state) if given.state else None,
        strict=given.strict,
        token=given.token,
        public_url=given.public_url,
    )


def _say(url: str) -> None:
    sys.stderr.write(f"The offline gateway listens on {url} (developer page: {url}/)\n")


if __name__ == "__main__":
    main()
