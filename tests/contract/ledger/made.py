"""Where histories come from: files, simulated worlds, and draws that mix everything with everything."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from hypothesis import HealthCheck, Phase, given, seed, settings

from builders import NOON, attempt
from contract.ledger.histories import Asked, CameBack, Closed, Decided, Heard, History, Opened, Retold, Told
from unit.domain.test_lives import closings, lives
from wasl.domain.evidence import Closing, Fact, Voice
from wasl.domain.payment import Answer
from wasl.domain.time import MINUTE_MS, SECOND_MS, Instant, after
from wasl.simulation.faults import KINDS
from wasl.simulation.record import Recorder
from wasl.simulation.run import simulate, template, worlds

HOW: Final[tuple[Literal["taken", "busy", "refused", "lost", "late"], ...]] = (
    "taken", "taken", "busy", "refused", "lost", "late",
)  # fmt: skip


def read(path: Path) -> list[History]:
    """Histories that somebody recorded, one JSON a line."""
    return msgspec.json.Decoder(History).decode_lines(path.read_bytes())


def recorded(count: int, *, number: int) -> list[History]:
    """The histories of *count* payments in simulated worlds, from the seed of the first world."""
    made = bytearray()
    with template() as empty:
        for world, orders in worlds(number, count):
            recorder = Recorder()
            simulate(world, orders=orders, allowed=KINDS, template=empty, recorder=recorder)
            made += msgspec.json.Encoder().encode_lines(recorder.histories())
    return msgspec.json.Decoder(History).decode_lines(made)


def drawn(count: int, *, number: int) -> list[History]:
    """*count* histories from the lives that payments really have, drawn from a seed and mixed with everything else."""
    chance, made = random.Random(number), list[History]()

    @seed(number)
    @settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(stated=lives(), closed=closings)
    def collect(stated: list[Fact], closed: tuple[Closing, ...]) -> None:
        made.append(_mixed(stated, closed, chance))

    collect()
    return made[:count]


def _mixed(stated: Sequence[Fact], closed: Sequence[Closing], chance: random.Random) -> History:
    """One life as it may be heard: in any order, with repeats, by any voice, between tellings that go well or badly."""
    clock = [NOON]

    def at() -> Instant:
        clock[0] = after(clock[0], chance.choice((0, 1, SECOND_MS, 20 * SECOND_MS, MINUTE_MS, 30 * MINUTE_MS)))
        return clock[0]

    facts = [*stated, *(fact for fact in stated if chance.random() < 0.3)]
    chance.shuffle(facts)
    voices = (Voice.CALLBACK, Voice.CALLBACK, Voice.IPN, Voice.QUERY, Voice.ANSWER)
    rest: list[Any] = [lambda at, fact=fact: Heard(at=at, voice=chance.choice(voices), fact=fact) for fact in facts]
    rest += [lambda at, one=one: Closed(at=at, closing=replace(one, at=at)) for one in closed]
    rest += [lambda at: Told(at=at, how=chance.choice(HOW))] * chance.randint(1, 5)
    rest += [lambda at: Asked(at=at, facts=tuple(chance.sample(facts, min(len(facts), 2))))] * chance.randint(0, 2)
    rest += [lambda at: CameBack(at=at, buyer=chance.random() < 0.5)] * chance.randint(0, 2)
    rest += [lambda at: Decided(at=at, note="seen"), lambda at: Retold(at=at)] * chance.randint(0, 1)
    pages = [(page, replace(page, answer=Answer.LOST, tran_ref=None, redirect_url=None))
             for page in (attempt(), attempt(2), attempt(3))]  # fmt: skip
    rest += [lambda at, both=both: Opened(at=at, attempt=chance.choice(both)) for both in pages]
    chance.shuffle(rest)
    return History(events=tuple([make(at()) for make in rest]))
