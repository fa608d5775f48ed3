"""A world that is recorded: nothing in it is another, and every payment's story is in the file."""

import subprocess
import sys
from pathlib import Path

import msgspec

from wasl.domain.outcome import State
from wasl.simulation.faults import KINDS
from wasl.simulation.record import Amended, Leased, Recorded, Recorder, Taken
from wasl.simulation.run import simulate, template


def test_recording_changes_nothing() -> None:
    """The same steps lead to the same hash, whether or not somebody writes them down."""
    with template() as empty:
        alone, listened = (
            simulate(11, orders=range(8), allowed=KINDS, template=empty, recorder=recorder)
            for recorder in (None, Recorder())
        )
    assert alone == listened


def test_a_plain_payment_is_recorded_from_its_page_to_its_receipt() -> None:
    """Without faults: made, opened, paid, told and taken, each where it happened."""
    recorder = Recorder()
    with template() as empty:
        simulate(3, orders=range(3), allowed=(), template=empty, recorder=recorder)
    for history in recorder.histories():
        assert (history.first.attempts, history.first.version) == ((), 1)
        kinds = [type(event) for event in history.events]
        assert kinds[:2] == [Amended, Amended]
        assert kinds.count(Taken) == kinds.count(Leased) >= 1
        amended = [event for event in history.events if isinstance(event, Amended)]
        assert [page.number for page in amended[0].attempts] == [1]
        outcomes = [event.outcome for event in amended if event.outcome is not None]
        assert outcomes[-1].state in (State.PAID, State.AUTHORIZED)
        assert amended[-1].version == 1 + len(outcomes)


def test_the_command_writes_a_line_for_each_payment(tmp_path: Path) -> None:
    """`--record` takes the name of a file; what is in it can be read back, and holds no bytes of any message."""
    path = tmp_path / "histories.jsonl"
    command = [sys.executable, "-m", "wasl", "simulate", "--seed", "7", "--payments", "30", "--record", str(path)]
    subprocess.run(command, capture_output=True, check=True)
    lines = msgspec.json.Decoder(Recorded).decode_lines(path.read_bytes())
    assert len({history.first.payment_id for history in lines}) == len(lines) == 30
    pieces = [piece for one in lines for event in one.events if isinstance(event, Amended) for piece in event.evidence]
    assert {piece.raw for piece in pieces} == {b""}
