"""The simulation's own parts: its time, its dice, its way of making a failure small."""

import asyncio
import random
from pathlib import Path

import pytest

from wasl.simulation.faults import KINDS, Dice, UnknownFault, draw_rates, read_faults
from wasl.simulation.loop import Stuck, VirtualLoop
from wasl.simulation.minimise import minimised
from wasl.simulation.report import Report
from wasl.simulation.run import History, simulate, template
from wasl.simulation.trace import Trace

DAY_S = 86_400.0


def test_days_go_by_at_once() -> None:
    """Timers fire in the order of their time, exactly then."""
    fired: list[float] = []

    async def at(seconds: float) -> None:
        await asyncio.sleep(seconds)
        fired.append(asyncio.get_running_loop().time())

    async def main() -> None:
        await asyncio.gather(at(30 * DAY_S), at(1), at(0.25))

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(main())
    assert fired == pytest.approx([0.25, 1, 30 * DAY_S])


def test_a_world_in_which_everybody_waits_says_so() -> None:
    """No timer is left: nobody would ever wake."""

    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    loop = VirtualLoop()
    with pytest.raises(Stuck):
        loop.run_until_complete(main())
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


def test_faults_are_read() -> None:
    """All, none, a list, and a name that nobody knows."""
    assert read_faults("all") == frozenset(KINDS)
    assert read_faults("none") == frozenset()
    assert read_faults("killed,deleted") == {"killed", "deleted"}
    with pytest.raises(UnknownFault, match="bad_luck"):
        read_faults("killed,bad_luck")


def test_leaving_a_kind_out_changes_no_other_rate() -> None:
    """So a failing world can be made smaller one kind at a time."""
    every = draw_rates(random.Random(3), frozenset(KINDS))
    fewer = draw_rates(random.Random(3), frozenset(KINDS) - {"killed"})
    assert fewer == {kind: rate for kind, rate in every.items() if kind != "killed"}


def test_quiet_dice_let_nothing_happen() -> None:
    """After the faults stop there are none, and what happens is counted."""
    trace = Trace(now_s=lambda: 0.0)
    dice = Dice(chance=random.Random(1), rates={"killed": 1.0}, trace=trace)
    assert dice.happens("killed")
    assert not dice.happens("deleted")
    dice.quiet = True
    assert not dice.happens("killed")
    assert trace.faults == {"killed": 1}


def test_a_failure_is_shown_small_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a world in which one order breaks an invariant only that order is left, and the report says how to see it."""
    monkeypatch.setattr("wasl.simulation.checks.QUESTIONS_MAX", 0)
    with template() as empty:
        history = _broken(empty)
        smallest = minimised(history, allowed=frozenset({"never_paid", "killed"}), template=empty)
    assert len(smallest.orders) == 1
    report = Report(seed=1, payments=12, faults_wanted="never_paid,killed")
    report.add(history)
    report.smallest = smallest
    text = report.as_text()
    assert "VIOLATED 10 bounded" in text
    assert text.endswith("again: wasl simulate --seed 1 --payments 12 --faults never_paid,killed")


def _broken(empty: Path) -> History:
    history = simulate(1, orders=range(12), allowed=frozenset({"never_paid", "killed"}), template=empty)
    assert history.violations
    return history
