"""Stores are connected, changed and archived: their identity, keys and settings."""

import hashlib
from dataclasses import dataclass, replace
from typing import Final

from wasl.domain.secret import Secret
from wasl.domain.store import KEY_RETIRES_MS, RetiredKey, Store
from wasl.domain.time import after
from wasl.engine.engine import Engine
from wasl.errors import Misconfigured

CART_PREFIX_CHARACTERS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStore:
    """A store that was just added. Its API key is known only now: the ledger keeps a digest."""

    store: Store
    api_key: Secret


async def add_store(engine: Engine, wanted: Store) -> NewStore:
    """Keep *wanted* under a new id with new keys, and a cart prefix of its own if it names none.

    Raises Misconfigured if it cannot share its profile with a store that is there already.
    """
    store_id = engine.chance.store_id()
    api_key = engine.chance.api_key()
    store = replace(
        wanted,
        store_id=store_id,
        signing_secret=engine.chance.signing_secret(),
        cart_prefix=wanted.cart_prefix or f"{store_id[-CART_PREFIX_CHARACTERS:]}-",
        created_at=engine.now(),
    )
    await _ensure_shareable(engine, store)
    await engine.ledger.add_store(store, key_digest(api_key.reveal()))
    return NewStore(store=store, api_key=api_key)


async def change_store(engine: Engine, before: Store, wanted: Store) -> Store:
    """Keep *wanted* in the place of *before*. A replaced server key still verifies for seven days.

    Raises Misconfigured if it cannot share its profile. Repeating it changes nothing.
    """
    if wanted.profile.server_key != before.profile.server_key:
        retired = RetiredKey(key=before.profile.server_key, until=after(engine.now(), KEY_RETIRES_MS))
        kept = tuple(old for old in before.profile.retired_keys if old.key != wanted.profile.server_key)
        wanted = replace(wanted, profile=replace(wanted.profile, retired_keys=(retired, *kept)))
    await _ensure_shareable(engine, wanted)
    await engine.ledger.change_store(wanted)
    engine.directory.pop(wanted.store_id, None)
    return wanted


async def archive_store(engine: Engine, store: Store) -> Store:
    """Let a store open no more payments. What is under way goes on, and its notifications are still recorded."""
    archived = replace(store, archived_at=store.archived_at or engine.now())
    await engine.ledger.change_store(archived)
    engine.directory.pop(store.store_id, None)
    return archived


async def _ensure_shareable(engine: Engine, store: Store) -> None:
    """Stores may share a profile if they have its one key, and if no cart could belong to two of them."""
    for other in await engine.ledger.sharing(store):
        if other.profile.server_key != store.profile.server_key:
            raise Misconfigured(f"store {other.store_id} is on this profile with another server key; a profile has one")
        one, two = other.cart_prefix, store.cart_prefix
        if one.startswith(two) or two.startswith(one):
            raise Misconfigured(
                f"store {other.store_id} is on this profile with cart prefix {one!r}; choose another one"
            )


def key_digest(api_key: str) -> str:
    """What the ledger keeps of an API key. The key is random, so a plain digest cannot be searched backwards."""
    return hashlib.sha256(api_key.encode()).hexdigest()
