"""Faults as scripts write them."""

import msgspec
import pytest

from wasl.emulator.faults import Faults, read_faults

CONTRACT = {
    "callback": {"drop": 0.1, "duplicate": 0.1, "delay_s": [0, 60], "reorder": 0.1, "corrupt": 0.0},
    "query": {"error": 0.05, "timeout": 0.02, "stale": 0.0},
    "request": {"lost_answer": 0.01},
}


def test_the_promised_shape_is_read() -> None:
    """The shape of the control API's promise, with IPN beside the callback."""
    faults = read_faults({**CONTRACT, "ipn": {"drop": 1}})
    assert (faults.callback.delay_s, faults.query.timeout, faults.request.lost_answer) == ((0, 60), 0.02, 0.01)
    assert faults.of("ipn").drop == 1
    assert read_faults({}) == Faults()


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {"callback": {"drop": 2}},
        {"callback": {"lose": 1}},
        {"callback": {"delay_s": [5]}},
        {"queries": {}},
        {"ipn": None},
    ],
)
def test_what_is_no_fault_is_refused(wrong: object) -> None:
    """Misspelt faults would otherwise be silence."""
    with pytest.raises(msgspec.ValidationError):
        read_faults(wrong)
