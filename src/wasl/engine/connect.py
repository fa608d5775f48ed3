"""Stores are connected, changed and archived: their identity, keys and settings."""

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Final

from wasl.domain.secret import Secret
from wasl.domain.store import KEY_RETIRES_MS, RetiredKey, Store, StoreId
from wasl.domain.time import after
from wasl.engine.engine import Engine
from wasl.engine.ports import PaymentFilter
from wasl.errors import Misconfigured

CART_PREFIX_CHARACTERS: Final = 6
ADDON_KEY: Final = "wasl_addon."  # what an add-on's key begins with; a dot is in no other key
_ADDON_PURPOSE: Final = "API key of the add-on of"


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

    A new key of the same profile becomes the key of every store on it. Raises Misconfigured if the store cannot share
    its profile, or if payments it has would move elsewhere. Repeating it changes nothing.
    """
    if _identity(wanted) != _identity(before) and await _has_payments(engine, before):
        raise Misconfigured("this store has payments: its platform, profile and cart prefix stay; add another store")
    stays = _address(wanted) == _address(before)
    await _ensure_shareable(engine, wanted, with_key=not stays)
    if stays:
        for other in await engine.ledger.sharing(before, archived=True):
            await _keep(engine, _with_key(engine, other, wanted.profile.server_key))
        wanted = _with_key(engine, replace(wanted, profile=before.profile), wanted.profile.server_key)
    await _keep(engine, wanted)
    return wanted


async def archive_store(engine: Engine, store: Store) -> Store:
    """Let a store open no more payments. What is under way goes on, and its notifications are still recorded."""
    archived = replace(store, archived_at=store.archived_at or engine.now())
    await _keep(engine, archived)
    return archived


async def _keep(engine: Engine, store: Store) -> None:
    await engine.ledger.change_store(store)
    engine.directory.pop(store.store_id, None)


def _with_key(engine: Engine, store: Store, key: Secret) -> Store:
    """The store with this server key; the one it had before verifies for seven more days."""
    profile = store.profile
    if profile.server_key == key:
        return store
    retired = RetiredKey(key=profile.server_key, until=after(engine.now(), KEY_RETIRES_MS))
    others = tuple(old for old in profile.retired_keys if old.key != key)
    return replace(store, profile=replace(profile, server_key=key, retired_keys=(retired, *others)))


def _identity(store: Store) -> tuple[str, str, int, str]:
    """What a payment that was begun depends on."""
    return (store.platform, *_address(store), store.cart_prefix)


def _address(store: Store) -> tuple[str, int]:
    """Which profile at which gateway."""
    return (store.profile.base_url, store.profile.profile_id)


async def _has_payments(engine: Engine, store: Store) -> bool:
    return bool((await engine.ledger.payments(store.store_id, PaymentFilter(), None, 1)).items)


async def _ensure_shareable(engine: Engine, store: Store, *, with_key: bool = True) -> None:
    """Stores may share a profile if they have its one key, and if no cart could belong to two of them.

    The carts of an archived store are at the gateway still, with last season's money on them.
    """
    for other in await engine.ledger.sharing(store, archived=True):
        if with_key and other.archived_at is None and other.profile.server_key != store.profile.server_key:
            raise Misconfigured(f"store {other.store_id} is on this profile with another server key; a profile has one")
        one, two = other.cart_prefix, store.cart_prefix
        if one.startswith(two) or two.startswith(one):
            raise Misconfigured(
                f"store {other.store_id} is on this profile with cart prefix {one!r}; choose another one"
            )


def addon_key(store: Store) -> Secret:
    """The API key inside a store's ready-made add-on, the same each time it is packed.

    It follows from the store's signing secret, which the add-on holds as well, so that packing again locks nobody out
    and no key has to be kept readable.
    """
    mac = hmac.new(store.signing_key(), f"{_ADDON_PURPOSE} {store.store_id}".encode(), hashlib.sha256).hexdigest()
    return Secret(f"{ADDON_KEY}{store.store_id}.{mac}")


async def store_of_key(engine: Engine, key: str) -> Store | None:
    """The store that may call with this API key, its own or its add-on's; None if there is none, or it is archived."""
    if not key.startswith(ADDON_KEY):
        return await engine.ledger.store_by_key(key_digest(key)) if key else None
    store_id, _, _ = key.removeprefix(ADDON_KEY).partition(".")
    store = await engine.ledger.store(StoreId(store_id))
    if store is None or store.archived_at is not None:
        return None
    return store if hmac.compare_digest(addon_key(store).reveal().encode(), key.encode()) else None


def key_digest(api_key: str) -> str:
    """What the ledger keeps of an API key. The key is random, so a plain digest cannot be searched backwards."""
    return hashlib.sha256(api_key.encode()).hexdigest()
