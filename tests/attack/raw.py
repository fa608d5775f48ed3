"""Bytes on a socket, as no HTTP client would send them."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

READ_MAX: Final = 64 * 1024


@dataclass(slots=True)
class Connection:
    """One TCP connection to the service."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, port: int) -> Self:
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(self, data: bytes) -> bool:
        """Send bytes; False if the other side is gone."""
        try:
            self.writer.write(data)
            await self.writer.drain()
        except ConnectionError:
            return False
        return not self.reader.at_eof()

    async def status(self, *, within_s: float = 30.0) -> int:
        """The status of the next answer; 0 if the connection ends without one."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            async with asyncio.timeout(within_s):
                return int((await self.reader.readuntil(b"\r\n")).split(b" ")[1])
        return 0

    async def ended(self, *, within_s: float) -> bool:
        """Whether the other side ends the connection in time; whatever it says before is dropped."""
        with suppress(ConnectionError):
            try:
                async with asyncio.timeout(within_s):
                    while await self.reader.read(READ_MAX):
                        pass
            except TimeoutError:
                return False
        return True

    def close(self) -> None:
        """Be gone."""
        self.writer.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


async def connect_many(port: int, number: int) -> list[Connection]:
    """As many connections at once as the machine lets us."""
    return list(await asyncio.gather(*(Connection.to(port) for _ in range(number))))


def close_all(connections: Iterable[Connection]) -> None:
    """Be gone with all of them."""
    for connection in connections:
        connection.close()
