"""The one place where parts are constructed and connected. It decides nothing."""

import os
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec
import structlog

from wasl.chance import SystemChance
from wasl.domain.payment import Payment
from wasl.domain.schedule import WATCH_MS
from wasl.domain.secret import Secret
from wasl.domain.store import Store
from wasl.domain.time import Instant
from wasl.engine.connect import addon_key
from wasl.engine.engine import Engine, Urls
from wasl.engine.ports import Ledger
from wasl.engine.views import payment_view
from wasl.errors import Misconfigured
from wasl.gateway.adapter import PayTabsGateway
from wasl.gateway.regions import base_url_of, normal_base_url
from wasl.ledger.migrate import HEAD, upgrade_postgres, upgrade_sqlite
from wasl.ledger.open import open_postgres, open_sqlite
from wasl.ledger.seal import Seal
from wasl.network import connector, is_public
from wasl.settings import Settings
from wasl.stores.api import Api
from wasl.stores.cs_cart import CsCart, Tenant, addon_zip
from wasl.stores.herald import Herald
from wasl.stores.http import ShopHttp

PLATFORMS: Final = ("api", "cs-cart")
QUESTIONS_MAX_PER_S: Final = 100.0
URL_MAX: Final = 255  # what the gateway takes as a callback address
HTTPS_PORT: Final = 443
_log = structlog.get_logger(__name__)


class SystemClock:
    """Implements `engine.ports.Clock`."""

    def now(self) -> Instant:
        """See the port."""
        return Instant(time.time_ns() // 1_000_000)


@asynccontextmanager
async def wired(settings: Settings, *, watch_ms: int = WATCH_MS) -> AsyncIterator[Engine]:
    """An engine on the database, gateway and shops of *settings*, closed at the end."""
    ledger = await open_ledger(settings)
    private = settings.allow_private_networks
    # The budget of questions is kept in the database, for all processes together; this only stops a run-away one.
    gateway = PayTabsGateway(connector=connector(allow_private=private), questions_per_s=QUESTIONS_MAX_PER_S)
    # People's address may hang where the shops do not, and the other way round.
    http, people = ShopHttp(connector(allow_private=private)), ShopHttp(connector(allow_private=private))
    clock, chance = SystemClock(), SystemChance()
    try:
        yield Engine(
            ledger=ledger,
            gateway=gateway,
            shops={"cs-cart": CsCart(http, clock, chance), "api": Api(http, clock)},
            herald=Herald(people, clock),
            clock=clock,
            chance=chance,
            urls=_urls(settings),
            watch_ms=watch_ms,
        )
    finally:
        await people.close()
        await http.close()
        await gateway.close()
        await ledger.close()


async def open_ledger(settings: Settings) -> Ledger:
    """The ledger, sealed with the keys of *settings*. SQLite makes itself a key file where none was set."""
    path = settings.sqlite_path
    if path is not None:
        return open_sqlite(path, Seal(settings.secret_keys or (_key_file(path),)), describe)
    if not settings.secret_keys:
        raise Misconfigured("set WASL_SECRET_KEY to a text of at least 32 characters; PostgreSQL runs only with one")
    return await open_postgres(settings.database_url, Seal(settings.secret_keys), describe)


async def migrate_database(settings: Settings) -> str:
    """Bring the database to this version's schema; answers what is there now. Harmless to repeat."""
    path = settings.sqlite_path
    if path is not None:
        upgrade_sqlite(path)
    else:
        await upgrade_postgres(settings.database_url)
    return f"schema {HEAD}"


def describe(payment: Payment) -> bytes:
    """What a store will be told of this version of *payment*."""
    return msgspec.json.encode(payment_view(payment, now=payment.updated_at))


def cs_cart_addon(stores: Sequence[Store], service_url: str) -> bytes:
    """The ready-made add-on of one shop, for these of its stores."""
    tenants = [
        Tenant(store_id=one.store_id, name=one.name, api_key=addon_key(one), signing_secret=one.signing_secret)
        for one in stores
    ]
    return addon_zip(tenants, service_url=service_url)


def _key_file(database: Path) -> Secret:
    """The key beside the database file, made on first use and readable by its owner alone.

    It appears whole or not at all, so that two processes starting at once use the same one.
    """
    path = database.with_name(database.name + ".key")
    if not path.exists():
        handle, made = tempfile.mkstemp(dir=path.parent, prefix=".wasl-key-")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
            os.link(made, path)
        except FileExistsError:
            pass
        else:
            _log.info("secret_file_made", file=str(path), advice="keep a copy elsewhere: without it nothing opens")
        finally:
            Path(made).unlink()
    return Secret(path.read_text(encoding="ascii").strip())


def _urls(settings: Settings) -> Urls:
    advice = _address_advice(settings)

    def callback(store: Store) -> str | None:
        url = f"{settings.public_url}/paytabs/{store.store_id}/callback"
        return url if not advice and len(url) <= URL_MAX else None

    def returning(store: Store, key: str) -> str:
        return f"{settings.public_url}/paytabs/{store.store_id}/return/{key}"

    return Urls(callback=callback, returning=returning, advice=advice)


def _address_advice(settings: Settings) -> str:
    """Why the gateway cannot call this service, and what would let it; empty if it can."""
    if not settings.public_url:
        return "WASL_PUBLIC_URL is not set: neither buyers nor callbacks can reach the service; stores work by asking"
    if settings.allow_private_networks or is_callable(settings.public_url):
        return ""
    return (
        "WASL_PUBLIC_URL is not a public HTTPS address on port 443, so callbacks are left out and stores work by asking"
    )


def is_callable(url: str) -> bool:
    """Whether the gateway would call this address: public HTTPS on port 443, written without a port."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.port is not None or not parts.hostname:
        return False
    try:
        return is_public(parts.hostname)
    except ValueError:
        return "." in parts.hostname and not parts.hostname.endswith((".local", ".localhost", ".internal"))


def gateway_url(region: str, url: str) -> str:
    """The gateway's address: of a PayTabs region, or *url* itself. Raises Misconfigured if it is neither."""
    return normal_base_url(url) if url else base_url_of(region)
