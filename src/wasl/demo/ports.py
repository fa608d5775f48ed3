"""Ports for parts that have to know each other's before they listen."""

import random
import socket
from contextlib import ExitStack
from typing import Final

HOST: Final = "127.0.0.1"
# Below what systems hand out for outgoing connections: one of those could take a port that was free a moment ago.
RANGE: Final = range(20_000, 32_000)
TRIES: Final = 1_000


def free_ports(count: int) -> list[int]:
    """*count* different ports on which nobody listens now; raises OSError if there seem to be none."""
    chance, found = random.SystemRandom(), list[int]()
    with ExitStack() as held:
        for _ in range(TRIES):
            if len(found) == count:
                break
            try:
                holder = held.enter_context(socket.create_server((HOST, chance.choice(RANGE))))
            except OSError:
                continue
            found.append(holder.getsockname()[1])
    if len(found) < count:
        raise OSError(f"no {count} free ports between {RANGE.start} and {RANGE.stop}")
    return found
