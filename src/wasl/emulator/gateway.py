"""The gateway without sockets: bodies go in, answers and due messages come out, on a clock it is given."""

import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

import msgspec

from wasl.emulator import api, notices, pages
from wasl.emulator.agenda import catch_up, resume
from wasl.emulator.api import Answer
from wasl.emulator.config import EmulatorConfig
from wasl.emulator.forms import PayForm
from wasl.emulator.notices import Outgoing
from wasl.emulator.pages import PageClosed, Step
from wasl.emulator.records import Page, Stage
from wasl.emulator.state import Change, State
from wasl.emulator.switches import starting
from wasl.emulator.world import Clock, World

LOG_MAX: Final = 500
LOGGED_BYTES_MAX: Final = 8_192


class Shelf(Protocol):
    """Where the state outlives the process."""

    def load(self) -> Iterable[tuple[str, str, bytes]]:
        """Everything kept: table, key, body."""
        ...

    def keep(self, changes: Iterable[Change]) -> None:
        """Keep all of *changes* or none."""
        ...

    def clear(self) -> None:
        """Forget everything."""
        ...


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """One API call as the dashboard's debug log shows it; bodies are cut to 8 KiB, the key is not kept."""

    at_ms: int
    path: str
    request: bytes
    status: int
    response: bytes
    fate: str


class Emulator:
    """A whole gateway. Every method is immediate; with the same seed, clock and calls it does the same again."""

    def __init__(self, config: EmulatorConfig, *, clock: Clock, shelf: Shelf | None = None) -> None:
        self.config = config
        self._clock, self._shelf = clock, shelf
        self.moved: Callable[[], None] = _nothing  # called after everything that may have changed what is due
        self.log: deque[Logged] = deque(maxlen=LOG_MAX)
        state = State()
        state.load(shelf.load() if shelf else ())
        state.set(starts=state.settings.starts + 1)
        if state.settings.starts == 1:
            state.set(switches=starting(strict=config.strict), faults=config.faults)
        self.world = self._begin(state)
        resume(self.world)
        self._keep()

    def reset(self) -> None:
        """Begin afresh as configured: no transactions, no changed switches. References go on where they were."""
        before = self.world.state.settings
        if self._shelf:
            self._shelf.clear()
        state = State()
        fresh = {"switches": starting(strict=self.config.strict), "faults": self.config.faults, "offset_ms": 0}
        state.set(**{**msgspec.structs.asdict(before), **fresh})
        self.world = self._begin(state)
        self.log.clear()
        self._keep()

    # ------------------------------------------------------------------ the API

    def post(self, path: str, body: bytes, *, key: str | None, base_url: str) -> Answer:
        """Answer an API call to one of `api.PATHS`; raises KeyError for another path. Never raises on data.

        *key* is the `Authorization` header, *base_url* the address under which buyers reach the page.
        """
        with self.doing() as world:
            answer = api.answer(world, path, body, key=key, base_url=base_url)
            self.log.append(
                Logged(
                    at_ms=world.now(),
                    path=path,
                    request=body[:LOGGED_BYTES_MAX],
                    status=answer.status,
                    response=answer.body[:LOGGED_BYTES_MAX],
                    fate=answer.fate,
                )
            )
        return answer

    # ----------------------------------------------------------- the hosted page

    def page(self, token: str) -> Page | None:
        """The page of a link; None if there never was one."""
        with self.doing() as world:
            return world.state.pages.get(token)

    def pay(self, token: str, form: PayForm) -> Step:
        """The buyer sends the card form. This and what follows raise PageClosed if the link does not allow it (now)."""
        with self.doing() as world:
            return pages.pay(world, self._page(token), form)

    def prove(self, token: str, otp: str | None) -> Step:
        """The buyer answers the bank's page, or gives up there (None)."""
        with self.doing() as world:
            return pages.prove(world, self._page(token), otp)

    def choose(self, token: str, method: str) -> Step:
        """The buyer takes a method other than a card; raises KeyError for one that is not offered."""
        with self.doing() as world:
            return pages.choose(world, self._page(token), method)

    def agree(self, token: str, *, agreed: bool) -> Step:
        """The buyer agrees at a partner's page, or is refused there."""
        with self.doing() as world:
            return pages.agree(world, self._page(token), agreed=agreed)

    def cancel(self, token: str) -> Step:
        """The buyer presses cancel."""
        with self.doing() as world:
            return pages.cancel(world, self._page(token))

    # ------------------------------------------------------- callbacks and IPNs

    def take_due(self, limit: int) -> tuple[Outgoing, ...]:
        """At most *limit* messages to POST now; each has to be reported before it comes again."""
        with self.doing() as world:
            return tuple(notices.take_due(world, limit))

    def report(self, delivery_id: str, *, status: int | None = None, error: str = "") -> None:
        """What came of a message: the merchant's HTTP status, or what went wrong. Harmless to repeat."""
        with self.doing() as world:
            notices.report(world, delivery_id, status=status, error=error)

    def next_due_ms(self) -> int | None:
        """When something happens by itself next, on the gateway's clock; None if nothing does."""
        heads = [queue[0][0] for queue in (self.world.outbox, self.world.agenda) if queue]
        return min(heads, default=None)

    # -------------------------------------------------------------------- inside

    @contextmanager
    def doing(self) -> Iterator[World]:
        """The state, after what was due, and kept afterwards."""
        catch_up(self.world)
        try:
            yield self.world
        finally:
            self._keep()
            self.moved()

    def _page(self, token: str) -> Page:
        page = self.world.state.pages.get(token)
        if page is None:
            raise PageClosed(Stage.EXPIRED)
        return page

    def _begin(self, state: State) -> World:
        seed = self.config.seed
        chance = random.Random() if seed is None else random.Random(f"{seed}/{state.settings.starts}")
        profile = self.config.profile()
        kept = state.profile(profile.profile_id)
        if kept:  # the configured keys count; what was set later stays
            profile = msgspec.structs.replace(kept, server_key=profile.server_key, client_key=profile.client_key)
        state.profiles.put(str(profile.profile_id), profile)
        return World(state=state, clock=self._clock, chance=chance)

    def _keep(self) -> None:
        changes = self.world.state.take_changes()
        if self._shelf and changes:
            self._shelf.keep(changes)


def _nothing() -> None:
    """Nobody waits."""
