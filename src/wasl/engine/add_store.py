"""A store is connected: its identity, keys and settings are made and kept."""

import hashlib
from dataclasses import dataclass, replace
from typing import Final

from wasl.domain.secret import Secret
from wasl.domain.store import Store
from wasl.engine.engine import Engine

CART_PREFIX_CHARACTERS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStore:
    """A store that was just added. Its API key is known only now: the ledger keeps a digest."""

    store: Store
    api_key: Secret


async def add_store(engine: Engine, wanted: Store) -> NewStore:
    """Keep *wanted* under a new id with new keys, and a cart prefix of its own if it names none."""
    store_id = engine.chance.store_id()
    api_key = engine.chance.api_key()
    store = replace(
        wanted,
        store_id=store_id,
        signing_secret=engine.chance.signing_secret(),
        cart_prefix=wanted.cart_prefix or f"{store_id[-CART_PREFIX_CHARACTERS:]}-",
        created_at=engine.now(),
    )
    await engine.ledger.add_store(store, key_digest(api_key.reveal()))
    return NewStore(store=store, api_key=api_key)


def key_digest(api_key: str) -> str:
    """What the ledger keeps of an API key. The key is random, so a plain digest cannot be searched backwards."""
    return hashlib.sha256(api_key.encode()).hexdigest()
