"""Several serving processes behind one listening socket: started, watched, replaced one by one, and stopped."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

STOP_S: Final = 15.0  # longer than a process takes to finish what it is answering
LOOK_S: Final = 0.2
READY_S: Final = 30.0
RESTART_MIN_S: Final = 1.0  # one that dies at once is not started again and again without a pause
READY_FD_VARIABLE: Final = "WASL_READY_FD"
_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """Keeps *workers* processes of `wasl serve` alive on *listener*.

    They share the socket itself, so that a connection which one of them has not accepted is another's: stopping or
    killing one refuses nobody. SIGHUP replaces them one by one, each only when its successor is ready; what is
    installed by then is what the successors run. SIGTERM and SIGINT stop them all.
    """

    listener: socket.socket
    arguments: Sequence[str]
    workers: int
    _children: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _tried_at: float = 0.0
    _stopping: bool = False
    _replacing: bool = False

    def run(self) -> int:
        """Until told to stop; 0, or 1 if not even the first processes came up."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())
        signal.signal(signal.SIGHUP, lambda *_: setattr(self, "_replacing", True))
        try:
            for _ in range(self.workers):
                child = self._start()
                if child is None:
                    return 1
                self._children.append(child)
            _log.info("supervising", processes=self.workers)
            while not self._stopping:
                self._turn()
            return 0
        finally:
            self._stop(self._children)

    def stop(self) -> None:
        """Let `run` come to its end. Harmless to repeat."""
        self._stopping = True

    def _turn(self) -> None:
        """Replace what has ended, and everything once if that was asked for."""
        if self._replacing:
            self._replacing = False
            self._replace_all()
        for place, child in enumerate(self._children):
            if child.poll() is not None and not self._stopping:
                _log.error("process_ended", pid=child.pid, code=child.returncode)
                time.sleep(max(0.0, self._tried_at + RESTART_MIN_S - time.monotonic()))
                self._children[place] = self._start() or child
        time.sleep(LOOK_S)

    def _replace_all(self) -> None:
        for place, old in enumerate(tuple(self._children)):
            successor = self._start()
            if successor is None or self._stopping:
                _log.error("not_replaced", advice="the new process did not get ready; the old ones go on")
                self._stop([successor] if successor is not None else [])
                return
            self._children[place] = successor
            self._stop([old])
        _log.info("replaced", processes=self.workers)

    def _start(self) -> subprocess.Popen[bytes] | None:
        """A process that is ready to answer; None if it ended before, or took too long."""
        self._tried_at = time.monotonic()
        ready, said = os.pipe()
        descriptor = self.listener.fileno()
        command = [sys.executable, "-m", "wasl", "serve", *self.arguments, "--descriptor", str(descriptor)]
        child = subprocess.Popen(  # noqa: S603  this very program
            command, pass_fds=(descriptor, said), env={**os.environ, READY_FD_VARIABLE: str(said)}
        )
        os.close(said)
        try:
            if self._reads(ready, child):
                return child
        finally:
            os.close(ready)
        self._stop([child])
        return None

    def _reads(self, ready: int, child: subprocess.Popen[bytes]) -> bool:
        """Whether the process says that it is ready, before it ends, the time is over, or everything is to stop."""
        os.set_blocking(ready, False)
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and child.poll() is None and not self._stopping:
            with contextlib.suppress(BlockingIOError):
                return bool(os.read(ready, 1))
            time.sleep(LOOK_S / 4)
        return False

    def _stop(self, children: Sequence[subprocess.Popen[bytes]]) -> None:
        """Ask them to finish what they are answering; after that they are killed, which loses nothing."""
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
        deadline = time.monotonic() + STOP_S
        for child in children:
            try:
                child.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _log.warning("process_killed", pid=child.pid)
                child.kill()
                child.wait()


def say_ready() -> None:
    """Tell the supervisor, if there is one, that requests are answered from now on."""
    descriptor = os.environ.pop(READY_FD_VARIABLE, "")
    if descriptor:
        os.write(int(descriptor), b"1")
        os.close(int(descriptor))
