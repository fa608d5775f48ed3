"""The only reader of the environment."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from wasl.domain.secret import Secret
from wasl.errors import Misconfigured

NAMES: Final = (
    "WASL_DATABASE_URL",
    "WASL_SECRET_KEY",
    "WASL_PUBLIC_URL",
    "WASL_SMTP_URL",
    "WASL_TRUSTED_PROXIES",
    "WASL_LOG_FORMAT",
    "WASL_ALLOW_PRIVATE_NETWORKS",
)
DATABASE_DEFAULT: Final = "sqlite:///wasl.db"
LOG_FORMATS: Final = ("text", "json")
_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this process runs. `secret_keys` is empty where none was set; `wiring` decides what that means."""

    database_url: str = DATABASE_DEFAULT
    secret_keys: tuple[Secret, ...] = ()
    public_url: str = ""
    log_format: str = "text"
    allow_private_networks: bool = False

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the environment, which wins, and the file named by WASL_CONFIG; raises Misconfigured with the name."""
        found = {**_file(environ.get("WASL_CONFIG", "")), **{n: environ[n] for n in NAMES if n in environ}}
        return cls(
            database_url=_database(found.get("WASL_DATABASE_URL", DATABASE_DEFAULT)),
            secret_keys=tuple(Secret(k) for k in found.get("WASL_SECRET_KEY", "").split(",") if k),
            public_url=_public(found.get("WASL_PUBLIC_URL", "")),
            log_format=_one_of("WASL_LOG_FORMAT", found.get("WASL_LOG_FORMAT", "text"), LOG_FORMATS),
            allow_private_networks=_switch("WASL_ALLOW_PRIVATE_NETWORKS", found.get("WASL_ALLOW_PRIVATE_NETWORKS", "")),
        )

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, or None where the database is PostgreSQL."""
        prefix, _, path = self.database_url.partition("sqlite:///")
        return Path(path) if not prefix and path else None


def _file(name: str) -> dict[str, str]:
    """A TOML file whose keys are the names of the environment variables."""
    if not name:
        return {}
    try:
        values = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Misconfigured(f"WASL_CONFIG names {name}, which cannot be read as TOML: {error}") from error
    unknown = sorted(set(values) - set(NAMES))
    if unknown:
        raise Misconfigured(f"{name} sets {unknown[0]}, which is no setting; settings are {', '.join(NAMES)}")
    return {key: str(value) for key, value in values.items()}


def _database(url: str) -> str:
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return url
    if url.startswith(("postgresql://", "postgres://")):
        return url
    raise Misconfigured("WASL_DATABASE_URL must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")


def _public(url: str) -> str:
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise Misconfigured("WASL_PUBLIC_URL must be the address people reach, such as https://pay.example.com")
    return url.rstrip("/")


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise Misconfigured(f"{name} must be one of {', '.join(allowed)}")
    return value


def _switch(name: str, value: str) -> bool:
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise Misconfigured(f"{name} must be 1 or 0")
