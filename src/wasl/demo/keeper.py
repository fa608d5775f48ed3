"""`python -m wasl.demo.keeper COMMAND…`: runs a command of which nothing outlives whoever asked for it.

A server that forks workers leaves them behind when it is ended by a signal, and a parent that is killed cannot end
anything. So each part of the demo runs under a keeper that leads a process group of its own (start it in a new
session) and holds the reading end of a pipe: when the command ends, or the pipe's other end is gone, so is the group.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence


def main(command: Sequence[str]) -> None:
    """Run *command* until it ends, SIGTERM ends it, or standard input is closed; then kill the whole group."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  the demo's own parts
    signal.signal(signal.SIGTERM, lambda _number, _frame: child.terminate())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    child.wait()
    _end_group()


def _end_with_parent() -> None:
    """Nobody writes to the pipe: reading ends when its other end is closed, by whatever kind of death."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    _end_group()


def _end_group() -> None:
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
