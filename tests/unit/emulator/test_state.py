"""Tables know what changed."""

from unit.emulator.merchant import Merchant
from wasl.emulator.faults import Faults
from wasl.emulator.state import State


def test_only_the_last_of_several_changes_is_kept() -> None:
    """A record that was put and deleted is gone; taking the changes begins anew."""
    state = State()
    list(state.take_changes())
    state.page_faults.put("T1", Faults())
    state.page_faults.put("T2", Faults())
    state.page_faults.delete("T2")
    state.page_faults.delete("T3")
    assert [(change.table, change.key, change.record) for change in state.take_changes()] == [
        ("page_faults", "T1", Faults()),
        ("page_faults", "T2", None),
    ]
    assert list(state.take_changes()) == []


def test_a_page_is_found_by_whatever_follows_from_it(merchant: Merchant) -> None:
    """A refund leads to the page on which the money was taken."""
    page = merchant.open()
    merchant.pay(page)
    refund = merchant.act("refund", page.ref)["tran_ref"]
    found = merchant.emulator.world.state.page_of(refund)
    assert found is not None
    assert found.token == page.token
    assert merchant.emulator.world.state.page_of("TST1") is None
