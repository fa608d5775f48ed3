"""The same seed is the same run: in one process, in two, and whatever order the hashes come in."""

import os
import subprocess
import sys
from typing import Any

import msgspec
import pytest

pytestmark = pytest.mark.timeout(300)


def told(*options: str, hash_seed: int, code: int = 0) -> dict[str, Any]:
    """What `wasl simulate` says in a process of its own."""
    command = [sys.executable, "-m", "wasl", "simulate", "--json", *options]
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == code, done.stderr.decode()
    answer: dict[str, Any] = msgspec.json.decode(done.stdout)
    return answer


def test_two_processes_live_the_same_world() -> None:
    """Everything but the time it took is equal, down to the hash of the trace."""
    runs = [told("--seed", "7", "--payments", "40", hash_seed=seed) for seed in (1, 2)]
    for run in runs:
        del run["seconds"], run["payments_per_second"]
    assert runs[0] == runs[1]
    assert runs[0]["payments"] == 40
    assert runs[0]["faults"]


def test_another_seed_is_another_world() -> None:
    """The hash is of what happened."""
    runs = [told("--seed", seed, "--payments", "5", hash_seed=1) for seed in ("7", "8")]
    assert runs[0]["trace_hash"] != runs[1]["trace_hash"]


def test_bad_usage_is_one_line() -> None:
    """A fault that nobody knows ends with status 2 and the names of those there are."""
    command = [sys.executable, "-m", "wasl", "simulate", "--faults", "bad_luck"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"bad_luck" in done.stderr
    assert b"killed" in done.stderr
