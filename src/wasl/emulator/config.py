"""How an emulator is set up. The defaults make a test profile that anybody on this machine can use."""

import ipaddress
from typing import Final

import msgspec

from wasl.emulator.faults import Faults
from wasl.emulator.fields import is_url
from wasl.emulator.profiles import DEFAULT_CLIENT_KEY, DEFAULT_PROFILE_ID, DEFAULT_SERVER_KEY, Profile

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8100
TOKEN_MIN: Final = 16


class ConfigRefused(Exception):
    """The emulator cannot run like this; `str()` is a sentence that says what to change."""


class EmulatorConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where the emulator listens and who may use it.

    `port` 0 takes a free one. `seed` makes everything that is random repeatable; None is different each time. `state`
    is a SQLite file, made if it is not there; None keeps everything in memory. `strict` follows the documentation where
    that makes a gateway on one's own desk useless (no ports, no private hosts, nothing over plain HTTP). `token` is
    asked of scripts and people behind the counter; beyond loopback it has to be there. `public_url` is how buyers reach
    the hosted page; without it, the address the merchant used.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    profile_id: int = DEFAULT_PROFILE_ID
    server_key: str = DEFAULT_SERVER_KEY
    client_key: str = DEFAULT_CLIENT_KEY
    seed: int | None = None
    faults: Faults = Faults()
    state: str | None = None
    strict: bool = False
    token: str = ""
    public_url: str = ""

    def __repr__(self) -> str:
        return f"EmulatorConfig({self.host}:{self.port}, profile {self.profile_id})"  # never keys or the token

    def profile(self) -> Profile:
        """The profile there is from the start."""
        return Profile(profile_id=self.profile_id, server_key=self.server_key, client_key=self.client_key)

    def ensure_usable(self) -> None:
        """Raise ConfigRefused for what cannot be served."""
        if not is_loopback(self.host) and not self.token:
            raise ConfigRefused(
                f"{self.host} can be reached from other machines, so the emulator wants a token there: its control API"
                " and developer page will ask for it. Give one, or listen on 127.0.0.1."
            )
        if self.token and len(self.token) < TOKEN_MIN:
            raise ConfigRefused(f"The token is too short: make it at least {TOKEN_MIN} characters.")
        if self.public_url and not is_url(self.public_url):
            raise ConfigRefused("The public URL has to be an http or https address of at most 255 characters.")


def is_loopback(host: str) -> bool:
    """Whether a host name or address stays on this machine."""
    name = host.strip("[]").rstrip(".").lower()
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
