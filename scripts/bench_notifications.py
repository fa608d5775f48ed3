"""Notifications a second: real `wasl serve` on both databases beside a bare ASGI echo, over loopback HTTP.

    .venv/bin/python scripts/bench_notifications.py [--rounds N] [--seconds S] [--steady S] [--rate N] [--worker]

Everything takes turns in short runs, so that a busy machine slows all of them alike; figures are medians over the
rounds with the extremes beside them, and a ratio is the median of each round's own ratio. Every notification of a run
of new facts is the first word on a payment of its own, opened beforehand: it is verified, recorded, folded and
versioned. After each run the ledger has to hold what was answered 200. Results go to .build/bench/notifications.json
too.
"""

import argparse
import asyncio
import contextlib
import datetime as dt
import functools
import itertools
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from bench_books import Books, Count
from bench_load import Answers, at_full_speed, at_rate, need_wrk
from bench_servers import SECRET_KEY, Server, bare, postgres, run_wasl, wasl

CONNECTIONS = (32, 64)
STEADY = 0  # stands in the place of connections for a run at a steady rate
WARM_UP_S, WARM_UP_LINES = 1, 12_000
SPARE = 1.6  # how many times the notifications of the fastest run so far are held ready
SETTLE_S = 0.3  # what wrk left in flight ends long before
DISK = "/var/tmp"  # noqa: S108  a folder inside it; /tmp is memory on many machines
RESULTS = Path(__file__).parents[1] / ".build" / "bench" / "notifications.json"


@dataclass(slots=True, kw_only=True)
class Way:
    """One thing measured: a server, and what it gets of *books*: *new* facts, or the last ones again."""

    name: str
    server: Server
    books: Books
    records: bool
    new: bool
    most_per_s: float = 0.0


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One way in one round. Processor time is per notification: the server's, and its database's."""

    way: str
    round: int
    connections: int
    answers: Answers
    per_s: float
    server_us: float
    database_us: float


def measure(way: Way, *, number: int, connections: int, wanted: int, play: Callable[[Way], Answers]) -> Run:
    """One run with *wanted* new notifications at hand, and the proof that the ledger holds it."""
    if way.new:
        way.books.need(wanted)
    before = way.books.count()
    own, database = way.server.processor_s()
    answers = play(way)
    own_after, database_after = way.server.processor_s()
    if way.records:
        prove(way, answers, way.books.count().since(before), in_flight=connections)
    if way.new:
        way.books.take(answers.taken)
    time.sleep(SETTLE_S)
    return Run(
        way=way.name,
        round=number,
        connections=connections,
        answers=answers,
        per_s=answers.per_s,
        server_us=(own_after - own) / answers.requests * 1e6,
        database_us=(database_after - database) / answers.requests * 1e6,
    )


def prove(way: Way, answers: Answers, kept: Count, *, in_flight: int) -> None:
    """Raise SystemExit unless all that was answered 200 is in the ledger, and besides only what was in flight then."""
    heard = answers.requests <= kept.heard <= answers.requests + in_flight
    first = kept.facts == kept.heard if way.new else kept.facts == 0
    if not (heard and first and kept.paid == kept.versions == kept.facts):
        raise SystemExit(f"bench: {way.name}: {answers.requests} were answered 200, but the ledger has gained {kept}")


def at_full(way: Way, *, connections: int, seconds: int) -> Answers:
    """As fast as it goes."""
    url = way.server.url
    if not way.new:
        return at_full_speed(url, way.books.used, connections=connections, seconds=seconds, around=True)
    answers = at_full_speed(url, way.books.fresh, connections=connections, seconds=seconds, around=False)
    way.most_per_s = max(way.most_per_s, answers.per_s)
    return answers


def steadily(way: Way, *, runner: asyncio.Runner, rate: int, seconds: int) -> Answers:
    """At *rate* a second; a way that repeats goes around what was sent before."""
    count = rate * seconds
    lines = way.books.fresh if way.new else way.books.used * -(-count // max(1, len(way.books.used)))
    return runner.run(at_rate(way.server.url, lines[:count], per_s=rate))


@contextlib.contextmanager
def ways(runner: asyncio.Runner, folder: Path, *, working: bool) -> Iterator[list[Way]]:
    """Everything there is to measure, running, the yardsticks first."""
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(postgres(folder))
        cluster.psql("CREATE DATABASE bench")
        urls = {"SQLite": f"sqlite:///{folder}/wasl.db", "PostgreSQL": cluster.get_uri("bench")}
        found: list[Way] = []
        for name, url in urls.items():
            environ = {"WASL_DATABASE_URL": url, "WASL_SECRET_KEY": SECRET_KEY}
            pid = cluster.get_pid() if name == "PostgreSQL" else None
            server = stack.enter_context(wasl(folder, environ, working=working, database_pid=pid))
            (store,) = msgspec.json.decode(run_wasl(environ, "store", "list", "--json"))
            books = Books(runner, environ, store["store_id"])
            stack.callback(books.close)
            for kind in ("new facts", "repeats"):
                new = kind == "new facts"
                found.append(Way(name=f"wasl, {name}: {kind}", server=server, books=books, records=True, new=new))
        for name, commit in (("bare echo and commit, SQLite", True), ("bare echo", False)):
            server = stack.enter_context(bare(folder, commit=commit))
            found.insert(0, Way(name=name, server=server, books=found[-1].books, records=False, new=False))
        yield found


def rounds_of(found: Sequence[Way], runner: asyncio.Runner, given: argparse.Namespace) -> Iterator[Run]:
    """Every run, in turns; the first turn warms up and is not counted."""
    for way in sorted(found, key=lambda way: not way.new):  # new facts first: there is nothing to repeat before
        warm = functools.partial(at_full, connections=CONNECTIONS[0], seconds=WARM_UP_S)
        measure(way, number=0, connections=CONNECTIONS[0], wanted=WARM_UP_LINES, play=warm)
    for number, connections, way in itertools.product(range(1, given.rounds + 1), CONNECTIONS, found):
        fast = functools.partial(at_full, connections=connections, seconds=given.seconds)
        wanted = round(way.most_per_s * SPARE * given.seconds)
        yield measure(way, number=number, connections=connections, wanted=wanted, play=fast)
    steady = functools.partial(steadily, runner=runner, rate=given.rate, seconds=given.steady)
    for way in found:
        yield measure(way, number=1, connections=STEADY, wanted=given.rate * given.steady, play=steady)


def table(runs: Sequence[Run], rate: int) -> str:
    """What people read."""
    heads = ("a second", "from", "to", "of echo", "p50 ms", "p99 ms", "CPU us", "database")
    lines = []
    for connections in (*CONNECTIONS, STEADY):
        title = f"at {rate}/s" if connections == STEADY else f"{connections} connections"
        lines += ["", f"{title:<32}" + "".join(f"{head:>10}" for head in heads)]
        here = [run for run in runs if run.connections == connections]
        names = list(dict.fromkeys(run.way for run in here))
        echo = [run.per_s for run in here if run.way == names[0]]
        lines += [_line(name, [run for run in here if run.way == name], echo) for name in names]
    return "\n".join(lines)


def _line(name: str, runs: Sequence[Run], echo: Sequence[float]) -> str:
    rates = [run.per_s for run in runs]
    ratio = statistics.median(ours / bare for ours, bare in zip(rates, echo, strict=True))
    p50, p99 = (statistics.median(at) for at in zip(*((r.answers.p50_ms, r.answers.p99_ms) for r in runs), strict=True))
    own, database = (statistics.median(us) for us in zip(*((r.server_us, r.database_us) for r in runs), strict=True))
    speeds = "".join(f"{rate:>10,.0f}" for rate in (statistics.median(rates), min(rates), max(rates)))
    return f"{name:<32}{speeds}{ratio:>10.2f}{p50:>10.1f}{p99:>10.1f}{own:>10,.0f}{database:>10,.0f}"


def options() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each way (5)")
    parser.add_argument("--seconds", type=int, default=3, help="of each run (3)")
    parser.add_argument("--rate", type=int, default=500, help="notifications a second of the steady load (500)")
    parser.add_argument("--steady", type=int, default=10, help="seconds of the steady load (10)")
    parser.add_argument("--worker", action="store_true", help="serve with the worker inside, as `wasl serve` does")
    return parser.parse_args()


def main() -> None:
    """Measure, print, and leave the results in a file."""
    given = options()
    need_wrk()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    load = [os.getloadavg()[0]]
    with asyncio.Runner() as runner, tempfile.TemporaryDirectory(prefix="wasl-bench-", dir=DISK) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database server runs as a user of its own when we are root
        with ways(runner, folder, working=given.worker) as found:
            runs = list(rounds_of(found, runner, given))
    load.append(os.getloadavg()[0])
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    about = {"at": at, "machine": machine, "load_before_and_after": load, **vars(given)}
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode({**about, "runs": runs}), indent=2))
    print(f"{machine}; load before and after: {load[0]:.2f}, {load[1]:.2f}; {given.rounds} rounds of {given.seconds} s")
    print(table(runs, given.rate))


if __name__ == "__main__":
    main()
