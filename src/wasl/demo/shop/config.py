"""What the shop is told at its start: where Wasl is, its two keys, its name and its currency."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from wasl.domain.money import CURRENCIES, Currency
from wasl.domain.secret import Secret

LOOPBACK: Final = "127.0.0.1"
NAME: Final = "Dukkan · دكّان"


class BadConfig(ValueError):
    """The configuration cannot be used; `str()` says why without showing a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopConfig:
    """The demo shop's settings.

    `gateway_url` is the emulator, asked for its side by the demo page; empty leaves that side out. `public_url` is
    where browsers and Wasl find the shop; empty means the address it listens on. Port 0 takes any free one.
    """

    wasl_url: str
    api_key: Secret
    signing_secret: Secret
    gateway_url: str = ""
    currency: Currency = CURRENCIES["SAR"]
    name: str = NAME
    host: str = LOOPBACK
    port: int = 0
    public_url: str = ""


class _ConfigFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same as a JSON file, so that no key stands on a command line."""

    wasl_url: str
    api_key: str
    signing_secret: str
    gateway_url: str = ""
    currency: str = "SAR"
    name: str = NAME
    host: str = LOOPBACK
    port: int = 0
    public_url: str = ""


def read_config(path: Path) -> ShopConfig:
    """The settings in the JSON file at *path*; raises BadConfig with a sentence that names the field."""
    try:
        told = msgspec.json.decode(path.read_bytes(), type=_ConfigFile)
        currency = Currency.of(told.currency)
    except OSError as error:
        raise BadConfig(f"{path} cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise BadConfig(f"{path}: {error}") from error
    return ShopConfig(
        wasl_url=told.wasl_url.rstrip("/"),
        api_key=Secret(told.api_key),
        signing_secret=Secret(told.signing_secret),
        gateway_url=told.gateway_url.rstrip("/"),
        currency=currency,
        name=told.name,
        host=told.host,
        port=told.port,
        public_url=told.public_url.rstrip("/"),
    )


def origin(url: str) -> str:
    """Scheme, host and port of *url*, as a content security policy names them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
