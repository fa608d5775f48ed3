"""`python -m wasl.demo.shop --config FILE [--port P]`: the shop as a process of its own."""

import argparse
import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from wasl.demo.shop.app import serve
from wasl.demo.shop.config import BadConfig, read_config


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; prints the address on stdout once it listens. Exit 2 on bad usage."""
    parser = argparse.ArgumentParser(prog="python -m wasl.demo.shop", description="The demo shop of Wasl.")
    parser.add_argument("--config", type=Path, required=True, help="a JSON file with the shop's settings and keys")
    parser.add_argument("--port", type=int, help="the port to listen on; 0 takes any free one")
    given = parser.parse_args(arguments)
    try:
        config = read_config(given.config)
    except BadConfig as error:
        parser.error(str(error))
    if given.port is not None:
        config = replace(config, port=given.port)
    asyncio.run(serve(config, ready=lambda url: print(url, flush=True)))  # noqa: T201  a command says where it listens
    return 0


if __name__ == "__main__":
    sys.exit(main())
