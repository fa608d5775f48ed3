"""Everything the gateway remembers, in tables that know what changed since they were last kept."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec

from wasl.emulator.faults import Faults
from wasl.emulator.profiles import Profile
from wasl.emulator.records import Delivery, Page, Token, Transaction
from wasl.emulator.switches import Switches

SETTINGS_KEY: Final = "settings"
V = TypeVar("V", bound=msgspec.Struct)


class Change(NamedTuple):
    """A record that is new or other than before; None where it is gone."""

    table: str
    key: str
    record: msgspec.Struct | None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What is set for all profiles, and the numbers that were given out last."""

    switches: Switches = Switches()
    faults: Faults = Faults()
    offset_ms: int = 0
    starts: int = 0
    last_day: str = ""
    last_number: int = 0
    traces: int = 0
    deliveries: int = 0


class Table(Generic[V]):
    """Records by key."""

    def __init__(self, name: str, kind: type[V], changed: Callable[[Change], None]) -> None:
        self.name, self.kind = name, kind
        self._records: dict[str, V] = {}
        self._changed = changed

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[V]:
        return iter(self._records.values())

    def get(self, key: str) -> V | None:
        """The record, or None."""
        return self._records.get(key)

    def __getitem__(self, key: str) -> V:
        return self._records[key]

    def put(self, key: str, record: V) -> None:
        """Add or replace."""
        self._records[key] = record
        self._changed(Change(self.name, key, record))

    def delete(self, key: str) -> None:
        """Forget; harmless to repeat."""
        if self._records.pop(key, None) is not None:
            self._changed(Change(self.name, key, None))

    def load(self, key: str, body: bytes) -> None:
        """Take a record back from where it was kept."""
        self._records[key] = msgspec.json.decode(body, type=self.kind)


class State:
    """The tables, and indexes that are derived from them."""

    def __init__(self) -> None:
        self._changes: dict[tuple[str, str], Change] = {}
        self._settings = Table("settings", Settings, self._note)
        self._settings.put(SETTINGS_KEY, Settings())
        self.profiles = Table("profile", Profile, self._note)
        self.transactions = Table("transaction", Transaction, self._note)
        self.pages = Table("page", Page, self._note)
        self.tokens = Table("token", Token, self._note)
        self.deliveries = Table("delivery", Delivery, self._note)
        self.page_faults = Table("page_faults", Faults, self._note)
        self.by_cart: dict[tuple[int, str], list[str]] = {}
        self.followers: dict[str, list[str]] = {}
        self.page_of_root: dict[str, str] = {}
        self.deliveries_of: dict[str, list[str]] = {}
        self.asked_ms: dict[tuple[object, ...], int] = {}
        self.finished: deque[str] = deque()

    @property
    def settings(self) -> Settings:
        """The one record of its kind."""
        return self._settings[SETTINGS_KEY]

    def set(self, **changes: Any) -> None:
        """Change some of the settings."""
        self._settings.put(SETTINGS_KEY, msgspec.structs.replace(self.settings, **changes))

    def profile(self, profile_id: int) -> Profile | None:
        """The profile, or None."""
        return self.profiles.get(str(profile_id))

    def add_transaction(self, transaction: Transaction) -> None:
        """A new transaction, found by its cart and by what it follows."""
        self.transactions.put(transaction.ref, transaction)
        self._index_transaction(transaction)

    def add_page(self, page: Page) -> None:
        """A new page, found by any transaction made on it."""
        self.pages.put(page.token, page)
        self._index_page(page)

    def add_delivery(self, delivery: Delivery) -> None:
        """A new delivery, found by its transaction."""
        self.deliveries.put(delivery.id, delivery)
        self.deliveries_of.setdefault(delivery.ref, []).append(delivery.id)

    def page_of(self, ref: str) -> Page | None:
        """The page on which a transaction was made, or the one it follows from."""
        transaction = self.transactions.get(ref)
        token = self.page_of_root.get(transaction.root_ref) if transaction else None
        return self.pages[token] if token else None

    def follow_ups(self, ref: str) -> Iterator[Transaction]:
        """The transactions that act on one."""
        return (self.transactions[follower] for follower in self.followers.get(ref, ()))

    def of_cart(self, profile_id: int, cart_id: str) -> Iterator[Transaction]:
        """The transactions of a cart, newest first."""
        return (self.transactions[ref] for ref in reversed(self.by_cart.get((profile_id, cart_id), [])))

    def take_changes(self) -> Iterable[Change]:
        """What changed since this was last asked."""
        changes, self._changes = self._changes, {}
        return changes.values()

    def load(self, records: Iterable[tuple[str, str, bytes]]) -> None:
        """Take everything back: (table, key, body)."""
        tables: dict[str, Table[Any]] = {
            table.name: table
            for table in (
                self._settings, self.profiles, self.transactions, self.pages, self.tokens, self.deliveries,
                self.page_faults,
            )
        }  # fmt: skip
        for name, key, body in records:
            tables[name].load(key, body)
        for transaction in sorted(self.transactions, key=lambda one: (one.opened_ms, one.ref)):
            self._index_transaction(transaction)
        for page in self.pages:
            self._index_page(page)
        for delivery in sorted(self.deliveries, key=lambda one: one.id):
            self.deliveries_of.setdefault(delivery.ref, []).append(delivery.id)

    def _index_transaction(self, transaction: Transaction) -> None:
        order = transaction.order
        self.by_cart.setdefault((order.profile_id, order.cart_id), []).append(transaction.ref)
        if transaction.previous_ref:
            self.followers.setdefault(transaction.previous_ref, []).append(transaction.ref)

    def _index_page(self, page: Page) -> None:
        self.page_of_root[self.transactions[page.ref].root_ref] = page.token

    def _note(self, change: Change) -> None:
        self._changes[change.table, change.key] = change
