"""Which addresses Wasl reaches out to: public ones only, unless the operator allows private networks.

A store's address is typed by people who do not run this machine. Whatever name they give is resolved, the addresses are
looked at, and those very addresses are connected to, so that a name cannot change its mind in between.
"""

import socket
from ipaddress import IPv6Address, ip_address
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from wasl.errors import Misconfigured

CONNECTIONS_MAX: Final = 300  # more than are worked on at once
IDLE_S_MAX: Final = 15.0  # shorter than servers keep a connection, so that a request seldom meets a closed one


class PrivateAddress(Misconfigured):
    """The address is on a loopback or private network."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is a private address; WASL_ALLOW_PRIVATE_NETWORKS=1 allows those")


def connector(*, allow_private: bool) -> aiohttp.TCPConnector:
    """A pool of outgoing connections; without *allow_private* it raises PrivateAddress instead of connecting there."""
    if allow_private:
        return aiohttp.TCPConnector(limit=CONNECTIONS_MAX, keepalive_timeout=IDLE_S_MAX)
    return _PublicConnector(limit=CONNECTIONS_MAX, keepalive_timeout=IDLE_S_MAX, resolver=_PublicResolver())


class _PublicResolver(AbstractResolver):
    """Resolves names, and refuses those that lead to a private address."""

    def __init__(self) -> None:
        self._resolver = aiohttp.DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if not all(is_public(one["host"]) for one in found):
            raise PrivateAddress(host)
        return found

    async def close(self) -> None:
        await self._resolver.close()


class _PublicConnector(aiohttp.TCPConnector):
    """Also looks at addresses written as numbers, which no resolver ever sees."""

    async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:  # noqa: ASYNC109  aiohttp's own signature
        host = req.url.host or ""
        if _is_number(host) and not is_public(host):
            raise PrivateAddress(host)
        return await super().connect(req, traces, timeout)


def is_public(address: str) -> bool:
    """Whether an IP address is reached through the internet."""
    parsed = ip_address(address.partition("%")[0])
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return (mapped or parsed).is_global


def _is_number(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
