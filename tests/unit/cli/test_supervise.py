"""The supervisor of several serving processes, with processes that end or do not get ready."""

import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

from wasl.cli.supervise import Supervisor

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]


@dataclass(slots=True, kw_only=True)
class Scripted(Supervisor):
    """Starts what it is told to instead of a service: None for one that does not get ready."""

    starts: list[list[str] | None] = field(default_factory=list)
    begun: list[subprocess.Popen[bytes]] = field(default_factory=list)
    more: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def _start(self) -> subprocess.Popen[bytes] | None:
        self._tried_at = time.monotonic()
        command = self.starts.pop(0) if self.starts else None
        if command is None:
            return None
        child = subprocess.Popen(command)
        self.begun.append(child)
        self.more.release()
        return child


def wait_for_more(supervisor: Scripted, count: int) -> None:
    """Until so many more were started."""
    for _ in range(count):
        assert supervisor.more.acquire(timeout=30)


def supervised(*starts: list[str] | None) -> Scripted:
    """Two processes to begin with, and what is started afterwards."""
    listener = socket.create_server(("127.0.0.1", 0))
    return Scripted(listener=listener, arguments=(), workers=2, starts=[SLEEPS, SLEEPS, *starts])


def test_a_successor_that_does_not_get_ready_harms_nobody() -> None:
    """The healthy one goes on, and the place is filled as soon as a process gets ready."""
    supervisor = supervised(None, None, SLEEPS)

    def watch() -> None:
        wait_for_more(supervisor, 2)
        supervisor.begun[0].kill()
        wait_for_more(supervisor, 1)
        supervisor.stop()

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert supervisor.run() == 0
    watcher.join()
    supervisor.listener.close()
    assert [child.returncode for child in supervisor.begun] == [-9, -15, -15]


def test_a_service_that_does_not_come_up_says_so() -> None:
    """Exit 1, and what had come up is stopped again."""
    supervisor = supervised()
    supervisor.starts = [SLEEPS, None]
    assert supervisor.run() == 1
    supervisor.listener.close()
    assert [child.returncode for child in supervisor.begun] == [-15]
