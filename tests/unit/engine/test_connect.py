"""Stores are connected, changed and archived."""

from dataclasses import replace

import pytest

from builders import NOON, STORE, store
from unit.engine.conftest import keeps
from wasl.domain.secret import Secret
from wasl.domain.store import KEY_RETIRES_MS, RetiredKey, Store, StoreId
from wasl.domain.time import Instant
from wasl.engine.connect import add_store, addon_key, archive_store, change_store, key_digest, store_of_key
from wasl.errors import Misconfigured
from worlds import World

NEW_KEY = Secret("SNEWNEWNEW-NEWNEWNEWN-NEWNEWNEWN")


def with_key(one: Store, key: Secret) -> Store:
    """The store with another server key."""
    return replace(one, profile=replace(one.profile, server_key=key))


async def test_a_new_store_has_an_identity_keys_and_a_prefix_of_its_own(w: World) -> None:
    """The API key is handed out once; the ledger knows its digest."""
    new = await add_store(w.engine, store(cart_prefix=""))
    assert new.store.store_id != STORE
    assert new.store.cart_prefix == f"{new.store.store_id[-6:]}-"
    assert await w.engine.ledger.store_by_key(key_digest(new.api_key.reveal())) == new.store


async def test_an_add_on_calls_with_a_key_of_its_own(w: World) -> None:
    """The same each time it is packed; it opens one store, and no longer once that is archived."""
    twin = (await add_store(w.engine, store(cart_prefix="u-"))).store
    key = addon_key(w.store).reveal()
    assert await store_of_key(w.engine, key) == w.store
    assert key == addon_key(w.store).reveal() != addon_key(twin).reveal()
    for wrong in (key[:-1], key + "0", key.replace(STORE, twin.store_id), "wasl_addon.", f"wasl_addon.{STORE}", ""):
        assert await store_of_key(w.engine, wrong) is None
    await archive_store(w.engine, w.store)
    assert await store_of_key(w.engine, key) is None


@pytest.mark.parametrize("prefix", ["t-", "t", "t-9"])
async def test_no_cart_may_belong_to_two_stores_of_a_profile(w: World, prefix: str) -> None:
    """Neither the same prefix nor the beginning of another's."""
    with pytest.raises(Misconfigured, match="cart prefix"):
        await add_store(w.engine, store(cart_prefix=prefix))
    assert len(await w.engine.ledger.stores()) == 1


async def test_a_profile_has_one_key(w: World) -> None:
    """A second store with another key is refused; on another profile it is welcome."""
    other = with_key(store(cart_prefix="u-"), NEW_KEY)
    with pytest.raises(Misconfigured, match="another server key"):
        await add_store(w.engine, other)
    await add_store(w.engine, replace(other, profile=replace(other.profile, profile_id=99)))


async def test_a_replaced_key_verifies_for_seven_days_more(w: World) -> None:
    """In the store itself and in every store on its profile, archived or not; then it is forgotten."""
    twin = (await add_store(w.engine, store(cart_prefix="u-"))).store
    await archive_store(w.engine, twin)
    old = w.store.profile.server_key
    await change_store(w.engine, w.store, with_key(w.store, NEW_KEY))
    for store_id in (STORE, twin.store_id):
        changed = await w.engine.store(store_id)
        assert changed is not None
        assert changed.profile.server_key == NEW_KEY
        assert changed.profile.retired_keys == (RetiredKey(key=old, until=Instant(NOON + KEY_RETIRES_MS)),)
    w.clock.forward(KEY_RETIRES_MS)
    changed = await w.engine.store(STORE)
    assert changed is not None
    assert changed.profile.retired_keys == ()


async def test_changing_again_changes_nothing_and_going_back_retires_the_other(w: World) -> None:
    """Repeats are harmless; a key that is in use is not among the retired ones."""
    changed = await change_store(w.engine, w.store, with_key(w.store, NEW_KEY))
    assert await change_store(w.engine, changed, with_key(changed, NEW_KEY)) == changed
    back = await change_store(w.engine, changed, with_key(changed, w.store.profile.server_key))
    assert [one.key for one in back.profile.retired_keys] == [NEW_KEY]


async def test_a_change_is_seen_at_once(w: World) -> None:
    """Although stores are remembered for two seconds."""
    assert (await w.engine.store(STORE)) == w.store
    changed = await change_store(w.engine, w.store, replace(w.store, name="Renamed"))
    assert (await w.engine.store(STORE)) == changed


async def test_payments_that_were_begun_stay_where_they_are(w: World) -> None:
    """Their profile, gateway, platform and prefix; a store without payments may still be corrected."""
    moved = replace(w.store, profile=replace(w.store.profile, profile_id=99), cart_prefix="u-", platform="api")
    assert (await change_store(w.engine, w.store, moved)) == moved
    await keeps(w)
    for change in (
        {"profile": w.store.profile},
        {"platform": "cs-cart"},
        {"cart_prefix": "t-"},
    ):
        with pytest.raises(Misconfigured, match="add another store"):
            await change_store(w.engine, moved, replace(moved, **change))


async def test_an_archived_store_is_remembered_but_opens_nothing(w: World) -> None:
    """Its notifications still find it; its API key does not."""
    archived = await archive_store(w.engine, w.store)
    assert await archive_store(w.engine, archived) == archived
    assert await w.engine.store(STORE) == archived
    assert await w.engine.ledger.store_by_key("digest") is None
    assert await w.engine.store(StoreId("st_none")) is None


async def test_an_archived_stores_carts_are_not_given_away(w: World) -> None:
    """They are at the gateway still, with last season's money on them; its old key is no matter."""
    await archive_store(w.engine, w.store)
    with pytest.raises(Misconfigured, match="cart prefix"):
        await add_store(w.engine, store())
    await add_store(w.engine, with_key(store(cart_prefix="u-"), NEW_KEY))
