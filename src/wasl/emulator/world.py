"""The gateway's state with the clock and the chance that drive it, and the identifiers it gives out."""

import datetime as dt
import heapq
import random
from typing import Final, Protocol

from wasl.emulator.faults import Faults
from wasl.emulator.money import DECIMALS, Money, parse_amount
from wasl.emulator.profiles import Profile
from wasl.emulator.records import Transaction
from wasl.emulator.state import State
from wasl.emulator.switches import Switches

SECOND_MS: Final = 1000
REFS_PER_SECOND: Final = 1000  # a day's 8 digits hold a thousand references for each of its seconds
PAGE_TOKEN_BITS: Final = 224  # 56 hex digits


class Clock(Protocol):
    """Where the time comes from."""

    def now_ms(self) -> int:
        """Milliseconds since 1970, UTC."""
        ...


class World:
    """What every rule is given. Nothing here waits, and nothing but the clock it was given tells the time."""

    def __init__(self, *, state: State, clock: Clock, chance: random.Random) -> None:
        self.state, self.clock, self.chance = state, clock, chance
        self.outbox: list[tuple[int, str]] = []  # deliveries by due time
        self.agenda: list[tuple[int, str, str]] = []  # what else happens by itself: due time, event, key
        self.on_the_way: set[str] = set()
        self.held_back: set[str] = set()

    @property
    def switches(self) -> Switches:
        """How the gateway behaves where sources disagree."""
        return self.state.settings.switches

    def now(self) -> int:
        """The gateway's time: the clock's, moved by what was advanced."""
        return self.clock.now_ms() + self.state.settings.offset_ms

    def faults_of(self, root_ref: str) -> Faults:
        """A page's own faults, else everybody's."""
        return self.state.page_faults.get(root_ref) or self.state.settings.faults

    def happens(self, probability: float) -> bool:
        """Whether something of this probability happens now. Draws nothing where nothing is left to chance."""
        return probability > 0 and (probability >= 1 or self.chance.random() < probability)

    def decimals(self, currency: str) -> int:
        """A currency's decimals as this gateway prints them."""
        switched = {"IQD": self.switches.iqd_decimals, "JPY": self.switches.jpy_decimals}
        return switched.get(currency, DECIMALS[currency])

    def money(self, given: object, currency: str) -> Money:
        """An amount a merchant gave; *currency* is a known one. Raises BadAmount."""
        exact = self.switches.excess_decimals == "refuse"
        return parse_amount(given, currency, self.decimals(currency), exact=exact)

    def remember(self, transaction: Transaction) -> None:
        """Put a changed transaction in the place of what it was."""
        self.state.transactions.put(transaction.ref, transaction)

    def schedule(self, due_ms: int, event: str, key: str) -> None:
        """Let something happen by itself at a time."""
        heapq.heappush(self.agenda, (due_ms, event, key))

    def new_ref(self, profile: Profile) -> str:
        """The next `tran_ref` (PayTabs reference §9.15): the day, then a number that grows over the day.

        The number follows the time of day, so that a gateway started afresh does not give out the same ones again.
        """
        today = dt.datetime.fromtimestamp(self.now() // SECOND_MS, dt.UTC)
        day = today.strftime("%y%j")
        number = (today.hour * 3600 + today.minute * 60 + today.second) * REFS_PER_SECOND
        settings = self.state.settings
        if settings.last_day == day:
            number = max(number, settings.last_number + 1)
        self.state.set(last_day=day, last_number=number)
        return f"{'TST' if profile.test else 'PTE'}{day}{number:08d}"

    def new_trace(self, prefix: str) -> str:
        """`PMNT0101.` or `IPNS0201.`, the time and a number, both in hex (PayTabs reference §2.6)."""
        number = self.state.settings.traces + 1
        self.state.set(traces=number)
        return f"{prefix}.{self.now() // SECOND_MS & 0xFFFFFFFF:08X}.{number & 0xFFFFFFFF:08X}"

    def new_code(self) -> str:
        """An authorisation code as test profiles have it."""
        return f"G{self.chance.randrange(100_000):05d}"

    def new_number(self, digits: int) -> str:
        """A number for a buyer to quote at an agent or a bank."""
        return str(self.chance.randrange(10 ** (digits - 1), 10**digits))

    def new_page_token(self) -> str:
        """56 hex digits nobody can guess."""
        return f"{self.chance.getrandbits(PAGE_TOKEN_BITS):056X}"
