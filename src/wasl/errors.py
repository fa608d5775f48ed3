"""Every exception Wasl raises on purpose. Expected answers are values; an exception is a decision for its catcher.

WaslError
Unavailable            try later
GatewayUnavailable     the gateway did not answer, or not in a way that can be read
StoreUnavailable       the shop did not answer
LedgerUnavailable      nothing can be made durable now
Misconfigured          tell the operator what to change
BrokenInvariant        stop this payment and call a person; the process goes on
"""

from typing import TypeVar

T = TypeVar("T")


class WaslError(Exception):
    """The root. Messages are for people and never carry a key, a body or personal data."""


class Unavailable(WaslError):
    """Something outside did not answer; trying later may help. `retry_after_s` is a hint, 0 if there is none."""

    def __init__(self, message: str, *, retry_after_s: float = 0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class GatewayUnavailable(Unavailable):
    """The gateway's answer is lost: what was asked may or may not have happened there.

    `sent` is false where not even a connection came about: then it has not.
    """

    def __init__(self, message: str, *, retry_after_s: float = 0, sent: bool = True) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.sent = sent


class StoreUnavailable(Unavailable):
    """The shop's answer is lost: it may or may not have heard."""


class LedgerUnavailable(Unavailable):
    """The database cannot keep anything now; nobody may be told that it did."""


class Misconfigured(WaslError):
    """A setting is missing or wrong; the message names it and says what to do."""


class BrokenInvariant(WaslError):
    """Something that must never be so is so. The payment stops for a person; nothing is guessed."""


def ensure(holds: object, sentence: str) -> None:
    """Raise BrokenInvariant unless *holds*. Always on: an assertion that can be switched off guards no money."""
    if not holds:
        raise BrokenInvariant(sentence)


def required(value: T | None, sentence: str) -> T:
    """The value that cannot be missing; raises BrokenInvariant if it is."""
    if value is None:
        raise BrokenInvariant(sentence)
    return value
