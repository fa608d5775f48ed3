"""One part of the demo: a process, or a server with its workers, that is started, awaited, stopped or killed whole."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

HOST: Final = "127.0.0.1"
START_S: Final = 30.0
STOP_S: Final = 10.0
LOOK_S: Final = 0.05
LOOK_TIMEOUT_S: Final = 2.0


class DemoFailed(Exception):
    """A part did not start or stopped by itself; the message says which, and where its log is."""


@dataclass(slots=True, kw_only=True)
class Part:
    """A part that runs. It ends with this process, however this one ends (`keeper`)."""

    name: str
    port: int
    log: Path
    _process: asyncio.subprocess.Process = field(repr=False)

    @classmethod
    async def start(
        cls,
        name: str,
        command: Sequence[str],
        *,
        port: int,
        log: Path,
        environment: Mapping[str, str],
        folder: Path | None = None,
    ) -> "Part":
        """Start *command*, which will listen on *port*, in *folder*; what it says is added to *log*.

        Raises DemoFailed if somebody else listens there: their answers would be taken for ours.
        """
        _ensure_free(name, port)
        with log.open("ab") as said:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "wasl.demo.keeper", *command,
                env=environment, cwd=folder, stdin=asyncio.subprocess.PIPE, stdout=said, stderr=said,
                start_new_session=True,
            )  # fmt: skip
        return cls(name=name, port=port, log=log, _process=process)

    async def ready(self, path: str) -> None:
        """Wait until *path* answers 200; raises DemoFailed with the end of the log if the part stopped instead."""
        url = f"http://{HOST}:{self.port}{path}"
        try:
            async with asyncio.timeout(START_S), aiohttp.ClientSession() as session:
                while self._process.returncode is None:
                    with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                        async with session.get(url, timeout=aiohttp.ClientTimeout(total=LOOK_TIMEOUT_S)) as answer:
                            if answer.status == 200:  # noqa: PLR2004  HTTP's own number
                                return
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            pass
        raise DemoFailed(f"the {self.name} did not start: {self._last_words()}")

    async def ended(self) -> None:
        """Return when the part has ended, for whatever reason."""
        await self._process.wait()

    async def stop(self) -> None:
        """Ask it to finish what it is doing; kill it if it takes too long. Harmless to repeat."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await self._gone()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """SIGKILL to all of it: nothing is finished, nothing is handed over. Harmless to repeat."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        await self._gone()

    async def _gone(self) -> None:
        """Return when the keeper has ended and nobody of its group listens any more: they die one after another."""
        await self._process.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                while _trouble_with(self.port):  # noqa: ASYNC110  a dying process wakes nobody
                    await asyncio.sleep(LOOK_S)

    def _last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return lines[-1] if lines else "it said nothing"


def _ensure_free(name: str, port: int) -> None:
    trouble = _trouble_with(port)
    if trouble:
        raise DemoFailed(f"the {name} cannot listen on port {port}: {trouble}")


def _trouble_with(port: int) -> str:
    """Why nobody can listen on *port* now; empty if one can."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        return os.strerror(error.errno) if error.errno else str(error)
    return ""
