"""Switches: defaults, changes, and what each of them says."""

import msgspec
import pytest

from wasl.emulator.switches import SAYS, Switches, changed, starting


def test_every_switch_says_what_it_is_about() -> None:
    """No switch without a sentence, no sentence without a switch."""
    assert set(SAYS) == set(Switches.__struct_fields__)


def test_strict_follows_the_documentation() -> None:
    """Strict refuses what a gateway on one's own desk has to allow, and changes nothing else."""
    strict, usual = msgspec.structs.asdict(starting(strict=True)), msgspec.structs.asdict(starting(strict=False))
    assert {name for name in usual if usual[name] != strict[name]} == {
        "plain_http_return",
        "plain_http_notices",
        "callback_hosts",
    }


def test_a_change_leaves_the_others_alone() -> None:
    """Switches are set one by one."""
    assert changed(Switches(refund="pending"), {"attempts_per_page": 3}) == Switches(
        refund="pending", attempts_per_page=3
    )


@pytest.mark.parametrize(
    "change",
    [{"nonsense": 1}, {"refund": "maybe"}, {"retry_delays_s": [-1]}, {"attempts_per_page": 0}, {"stop_statuses": [9]}],
)
def test_what_is_no_switch_or_no_value_is_refused(change: dict[str, object]) -> None:
    """A typing error is told, not ignored."""
    with pytest.raises(msgspec.ValidationError):
        changed(Switches(), change)
