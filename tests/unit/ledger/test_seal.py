"""Encryption at rest."""

import pytest

from wasl.domain.secret import Secret
from wasl.errors import Misconfigured
from wasl.ledger.seal import Seal

OLD, NEW = Secret("the old key, at least 32 characters long"), Secret("the new key, at least 32 characters long")


def test_what_is_sealed_is_opened_and_never_twice_the_same() -> None:
    """Equal texts do not look equal on disk."""
    seal = Seal((OLD,))
    one, two = seal.seal(b"4111", "evidence"), seal.seal(b"4111", "evidence")
    assert one != two
    assert b"4111" not in one
    assert seal.open(one, "evidence") == seal.open(two, "evidence") == b"4111"


@pytest.mark.requirement("R44")
def test_a_rotated_key_still_opens_what_it_sealed() -> None:
    """The newest key seals, every present one opens."""
    sealed = Seal((OLD,)).seal(b"kept", "evidence")
    both = Seal((NEW, OLD))
    assert both.open(sealed, "evidence") == b"kept"
    with pytest.raises(Misconfigured, match="another WASL_SECRET_KEY"):
        Seal((OLD,)).open(both.seal(b"new", "evidence"), "evidence")


def test_a_seal_cannot_be_moved_or_changed() -> None:
    """Store keys do not open as evidence, and a flipped bit opens as nothing."""
    seal = Seal((OLD,))
    sealed = seal.seal(b"key", "store")
    with pytest.raises(Misconfigured):
        seal.open(sealed, "evidence")
    with pytest.raises(Misconfigured):
        seal.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "store")


@pytest.mark.parametrize("keys", [(), (Secret("short"),), (OLD, Secret("short"))])
@pytest.mark.requirement("R42")
def test_weak_keys_are_refused_without_showing_them(keys: tuple[Secret, ...]) -> None:
    """At least 32 characters each."""
    with pytest.raises(Misconfigured, match="at least 32 characters") as caught:
        Seal(keys)
    assert "short" not in str(caught.value)
