"""One HTTP connection, bounded in what uvicorn leaves open: heads, waits, and how many callers wait at once."""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_MAX: Final = 64 * 1024  # beyond it a head is not waited for; what arrives in one piece may be a little longer
ARRIVE_S: Final = 20.0  # for a whole request; whoever reads a body gives up sooner, and says so
FETCH_S: Final = 20.0  # for fetching an answer that is waiting to be sent
WAITING_MAX: Final = 512  # beyond it whoever has been quiet for longest makes room
CROWDED_MAX: Final = 900  # beyond it however short that was: the usual limit is 1,024 files
QUIET_S: Final = 1.0  # a burst of honest callers is not quiet


class BoundedConnection(HttpToolsProtocol):
    """Lets go of callers that say nothing, never finish, or never fetch their answers. Harmless to all others."""

    arrive_s = ARRIVE_S
    fetch_s = FETCH_S
    waiting_max = WAITING_MAX
    quiet_s = QUIET_S
    _arriving: asyncio.TimerHandle | None = None
    _fetching: asyncio.TimerHandle | None = None
    _in_head = True
    _heads = 0
    _waiting_bytes = 0
    quiet_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """A first request has to arrive soon."""
        super().connection_made(transport)
        self.quiet_since = self.loop.time()
        self._make_room()
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop(self._arriving)
        self._stop(self._fetching)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Refuse a head without end before it fills the memory."""
        heads = self._heads
        super().data_received(data)
        still = self._in_head and self._heads == heads
        self._waiting_bytes = self._waiting_bytes + len(data) if still else 0
        if self._waiting_bytes > HEAD_MAX and not self.transport.is_closing():
            self.send_400_response("The head of this request is too large.")

    def on_message_begin(self) -> None:
        """A request has begun, so all of it has to arrive."""
        super().on_message_begin()
        self._in_head = True
        if self._arriving is None:
            self._expect_request()

    def on_headers_complete(self) -> None:
        """What comes from here on is a body, which whoever reads it bounds."""
        self._in_head = False
        self._heads += 1
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it is here; a body nobody wanted has ended, too."""
        self._in_head = True
        self.quiet_since = self.loop.time()
        self._stop(self._arriving)
        self._arriving = None
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The caller does not fetch its answer as fast as it is written."""
        super().pause_writing()
        self._stop(self._fetching)
        self._fetching = self.loop.call_later(self.fetch_s, self.transport.abort)

    def resume_writing(self) -> None:
        """It does now."""
        self._stop(self._fetching)
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Unlike closing, this does not wait for a caller that never fetched the last answer."""
        self.transport.abort()

    def _make_room(self) -> None:
        """Let go of the caller that has been without a request for longest, if too many are connected."""
        if len(self.connections) <= self.waiting_max:
            return
        others = (one for one in self.connections if isinstance(one, BoundedConnection) and one is not self)
        waiting = (one for one in others if one.cycle is None or one.cycle.response_complete)
        longest = min(waiting, key=lambda one: one.quiet_since, default=None)
        crowded = len(self.connections) > CROWDED_MAX
        if longest is not None and (crowded or self.loop.time() - longest.quiet_since >= self.quiet_s):
            longest.transport.abort()

    def _expect_request(self) -> None:
        self._arriving = self.loop.call_later(self.arrive_s, self._give_up)

    def _give_up(self) -> None:
        """While reading is paused the caller is not to blame: its request waits behind another one."""
        if self.flow.read_paused:
            self._expect_request()
        else:
            self.transport.abort()

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
