"""Which methods a request leaves of those a profile has."""

from collections.abc import Set as AbstractSet

import pytest

from wasl.emulator.methods import METHODS, PAGE_CURRENCIES, Way, chosen

ENABLED = frozenset({"creditcard", "mada", "sadad", "meeza"})


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (("all",), ENABLED),
        (("creditcard", "sadad"), {"creditcard", "sadad"}),
        (("-meeza",), ENABLED - {"meeza"}),
        (("all", "-mada", "-meeza"), {"creditcard", "sadad"}),
        (("CARD",), {"creditcard"}),
    ],
)
def test_methods_are_named_or_excluded(wanted: tuple[str, ...], left: AbstractSet[str]) -> None:
    """Names choose, a minus excludes, exclusions alone mean everything else, SDK 3's names are known."""
    assert chosen(wanted, ENABLED) == left


@pytest.mark.parametrize("wanted", [("amex",), ("-amex",), ("nonsense",), ("-",)])
def test_a_method_the_profile_does_not_have_is_an_error(wanted: tuple[str, ...]) -> None:
    """The create call fails for it (PayTabs reference §2.4)."""
    assert chosen(wanted, ENABLED) is None


def test_the_catalogue_has_every_method_of_the_reference() -> None:
    """31 codes of §8.1 besides `all`, four of them deferred."""
    assert len(METHODS) == 31
    assert {code for code, method in METHODS.items() if method.way is Way.NUMBER} == {
        "sadad",
        "aman",
        "basata",
        "fawry",
    }
    assert {"SAR", "AED", "OMR", "EGP", "KWD", "USD", "EUR", "GBP", "HKD", "JPY", "AZN", "TRY"} == PAGE_CURRENCIES
