"""What the emulator refuses to be."""

import pytest

from wasl.emulator import ConfigRefused, EmulatorConfig
from wasl.emulator.config import is_loopback


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LOCALHOST.", "gateway.localhost"]
)
def test_loopback_is_this_machine(host: str) -> None:
    """By number or name."""
    assert is_loopback(host)
    EmulatorConfig(host=host).ensure_usable()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.com", "localhost.example.com", ""])  # noqa: S104  refused
def test_everything_else_wants_a_token(host: str) -> None:
    """And a long one."""
    with pytest.raises(ConfigRefused, match="token"):
        EmulatorConfig(host=host).ensure_usable()
    with pytest.raises(ConfigRefused, match="too short"):
        EmulatorConfig(host=host, token="short").ensure_usable()
    EmulatorConfig(host=host, token="long enough to hold").ensure_usable()


def test_a_public_address_is_an_address() -> None:
    """Http or https."""
    with pytest.raises(ConfigRefused, match="public URL"):
        EmulatorConfig(public_url="gateway.example").ensure_usable()
